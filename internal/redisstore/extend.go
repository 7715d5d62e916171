package redisstore

import (
	"context"
	"time"

	"seathold/internal/booking"
)

var extendScript = newScript("extend", keyDue)

// Extend implements booking.Holds.
func (s *Store) Extend(ctx context.Context, e *booking.Event, holdID, customerID string, ttl, maxLife time.Duration) (booking.Hold, error) {
	r, err := s.run(ctx, extendScript, e.ID, holdID, customerField(customerID), ttl.Milliseconds(), maxLife.Milliseconds())
	if err != nil {
		return booking.Hold{}, err
	}
	if r.status == "limit" {
		return booking.Hold{}, booking.Errorf(booking.CodeExtensionLimit,
			"the hold has its longest life already, or an order is waiting for its payment")
	}
	if err := r.over(holdID); err != nil {
		return booking.Hold{}, err
	}
	return r.readOne(e, holdID)
}
