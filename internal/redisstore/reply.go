package redisstore

import (
	"fmt"
	"slices"

	"seathold/internal/booking"
)

// reply is a script's answer: a status word and what belongs to it. What is
// read of it and is not there, or is of another kind, is remembered: fault
// tells, and is to be asked before anything read is believed.
type reply struct {
	script string
	status string
	rest   []any
	wrong  bool
}

// recordAlone is the status of a reply that is a record and no list: how the
// hot path says ok.
const recordAlone = "record alone"

// readReply takes a script's answer apart. The status not_loaded becomes
// ErrNotLoaded.
func readReply(script string, raw any) (*reply, error) {
	r := &reply{script: script}
	switch items := raw.(type) {
	case string:
		r.status, r.rest = recordAlone, []any{items}
	case []any:
		if len(items) > 0 {
			r.status, _ = items[0].(string)
			r.rest = items[1:]
		}
	}
	switch r.status {
	case "":
		return r, fmt.Errorf("script %s: unexpected reply %v", script, raw)
	case "not_loaded":
		return r, booking.ErrNotLoaded
	}
	return r, nil
}

// text returns the i-th item after the status, which must be text.
func (r *reply) text(i int) string { return item[string](r, i) }

// number returns the i-th item after the status, which must be a number.
func (r *reply) number(i int) int64 { return item[int64](r, i) }

func item[T any](r *reply, i int) (value T) {
	ok := i < len(r.rest)
	if ok {
		value, ok = r.rest[i].(T)
	}
	r.wrong = r.wrong || !ok
	return value
}

// holds reads id, record, id, record, … from the i-th item to the last.
func (r *reply) holds(e *booking.Event, i int, now int64, fn func(booking.Hold)) error {
	for ; i < len(r.rest); i += 2 {
		id, text := r.text(i), r.text(i+1)
		if err := r.fault(); err != nil {
			return err
		}
		h, err := holdOf(e, id, text, now)
		if err != nil {
			return err
		}
		fn(h)
	}
	return nil
}

// readOne reads {ok, now, record}.
func (r *reply) readOne(e *booking.Event, holdID string) (booking.Hold, error) {
	now, text := r.number(0), r.text(1)
	if err := r.must("ok", "repeated"); err != nil {
		return booking.Hold{}, err
	}
	return holdOf(e, holdID, text, now)
}

// readChange reads {ok, now, record, changed}.
func (r *reply) readChange(e *booking.Event, holdID string) (h booking.Hold, changed bool, err error) {
	changed = r.number(2) == 1
	h, err = r.readOne(e, holdID)
	return h, changed && err == nil, err
}

// must is nil where the status is one of these and nothing that was read so
// far was wrong.
func (r *reply) must(statuses ...string) error {
	if slices.Contains(statuses, r.status) {
		return r.fault()
	}
	return r.strange()
}

// fault is nil where nothing that was read so far was wrong.
func (r *reply) fault() error {
	if r.wrong {
		return r.strange()
	}
	return nil
}

// strange is the fault of a reply that the script's header does not know.
func (r *reply) strange() error {
	return fmt.Errorf("script %s: unexpected reply %q %v", r.script, r.status, r.rest)
}

// over is the refusal for a status that says why there is no such live hold,
// nil for another status.
func (r *reply) over(holdID string) error {
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

// allOrNone reads {ok} or {taken, seats}.
func (r *reply) allOrNone(e *booking.Event) error {
	if r.status != "taken" {
		return r.must("ok")
	}
	seats, err := readSeats(r.text(0))
	if err != nil || !within(e, seats) {
		return r.strange()
	}
	return seatsTaken(e, seats)
}

// holdOf reads a hold whose seats are to be those of the event's plan.
func holdOf(e *booking.Event, holdID, text string, now int64) (booking.Hold, error) {
	h, err := readHold(e.ID, holdID, text, now)
	if err == nil && !within(e, h.Seats) {
		err = fmt.Errorf("record of hold %s: it has seats %v, the plan only %d", holdID, h.Seats, len(e.Plan.Seats))
	}
	if err != nil {
		return booking.Hold{}, err
	}
	return h, nil
}

// within reports whether all seats are in the event's plan. The sweeper's
// events come without one: it looks at no seat.
func within(e *booking.Event, seats []int) bool {
	return e.Plan == nil || !slices.ContainsFunc(seats, func(i int) bool { return i >= len(e.Plan.Seats) })
}
