package redisstore

import (
	"context"

	"seathold/internal/booking"
)

var sellScript = newScript("sell", keyDirty)

// Sell implements booking.Holds.
func (s *Store) Sell(ctx context.Context, e *booking.Event, holdID, orderID string) (h booking.Hold, changed bool, err error) {
	r, err := s.run(ctx, sellScript, e.ID, holdID, orderID)
	if err != nil {
		return booking.Hold{}, false, err
	}
	if r.status == "mismatch" {
		return booking.Hold{}, false, booking.ErrHoldMismatch
	}
	return r.readChange(e, holdID)
}

// SellOver implements booking.Holds.
func (s *Store) SellOver(ctx context.Context, e *booking.Event, claim booking.Restore) error {
	_, err := s.RestoreSeats(ctx, e, "", []booking.Restore{claim}) // no lease: the order has decided
	return err
}
