package redisstore

import (
	"context"

	"seathold/internal/booking"
)

var freeScript = newScript("free", keyDirty)

// Free implements booking.Holds.
func (s *Store) Free(ctx context.Context, e *booking.Event, holdID, orderID string) (h booking.Hold, changed bool, err error) {
	r, err := s.run(ctx, freeScript, e.ID, holdID, orderID)
	if err != nil || r.status == "not_found" {
		return booking.Hold{}, false, err
	}
	return r.readChange(e, holdID)
}
