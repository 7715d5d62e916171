package redisstore

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
	"seathold/internal/booking/bookingtest"
)

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
		want.Holds[c.claim.HoldID] = record(c.state, n, s.takenAt(c.claim.HoldID), h, "-")
		if c.what != "x" {
			want.Holds["c:"+c.claim.CustomerID] = c.claim.HoldID
		}
	}
	want.Due["hold-p"] = pending.ExpiresAt.UnixMilli()
}

func TestRawLoading(t *testing.T) {
	onEachShow(t, func(t *testing.T, s *show) {
		s.TakeSold("customer-1", 0)
		s.rewrite("HDEL", keyHolds, "m:last") // the rest of the old life is thrown away
		before := s.Clock()
		token := uuid.NewString()
		loaded, err := s.BeginLoad(s.Ctx, s.Event, token)
		require.NoError(t, err)
		require.False(t, loaded)
		until, err := strconv.ParseInt(s.raw().Load["until"], 10, 64)
		require.NoError(t, err)
		require.GreaterOrEqual(t, until, before.Add(loadLease).UnixMilli())
		require.LessOrEqual(t, until, s.Clock().Add(loadLease).UnixMilli())
		want := raw{
			Seats: strings.Repeat(freeSeat, 12), Holds: map[string]string{}, Due: map[string]int64{},
			Load: map[string]string{"token": token, "until": fmt.Sprint(until), "version": "0", "run": s.run()},
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
		s.RequireNotLoaded()
		dirty, err = s.CommitLoad(s.Ctx, s.Event, token)
		require.NoError(t, err)
		require.ElementsMatch(t, []string{"order-1", "block-1"}, dirty)
		dirty, err = s.CommitLoad(s.Ctx, s.Event, token)
		require.NoError(t, err)
		require.Empty(t, dirty)
		for _, field := range []string{"m:epoch", "m:run"} {
			want.Holds[field] = s.raw().Holds[field]
		}
		want.Holds["m:last"] = "131"
		want.Load, want.Dirty, want.Log = map[string]string{}, nil, []string{"0-4 "}
		s.requireRaw(want)
		s.Take("customer-1", 0)
		require.Equal(t, []string{"0-4 ", "0-5 h0"}, s.raw().Log, "numbers and versions go on where the loading left off")
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

func TestRawSoldOver(t *testing.T) {
	onEachShow(t, func(t *testing.T, s *show) {
		h := s.TakeBound("customer-1", time.Minute, 1)
		want := s.raw().then()
		taken := s.takenAt(h.ID)
		require.NoError(t, s.SellOver(s.Ctx, s.Event, bookingtest.Claim(h, booking.HoldSold)))
		number := want.change("s", 1)
		want.put(packed(soldMS, number), 1)
		h.ExpiresAt = time.Time{}
		want.Holds[h.ID] = record("s", number, taken, h, "-")
		delete(want.Due, h.ID)
		s.requireRaw(want)
	})
}

// TestRepairMendsSeatsThatDoNotShowTheirOwner: a record that says sold is not
// enough where the seats say otherwise.
func TestRepairMendsSeatsThatDoNotShowTheirOwner(t *testing.T) {
	onEachShow(t, func(t *testing.T, s *show) {
		h := s.TakeSold("customer-1", 1, 2)
		for _, wrong := range []string{freeSeat, packed(soldMS, 99), packed(blockedMS, 2), packed(s.Clock().UnixMilli(), 2)} {
			s.rewrite("SETRANGE", keySeats, 2*seatWidth, wrong)
			require.Equal(t, 1, s.Load(claimOf(h)))
			require.Equal(t, ".ss.........", string(s.Map().Seats))
			number := s.raw()
			require.Equal(t, packed(soldMS, number.version()), s.raw().Seats[2*seatWidth:3*seatWidth])
		}
	})
}

func TestIncompleteStateIsNotLoaded(t *testing.T) {
	for name, damage := range map[string]func(s *show){
		"no holds":       func(s *show) { s.rewrite("DEL", keyHolds) },
		"no seat count":  func(s *show) { s.rewrite("HDEL", keyHolds, "m:last") },
		"no seats":       func(s *show) { s.rewrite("DEL", keySeats) },
		"truncated":      func(s *show) { s.rewrite("SET", keySeats, s.raw().Seats[:12*seatWidth-1]) },
		"cut by a seat":  func(s *show) { s.rewrite("SET", keySeats, s.raw().Seats[seatWidth:]) },
		"another plan's": func(s *show) { s.rewrite("HSET", keyHolds, "m:last", 13*seatWidth-1) },
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
				epoch := s.raw().Holds["m:epoch"]
				damage(s)
				s.requireNoTrace(s.RequireNotLoaded)
				require.Equal(t, 1, s.Load(claimOf(sold)))
				require.Equal(t, "..s.........", string(s.Map().Seats), "holds are lost, sales are not")
				require.NotEqual(t, epoch, s.raw().Holds["m:epoch"], "a version of before must not come again")
			})
		})
	}
}

func TestLeaseEndsByTheServersClock(t *testing.T) {
	onEachShow(t, func(t *testing.T, s *show) {
		first := uuid.NewString()
		_, err := s.BeginLoad(s.Ctx, s.Event, first)
		require.NoError(t, err)
		s.rewrite("HSET", keyLoad, "until", s.Clock().UnixMilli())
		s.requireNoTrace(func() {
			_, err = s.RestoreSeats(s.Ctx, s.Event, first, nil)
			require.ErrorIs(t, err, booking.ErrConflict)
			_, err = s.CommitLoad(s.Ctx, s.Event, first)
			require.ErrorIs(t, err, booking.ErrConflict)
		})
		s.rewrite("SADD", keyDirty, "order-1")
		second := uuid.NewString()
		_, err = s.BeginLoad(s.Ctx, s.Event, second)
		require.NoError(t, err)
		require.Empty(t, s.raw().Dirty, "the new loader reads everything anyway")
		s.requireNoTrace(func() {
			_, err = s.CommitLoad(s.Ctx, s.Event, first)
			require.ErrorIs(t, err, booking.ErrConflict)
			_, err = s.BeginLoad(s.Ctx, s.Event, uuid.NewString())
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
		token := uuid.NewString()
		_, err := s.BeginLoad(s.Ctx, s.Event, token)
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
		for batch := range slices.Chunk(claims, 100) {
			s.Load(batch...)
		}
		found := map[string]bool{}
		require.NoError(t, s.EachOwned(s.Ctx, s.Event, func(h booking.Hold) error {
			found[h.OrderID] = true
			return nil
		}))
		require.Len(t, found, len(claims))
	})
}
