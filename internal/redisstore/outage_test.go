package redisstore

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
	"seathold/internal/testserver"
)

func TestAStoreWithoutServerIsUnavailable(t *testing.T) {
	server := miniredis.RunT(t)
	s := newShow(t, openAt(t, server.Addr()), 12)
	server.Close()
	start := time.Now()
	ctx, cancel := context.WithTimeout(s.Ctx, 100*time.Millisecond) // a request's deadline
	defer cancel()
	_, _, err := s.Hold(ctx, s.Event, s.Request("customer-1", 1))
	require.Equal(t, booking.CodeUnavailable, booking.CodeOf(err))
	_, err = s.Now(ctx)
	require.Equal(t, booking.CodeUnavailable, booking.CodeOf(err))
	_, err = s.SeatMap(ctx, s.Event, "")
	require.Equal(t, booking.CodeUnavailable, booking.CodeOf(err))
	require.Error(t, s.store.Ping(ctx))
	require.Less(t, time.Since(start), time.Second, "the deadline cuts the client's own tries short")
}

// TestAServerThatHangsIsUnavailable: a server that takes a call and says nothing.
func TestAServerThatHangsIsUnavailable(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, listener.Close()) })
	store := openAt(t, listener.Addr().String())
	start := time.Now()
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	_, err = store.Now(ctx)
	require.Equal(t, booking.CodeUnavailable, booking.CodeOf(err))
	require.Less(t, time.Since(start), time.Second)
}

func TestAServersFaultIsUnavailable(t *testing.T) {
	server := miniredis.RunT(t)
	s := newShow(t, openAt(t, server.Addr()), 12)
	server.SetError("READONLY You can't write against a read only replica.")
	_, _, err := s.Hold(s.Ctx, s.Event, s.Request("customer-1", 1))
	require.Equal(t, booking.CodeUnavailable, booking.CodeOf(err))
	server.SetError("")
	s.Take("customer-1", 1)
}

// await polls until do succeeds.
func (s *show) await(what string, do func() bool) {
	s.T.Helper()
	require.Eventually(s.T, do, 10*time.Second, 5*time.Millisecond, what)
}

func TestAnEmptyRestartIsNoticed(t *testing.T) {
	server := testserver.RedisOwn(t)
	s := newShow(t, openAt(t, server.Addr), 12)
	sold := s.TakeSold("customer-1", 1)
	s.Take("customer-2", 2)
	old := s.Map()
	s.drainConnected()
	server.Restart()
	s.await("the server is back", func() bool { return s.store.Ping(s.Ctx) == nil })
	select {
	case <-s.store.Connected():
	default:
		require.Fail(t, "a new connection must be signalled")
	}
	s.RequireNotLoaded()
	s.Load(claimOf(sold))
	require.Equal(t, ".s..........", string(s.Map().Seats))
	_, err := s.SeatMap(s.Ctx, s.Event, old.Version)
	require.NoError(t, err)
	require.NotEqual(t, old.Version, s.Map().Version)
}

func (s *show) drainConnected() {
	select {
	case <-s.store.Connected():
	default:
	}
}

// TestARestartWithDataIsStale: what a server has read back from its disk, or a
// replica got before it took over, may be behind.
func TestARestartWithDataIsStale(t *testing.T) {
	server := testserver.RedisOwn(t, "--appendonly", "yes", "--appendfsync", "always")
	s := newShow(t, openAt(t, server.Addr), 12)
	h := s.Take("customer-1", 1)
	require.False(t, s.sweep().Stale)
	before := s.raw()
	server.Restart()
	s.await("the server is back", func() bool { return s.store.Ping(s.Ctx) == nil })
	s.requireRaw(before)
	require.True(t, s.sweep().Stale)
	require.Zero(t, s.Load())
	require.False(t, s.sweep().Stale)
	require.NotEqual(t, before.Holds["m:epoch"], s.raw().Holds["m:epoch"])
	require.Equal(t, before.Log, s.raw().Log)
	require.Equal(t, booking.HoldHeld, s.Get(h.ID).State)
}

// TestAServerThatIsBackIsTold: once, and only after a call had found nobody. What
// was left half done meanwhile is mended at once then.
func TestAServerThatIsBackIsTold(t *testing.T) {
	server := miniredis.RunT(t)
	s := newShow(t, openAt(t, server.Addr()), 12)
	told := func() bool {
		select {
		case <-s.store.Back():
			return true
		default:
			return false
		}
	}
	s.Take("customer-1", 0)
	require.False(t, told(), "it was never away")

	server.Close()
	for range 2 {
		ctx, cancel := context.WithTimeout(s.Ctx, 100*time.Millisecond)
		_, err := s.SeatMap(ctx, s.Event, "")
		cancel()
		require.Equal(t, booking.CodeUnavailable, booking.CodeOf(err))
	}
	require.False(t, told(), "it is still away")

	require.NoError(t, server.Restart())
	s.await("the server answers", func() bool { _, err := s.SeatMap(s.Ctx, s.Event, ""); return err == nil })
	require.True(t, told())
	s.Take("customer-1", 1)
	require.False(t, told(), "once is enough")
	ctx, leave := context.WithCancel(s.Ctx)
	leave()
	_, err := s.SeatMap(ctx, s.Event, "")
	require.Error(t, err)
	s.Take("customer-1", 2)
	require.False(t, told(), "a caller that left says nothing of the server")
}
