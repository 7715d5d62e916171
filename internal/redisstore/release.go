package redisstore

import (
	"context"

	"seathold/internal/booking"
)

var releaseScript = newScript("release", keyLog)

// Release implements booking.Holds.
func (s *Store) Release(ctx context.Context, e *booking.Event, holdID, customerID string, part []int) (h booking.Hold, changed bool, err error) {
	r, err := s.run(ctx, releaseScript, e.ID, holdID, customerField(customerID), seatList(part))
	if err != nil {
		return booking.Hold{}, false, err
	}
	if r.status == "bound" {
		return booking.Hold{}, false, booking.Errorf(booking.CodeOrderPending,
			"an order is waiting for the payment of this hold; cancel the order, or release the whole hold")
	}
	if err := r.over(holdID); err != nil {
		return booking.Hold{}, false, err
	}
	return r.readChange(e, holdID)
}
