package booking

import (
	"context"
	"errors"
)

// sweepBatch bounds how many holds one call announces.
const sweepBatch = 200

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
			s.Metrics.HoldEnded(ctx, "expired", h.Life)
			s.Metrics.ExpiryLag(h.Lag)
			s.tellHoldExpired(ctx, e, h)
		}
		if swept.Stale {
			s.requestLoad(e.ID)
		}
		if !swept.More {
			return nil
		}
	}
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
