package redisstore

import (
	"context"

	"seathold/internal/booking"
)

var blockScript = newScript("block", keyDirty)

// Block implements booking.Holds.
func (s *Store) Block(ctx context.Context, e *booking.Event, blockID, ownerID string, seats []int) error {
	r, err := s.run(ctx, blockScript, e.ID, blockID, blockID, customerField(ownerID), seatList(seats))
	switch {
	case err != nil:
		return err
	case r.status == "taken":
		return r.taken(e)
	case r.status != "ok":
		return r.strange()
	}
	return nil
}
