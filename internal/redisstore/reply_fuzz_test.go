package redisstore

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

const fuzzSeats = 20

// parrot is a store whose server gives one reply to every script.
type parrot struct {
	*Store
	reply any
}

func newParrot(t testing.TB) *parrot {
	t.Helper()
	s, err := Open(Options{Addrs: []string{"127.0.0.1:1"}}, newTestID)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	p := &parrot{Store: s}
	s.client.AddHook(hook(func(_ context.Context, cmd redis.Cmder, _ redis.ProcessHook) error {
		switch cmd := cmd.(type) {
		case *redis.Cmd:
			cmd.SetVal(p.reply)
		case *redis.ScanCmd:
			cmd.SetVal(texts(p.reply), 0)
		case *redis.StringCmd:
			cmd.SetVal("run_id:parrot\r\n")
		default:
			return fmt.Errorf("a parrot does not know %s", cmd.Name())
		}
		return nil
	}))
	return p
}

// texts are a reply's texts, as HSCAN has no other.
func texts(reply any) (list []string) {
	items, _ := reply.([]any)
	for _, i := range items {
		if text, ok := i.(string); ok {
			list = append(list, text)
		}
	}
	return list
}

// replyOf makes a reply of a text that a fuzzer changes: a line an item, with
// its kind in front. =TEXT alone is a plain text.
func replyOf(text string) any {
	if plain, ok := strings.CutPrefix(text, "="); ok {
		return plain
	}
	items := []any{}
	for line := range strings.SplitSeq(text, "\n") {
		switch number, err := strconv.ParseInt(strings.TrimPrefix(line, "i"), 10, 64); {
		case strings.HasPrefix(line, "i") && err == nil:
			items = append(items, number)
		case line == "nil":
			items = append(items, nil)
		case line == "list":
			items = append(items, []any{"ok", int64(1)})
		default:
			items = append(items, strings.TrimPrefix(line, "s"))
		}
	}
	return items
}

const fuzzRecord = "h 7 1900000060000 1900000000 000999 - c:customer-1 17,3 17,3"

var fuzzMap = strings.Repeat(strings.Repeat("\x00", seatWidth), fuzzSeats)

// FuzzReplies gives any reply to every call: none panics, and what is not
// refused is whole.
func FuzzReplies(f *testing.F) {
	for _, seed := range []string{
		"", "=", "=" + fuzzRecord, "ok", "ok\ni1900000000000\n" + fuzzRecord, "ok\ni1900000000000\n" + fuzzRecord + "\ni1",
		"repeated\ni1\n" + fuzzRecord, "taken\n1,2", "taken\ni0\ni1", "taken\ni-1", "taken\ni9", "taken\n99", "limit\ni3", "limit",
		"closed", "reused", "released", "expired", "sold", "not_found", "not_loaded", "bound", "mismatch", "busy", "lost", "dirty\na b", "dirty",
		"same\ne-1", "ok\ne-1\n" + fuzzMap, "ok\ne-1\nshort", "ok\ns.", "ok\nsz", "ok\ns..", "ok\ni0\ni1\ni1\ni2\nhold-1\n" + fuzzRecord,
		"ok\ni0\ni1\ni1\ni2\nhold-1", "ok\ni0\nhold-1\n" + strings.Replace(fuzzRecord, "17,3 ", "17,99 ", 1), "ok\nnil\nnil", "ok\nlist", "i1", "nil\nok",
		"ok\ne-1\n" + fuzzMap + "\ni1", "ok\ni1\n0\nhold-1\n" + fuzzRecord, "ok\ni1\n0", "ok\ni1\n7",
	} {
		f.Add(seed)
	}
	p := newParrot(f)
	e := &booking.Event{ID: "event-1", Plan: &booking.Plan{Seats: make([]booking.PlanSeat, fuzzSeats)}}
	for i := range e.Plan.Seats {
		e.Plan.Seats[i].GUID = strconv.Itoa(i)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p.reply = replyOf(text)
		for _, call := range fuzzCalls {
			if err := call.make(t, p.Store, e); err != nil {
				requireExplained(t, err)
			}
		}
	})
}

