package redisstore

import (
	"context"

	"seathold/internal/booking"
)

// Count reads the event's map once. What has lapsed counts as held until it is
// announced. ErrNotLoaded, CodeUnavailable.
func (s *Store) Count(ctx context.Context, eventID string) (c booking.SeatCounts, err error) {
	packed, _, err := s.packed(ctx, &booking.Event{ID: eventID})
	if err != nil {
		return c, err
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
