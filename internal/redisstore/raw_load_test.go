package redisstore

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
	"seathold/internal/booking/bookingtest"
)

// takenMS reads when a record says that its seats were taken.
func (r raw) takenMS(t *testing.T, id string) int64 {
	t.Helper()
	ms, err := strconv.ParseInt(strings.Fields(r.Holds[id])[3], 10, 64)
	require.NoError(t, err)
	return ms
}

func (s *show) claims() (sold, block, pending, gone booking.Restore) {
	sold = booking.Restore{HoldID: "hold-s", OrderID: "order-s", CustomerID: "c-1", Seats: []int{3, 1}, State: booking.HoldSold}
	block = booking.Restore{HoldID: "block-b", OrderID: "block-b", CustomerID: "o-1", Seats: []int{5}, State: booking.HoldBlocked}
	pending = booking.Restore{
		HoldID: "hold-p", OrderID: "order-p", CustomerID: "c-2", Seats: []int{7, 8}, State: booking.HoldHeld,
		ExpiresAt: s.Clock().Add(10 * time.Minute),
	}
	gone = booking.Restore{HoldID: "hold-r", OrderID: "order-r", CustomerID: "c-3", Seats: []int{9}, State: booking.HoldReleased}
	return sold, block, pending, gone
}

// restored writes down what claims leave behind, numbered from 1 over what is there.
func (s *show) restored(want *raw, number func(what string, seats ...int) int64) {
	sold, block, pending, _ := s.claims()
	now := s.raw()
	pending.ExpiresAt = time.UnixMilli(now.Due["hold-p"])
	for _, c := range []struct {
		claim    booking.Restore
		what     string
		state    string
		deadline int64
	}{
		{sold, "s", "s", soldMS}, {block, "x", "b", blockedMS}, {pending, "h", "h", pending.ExpiresAt.UnixMilli()},
	} {
		n := number(c.what, c.claim.Seats...)
		want.put(packed(c.deadline, n), c.claim.Seats...)
		h := booking.Hold{CustomerID: c.claim.CustomerID, OrderID: c.claim.OrderID, Seats: c.claim.Seats, ExpiresAt: c.claim.ExpiresAt}
		want.Holds[c.claim.HoldID] = record(c.state, n, now.takenMS(s.T, c.claim.HoldID), h, "-")
		if c.what != "x" {
			want.Holds["c:"+c.claim.CustomerID] = c.claim.HoldID
		}
	}
	want.Due["hold-p"] = pending.ExpiresAt.UnixMilli()
}

func TestRawLoading(t *testing.T) {
	onEachShow(t, func(t *testing.T, s *show) {
		s.TakeSold("customer-1", 0)
		s.rewrite("DEL", keyMeta) // the rest of the old life is thrown away
		before := s.Clock()
		token, loaded, err := s.BeginLoad(s.Ctx, s.Event)
		require.NoError(t, err)
		require.False(t, loaded)
		until, err := strconv.ParseInt(s.raw().Load["until"], 10, 64)
		require.NoError(t, err)
		require.GreaterOrEqual(t, until, before.Add(loadLease).UnixMilli())
		require.LessOrEqual(t, until, s.Clock().Add(loadLease).UnixMilli())
		want := raw{
			Meta: map[string]string{}, Seats: strings.Repeat(freeSeat, 12), Holds: map[string]string{}, Due: map[string]int64{},
			Load: map[string]string{"token": token, "until": fmt.Sprint(until), "version": "0"},
		}
		s.requireRaw(want)

		sold, block, pending, gone := s.claims()
		changed, err := s.RestoreSeats(s.Ctx, s.Event, token, []booking.Restore{sold, block, pending, gone})
		require.NoError(t, err)
		require.Equal(t, 3, changed)
		number := int64(0)
		s.restored(&want, func(string, ...int) int64 { number++; return number })
		want.Load["until"], want.Load["version"] = s.raw().Load["until"], "3"
		s.requireRaw(want) // no meta, no log: nobody reads it yet

		_, _, err = s.Sell(s.Ctx, s.Event, "hold-x", "order-x")
		require.ErrorIs(t, err, booking.ErrNotLoaded)
		want.Dirty = []string{"order-x"}
		s.requireRaw(want)
		dirty, err := s.CommitLoad(s.Ctx, s.Event, token)
		require.NoError(t, err)
		require.Equal(t, []string{"order-x"}, dirty)
		require.Empty(t, s.raw().Meta)
		dirty, err = s.CommitLoad(s.Ctx, s.Event, token)
		require.NoError(t, err)
		require.Empty(t, dirty)
		meta := s.raw().Meta
		want.Meta = map[string]string{"seats": "12", "version": "3", "epoch": meta["epoch"], "run_id": meta["run_id"]}
		want.Load, want.Dirty = map[string]string{}, nil
		s.requireRaw(want)
		s.Take("customer-1", 0)
		require.Equal(t, []string{"4-0 h0"}, s.raw().Log, "numbers and versions go on where the loading left off")
	})
}

