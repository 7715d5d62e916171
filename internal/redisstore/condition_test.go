package redisstore

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
	"seathold/internal/testserver"
)

func saidBy(t *testing.T, s *Store) string {
	t.Helper()
	all, err := s.Info(t.Context())
	require.NoError(t, err)
	require.Len(t, all, 1)
	return all[theServer]
}

// TestAServerSaysHowItIs has the fields that operators are shown, under the names
// that this version of the server has for them.
func TestAServerSaysHowItIs(t *testing.T) {
	t.Parallel()
	said := saidBy(t, openAt(t, testserver.Redis(t)))
	for _, field := range []string{
		"used_memory", "maxmemory", "maxmemory_policy", "evicted_keys", "connected_slaves", "master_replid",
		"aof_last_write_status", "rdb_last_bgsave_status",
	} {
		require.NotEmpty(t, infoField(said, field), field)
	}
}

// TestAFullServerSaysSo: a hold that is refused for want of memory is counted there.
func TestAFullServerSaysSo(t *testing.T) {
	t.Parallel()
	addr := testserver.RedisOwn(t).Addr
	store := openAt(t, addr)
	s := newShow(t, store, 12)
	s.Take("customer-1", 0)
	require.Empty(t, infoField(saidBy(t, store), "errorstat_OOM"), "the control: it has room")

	admin := redis.NewClient(&redis.Options{Addr: addr})
	t.Cleanup(func() { require.NoError(t, admin.Close()) })
	require.NoError(t, admin.ConfigSet(t.Context(), "maxmemory", "1").Err())
	_, _, err := s.Hold(s.Ctx, s.Event, s.Request("customer-1", 1))
	require.Equal(t, booking.CodeUnavailable, booking.CodeOf(err))
	said := saidBy(t, store)
	require.True(t, strings.HasPrefix(infoField(said, "errorstat_OOM"), "count="), said)
	require.Equal(t, "0", infoField(said, "evicted_keys"))
}

func TestWhoMayNotAskIsToldNothing(t *testing.T) {
	t.Parallel()
	a := secured(t)
	addr := testserver.RedisSecured(t, a).Addr
	require.NoError(t, letIn(t.Context(), a.Open(t, addr), "+ping"))
	require.Empty(t, saidBy(t, openWith(t, asUser(a, addr))), "and that is no fault")
}

// A password that was changed there alone: no script gets through either.
func TestAServerThatLetsNobodyInIsAway(t *testing.T) {
	t.Parallel()
	a := secured(t)
	addr := testserver.RedisSecured(t, a).Addr
	require.NoError(t, letIn(t.Context(), a.Open(t, addr), "+info"))
	options := asUser(a, addr)
	require.NotEmpty(t, saidBy(t, openWith(t, options)), "the control: it lets us in")
	options.Password = "another"
	_, err := openWith(t, options).Info(t.Context())
	require.Equal(t, booking.CodeUnavailable, booking.CodeOf(err))
}

func TestAServerThatIsAwaySaysNothing(t *testing.T) {
	t.Parallel()
	server := testserver.RedisOwn(t)
	store := openAt(t, server.Addr)
	require.NotEmpty(t, saidBy(t, store))
	server.Kill()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	_, err := store.Info(ctx)
	require.Equal(t, booking.CodeUnavailable, booking.CodeOf(err))
}
