package redisstore

import (
	"context"

	"seathold/internal/booking"
)

var blockScript = newScript("block", keyDirty)

// Block implements booking.Holds.
func (s *Store) Block(ctx context.Context, e *booking.Event, blockID, ownerID string, seats []int) error {
	r, err := s.run(ctx, blockScript, e.ID, blockID, blockID, customerField(ownerID), seatList(seats))
	if err != nil {
		return err
	}
	return r.allOrNone(e)
}