// requireExplained: a refusal has seats of the plan at most, and a fault says
// where it comes from.
func requireExplained(t *testing.T, err error) {
	t.Helper()
	var refused *booking.Error
	if errors.As(err, &refused) {
		require.NotEqual(t, booking.CodeUnavailable, refused.Code, "the server answered: %v", err)
		require.Equal(t, refused.Code == booking.CodeSeatsTaken, len(refused.Seats) > 0, "%v", err)
	}
	require.NotEmpty(t, err.Error())
}

// requireHold: what reads as a hold can be used without looking.
func requireHold(t *testing.T, h booking.Hold, err error) error {
	t.Helper()
	if err == nil {
		require.NotEmpty(t, h.Seats)
		for _, i := range h.Seats {
			require.True(t, i >= 0 && i < fuzzSeats, "seat %d", i)
		}
		require.NotEmpty(t, h.State)
	}
	return err
}

// fuzzCalls are all calls that read a reply.
var fuzzCalls = []struct {
	name string
	make func(t *testing.T, s *Store, e *booking.Event) error
}{
	{"Hold", func(t *testing.T, s *Store, e *booking.Event) error {
		h, _, err := s.Hold(t.Context(), e, booking.HoldRequest{HoldID: "hold-1", CustomerID: "customer-1", Seats: []int{3, 17}, TTL: time.Minute})
		return requireHold(t, h, err)
	}},
	{"GetHold", func(t *testing.T, s *Store, e *booking.Event) error {
		h, err := s.GetHold(t.Context(), e, "hold-1")
		return requireHold(t, h, err)
	}},
	{"HoldsOf", func(t *testing.T, s *Store, e *booking.Event) error {
		holds, err := s.HoldsOf(t.Context(), e, "customer-1")
		for _, h := range holds {
			_ = requireHold(t, h, nil)
		}
		return err
	}},
	{"Extend", func(t *testing.T, s *Store, e *booking.Event) error {
		h, err := s.Extend(t.Context(), e, "hold-1", "customer-1", time.Minute, time.Hour)
		return requireHold(t, h, err)
	}},
	{"Release", func(t *testing.T, s *Store, e *booking.Event) error {
		h, _, err := s.Release(t.Context(), e, "hold-1", "customer-1", nil)
		return requireHold(t, h, err)
	}},
	{"Bind", func(t *testing.T, s *Store, e *booking.Event) error {
		h, err := s.Bind(t.Context(), e, "hold-1", "customer-1", "order-1", time.Minute)
		return requireHold(t, h, err)
	}},
	{"Confirm", func(t *testing.T, s *Store, e *booking.Event) error {
		return s.Confirm(t.Context(), e, booking.ConfirmRequest{HoldID: "hold-1", OrderID: "order-1", Seats: []int{3}})
	}},
	{"Sell", func(t *testing.T, s *Store, e *booking.Event) error {
		h, _, err := s.Sell(t.Context(), e, "hold-1", "order-1")
		return requireHold(t, h, err)
	}},
	{"Free", func(t *testing.T, s *Store, e *booking.Event) error {
		h, changed, err := s.Free(t.Context(), e, "hold-1", "order-1")
		if !changed {
			return err
		}
		return requireHold(t, h, err)
	}},
	{"Block", func(t *testing.T, s *Store, e *booking.Event) error {
		return s.Block(t.Context(), e, "block-1", "owner-1", []int{1})
	}},
	{"SeatMap", func(t *testing.T, s *Store, e *booking.Event) error {
		m, err := s.SeatMap(t.Context(), e, "e-1")
		if err == nil && m.Seats != nil {
			require.Len(t, m.Seats, fuzzSeats)
			require.Empty(t, strings.Trim(string(m.Seats), ".hsx"))
		}
		return err
	}},
	{"Seat", func(t *testing.T, s *Store, e *booking.Event) error {
		status, err := s.Seat(t.Context(), e, 1)
		if err == nil {
			require.Contains(t, ".hsx", string(rune(status)))
		}
		return err
	}},
	{"Sweep", func(t *testing.T, s *Store, e *booking.Event) error {
		swept, err := s.Sweep(t.Context(), e, 10)
		for _, ended := range swept.Expired {
			require.NotZero(t, ended.Seats)
		}
		return err
	}},
	{"BeginLoad", func(t *testing.T, s *Store, e *booking.Event) error {
		_, err := s.BeginLoad(t.Context(), e, "token")
		return err
	}},
	{"RestoreSeats", func(t *testing.T, s *Store, e *booking.Event) error {
		_, err := s.RestoreSeats(t.Context(), e, "token", []booking.Restore{{HoldID: "h", OrderID: "o", Seats: []int{1}, State: booking.HoldSold}})
		return err
	}},
	{"CommitLoad", func(t *testing.T, s *Store, e *booking.Event) error {
		_, err := s.CommitLoad(t.Context(), e, "token")
		return err
	}},
	{"AbandonLoad", func(t *testing.T, s *Store, e *booking.Event) error { return s.AbandonLoad(t.Context(), e, "token") }},
	{"CountSeats", func(t *testing.T, s *Store, e *booking.Event) error {
		counts, err := s.CountSeats(t.Context(), e)
		if err == nil {
			require.Equal(t, fuzzSeats, counts.All())
		}
		return err
	}},
	{"SeatClaims", func(t *testing.T, s *Store, e *booking.Event) error {
		claims, _, err := s.SeatClaims(t.Context(), e)
		if err == nil {
			require.Len(t, claims, fuzzSeats)
		}
		return err
	}},
	{"EachLive", func(t *testing.T, s *Store, e *booking.Event) error {
		return s.EachLive(t.Context(), e, func(h booking.LiveHold) error { return requireHold(t, h.Hold, nil) })
	}},
	{"EachOwned", func(t *testing.T, s *Store, e *booking.Event) error {
		return s.EachOwned(t.Context(), e, func(h booking.Hold) error { return requireHold(t, h, nil) })
	}},
}

