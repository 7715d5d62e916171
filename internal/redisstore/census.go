package redisstore

import (
	"context"
	"time"

	"seathold/internal/booking"
)

// Count reads the event's map once. What has lapsed counts as held until it is
// announced; lapsed is for how long the oldest of that is over, by the server's
// clock. ErrNotLoaded, CodeUnavailable.
func (s *Store) Count(ctx context.Context, eventID string) (c booking.SeatCounts, lapsed time.Duration, err error) {
	packed, now, err := s.packed(ctx, &booking.Event{ID: eventID})
	if err != nil {
		return c, 0, err
	}
	return countSeats(packed, seatStatus), oldestLapsed(packed, now), nil
}

// oldestLapsed is for how long the earliest deadline of a seat is over that
// still shows held, at a time in ms; 0: there is none.
func oldestLapsed(packed string, now int64) time.Duration {
	earliest := now
	for i := 0; i < len(packed); i += seatWidth {
		if raw := packed[i : i+seatWidth]; seatStatus(raw) == booking.SeatHeld {
			earliest = min(earliest, bigEndian(raw[:deadlineWidth]))
		}
	}
	return time.Duration(now-earliest) * time.Millisecond
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
