package redisstore

import (
	"context"
	"strconv"
	"time"

	"seathold/internal/booking"
)

var holdScript = newScript("hold", keyLog)

// Hold implements booking.Holds.
func (s *Store) Hold(ctx context.Context, e *booking.Event, q booking.HoldRequest) (h booking.Hold, repeated bool, err error) {
	r, err := s.run(ctx, holdScript, e.ID, q.HoldID, q.CustomerID, seatList(q.Seats),
		q.TTL.Milliseconds(), q.MaxSeats, unixMilli(q.OpensAt), unixMilli(q.ClosesAt), seatBytes(q.Seats))
	if err != nil {
		return booking.Hold{}, false, err
	}
	switch r.status {
	case "ok", "repeated":
		h, err = r.readOne(e, q.HoldID)
		return h, r.status == "repeated", err
	case "taken":
		return booking.Hold{}, false, r.taken(e)
	case "limit":
		return booking.Hold{}, false, booking.Errorf(booking.CodeCustomerLimit,
			"a customer may have %d seats of this event, you have %d; release some first", q.MaxSeats, r.number(0))
	case "closed":
		return booking.Hold{}, false, booking.Errorf(booking.CodeNotOnSale, "the event is not on sale at this time")
	case "reused":
		return booking.Hold{}, false, booking.Errorf(booking.CodeIdempotencyKeyReused,
			"this Idempotency-Key held other seats; use a new key for new seats")
	}
	if err := r.over(q.HoldID); err != nil {
		return booking.Hold{}, false, err
	}
	return booking.Hold{}, false, r.strange()
}

// seatBytes writes each seat with its first and last byte in the map:
// "17:187:197 18:198:208".
func seatBytes(seats []int) string {
	b := make([]byte, 0, 20*len(seats))
	for _, i := range seats {
		if len(b) > 0 {
			b = append(b, ' ')
		}
		b = strconv.AppendInt(b, int64(i), 10)
		b = append(b, ':')
		b = strconv.AppendInt(b, int64(i*seatWidth), 10)
		b = append(b, ':')
		b = strconv.AppendInt(b, int64(i*seatWidth+seatWidth-1), 10)
	}
	return string(b)
}

// unixMilli is t in ms, 0 for the zero time.
func unixMilli(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}
