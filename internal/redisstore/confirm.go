package redisstore

import (
	"context"

	"seathold/internal/booking"
)

var confirmScript = newScript("confirm", keyLog)

// Confirm implements booking.Holds.
func (s *Store) Confirm(ctx context.Context, e *booking.Event, q booking.ConfirmRequest) error {
	r, err := s.run(ctx, confirmScript, e.ID, q.HoldID, q.OrderID, customerField(q.CustomerID), seatList(q.Seats), q.Grace.Milliseconds())
	if err != nil {
		return err
	}
	return r.allOrNone(e)
}
