package redisstore

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"seathold/internal/testserver"
)

// everything is what the server has, to see that nothing was changed.
func everything(t *testing.T, c *redis.Client) []string {
	t.Helper()
	keys, err := c.Keys(t.Context(), "*").Result()
	require.NoError(t, err)
	slices.Sort(keys)
	return keys
}

func TestRefusedIsTriedWithoutChangingAnything(t *testing.T) {
	t.Parallel()
	a := secured(t)
	addr := testserver.RedisSecured(t, a).Addr
	admin := a.Open(t, addr)
	require.NoError(t, letIn(t.Context(), admin, rights))
	s := openWith(t, asUser(a, addr))
	before := everything(t, admin)
	refused, err := s.Refused(t.Context())
	require.NoError(t, err)
	require.Empty(t, refused)
	requireNothingRefused(t, admin)

	for _, missing := range Commands() {
		require.NoError(t, letIn(t.Context(), admin, strings.ReplaceAll(rights+" ", "+"+missing+" ", "")))
		refused, err := s.Refused(t.Context())
		require.NoError(t, err, missing)
		require.Equal(t, []string{missing}, refused)
	}
	require.NoError(t, letIn(t.Context(), admin, rights))
	require.NoError(t, admin.Do(t.Context(), "acl", "setuser", "seathold", "resetkeys", "~other:*").Err())
	refused, err = s.Refused(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"evalsha", "eval"}, refused, "its keys are not ours")
	require.Equal(t, before, everything(t, admin))
	require.Zero(t, admin.DBSize(t.Context()).Val())
	const untouched = "rdb_changes_since_last_save:0\r"
	require.Contains(t, admin.Info(t.Context(), "persistence").Val(), untouched, "not one write")

	// The control: it is the first line that keeps the trial from writing.
	_, writes, found := strings.Cut(rightsSource, "#!lua flags=no-writes\n")
	require.True(t, found)
	require.NoError(t, admin.Eval(t.Context(), writes, []string{keys("doctor")[0]}, "set KEY value").Err())
	require.NotContains(t, admin.Info(t.Context(), "persistence").Val(), untouched)
}

func TestInspectAsTheDeployedUser(t *testing.T) {
	t.Parallel()
	d := startDeployed(t)
	s := d.open(t)
	all, err := s.Inspect(t.Context())
	require.NoError(t, err)
	require.Len(t, all, 1)
	one := all[0]
	require.Regexp(t, regexp.MustCompile(`^\d+\.\d+\.\d+$`), one.Version)
	require.Less(t, one.ClockAhead.Abs(), time.Second)
	require.Positive(t, one.Within)
	require.Positive(t, one.UsedMemory)
	one.Version, one.ClockAhead, one.Within, one.UsedMemory = "", 0, 0, 0
	require.Equal(t, Server{Told: true, Role: "master", MaxMemory: 512 << 20, Policy: "noeviction", AppendOnly: true}, one, "CONFIG is not told")
	refused, err := s.Refused(t.Context())
	require.NoError(t, err)
	require.Empty(t, refused)
}

func TestInspectTellsWhatIsSet(t *testing.T) {
	t.Parallel()
	server := testserver.RedisOwn(t, "--save", "900 1", "--maxmemory", "77mb", "--maxmemory-policy", "allkeys-lru", "--appendfsync", "no")
	all, err := openAt(t, server.Addr).Inspect(t.Context())
	require.NoError(t, err)
	one := all[0]
	require.Equal(t, []any{"900 1", true, int64(77 << 20), "allkeys-lru", "no", false, 0},
		[]any{one.Save, one.ToldSave, one.MaxMemory, one.Policy, one.Fsync, one.AppendOnly, one.Replicas})
	server.Kill()
	_, err = openAt(t, server.Addr).Inspect(t.Context())
	require.Error(t, err)
}

func TestInspectWhatMayNotBeAsked(t *testing.T) {
	t.Parallel()
	a := secured(t)
	addr := testserver.RedisSecured(t, a).Addr
	require.NoError(t, letIn(t.Context(), a.Open(t, addr), "+ping +time"))
	all, err := openWith(t, asUser(a, addr)).Inspect(t.Context())
	require.NoError(t, err)
	one := all[0]
	require.Positive(t, one.Within)
	one.ClockAhead, one.Within = 0, 0
	require.Equal(t, Server{}, one)
}

func TestInspectEveryPrimary(t *testing.T) {
	t.Parallel()
	_, s := onCluster(t)
	all, err := s.Inspect(t.Context())
	require.NoError(t, err)
	require.Len(t, all, 3)
	require.True(t, slices.IsSortedFunc(all, func(a, b Server) int { return strings.Compare(a.Addr, b.Addr) }))
	for _, one := range all {
		require.Equal(t, []any{"master", 1}, []any{one.Role, one.Replicas}, one.Addr)
		require.NotEmpty(t, one.Addr)
	}
	refused, err := s.Refused(t.Context())
	require.NoError(t, err)
	require.Empty(t, refused)
}
