package redisstore

import (
	"context"
	"fmt"

	"seathold/internal/booking"
)

// Census is how many of an event's seats are in each state, and how many holds
// are live. What has lapsed counts as held until it is announced.
type Census struct {
	Free, Held, Sold, Blocked int
	Holds                     int
}

// Count reads the event's map once. Each live hold has a number of its own
// there. ErrNotLoaded, CodeUnavailable.
func (s *Store) Count(ctx context.Context, eventID string) (c Census, err error) {
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
	holds := map[string]bool{}
	for at := 0; at < len(packed); at += seatWidth {
		seat := packed[at : at+seatWidth]
		switch seatStatus(seat) {
		case booking.SeatHeld:
			c.Held++
			holds[seat[6:]] = true
		case booking.SeatSold:
			c.Sold++
		case booking.SeatBlocked:
			c.Blocked++
		default:
			c.Free++
		}
	}
	c.Holds = len(holds)
	return c, nil
}
