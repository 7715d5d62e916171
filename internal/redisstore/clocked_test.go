package redisstore

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"seathold/internal/testserver"
	"seathold/lua"
)

// clock is a server's clock that only the test moves, on a real server too:
// each script asks it in place of the server. A script may have a guard off.
type clock struct {
	now     time.Time
	instead map[string]string // texts of scripts by name
}

func (c *clock) advance(d time.Duration) { c.now = c.now.Add(d) }

// source is a script's text with the time in it.
func (c *clock) source(name string) string {
	text, ok := c.instead[name]
	if !ok {
		text = lua.Source(name)
	}
	at := fmt.Sprintf("{'%d', '%d'}", c.now.Unix(), c.now.Nanosecond()/1000)
	return strings.ReplaceAll(text, "redis.call('TIME')", at)
}

// hook has the server run scripts by this clock.
func (c *clock) hook() hook {
	names := map[string]string{}
	for _, name := range lua.Names() {
		names[redis.NewScript(lua.Source(name)).Hash()] = name
	}
	return func(ctx context.Context, cmd redis.Cmder, next redis.ProcessHook) error {
		if args := cmd.Args(); cmd.Name() == "evalsha" {
			args[0], args[1] = "eval", c.source(names[args[1].(string)])
		}
		return next(ctx, cmd)
	}
}

// clocked runs a test on both servers with a clock of its own.
func clocked(t *testing.T, test func(t *testing.T, s *show, c *clock)) {
	t.Helper()
	run := func(t *testing.T, addr string) {
		store, c := clockedStore(t, addr)
		test(t, newShow(t, store, 12), c)
	}
	t.Run("miniredis", func(t *testing.T) { run(t, miniredis.RunT(t).Addr()) })
	t.Run("redis", func(t *testing.T) { run(t, testserver.RedisOwn(t).Addr) })
}

func clockedStore(t *testing.T, addr string) (*Store, *clock) {
	t.Helper()
	store := openAt(t, addr)
	c := &clock{now: time.Date(2031, 5, 17, 19, 30, 0, int(123*time.Millisecond), time.UTC), instead: map[string]string{}}
	store.client.AddHook(c.hook())
	return store, c
}

// spoil switches a guard of a script off.
func (c *clock) spoil(t *testing.T, script, guard, instead string) {
	t.Helper()
	c.instead[script] = broken(t, script, guard, instead)
}

func requireMS(t *testing.T, want time.Time, got time.Time) {
	t.Helper()
	require.Equal(t, want.UnixMilli(), got.UnixMilli())
}
