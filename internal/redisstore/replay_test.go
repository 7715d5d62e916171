package redisstore

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
	"seathold/internal/booking/bookingtest"
)

// replays runs a test with two stores on each server: one to prepare and look,
// and one that runs every script twice with the same arguments and answers
// with the second reply, as the client does after a lost reply.
func replays(t *testing.T, test func(t *testing.T, s, twice *show)) {
	onEachAddress(t, func(t *testing.T, addr string) {
		s, twice := replayed(t, openAt(t, addr), openAt(t, addr))
		test(t, s, twice)
	})
}

// replaysClocked is replays by a clock that only the test moves.
func replaysClocked(t *testing.T, test func(t *testing.T, s, twice *show, c *clock)) {
	onEachAddress(t, func(t *testing.T, addr string) {
		plain, c := clockedStore(t, addr)
		doubled := openAt(t, addr)
		doubled.client.AddHook(c.hook())
		s, twice := replayed(t, plain, doubled)
		test(t, s, twice, c)
	})
}

func replayed(t *testing.T, plain, doubled *Store) (s, twice *show) {
	t.Helper()
	s = newShow(t, plain, 12)
	afterScripts(doubled, func(again func() error) error {
		once := s.raw()
		if err := again(); err != nil {
			return err
		}
		s.requireReplayed(once)
		return nil
	})
	second := bookingtest.Show{Holds: doubled, T: t, Ctx: s.Ctx, Event: s.Event}
	return s, &show{Show: &second, store: doubled}
}

// requireReplayed asserts that a replay left what the first run did. Only
// deadlines that count from the moment of the call may have moved, by as much
// as the two are apart.
func (s *show) requireReplayed(once raw) {
	s.T.Helper()
	again := s.raw()
	for id, until := range again.Due {
		require.InDelta(s.T, once.Due[id], until, 5000, "%s", id)
		if until != once.Due[id] {
			again = again.moved(once, id)
		}
	}
	if again.Load["until"] != "" {
		again.Load["until"] = once.Load["until"]
	}
	require.Equal(s.T, once, again)
}

// moved puts the deadline of a hold back to what it was.
func (r raw) moved(once raw, id string) raw {
	r = r.then()
	seats, err := readHold("", id, once.Holds[id], 0)
	if err != nil {
		panic(err)
	}
	r.Due[id], r.Holds[id] = once.Due[id], once.Holds[id]
	for _, i := range seats.Seats {
		r.put(once.Seats[i*seatWidth:i*seatWidth+6]+r.Seats[i*seatWidth+6:(i+1)*seatWidth], i)
	}
	return r
}

func TestReplayedHold(t *testing.T) {
	replays(t, func(t *testing.T, s, twice *show) {
		r := s.Request("customer-1", 3, 1)
		h, repeated, err := twice.Hold(s.Ctx, s.Event, r)
		require.NoError(t, err)
		require.True(t, repeated)
		require.Equal(t, []int{3, 1}, h.Seats)
		require.Equal(t, ".h.h........", string(s.Map().Seats))
		_, _, err = twice.Hold(s.Ctx, s.Event, s.Request("customer-2", 1, 2))
		require.Equal(t, booking.CodeSeatsTaken, booking.CodeOf(err))
	})
}

func TestReplayedChangesOfAHold(t *testing.T) {
	replays(t, func(t *testing.T, s, twice *show) {
		h := s.Take("customer-1", 1, 2, 3)
		longer, err := twice.Extend(s.Ctx, s.Event, h.ID, "customer-1", 10*time.Minute, time.Hour)
		require.NoError(t, err)
		require.True(t, longer.ExpiresAt.After(h.ExpiresAt))
		part, _, err := twice.Release(s.Ctx, s.Event, h.ID, "customer-1", []int{2})
		require.NoError(t, err)
		require.Equal(t, []int{1, 3}, part.Seats)
		bound, err := twice.Bind(s.Ctx, s.Event, h.ID, "customer-1", "order-1", time.Minute)
		require.NoError(t, err)
		require.Equal(t, "order-1", bound.OrderID)

		other := s.Take("customer-2", 5)
		whole, _, err := twice.Release(s.Ctx, s.Event, other.ID, "customer-2", nil)
		require.NoError(t, err)
		require.Equal(t, booking.HoldReleased, whole.State)
		require.Equal(t, ".h.h........", string(s.Map().Seats))
	})
}

