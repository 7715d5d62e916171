package redisstore

import (
	"context"

	"seathold/internal/booking"
)

var (
	getScript  = newScript("get", keyHolds)
	mineScript = newScript("mine", keyHolds)
)

// GetHold implements booking.Holds.
func (s *Store) GetHold(ctx context.Context, e *booking.Event, holdID string) (booking.Hold, error) {
	r, err := s.run(ctx, getScript, e.ID, holdID)
	if err != nil {
		return booking.Hold{}, err
	}
	if err := r.over(holdID); err != nil {
		return booking.Hold{}, err
	}
	return r.readOne(e, holdID)
}

// HoldsOf implements booking.Holds.
func (s *Store) HoldsOf(ctx context.Context, e *booking.Event, customerID string) ([]booking.Hold, error) {
	r, err := s.run(ctx, mineScript, e.ID, customerField(customerID))
	if err != nil {
		return nil, err
	}
	now := r.number(0)
	if err := r.must("ok"); err != nil {
		return nil, err
	}
	holds := make([]booking.Hold, 0, len(r.rest)/2)
	err = r.holds(e, 1, now, func(h booking.Hold) { holds = append(holds, h) })
	return holds, err
}
