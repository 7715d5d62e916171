package redisstore

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"seathold/internal/booking"
)

// What operators are shown.

var liveScript = newScript("live", keyDue)

// CountSeats implements booking.Holds.
func (s *Store) CountSeats(ctx context.Context, e *booking.Event) (booking.SeatCounts, error) {
	packed, now, err := s.packed(ctx, e)
	if err != nil {
		return booking.SeatCounts{}, err
	}
	return countSeats(packed, func(raw string) booking.SeatStatus { return statusAt(raw, now) }), nil
}

// SeatClaims implements booking.Holds. A number is never given twice, so that
// the records may be read after the map.
func (s *Store) SeatClaims(ctx context.Context, e *booking.Event) (claims []booking.SeatClaim, at time.Time, err error) {
	packed, now, err := s.packed(ctx, e)
	if err != nil {
		return nil, time.Time{}, err
	}
	bearers := map[int64]booking.SeatClaim{}
	err = s.eachRecord(ctx, e, func(id, text string) error {
		h, err := holdOf(e, id, text, now)
		if err != nil {
			return err
		}
		number, err := strconv.ParseInt(strings.Split(text, " ")[fieldNumber], 10, 64)
		if err != nil {
			return fmt.Errorf("record of hold %s: its number: %w", id, err)
		}
		bearers[number] = booking.SeatClaim{OrderID: h.OrderID, Paying: h.State == booking.HoldPaying}
		return nil
	})
	if err != nil {
		return nil, time.Time{}, err
	}
	claims = make([]booking.SeatClaim, len(packed)/seatWidth)
	for i := range claims {
		raw := packed[i*seatWidth:]
		status := statusAt(raw, now)
		if status != booking.SeatFree {
			claims[i] = bearers[numberAt(raw)]
		}
		claims[i].Status = status
	}
	return claims, time.UnixMilli(now).UTC(), nil
}

// packed returns the map and the server's time in ms.
func (s *Store) packed(ctx context.Context, e *booking.Event) (seats string, now int64, err error) {
	r, err := s.run(ctx, readScript, e.ID, "")
	if err != nil {
		return "", 0, err
	}
	now = r.number(2)
	seats, err = r.packedMap(e)
	return seats, now, err
}

const deadlineWidth = 6 // bytes; what follows of a seat is the hold's number

// statusAt is a seat's status at a time in ms: free once its deadline is over.
func statusAt(raw string, now int64) booking.SeatStatus {
	status := seatStatus(raw)
	if status == booking.SeatHeld && bigEndian(raw[:deadlineWidth]) <= now {
		return booking.SeatFree
	}
	return status
}

func bigEndian(bytes string) (n int64) {
	for i := range len(bytes) {
		n = n<<8 | int64(bytes[i])
	}
	return n
}

// numberAt is the number of the hold that has the seat.
func numberAt(raw string) int64 { return bigEndian(raw[deadlineWidth:seatWidth]) }

// EachLive implements booking.Holds.
func (s *Store) EachLive(ctx context.Context, e *booking.Event, fn func(booking.LiveHold) error) error {
	const part = 200 // members that one call looks at: others' calls wait for it
	for cursor := "0"; ; {
		r, err := s.run(ctx, liveScript, e.ID, cursor, part)
		if err != nil {
			return err
		}
		now, next := r.number(0), r.text(1)
		if err := r.must("ok"); err != nil {
			return err
		}
		if err := r.eachLive(e, now, fn); err != nil || next == "0" {
			return err
		}
		if next == cursor {
			return r.strange() // it would go on for ever
		}
		cursor = next
	}
}

// eachLive reads {ok, now, cursor, id, record, …}.
func (r *reply) eachLive(e *booking.Event, now int64, fn func(booking.LiveHold) error) error {
	var stop error
	err := r.holds(e, 2, now, func(h booking.Hold) {
		if stop == nil {
			stop = fn(booking.LiveHold{Hold: h, TakenAt: time.UnixMilli(now).UTC().Add(-h.Age)})
		}
	})
	if err != nil {
		return err
	}
	return stop
}
