package booking

import (
	"context"
	"errors"
	"fmt"
)

const (
	// sweepBatch bounds how many holds one call announces.
	sweepBatch = 200
	// overdueBatch bounds how many orders one round ends.
	overdueBatch = 200
)

// SweepAll announces the lapsed holds of every event whose sale is not long
// over, and has those loaded that are not. A fault of one event does not keep
// the others; the first is returned.
func (s *Service) SweepAll(ctx context.Context) error {
	s.catalog.forgetUnused()
	events, first := s.catalog.open(ctx)
	for _, e := range events {
		if err := s.Sweep(ctx, e); err != nil && first == nil {
			first = err
		}
	}
	return first
}

// Sweep announces the lapsed holds of one event.
func (s *Service) Sweep(ctx context.Context, e *Event) error {
	for {
		swept, err := s.Holds.Sweep(ctx, e, sweepBatch)
		if errors.Is(err, ErrNotLoaded) {
			s.requestLoad(e.ID)
			return nil
		}
		if err != nil {
			return err
		}
		for _, h := range swept.Expired {
			s.Metrics.HoldEnded("expired", h.Life)
			s.Metrics.ExpiryLag(h.Lag)
		}
		if swept.Stale {
			s.requestLoad(e.ID)
		}
		if !swept.More {
			return nil
		}
	}
}

// EndOverdue expires pending orders past their payment deadline and ends
// blocks past their time, by the hold store's clock: while that is away
// nothing expires. It returns how many it ended. One that cannot be ended does
// not keep the others; the first such fault is returned.
//
// The seats of an expired order need no freeing: their hold had the same
// deadline, or a payment that arrives at this moment has just prolonged it.
func (s *Service) EndOverdue(ctx context.Context) (ended int, err error) {
	now, err := s.Holds.Now(ctx)
	if err != nil {
		return 0, err
	}
	overdue, err := s.Orders.Overdue(ctx, now, overdueBatch)
	if err != nil {
		return 0, err
	}
	var first error
	for _, o := range overdue {
		switch err := s.endOne(ctx, o); {
		case err == nil:
			ended++
		case CodeOf(err) == CodeUnavailable:
			return ended, err // and so it would be for the others
		case first == nil:
			first = fmt.Errorf("end order %s: %w", o.ID, err)
		}
	}
	return ended, first
}

func (s *Service) endOne(ctx context.Context, o Order) error {
	if o.IsBlock() {
		e, err := s.Event(ctx, o.EventID)
		if err != nil {
			return err
		}
		return s.endBlock(ctx, e, o.ID)
	}
	_, err := s.storeChange(ctx, o, func(o *Order) error {
		o.Status, o.Reason = OrderExpired, ReasonTimeout
		return nil
	})
	if errors.Is(err, ErrConflict) {
		return nil // it changed at this moment: the next round sees
	}
	return err
}

// RequestLoads asks for every event to be loaded or repaired whose sale is not
// long over: at a start, for what another life of the service left half done.
// It waits for the loader where its queue is full.
func (s *Service) RequestLoads(ctx context.Context) error {
	events, err := s.catalog.open(ctx)
	for _, e := range events {
		select {
		case s.loads <- e.ID:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return err
}
