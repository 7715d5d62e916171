package redisstore

import (
	"context"
	"time"

	"seathold/internal/booking"
)

var bindScript = newScript("bind", keyDue)

// Bind implements booking.Holds.
func (s *Store) Bind(ctx context.Context, e *booking.Event, holdID, customerID, orderID string, ttl time.Duration) (booking.Hold, error) {
	r, err := s.run(ctx, bindScript, e.ID, holdID, customerField(customerID), orderID, ttl.Milliseconds())
	if err != nil {
		return booking.Hold{}, err
	}
	if err := r.over(holdID); err != nil {
		return booking.Hold{}, err
	}
	return r.readOne(e, holdID)
}
