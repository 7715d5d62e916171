package redisstore

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"seathold/internal/booking"
)

var (
	beginScript   = newScript("begin", keyDirty)
	restoreScript = newScript("restore", keyDirty)
	commitScript  = newScript("commit", keyDirty)
	abandonScript = newScript("abandon", keyDirty)
)

// loadLease is how long a loader may be silent before another may begin: so
// long an event waits whose loader died. Every call of the loader renews it.
const loadLease = 3 * time.Second

// BeginLoad implements booking.Holds.
func (s *Store) BeginLoad(ctx context.Context, e *booking.Event, token string) (loaded bool, err error) {
	r, err := s.run(ctx, beginScript, e.ID, token, loadLease.Milliseconds(), lastByte(e))
	switch {
	case err != nil:
		return false, err
	case r.status == "busy":
		return false, booking.ErrLoadBusy
	}
	loaded = r.number(0) == 1
	return loaded, r.must("ok")
}

// RestoreSeats implements booking.Holds.
func (s *Store) RestoreSeats(ctx context.Context, e *booking.Event, token string, claims []booking.Restore) (changed int, err error) {
	args := make([]any, 0, len(claims)+2)
	args = append(args, token, loadLease.Milliseconds())
	for _, c := range claims {
		text, err := claimText(c)
		if err != nil {
			return 0, err
		}
		args = append(args, text)
	}
	r, err := s.run(ctx, restoreScript, e.ID, args...)
	switch {
	case err != nil:
		return 0, err
	case r.status == "lost":
		return 0, booking.ErrConflict
	}
	changed = int(r.number(0))
	return changed, r.must("ok")
}

var claimStates = map[booking.HoldState]string{
	booking.HoldSold: "s", booking.HoldBlocked: "b", booking.HoldHeld: "h", booking.HoldReleased: "r",
}

func claimText(c booking.Restore) (string, error) {
	state, ok := claimStates[c.State]
	if !ok || len(c.Seats) == 0 {
		return "", fmt.Errorf("order %s claims %d seats as %q: that cannot be restored", c.OrderID, len(c.Seats), c.State)
	}
	return state + " " + c.HoldID + " " + c.OrderID + " " + customerField(c.CustomerID) + " " +
		strconv.FormatInt(unixMilli(c.ExpiresAt), 10) + " " + seatList(c.Seats), nil
}

// CommitLoad implements booking.Holds.
func (s *Store) CommitLoad(ctx context.Context, e *booking.Event, token string) (dirty []string, err error) {
	r, err := s.run(ctx, commitScript, e.ID, token, loadLease.Milliseconds(), lastByte(e), s.epoch())
	switch {
	case err != nil:
		return nil, err
	case r.status == "lost":
		return nil, booking.ErrConflict
	case r.status == "dirty":
		dirty = strings.Fields(r.text(0))
		return dirty, r.fault()
	}
	return nil, r.must("ok")
}

// AbandonLoad implements booking.Holds.
func (s *Store) AbandonLoad(ctx context.Context, e *booking.Event, token string) error {
	r, err := s.run(ctx, abandonScript, e.ID, token)
	if err != nil {
		return err
	}
	return r.must("ok", "lost")
}

// lastByte is the offset of the map's last byte.
func lastByte(e *booking.Event) int { return len(e.Plan.Seats)*seatWidth - 1 }

// epoch is a new name for a life of the map.
func (s *Store) epoch() string {
	id := s.newID()
	return id[len(id)-8:]
}

// EachOwned implements booking.Holds.
func (s *Store) EachOwned(ctx context.Context, e *booking.Event, fn func(booking.Hold) error) error {
	return s.eachRecord(ctx, e, func(id, text string) error {
		h, err := holdOf(e, id, text, 0)
		if err != nil {
			return err
		}
		over := h.State == booking.HoldReleased || h.State == booking.HoldExpired
		if h.OrderID == "" || over {
			return nil
		}
		return fn(h)
	})
}

// eachRecord calls fn for every record that is there all the while. Any may be
// visited twice.
func (s *Store) eachRecord(ctx context.Context, e *booking.Event, fn func(id, text string) error) error {
	const page = 500
	cursor := uint64(0)
	for {
		pairs, next, err := s.client.HScan(ctx, keys(e.ID)[keyHolds], cursor, "", page).Result()
		if err != nil {
			return unavailable(err)
		}
		for i := 0; i+1 < len(pairs); i += 2 {
			if strings.Contains(pairs[i], ":") {
				continue // not a hold's field
			}
			if err := fn(pairs[i], pairs[i+1]); err != nil {
				return err
			}
		}
		if next == 0 {
			return nil
		}
		cursor = next
	}
}