func TestRawRepair(t *testing.T) {
	onEachShow(t, func(t *testing.T, s *show) {
		s.Take("customer-9", 11)
		want := s.raw().then()
		sold, block, pending, gone := s.claims()
		require.Equal(t, 3, s.Load(sold, block, pending, gone))
		s.restored(&want, want.change)
		s.requireRaw(want)
		s.requireNoTrace(func() { require.Zero(t, s.Load(sold, block, pending, gone)) })
	})
}

func TestIncompleteStateIsNotLoaded(t *testing.T) {
	for name, damage := range map[string]func(s *show){
		"no meta":        func(s *show) { s.rewrite("DEL", keyMeta) },
		"no seat count":  func(s *show) { s.rewrite("HDEL", keyMeta, "seats") },
		"no seats":       func(s *show) { s.rewrite("DEL", keySeats) },
		"truncated":      func(s *show) { s.rewrite("SET", keySeats, s.raw().Seats[:12*seatWidth-1]) },
		"cut by a seat":  func(s *show) { s.rewrite("SET", keySeats, s.raw().Seats[seatWidth:]) },
		"too long":       func(s *show) { s.rewrite("APPEND", keySeats, freeSeat) },
		"another plan's": func(s *show) { s.rewrite("HSET", keyMeta, "seats", "13") },
		"nothing": func(s *show) {
			for key := range keys("") {
				s.rewrite("DEL", key)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			onEachShow(t, func(t *testing.T, s *show) {
				sold := s.TakeSold("customer-1", 2)
				s.Take("customer-2", 3)
				epoch := s.raw().Meta["epoch"]
				damage(s)
				s.requireNoTrace(s.RequireNotLoaded)
				require.Equal(t, 1, s.Load(claimOf(sold)))
				require.Equal(t, "..s.........", string(s.Map().Seats), "holds are lost, sales are not")
				require.NotEqual(t, epoch, s.raw().Meta["epoch"], "a version of before must not come again")
			})
		})
	}
}

func TestLeaseEndsByTheServersClock(t *testing.T) {
	onEachShow(t, func(t *testing.T, s *show) {
		first, _, err := s.BeginLoad(s.Ctx, s.Event)
		require.NoError(t, err)
		s.rewrite("HSET", keyLoad, "until", s.Clock().UnixMilli())
		s.requireNoTrace(func() {
			_, err = s.RestoreSeats(s.Ctx, s.Event, first, nil)
			require.ErrorIs(t, err, booking.ErrConflict)
			_, err = s.CommitLoad(s.Ctx, s.Event, first)
			require.ErrorIs(t, err, booking.ErrConflict)
		})
		second, _, err := s.BeginLoad(s.Ctx, s.Event)
		require.NoError(t, err)
		s.requireNoTrace(func() {
			_, err = s.CommitLoad(s.Ctx, s.Event, first)
			require.ErrorIs(t, err, booking.ErrConflict)
			_, _, err = s.BeginLoad(s.Ctx, s.Event)
			require.ErrorIs(t, err, booking.ErrLoadBusy)
		})
		s.rewrite("HSET", keyLoad, "until", s.Clock().Add(time.Second).UnixMilli())
		_, err = s.RestoreSeats(s.Ctx, s.Event, second, nil) // every call renews the lease
		require.NoError(t, err)
		until, err := strconv.ParseInt(s.raw().Load["until"], 10, 64)
		require.NoError(t, err)
		require.Greater(t, until, s.Clock().Add(loadLease/2).UnixMilli())
		_, err = s.CommitLoad(s.Ctx, s.Event, second)
		require.NoError(t, err)
	})
}

func TestManyDirtyOrdersComeBackOnceEach(t *testing.T) {
	onEachShow(t, func(t *testing.T, s *show) {
		token, _, err := s.BeginLoad(s.Ctx, s.Event)
		require.NoError(t, err)
		var marked, got []string
		for i := range 1200 {
			marked = append(marked, fmt.Sprintf("order-%04d", i))
			s.rewrite("SADD", keyDirty, marked[i])
		}
		for {
			dirty, err := s.CommitLoad(s.Ctx, s.Event, token)
			require.NoError(t, err)
			if len(dirty) == 0 {
				break
			}
			got = append(got, dirty...)
		}
		require.Equal(t, marked, slices.Sorted(slices.Values(got)))
	})
}

func TestEachOwnedReadsPageByPage(t *testing.T) {
	onEachServer(t, func(t *testing.T, store *Store) {
		s := &show{Show: bookingtest.NewShow(t, store, 1300), store: store}
		claims := make([]booking.Restore, 1300)
		for i := range claims {
			id := fmt.Sprint("order-", i)
			claims[i] = booking.Restore{HoldID: "hold-" + id, OrderID: id, CustomerID: id, Seats: []int{i}, State: booking.HoldSold}
		}
		require.Equal(t, len(claims), s.Load(claims...))
		found := map[string]bool{}
		require.NoError(t, s.EachOwned(s.Ctx, s.Event, func(h booking.Hold) error {
			found[h.OrderID] = true
			return nil
		}))
		require.Len(t, found, len(claims))
	})
}
