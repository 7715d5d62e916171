package redisstore

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"seathold/internal/booking"
)

// recordFields is how many fields a record has; lua/part_record.lua names them.
const recordFields = 8

var states = map[string]booking.HoldState{
	"h": booking.HoldHeld, "p": booking.HoldPaying, "s": booking.HoldSold,
	"b": booking.HoldBlocked, "r": booking.HoldReleased, "e": booking.HoldExpired,
}

// readHold reads a record as of the server's time now in ms: a hold past its
// deadline shows as expired, announced or not.
func readHold(eventID, holdID, text string, now int64) (booking.Hold, error) {
	f := strings.Split(text, " ")
	if len(f) != recordFields {
		return booking.Hold{}, fmt.Errorf("record of hold %s has %d fields, not %d", holdID, len(f), recordFields)
	}
	deadline, err := strconv.ParseInt(f[2], 10, 64)
	if err != nil {
		return booking.Hold{}, fmt.Errorf("record of hold %s: deadline: %w", holdID, err)
	}
	taken, err := strconv.ParseInt(f[3], 10, 64)
	if err != nil {
		return booking.Hold{}, fmt.Errorf("record of hold %s: taken: %w", holdID, err)
	}
	seats, err := readSeats(f[6])
	if err != nil {
		return booking.Hold{}, fmt.Errorf("record of hold %s: seats: %w", holdID, err)
	}
	state, known := states[f[0]]
	if !known {
		return booking.Hold{}, fmt.Errorf("record of hold %s: unknown state %q", holdID, f[0])
	}
	h := booking.Hold{
		ID: holdID, EventID: eventID, CustomerID: f[5], Seats: seats, State: state,
		Age: time.Duration(now-taken) * time.Millisecond,
	}
	if f[4] != "-" {
		h.OrderID = f[4]
	}
	if deadline > 0 {
		h.ExpiresAt = time.UnixMilli(deadline).UTC()
		h.Left = time.Duration(deadline-now) * time.Millisecond
	}
	if h.Live() && h.Left <= 0 {
		h.State = booking.HoldExpired
	}
	return h, nil
}

// seatList writes seats as the scripts take them: "17,18".
func seatList(seats []int) string {
	b := make([]byte, 0, 6*len(seats))
	for k, i := range seats {
		if k > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, int64(i), 10)
	}
	return string(b)
}

func readSeats(list string) ([]int, error) {
	seats := make([]int, 0, strings.Count(list, ",")+1)
	for s := range strings.SplitSeq(list, ",") {
		i, err := strconv.ParseUint(s, 10, 31)
		if err != nil {
			return nil, err
		}
		seats = append(seats, int(i))
	}
	return seats, nil
}

// readOne reads a reply {ok, now, record}.
func (r reply) readOne(e *booking.Event, holdID string) (booking.Hold, error) {
	return readHold(e.ID, holdID, r.text(1), r.number(0))
}

// over is the refusal for a status that says why there is no such live hold,
// nil for another status.
func (r reply) over(holdID string) error {
	switch r.status {
	case "released":
		return booking.EndedError(booking.HoldReleased)
	case "expired":
		return booking.EndedError(booking.HoldExpired)
	case "sold":
		return booking.Errorf(booking.CodeHoldSold, "the seats of this hold are bought")
	case "not_found":
		return booking.Errorf(booking.CodeNotFound, "no hold of yours has the id %s", holdID)
	default:
		return nil
	}
}

// taken is the refusal for seats that someone else has.
func (r reply) taken(e *booking.Event) error {
	seats, err := readSeats(r.text(0))
	if err != nil {
		return r.strange()
	}
	return seatsTaken(e, seats)
}

func seatsTaken(e *booking.Event, seats []int) error {
	names := e.Plan.GUIDs(seats)
	return &booking.Error{
		Code: booking.CodeSeatsTaken, Seats: names,
		Detail: "taken by someone else: " + strings.Join(names, ", ") + "; nothing was held",
	}
}
