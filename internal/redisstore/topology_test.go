package redisstore

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/testserver"
)

// onCluster returns a cluster of this test alone, and a store on it.
func onCluster(t *testing.T) (*testserver.Cluster, *Store) {
	t.Helper()
	c := testserver.RedisCluster(t, testserver.RedisAccess{})
	return c, openWith(t, Options{Addrs: strings.Split(c.Addrs(), ","), Cluster: true})
}

func TestSlotsThatNobodyServes(t *testing.T) {
	t.Parallel()
	c, s := onCluster(t)
	unserved, err := s.Unserved(t.Context())
	require.NoError(t, err)
	require.Zero(t, unserved, "the control")

	c.TakeSlots(0, 9)
	require.Eventually(t, func() bool {
		unserved, err = s.Unserved(t.Context())
		return err == nil && unserved == 10
	}, 10*time.Second, 50*time.Millisecond, "they are ten, also where the cluster is down for it")
}

func TestAServerAloneHasNoSlots(t *testing.T) {
	t.Parallel()
	unserved, err := openAt(t, testserver.RedisOwn(t).Addr).Unserved(t.Context())
	require.NoError(t, err)
	require.Zero(t, unserved)
}

func TestSentinelsAreAsked(t *testing.T) {
	t.Parallel()
	a := testserver.RedisAccess{Password: "the-password-of-sentinels"}
	g := testserver.RedisSentinel(t, a)
	o := Options{
		Addrs: strings.Split(g.Addrs(), ","), Master: testserver.SentinelMaster,
		Password: a.Password, SentinelPassword: a.Password,
	}
	all, err := Sentinels(t.Context(), o)
	require.NoError(t, err)
	require.Len(t, all, 3)
	for i, s := range all {
		require.Equal(t, Sentinel{Addr: o.Addrs[i]}, s, "the control")
	}

	o.SentinelPassword = "another"
	all, err = Sentinels(t.Context(), o)
	require.NoError(t, err)
	require.ErrorContains(t, all[0].Err, "WRONGPASS")

	o.SentinelPassword = a.Password
	g.Watchers[1].Kill()
	g.Watchers[2].Kill()
	require.Eventually(t, func() bool {
		all, err = Sentinels(t.Context(), o)
		return err == nil && all[0].Refuses != ""
	}, 20*time.Second, 100*time.Millisecond, "the one that is left notices")
	require.Contains(t, all[0].Refuses, "NOQUORUM")
	require.NoError(t, all[0].Err)
	require.Error(t, all[1].Err)
	require.Error(t, all[2].Err)
}
