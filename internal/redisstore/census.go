package redisstore

import (
	"context"
	"fmt"

	"seathold/internal/booking"
)

// Count reads the event's map once. What has lapsed counts as held until it is
// announced. ErrNotLoaded, CodeUnavailable.
func (s *Store) Count(ctx context.Context, eventID string) (c booking.SeatCounts, err error) {
	r, err := s.run(ctx, readScript, eventID, "")
	if err != nil {
		return c, err
	}
	packed := r.text(1)
	if err := r.must("ok"); err != nil {
		return c, err
	}
	if len(packed)%seatWidth != 0 {
		return c, fmt.Errorf("script %s: the map has %d bytes, not %d a seat", r.script, len(packed), seatWidth)
	}
	return countSeats(packed, seatStatus), nil
}

// countSeats counts the seats of a map by status, and its live holds: each has a
// number of its own there.
func countSeats(packed string, status func(raw string) booking.SeatStatus) (c booking.SeatCounts) {
	holds := map[int64]bool{}
	for i := 0; i < len(packed); i += seatWidth {
		raw := packed[i : i+seatWidth]
		s := status(raw)
		c.Count(s)
		if s == booking.SeatHeld {
			holds[numberAt(raw)] = true
		}
	}
	c.Holds = len(holds)
	return c
}
