package redisstore

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"seathold/internal/booking"
)

// The fields of a record, which lua/part_record.lua names.
const (
	fieldState = iota
	fieldNumber
	fieldDeadline
	fieldSec
	fieldUsec
	fieldOrder
	fieldCustomer
	fieldSeats
	fieldAsked
	recordFields // since, which may follow, is one more
)

// customerField is the field under which the holds' hash has the customer's
// list, and by which records name the customer.
func customerField(customerID string) string { return "c:" + customerID }

var states = map[string]booking.HoldState{
	"h": booking.HoldHeld, "p": booking.HoldPaying, "s": booking.HoldSold,
	"b": booking.HoldBlocked, "r": booking.HoldReleased, "e": booking.HoldExpired,
}

// readHold reads a record as of the server's time now in ms: a hold past its
// deadline shows as expired, announced or not.
func readHold(eventID, holdID, text string, now int64) (booking.Hold, error) {
	h, taken, err := readRecord(eventID, holdID, text)
	if err != nil {
		return booking.Hold{}, fmt.Errorf("record of hold %s: %w", holdID, err)
	}
	h.Age = time.Duration(now-taken) * time.Millisecond
	if !h.ExpiresAt.IsZero() {
		h.Left = time.Duration(h.ExpiresAt.UnixMilli()-now) * time.Millisecond
	}
	if h.Live() && h.Left <= 0 {
		h.State = booking.HoldExpired
	}
	return h, nil
}

// readRecord reads what a record says by itself, and when it was taken, in ms.
func readRecord(eventID, holdID, text string) (h booking.Hold, taken int64, err error) {
	f := strings.Split(text, " ")
	if n := len(f); n == recordFields+1 && strings.Contains(f[recordFields], "@") {
		f = f[:recordFields] // since: the scripts' own business
	}
	if len(f) != recordFields {
		return h, 0, fmt.Errorf("it has %d fields, not %d", len(f), recordFields)
	}
	var numbers [3]int64
	for i, field := range []int{fieldDeadline, fieldSec, fieldUsec} {
		if numbers[i], err = strconv.ParseInt(f[field], 10, 64); err != nil {
			return h, 0, fmt.Errorf("field %d: %w", field, err)
		}
	}
	seats, err := readSeats(f[fieldSeats])
	if err != nil {
		return h, 0, fmt.Errorf("seats: %w", err)
	}
	state, known := states[f[fieldState]]
	if !known {
		return h, 0, fmt.Errorf("unknown state %q", f[fieldState])
	}
	h = booking.Hold{
		ID: holdID, EventID: eventID, Seats: seats, State: state,
		CustomerID: strings.TrimPrefix(f[fieldCustomer], "c:"),
	}
	if f[fieldOrder] != "-" {
		h.OrderID = f[fieldOrder]
	}
	if numbers[0] > 0 {
		h.ExpiresAt = time.UnixMilli(numbers[0]).UTC()
	}
	return h, numbers[1]*1000 + numbers[2]/1000, nil
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

func seatsTaken(e *booking.Event, seats []int) error {
	names := e.Plan.GUIDs(seats)
	return &booking.Error{
		Code: booking.CodeSeatsTaken, Seats: names,
		Detail: "not free: " + strings.Join(names, ", ") + "; nothing was held",
	}
}
