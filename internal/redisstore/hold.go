package redisstore

import (
	"context"
	"time"

	"seathold/internal/booking"
)

var holdScript = newScript("hold", keyLog)

// Hold implements booking.Holds.
func (s *Store) Hold(ctx context.Context, e *booking.Event, q booking.HoldRequest) (h booking.Hold, repeated bool, err error) {
	args := make([]any, 0, 8+2*len(q.Seats))
	args = append(args, q.HoldID, customerField(q.CustomerID), seatList(q.Seats),
		q.TTL.Milliseconds(), q.MaxSeats, unixMilli(q.OpensAt), unixMilli(q.ClosesAt), hoardingLimits(q.Hoarding))
	for from := 0; from < len(q.Seats); {
		n := neighbours(q.Seats[from:])
		first := q.Seats[from]
		args = append(args, first*seatWidth, (first+n)*seatWidth-1)
		from += n
	}
	r, err := s.run(ctx, holdScript, e.ID, args...)
	if err != nil {
		return booking.Hold{}, false, err
	}
	switch r.status {
	case "ok":
		h, err = readNew(e.ID, q.HoldID, r.text(0))
		return h, false, err
	case "repeated":
		h, err = r.readOne(e, q.HoldID)
		return h, true, err
	case "taken":
		return booking.Hold{}, false, seatsTaken(e, r.pick(q.Seats))
	case "limit":
		return booking.Hold{}, false, booking.Errorf(booking.CodeCustomerLimit,
			"a customer may have %d seats of this event, you have %d; release some first", q.MaxSeats, r.number(0))
	case "unpaid", "spent", "many":
		return booking.Hold{}, false, r.coolDown(e, q)
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

// neighbours counts how many of the first seats follow each other in the plan.
func neighbours(seats []int) int {
	n := 1
	for n < len(seats) && seats[n] == seats[n-1]+1 {
		n++
	}
	return n
}

// pick returns those of the seats whose positions the reply names.
func (r reply) pick(seats []int) []int {
	picked := make([]int, 0, len(r.rest))
	for i := range r.rest {
		if at := r.number(i); at >= 0 && at < int64(len(seats)) {
			picked = append(picked, seats[at])
		}
	}
	return picked
}

// unixMilli is t in ms, 0 for the zero time.
func unixMilli(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}
