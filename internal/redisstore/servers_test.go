package redisstore

import (
	"context"
	"fmt"
	"net"
	"sync/atomic"
	"testing"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
	"seathold/internal/booking/bookingtest"
	"seathold/internal/testserver"
)

// onEachAddress runs a test with the embedded server and with a real one.
func onEachAddress(t *testing.T, test func(t *testing.T, addr string)) {
	t.Run("miniredis", func(t *testing.T) { test(t, miniredis.RunT(t).Addr()) })
	t.Run("redis", func(t *testing.T) { test(t, testserver.Redis(t)) })
}

func onEachServer(t *testing.T, test func(t *testing.T, s *Store)) {
	onEachAddress(t, func(t *testing.T, addr string) { test(t, openAt(t, addr)) })
}

func openAt(t *testing.T, addr string) *Store {
	t.Helper()
	s, err := Open(Options{Addrs: []string{addr}}, newTestID)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

var idsMade atomic.Int64

func newTestID() string { return fmt.Sprintf("token-%08d", idsMade.Add(1)) }

// show is a loaded event whose raw state the test can look at.
type show struct {
	*bookingtest.Show
	store *Store
}

func newShow(t *testing.T, s *Store, seats int) *show {
	t.Helper()
	return &show{Show: bookingtest.NewShow(t, s, seats), store: s}
}

func (s *show) key(i int) string { return keys(s.Event.ID)[i] }

// hook stands between the client and the server.
type hook func(ctx context.Context, cmd redis.Cmder, next redis.ProcessHook) error

func (h hook) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, addr string) (net.Conn, error) { return next(ctx, network, addr) }
}

func (h hook) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error { return h(ctx, cmd, next) }
}

func (h hook) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}

// swap makes the store call another text in place of a script.
func swap(s *Store, sc script, source string) {
	s.client.AddHook(hook(func(ctx context.Context, cmd redis.Cmder, next redis.ProcessHook) error {
		if args := cmd.Args(); cmd.Name() == "evalsha" && args[1] == sc.Hash() {
			args[0], args[1] = "eval", source
		}
		return next(ctx, cmd)
	}))
}

// afterScripts calls do after each script that the server ran, with what runs
// it once more.
func afterScripts(s *Store, do func(again func() error) error) {
	s.client.AddHook(hook(func(ctx context.Context, cmd redis.Cmder, next redis.ProcessHook) error {
		err := next(ctx, cmd)
		if err != nil || (cmd.Name() != "evalsha" && cmd.Name() != "eval") {
			return err
		}
		return do(func() error { return next(ctx, cmd) })
	}))
}

func TestHolds(t *testing.T) {
	onEachServer(t, func(t *testing.T, s *Store) {
		bookingtest.Holds(t, func(*testing.T) booking.Holds { return s })
	})
}
