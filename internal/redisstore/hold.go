package redisstore

import (
	"context"
	"fmt"
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
	case recordAlone:
		h, err = r.readNew(e, q.HoldID)
		return h, false, err
	case "repeated":
		h, err = r.readOne(e, q.HoldID)
		return h, true, err
	case "taken":
		return booking.Hold{}, false, r.taken(e, q.Seats)
	case "limit":
		return booking.Hold{}, false, r.limit(q.MaxSeats)
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

// taken reads {taken, position, …} of those of the seats that are not free.
func (r *reply) taken(e *booking.Event, seats []int) error {
	picked := r.pick(0, seats)
	if err := r.fault(); err != nil {
		return err
	}
	return seatsTaken(e, picked)
}

// pick reads positions, from the i-th item after the status to the last: those
// of the seats that they name, one at least.
func (r *reply) pick(i int, seats []int) []int {
	picked := make([]int, 0, len(r.rest))
	for ; i < len(r.rest); i++ {
		at := r.number(i)
		if at < 0 || at >= int64(len(seats)) {
			r.wrong = true
			break
		}
		picked = append(picked, seats[at])
	}
	r.wrong = r.wrong || len(picked) == 0
	return picked
}

// limit reads {limit, have}.
func (r *reply) limit(most int) error {
	have := r.number(0)
	if err := r.fault(); err != nil {
		return err
	}
	return booking.Errorf(booking.CodeCustomerLimit,
		"a customer may have %d seats of this event, you have %d; release some first", most, have)
}

// readNew reads the record of a hold that was taken at this moment.
func (r *reply) readNew(e *booking.Event, holdID string) (booking.Hold, error) {
	text := r.text(0)
	if err := r.fault(); err != nil {
		return booking.Hold{}, err
	}
	_, taken, err := readRecord(e.ID, holdID, text)
	if err != nil {
		return booking.Hold{}, fmt.Errorf("record of hold %s: %w", holdID, err)
	}
	return holdOf(e, holdID, text, taken)
}

// unixMilli is t in ms, 0 for the zero time.
func unixMilli(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}
