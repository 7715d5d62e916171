package redisstore

import (
	"context"
	"time"

	"seathold/internal/booking"
)

var expireScript = newScript("expire", keyLog)

// Sweep implements booking.Holds.
func (s *Store) Sweep(ctx context.Context, e *booking.Event, limit int) (booking.Swept, error) {
	r, err := s.run(ctx, expireScript, e.ID, limit)
	if err != nil {
		return booking.Swept{}, err
	}
	now := r.number(0)
	swept := booking.Swept{More: r.number(1) == 1, Stale: r.number(2) == 1, Removed: int(r.number(3))}
	if err := r.must("ok"); err != nil {
		return booking.Swept{}, err
	}
	err = r.holds(e, 4, now, func(h booking.Hold) {
		lag := time.UnixMilli(now).Sub(h.ExpiresAt)
		swept.Expired = append(swept.Expired, booking.Ended{
			HoldID: h.ID, OrderID: h.OrderID, Seats: len(h.Seats), Life: h.Age - lag, Lag: lag,
		})
	})
	return swept, err
}
