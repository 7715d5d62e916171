package redisstore

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
	"seathold/internal/testserver"
	"seathold/lua"
)

// deployed is a Redis as the deployment starts it.
type deployed struct {
	addr    string
	secrets string // folder
}

func startDeployed(t *testing.T, args ...string) deployed {
	t.Helper()
	server, secrets := testserver.RedisDeployed(t, args...)
	return deployed{addr: server.Addr, secrets: secrets}
}

func readText(t *testing.T, path ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(path...))
	require.NoError(t, err)
	return strings.TrimSpace(string(text))
}

func (d deployed) open(t *testing.T) *Store {
	t.Helper()
	s, err := Open(Options{
		Addrs: []string{d.addr}, Username: "seathold", Password: readText(t, d.secrets, "redis/password"),
	}, newTestID)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func (d deployed) admin(t *testing.T) *redis.Client {
	t.Helper()
	c := redis.NewClient(&redis.Options{Addr: d.addr, Username: "admin", Password: readText(t, d.secrets, "redis/admin")})
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	return c
}

// TestTheDeployedUserIsEnough runs the contract suites as the user that the
// deployment gives Seathold: the server refuses that user nothing.
func TestTheDeployedUserIsEnough(t *testing.T) {
	d := startDeployed(t)
	s, admin := d.open(t), d.admin(t)
	requirePorts(t, s)
	policy, limit, err := s.Eviction(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"noeviction", "536870912"}, []string{policy, limit})
	refused, err := admin.ACLLog(t.Context(), 10).Result()
	require.NoError(t, err)
	require.Empty(t, refused)

	logged, err := admin.ConfigGet(t.Context(), "appendonly").Result()
	require.NoError(t, err)
	require.Equal(t, map[string]string{"appendonly": "yes"}, logged)
}

// TestTheDeployedUserIsNoMore: what else there is on a server, it may not.
func TestTheDeployedUserIsNoMore(t *testing.T) {
	d := startDeployed(t)
	s := d.open(t)
	for _, command := range [][]any{
		{"flushall"},
		{"flushdb"},
		{"keys", "*"},
		{"config", "get", "*"},
		{"config", "set", "maxmemory-policy", "allkeys-lru"},
		{"acl", "list"},
		{"shutdown"},
		{"client", "list"},
		{"monitor"},
		{"replicaof", "no", "one"},
		{"script", "flush"},
		{"function", "flush"},
		{"publish", "a", "b"},
		{"get", "another"},
		{"set", "another", "1"},
		{"eval", "return redis.call('GET', 'another')", 0},
		{"eval", "return redis.call('FLUSHALL')", 0},
	} {
		err := s.client.Do(t.Context(), command...).Err()
		require.Error(t, err, "%v", command)
		require.Regexp(t, "NOPERM|no permission|user executing the script can't", err.Error(), "%v", command)
	}
	for name, o := range map[string]*redis.Options{
		"nobody": {Addr: d.addr}, "the probe": {Addr: d.addr, Username: "probe", Password: "x"},
	} {
		c := redis.NewClient(o)
		require.Error(t, c.Get(t.Context(), "seathold:x").Err(), name)
		require.Equal(t, name == "the probe", c.Ping(t.Context()).Err() == nil, name)
		require.NoError(t, c.Close())
	}
}

var commandOfScript = regexp.MustCompile(`redis\.p?call\('([A-Z]+)'`)

// called are the commands of the scripts, as their sources have it, and those
// that are called without one.
func called() []string {
	all := map[string]bool{}
	for _, name := range lua.Names() {
		for _, call := range commandOfScript.FindAllStringSubmatch(lua.Source(name), -1) {
			all[strings.ToLower(call[1])] = true
		}
	}
	for _, own := range []string{"ping", "time", "info", "eval", "evalsha", "hget", "hscan", "xread"} {
		all[own] = true
	}
	return slices.Sorted(maps.Keys(all))
}

func TestCommandsAreThoseThatAreCalled(t *testing.T) {
	require.Equal(t, called(), Commands())
}

// TestTheDeployedUserMayCallWhatIsCalled, and nothing that is not.
func TestTheDeployedUserMayCallWhatIsCalled(t *testing.T) {
	_, rights, found := strings.Cut(readText(t, testserver.Deployment("redis", "users.acl")), "user seathold ")
	require.True(t, found)
	rights, _, _ = strings.Cut(rights, "\n")
	var allowed []string
	for _, right := range strings.Fields(rights) {
		if name, ok := strings.CutPrefix(right, "+"); ok {
			allowed = append(allowed, name)
		}
	}
	require.Equal(t, Commands(), slices.Sorted(slices.Values(allowed)))
}

// TestARightLessIsMissed is the control: without one command holds fail, and the
// log shows who was refused what.
func TestARightLessIsMissed(t *testing.T) {
	d := startDeployed(t)
	s, admin := newShow(t, d.open(t), 12), d.admin(t)
	require.NoError(t, admin.Do(t.Context(), "acl", "setuser", "seathold", "-setrange").Err())
	_, _, err := s.Hold(s.Ctx, s.Event, s.Request("customer-1", 3))
	require.Equal(t, booking.CodeUnavailable, booking.CodeOf(err))
	refused, err := admin.ACLLog(t.Context(), 10).Result()
	require.NoError(t, err)
	require.Len(t, refused, 1)
	require.Equal(t, "setrange", refused[0].Object)
}
