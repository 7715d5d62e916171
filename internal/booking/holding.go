package booking

import (
	"context"
	"errors"
	"strings"
	"time"
)

// Hold takes all named seats of an event for the customer, or none. A repeat
// with the same idempotency key and seats returns the same hold, and true.
// CodeNoSeats, CodeTooManySeats, CodeDuplicateSeat, CodeUnknownSeat,
// CodeInvalidIdempotencyKey and the codes of Holds.Hold.
func (s *Service) Hold(ctx context.Context, by Actor, eventID string, seats []string, key string) (Hold, bool, error) {
	return s.hold(ctx, by, eventID, seats, "hold", key)
}

func holdOutcome(repeated bool, err error) string {
	switch {
	case err != nil && CodeOf(err) != "":
		return string(CodeOf(err))
	case err != nil:
		return "fault"
	case repeated:
		return "repeated"
	default:
		return "granted"
	}
}

// hold is Hold for a call: an order in one step holds under a key space of its
// own, so that one key may serve a hold and an order.
func (s *Service) hold(ctx context.Context, by Actor, eventID string, seats []string, call, key string) (Hold, bool, error) {
	h, repeated, err := s.holdSeats(ctx, by, eventID, seats, call, key)
	s.Metrics.HoldAsked(holdOutcome(repeated, err))
	return h, repeated, err
}

func (s *Service) holdSeats(ctx context.Context, by Actor, eventID string, seats []string, call, key string) (Hold, bool, error) {
	if err := checkKey(key); err != nil {
		return Hold{}, false, err
	}
	e, err := s.Event(ctx, eventID)
	if err != nil {
		return Hold{}, false, err
	}
	indexes, err := seatIndexes(e, seats, s.limits.MaxSeatsPerHold)
	if err != nil {
		return Hold{}, false, err
	}
	id := s.NewID()
	if key != "" {
		id = digest(e.ID, by.ID, call, key)
	}
	h, repeated, err := s.Holds.Hold(ctx, e, HoldRequest{
		HoldID: id, CustomerID: by.ID, Seats: indexes,
		TTL: s.HoldTTL(e), MaxSeats: s.MaxSeats(e),
		OpensAt: e.OnSaleAt, ClosesAt: e.closesAt(), Hoarding: s.hoarding(e),
	})
	var reason CoolDownReason
	if errors.As(err, &reason) {
		s.Metrics.CallRefused("hold", string(reason))
	}
	return h, repeated, s.loading(e, err)
}

// seatIndexes turns seat names into plan indexes, in the same order.
func seatIndexes(e *Event, seats []string, most int) ([]int, error) {
	if len(seats) == 0 {
		return nil, Errorf(CodeNoSeats, "seats: name at least one seat")
	}
	if len(seats) > most {
		return nil, Errorf(CodeTooManySeats, "seats: %d are too many, at most %d a call", len(seats), most)
	}
	indexes := make([]int, 0, len(seats))
	seen := make(map[string]bool, len(seats))
	var unknown, twice []string
	for _, guid := range seats {
		i, ok := e.Plan.Index(guid)
		switch {
		case seen[guid]:
			twice = append(twice, guid)
		case !ok:
			unknown = append(unknown, guid)
		}
		seen[guid] = true
		indexes = append(indexes, i)
	}
	if unknown != nil {
		return nil, unknownSeats(unknown)
	}
	if twice != nil {
		return nil, &Error{Code: CodeDuplicateSeat, Seats: twice, Detail: "seats: name each seat once"}
	}
	return indexes, nil
}

func unknownSeats(guids []string) *Error {
	return &Error{
		Code: CodeUnknownSeat, Seats: guids,
		Detail: "the event's plan has no seat " + strings.Join(guids, ", "),
	}
}

// GetHold returns the customer's hold, held or sold. CodeHoldExpired and
// CodeHoldReleased where it is over, CodeNotFound.
func (s *Service) GetHold(ctx context.Context, by Actor, eventID, holdID string) (Hold, error) {
	e, err := s.Event(ctx, eventID)
	if err != nil {
		return Hold{}, err
	}
	h, err := s.ownHold(ctx, by, e, holdID)
	if err != nil {
		return Hold{}, err
	}
	return h, EndedError(h.State)
}

