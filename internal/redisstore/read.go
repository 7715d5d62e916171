package redisstore

import (
	"context"
	"fmt"
	"strings"

	"seathold/internal/booking"
)

var (
	readScript = newScript("read", keyLog)
	seatScript = newScript("seat", keyHolds)
)

// seatWidth is how many bytes a seat has in the map; see lua/part_seat.lua.
const seatWidth = 11

// shownStatuses are the statuses that the script seat may reply.
var shownStatuses = string([]byte{
	byte(booking.SeatFree), byte(booking.SeatHeld), byte(booking.SeatSold), byte(booking.SeatBlocked),
})

// SeatMap implements booking.Holds.
func (s *Store) SeatMap(ctx context.Context, e *booking.Event, known string) (booking.SeatMap, error) {
	r, err := s.run(ctx, readScript, e.ID, known)
	if err != nil {
		return booking.SeatMap{}, err
	}
	m := booking.SeatMap{Version: r.text(0)}
	if r.status == "same" {
		return m, r.fault()
	}
	packed, err := r.packedMap(e)
	if err != nil {
		return booking.SeatMap{}, err
	}
	m.Seats = readMap(packed)
	return m, nil
}

// packedMap reads the map of {ok, version, seats, now}, which is to be that of
// the event's plan, where it has one here.
func (r *reply) packedMap(e *booking.Event) (string, error) {
	packed := r.text(1)
	if err := r.must("ok"); err != nil {
		return "", err
	}
	seats := len(packed) / seatWidth
	if e.Plan != nil {
		seats = len(e.Plan.Seats)
	}
	if len(packed) != seats*seatWidth {
		return "", fmt.Errorf("script %s: the map has %d bytes, not %d a seat for %d seats",
			r.script, len(packed), seatWidth, seats)
	}
	return packed, nil
}

// readMap turns the packed map into one status character a seat.
func readMap(packed string) []byte {
	seats := make([]byte, len(packed)/seatWidth)
	for i := range seats {
		seats[i] = byte(seatStatus(packed[i*seatWidth:]))
	}
	return seats
}

// seatStatus reads the deadline's six bytes. A seat with a deadline shows held
// until its end is announced.
func seatStatus(raw string) booking.SeatStatus {
	switch raw[:6] {
	case "\x00\x00\x00\x00\x00\x00":
		return booking.SeatFree
	case "\xff\xff\xff\xff\xff\xff":
		return booking.SeatSold
	case "\xff\xff\xff\xff\xff\xfe":
		return booking.SeatBlocked
	default:
		return booking.SeatHeld
	}
}

// Seat implements booking.Holds.
func (s *Store) Seat(ctx context.Context, e *booking.Event, seat int) (booking.SeatStatus, error) {
	r, err := s.run(ctx, seatScript, e.ID, seat)
	if err != nil {
		return 0, err
	}
	status := r.text(0)
	if err := r.must("ok"); err != nil {
		return 0, err
	}
	if len(status) != 1 || !strings.Contains(shownStatuses, status) {
		return 0, r.strange()
	}
	return booking.SeatStatus(status[0]), nil
}