func TestReplayedPayment(t *testing.T) {
	replays(t, func(t *testing.T, s, twice *show) {
		live, lapsed := s.TakeBound("customer-1", time.Minute, 1), s.TakeBoundLapsed("customer-1", 2)
		for _, h := range []booking.Hold{live, lapsed} {
			twice.Pay(h)
			sold, _, err := twice.Sell(s.Ctx, s.Event, h.ID, h.OrderID)
			require.NoError(t, err)
			require.Equal(t, booking.HoldSold, sold.State)
		}
		require.NoError(t, twice.SellOver(s.Ctx, s.Event, booking.Restore{
			HoldID: "hold-x", OrderID: "order-x", CustomerID: "customer-2", Seats: []int{3}, State: booking.HoldSold,
		}))
		require.Equal(t, ".sss........", string(s.Map().Seats))
		freed, _, err := twice.Free(s.Ctx, s.Event, live.ID, live.OrderID)
		require.NoError(t, err)
		require.Equal(t, booking.HoldReleased, freed.State)
		require.Equal(t, "..ss........", string(s.Map().Seats))
	})
}

func TestReplayedBlockAndSweep(t *testing.T) {
	replays(t, func(t *testing.T, s, twice *show) {
		require.NoError(t, twice.Block(s.Ctx, s.Event, "block-1", "organizer-1", []int{1, 2}))
		require.Equal(t, ".xx.........", string(s.Map().Seats))
		s.TakeLapsed("customer-1", 3)
		twice.sweep()
		require.Equal(t, ".xx.........", string(s.Map().Seats))
		_, _, err := twice.Free(s.Ctx, s.Event, "block-1", "block-1")
		require.NoError(t, err)
		require.Equal(t, "............", string(s.Map().Seats))
	})
}

func TestReplayedLoading(t *testing.T) {
	replays(t, func(t *testing.T, s, twice *show) {
		token := uuid.NewString()
		loaded, err := twice.BeginLoad(s.Ctx, s.Event, token)
		require.NoError(t, err)
		require.True(t, loaded)
		sold, block, pending, gone := s.claims()
		_, err = twice.RestoreSeats(s.Ctx, s.Event, token, []booking.Restore{sold, block, pending, gone})
		require.NoError(t, err)
		for _, order := range []string{"order-1", "order-2"} { // while the loader reads
			_, _, err = s.Sell(s.Ctx, s.Event, "hold-1", order)
			require.ErrorIs(t, err, booking.ErrHoldMismatch)
		}
		dirty, err := twice.CommitLoad(s.Ctx, s.Event, token)
		require.NoError(t, err)
		require.ElementsMatch(t, []string{"order-1", "order-2"}, dirty, "the lost reply's orders must be named again")
		_, _, err = s.Sell(s.Ctx, s.Event, "hold-1", "order-1") // and once more
		require.ErrorIs(t, err, booking.ErrHoldMismatch)
		dirty, err = twice.CommitLoad(s.Ctx, s.Event, token)
		require.NoError(t, err)
		require.Equal(t, []string{"order-1"}, dirty)
		_, err = twice.CommitLoad(s.Ctx, s.Event, token)
		require.ErrorIs(t, err, booking.ErrConflict, "it is committed: begin again")
		require.Equal(t, ".s.s.x.hh...", string(s.Map().Seats))
		require.Empty(t, s.raw().Load)
	})
}

// lossy is a connection that can lose a reply: the server has done its work,
// and the client never hears of it.
type lossy struct {
	net.Conn
	armed *atomic.Bool
	lose  bool
}

func (c *lossy) Write(b []byte) (int, error) {
	if bytes.Contains(b, []byte("evalsha")) && c.armed.CompareAndSwap(true, false) {
		c.lose = true
	}
	return c.Conn.Write(b)
}

func (c *lossy) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if c.lose && err == nil {
		return 0, errors.Join(io.EOF, c.Close())
	}
	return n, err
}

// losing is a hook that makes connections lossy.
type losing struct {
	hook
	armed *atomic.Bool
}

func (l losing) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := next(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		return &lossy{Conn: conn, armed: l.armed}, nil
	}
}

func pass(ctx context.Context, cmd redis.Cmder, next redis.ProcessHook) error { return next(ctx, cmd) }

func TestALostReplyIsAskedForAgain(t *testing.T) {
	onEachAddress(t, func(t *testing.T, addr string) {
		var armed atomic.Bool
		store := openAt(t, addr)
		store.client.AddHook(losing{hook: pass, armed: &armed})
		s := newShow(t, store, 12)
		s.Take("customer-0", 0) // the server knows the script now

		armed.Store(true)
		r := s.Request("customer-1", 1, 2)
		h, repeated, err := s.Hold(s.Ctx, s.Event, r)
		require.NoError(t, err)
		require.False(t, armed.Load(), "a reply was lost")
		require.True(t, repeated, "the second try found what the first had done")
		require.Equal(t, r.HoldID, h.ID)
		require.Equal(t, "hhh.........", string(s.Map().Seats))
		require.Len(t, s.raw().Log, 3, "one change for each customer")
	})
}
