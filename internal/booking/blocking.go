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
		return Order{}, err
	}
	step("block.stored")
	return b, s.blockSeats(ctx, e, b, indexes)
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
	// The seats are not blocked: the document must not say so, even if the
	// caller has left.
	undo, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if undoErr := s.endBlock(undo, e, b.ID); undoErr != nil {
		return errors.Join(err, undoErr)
	}
	return err
}

// takenOf names those of the seats that nobody can have now.
func (s *Service) takenOf(ctx context.Context, e *Event, indexes []int) error {
	taken := &Error{Code: CodeSeatsTaken, Detail: "some of the seats are sold, held or blocked"}
	for _, i := range indexes {
		status, err := s.Holds.Seat(ctx, e, i)
		if err != nil {
			return s.loading(e, err)
		}
		if status != SeatFree {
			taken.Seats = append(taken.Seats, e.Plan.Seats[i].GUID)
		}
	}
	return taken
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
	if err != nil {
		return err
	}
	if !b.IsBlock() || b.EventID != e.ID {
		return Errorf(CodeNotFound, "this event has no block %s", blockID)
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
