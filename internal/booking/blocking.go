package booking

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode/utf8"
)

// Block keeps seats of the event from sale, all or none, for its organizer,
// until a time or (zero) until it is ended. It is stored as a document before
// the hold store knows it, so that a rebuild keeps it.
// CodeForbidden, CodeNotFound, CodeSeatsTaken, CodeInvalidValue, the codes of
// seat names, CodeUnavailable.
func (s *Service) Block(ctx context.Context, by Actor, eventID string, seats []string, reason string, until time.Time) (Order, error) {
	e, err := s.runnableEvent(ctx, by, eventID)
	if err != nil {
		return Order{}, err
	}
	indexes, err := seatIndexes(e, seats, MaxBlockSeats)
	if err != nil {
		return Order{}, err
	}
	reason = strings.TrimSpace(reason)
	if utf8.RuneCountInString(reason) > MaxReasonLength {
		return Order{}, Errorf(CodeInvalidValue, "reason: at most %d characters", MaxReasonLength)
	}
	if err := s.checkUntil(ctx, until); err != nil {
		return Order{}, err
	}
	if err := s.checkFree(ctx, e, indexes); err != nil {
		return Order{}, err
	}
	id := s.NewID()
	b := Order{
		ID: id, HoldID: id, EventID: e.ID, CustomerID: by.ID, Status: BlockActive, Reason: reason,
		Seats: seats, OwnsSeats: true, ExpiresAt: until, CreatedAt: timestamp(), Revision: 1,
	}
	b.UpdatedAt = b.CreatedAt
	err = s.Orders.InsertOrder(ctx, b)
	if errors.Is(err, ErrSeatSold) {
		return Order{}, s.takenOf(ctx, e, indexes)
	}
	if err != nil {
		return Order{}, s.undoBlock(ctx, e, b.ID, err) // it may be stored all the same
	}
	s.Metrics.OrderChanged(b.Status)
	step("block.stored")
	return b, s.blockSeats(ctx, e, b, indexes)
}

// checkFree refuses seats that customers have before a document says that they
// are blocked: a payment that arrives meanwhile would find them owned.
func (s *Service) checkFree(ctx context.Context, e *Event, indexes []int) error {
	taken, err := s.takenSeats(ctx, e, indexes)
	if errors.Is(err, ErrNotLoaded) {
		return nil
	}
	if err == nil && taken != nil {
		err = seatsTaken(taken)
	}
	return err
}

func (s *Service) checkUntil(ctx context.Context, until time.Time) error {
	if until.IsZero() {
		return nil
	}
	now, err := s.Holds.Now(ctx)
	if err != nil {
		return err
	}
	if !until.After(now) {
		return Errorf(CodeInvalidValue, "until: %s is over already", until.Format(time.RFC3339))
	}
	return nil
}

// blockSeats takes the seats in the hold store, or takes the document back.
func (s *Service) blockSeats(ctx context.Context, e *Event, b Order, indexes []int) error {
	err := s.Holds.Block(ctx, e, b.ID, b.CustomerID, indexes)
	if err == nil {
		return nil
	}
	if errors.Is(err, ErrNotLoaded) {
		// The loading that is due takes the seats from the document.
		s.requestLoad(e.ID)
		return nil
	}
	return s.undoBlock(ctx, e, b.ID, err)
}

// undoBlock takes a block back whose making failed: the document must not say
// that the seats are blocked, even if the caller has left.
func (s *Service) undoBlock(ctx context.Context, e *Event, id string, cause error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	err := s.endBlock(ctx, e, id)
	if err == nil || CodeOf(err) == CodeNotFound {
		return cause
	}
	s.requestLoad(e.ID)
	return errors.Join(cause, err)
}

// takenOf is the refusal that names those of the seats that nobody can have now.
func (s *Service) takenOf(ctx context.Context, e *Event, indexes []int) error {
	taken, err := s.takenSeats(ctx, e, indexes)
	if err != nil {
		return s.loading(e, err)
	}
	return seatsTaken(taken)
}

func seatsTaken(seats []string) error {
	return &Error{Code: CodeSeatsTaken, Seats: seats, Detail: "some of the seats are sold, held or blocked"}
}

// takenSeats returns the names of those seats that are not free at this
// moment. A hold that has lapsed may still stand in the map: each seat that
// shows taken there is asked for.
func (s *Service) takenSeats(ctx context.Context, e *Event, indexes []int) (taken []string, err error) {
	m, err := s.Holds.SeatMap(ctx, e, "")
	if err != nil {
		return nil, err
	}
	for _, i := range indexes {
		if SeatStatus(m.Seats[i]) == SeatFree {
			continue
		}
		status, err := s.Holds.Seat(ctx, e, i)
		if err != nil {
			return nil, err
		}
		if status != SeatFree {
			taken = append(taken, e.Plan.Seats[i].GUID)
		}
	}
	return taken, nil
}

// Blocks returns the event's blocks that are in force, newest first.
func (s *Service) Blocks(ctx context.Context, by Actor, eventID string, page Page) ([]Order, error) {
	if _, err := s.runnableEvent(ctx, by, eventID); err != nil {
		return nil, err
	}
	return s.Orders.OrdersOfEvent(ctx, eventID, []OrderStatus{BlockActive}, page)
}

// EndBlock gives a block's seats back to the sale. Repeating it is harmless.
// CodeForbidden, CodeNotFound, CodeUnavailable.
func (s *Service) EndBlock(ctx context.Context, by Actor, eventID, blockID string) error {
	e, err := s.runnableEvent(ctx, by, eventID)
	if err != nil {
		return err
	}
	b, err := s.Orders.Order(ctx, blockID)
	if CodeOf(err) == CodeNotFound || (err == nil && (!b.IsBlock() || b.EventID != e.ID)) {
		return Errorf(CodeNotFound, "this event has no block %s", blockID)
	}
	if err != nil {
		return err
	}
	return s.endBlock(ctx, e, blockID)
}

func (s *Service) endBlock(ctx context.Context, e *Event, blockID string) error {
	b, err := s.changeOrder(ctx, blockID, func(b *Order) error {
		if b.Status == BlockEnded {
			return errNoChange
		}
		b.Status, b.OwnsSeats = BlockEnded, false
		return nil
	})
	if err != nil {
		return err
	}
	step("unblock.stored")
	_, _, err = s.Holds.Free(ctx, e, b.HoldID, b.ID)
	return s.skipNotLoaded(e, err)
}