// TestMalformedRepliesAreFaults: a reply that lacks what its script's header
// promises, or has it in another kind, is never taken for zeros.
func TestMalformedRepliesAreFaults(t *testing.T) {
	p := newParrot(t)
	e := &booking.Event{ID: "event-1", Plan: &booking.Plan{Seats: make([]booking.PlanSeat, fuzzSeats)}}
	for _, text := range []string{
		"", "=", "=no record", "what", "i1", "nil", "ok\nnil", "ok\nlist", "ok\nA\nB\nC\nD\nE", "taken", "taken\nx", "limit", "dirty", "dirty\ni1", "same", "same\ni1",
	} {
		p.reply = replyOf(text)
		for _, call := range fuzzCalls {
			if call.name == "EachOwned" {
				continue // no script
			}
			acknowledges := call.name == "Confirm" || call.name == "Block" || call.name == "AbandonLoad" || call.name == "CommitLoad"
			if acknowledges && strings.HasPrefix(text, "ok") {
				continue // {ok} is all that it says
			}
			require.Error(t, call.make(t, p.Store, e), "%s: %q", call.name, text)
		}
	}
}

// TestASeatBeyondThePlanIsAFault: whoever reads it would use it as an index.
func TestASeatBeyondThePlanIsAFault(t *testing.T) {
	p := newParrot(t)
	e := &booking.Event{ID: "event-1", Plan: &booking.Plan{Seats: make([]booking.PlanSeat, fuzzSeats)}}
	for _, call := range fuzzCalls {
		good := "ok\ni0\n" + fuzzRecord + "\ni1"
		switch call.name {
		case "Hold":
			good = "=" + fuzzRecord
		case "HoldsOf":
			good = "ok\ni0\nhold-1\n" + fuzzRecord
		case "EachOwned":
			good = "hold-1\n" + strings.Replace(fuzzRecord, " - ", " order-1 ", 1)
		case "EachLive":
			good = "ok\ni0\n0\nhold-1\n" + fuzzRecord
		case "GetHold", "Extend", "Release", "Bind", "Sell", "Free":
		default:
			continue // reads no record that is used by its seats
		}
		p.reply = replyOf(good)
		require.NoError(t, call.make(t, p.Store, e), call.name)
		p.reply = replyOf(strings.Replace(good, " 17,3 ", " 17,20 ", 1))
		require.ErrorContains(t, call.make(t, p.Store, e), "the plan only 20", call.name)
	}
}
