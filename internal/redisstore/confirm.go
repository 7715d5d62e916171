package redisstore

import (
	"context"

	"seathold/internal/booking"
)

var confirmScript = newScript("confirm", keyLog)

// Confirm implements booking.Holds.
func (s *Store) Confirm(ctx context.Context, e *booking.Event, q booking.ConfirmRequest) error {
	r, err := s.run(ctx, confirmScript, e.ID, q.HoldID, q.OrderID, customerField(q.CustomerID), seatList(q.Seats), q.Grace.Milliseconds())
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