// EndedError returns the refusal for a hold that is over, nil for another.
func EndedError(state HoldState) error {
	switch state {
	case HoldExpired:
		return Errorf(CodeHoldExpired, "the hold's time ran out and its seats are free; hold them again")
	case HoldReleased:
		return Errorf(CodeHoldReleased, "the hold was released and its seats are free; hold them again")
	default:
		return nil
	}
}

func (s *Service) ownHold(ctx context.Context, by Actor, e *Event, holdID string) (Hold, error) {
	h, err := s.Holds.GetHold(ctx, e, holdID)
	if err != nil {
		return Hold{}, s.loading(e, err)
	}
	if h.CustomerID != by.ID || h.State == HoldBlocked {
		return Hold{}, Errorf(CodeNotFound, "no hold of yours has the id %s", holdID)
	}
	return h, nil
}

// HoldsOf returns the customer's live holds in the event, oldest first.
func (s *Service) HoldsOf(ctx context.Context, by Actor, eventID string) ([]Hold, error) {
	e, err := s.Event(ctx, eventID)
	if err != nil {
		return nil, err
	}
	holds, err := s.Holds.HoldsOf(ctx, e, by.ID)
	return holds, s.loading(e, err)
}

// Extend gives the customer's hold its full time again, within the longest
// life. The codes of Holds.Extend.
func (s *Service) Extend(ctx context.Context, by Actor, eventID, holdID string) (Hold, error) {
	e, err := s.Event(ctx, eventID)
	if err != nil {
		return Hold{}, err
	}
	h, err := s.Holds.Extend(ctx, e, holdID, by.ID, s.HoldTTL(e), s.limits.HoldMaxLife)
	return h, s.loading(e, err)
}

// Release gives the hold's seats back, or the part that is named. It is no
// error to release what is over already. Releasing a whole hold with an order
// cancels the order too. CodeHoldSold, CodeOrderPending (a part), CodeUnknownSeat,
// CodeNotFound.
func (s *Service) Release(ctx context.Context, by Actor, eventID, holdID string, part []string) error {
	e, err := s.Event(ctx, eventID)
	if err != nil {
		return err
	}
	var indexes []int
	if len(part) > 0 {
		if indexes, err = seatIndexes(e, part, MaxBlockSeats); err != nil {
			return err
		}
	}
	h, changed, err := s.Holds.Release(ctx, e, holdID, by.ID, indexes)
	if CodeOf(err) == CodeOrderPending && indexes == nil {
		return s.cancelWithHold(ctx, by, e, holdID)
	}
	if changed && h.State == HoldReleased {
		s.Metrics.HoldEnded(ctx, "released", h.Age)
	}
	return s.loading(e, err)
}

// cancelWithHold cancels the order bound to a hold, and so frees the hold. A
// hold bound to an order that was never stored (a crash in between) is just
// freed.
func (s *Service) cancelWithHold(ctx context.Context, by Actor, e *Event, holdID string) error {
	h, err := s.ownHold(ctx, by, e, holdID)
	if err != nil {
		return err
	}
	_, err = s.Cancel(ctx, by, h.OrderID)
	return s.cancelledWith(ctx, e, h, err)
}

// cancelledWith is the answer to whoever released a hold by cancelling its
// order, which came to err.
func (s *Service) cancelledWith(ctx context.Context, e *Event, h Hold, err error) error {
	switch CodeOf(err) {
	case CodeNotFound:
		return s.loading(e, s.free(ctx, e, h.ID, h.OrderID))
	case CodeAlreadyPaid:
		return Errorf(CodeHoldSold, "the seats of this hold are bought; ask the organizer for a refund")
	case CodeOrderExpired:
		return nil
	default:
		return err
	}
}

// free gives back in the hold store whatever an order has there.
func (s *Service) free(ctx context.Context, e *Event, holdID, orderID string) error {
	h, changed, err := s.Holds.Free(ctx, e, holdID, orderID)
	if changed {
		s.Metrics.HoldEnded(ctx, "released", h.Age)
	}
	return err
}

// loading turns the hold store's ErrNotLoaded into the refusal that clients
// get, and asks for the event to be loaded.
func (s *Service) loading(e *Event, err error) error {
	if !errors.Is(err, ErrNotLoaded) {
		return err
	}
	s.requestLoad(e.ID)
	return &Error{
		Code: CodeEventLoading, RetryAfter: time.Second, Err: err,
		Detail: "the event's seats are being loaded; try again in a second",
	}
}
