package redisstore

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
	"seathold/internal/booking/bookingtest"
	"seathold/internal/testserver"
)

// rights are all that a user of Seathold needs, on any arrangement of servers.
var rights = "+" + strings.Join(Commands(), " +")

// clusterRights are what a client of a cluster asks its nodes beside that.
const clusterRights = " +cluster|slots +asking +command"

const userPassword = "seathold-may-do-this"

// letIn makes a user with these rights on a server.
func letIn(ctx context.Context, c *redis.Client, rights string) error {
	rules := []any{"ACL", "SETUSER", "seathold", "reset", "on", ">" + userPassword, "~seathold:*", "-@all"}
	for _, right := range strings.Fields(rights) {
		rules = append(rules, right)
	}
	return c.Do(ctx, rules...).Err()
}

// requireNothingRefused requires that the server refused nobody anything.
func requireNothingRefused(t *testing.T, c *redis.Client) {
	t.Helper()
	refused, err := c.ACLLog(t.Context(), 10).Result()
	require.NoError(t, err)
	require.Empty(t, refused)
}

func openWith(t *testing.T, o Options) *Store {
	t.Helper()
	s, err := Open(o, newTestID)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

// secured is what all servers of these tests ask for.
func secured(t *testing.T) testserver.RedisAccess {
	t.Helper()
	return testserver.RedisAccess{Password: "the-default-user", TLS: testserver.NewCertificates(t)}
}

// asUser are the options of the user that letIn makes.
func asUser(a testserver.RedisAccess, addrs ...string) Options {
	return Options{Addrs: addrs, Username: "seathold", Password: userPassword, TLS: true, CAFile: a.TLS.CAFile, dialTimeout: time.Minute}
}

// requireTheContract runs the suites of all ports, on servers with the usual settings.
func requireTheContract(t *testing.T, s *Store) {
	t.Run("check", func(t *testing.T) {
		require.NoError(t, s.Check(t.Context()))
		policy, limit, err := s.Eviction(t.Context())
		require.NoError(t, err)
		require.Equal(t, []string{"noeviction", "0"}, []string{policy, limit})
		refused, err := s.Refused(t.Context())
		require.NoError(t, err)
		require.Empty(t, refused)
	})
	requirePorts(t, s)
}

// requirePorts runs the suites of all ports that the store has.
func requirePorts(t *testing.T, s *Store) {
	t.Run("holds", func(t *testing.T) {
		bookingtest.Holds(t, func(*testing.T) booking.Holds { return s })
	})
	t.Run("limiter", func(t *testing.T) {
		bookingtest.Limiter(t, func(*testing.T) booking.Limiter { return s })
	})
	t.Run("changes", func(t *testing.T) {
		show := newShow(t, s, 12)
		start := show.version()
		show.take("customer-1", 3)
		changes, _, err := s.SeatChanges(t.Context(), show.Event.ID, start, time.Second)
		require.NoError(t, err)
		require.Len(t, changes, 1)
		changes, _, err = s.SeatChanges(t.Context(), show.Event.ID, show.version(), 10*time.Millisecond)
		require.NoError(t, err)
		require.Empty(t, changes)
	})
}

func TestTheContractByTLSAsAUserOfFewRights(t *testing.T) {
	t.Parallel()
	a := secured(t)
	addr := testserver.RedisSecured(t, a).Addr
	admin := a.Open(t, addr)
	require.NoError(t, letIn(t.Context(), admin, rights))
	requireTheContract(t, openWith(t, asUser(a, addr)))
	requireNothingRefused(t, admin)
	requireWrongSettingsTold(t, asUser(a, addr))
}

func TestTheContractUnderSentinels(t *testing.T) {
	t.Parallel()
	a := secured(t)
	g := testserver.RedisSentinel(t, a)
	for _, s := range g.Servers {
		require.NoError(t, letIn(t.Context(), g.Client(s), rights))
	}
	for _, w := range g.Watchers {
		require.NoError(t, letIn(t.Context(), g.Client(w), sentinelRights))
	}
	o := asUser(a, strings.Split(g.Addrs(), ",")...)
	o.Master, o.SentinelUsername, o.SentinelPassword = testserver.SentinelMaster, o.Username, o.Password
	requireTheContract(t, openWith(t, o))
	for _, s := range append(g.Servers, g.Watchers...) {
		requireNothingRefused(t, g.Client(s))
	}
	requireWrongSettingsTold(t, o)
}

// sentinelRights are what a client asks sentinels.
const sentinelRights = "+ping +sentinel|get-master-addr-by-name +sentinel|sentinels +subscribe &*"

func TestTheContractOnACluster(t *testing.T) {
	t.Parallel()
	a := secured(t)
	c := testserver.RedisCluster(t, a)
	for _, s := range c.Servers {
		require.NoError(t, letIn(t.Context(), c.Client(s), rights+clusterRights))
	}
	o := asUser(a, strings.Split(c.Addrs(), ",")...)
	o.Cluster = true
	s := openWith(t, o)
	requireTheContract(t, s)
	for _, s := range c.Servers {
		requireNothingRefused(t, c.Client(s))
	}
	requireWrongSettingsTold(t, o)

	said, err := s.Info(t.Context())
	require.NoError(t, err)
	require.Len(t, said, 3)
	for node := range said {
		require.Contains(t, c.Addrs(), node)
	}
	c.EachPrimary(func(one *redis.Client) {
		require.NoError(t, one.ConfigSet(t.Context(), "maxmemory-policy", "allkeys-lru").Err())
		policy, _, err := s.Eviction(t.Context())
		require.NoError(t, err)
		require.Equal(t, "allkeys-lru", policy, "one that drops keys is enough")
		require.NoError(t, one.ConfigSet(t.Context(), "maxmemory-policy", "noeviction").Err())
	})
}
