package testserver

import (
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
)

func TestASentinelGroupReplacesItsPrimary(t *testing.T) {
	t.Parallel()
	g := RedisSentinel(t, RedisAccess{Password: "wide-open", TLS: NewCertificates(t)})
	first := g.Primary()
	require.Equal(t, g.Servers[0], first)
	c := g.Client(first)
	require.NoError(t, c.Set(t.Context(), "seat", "A1", 0).Err())
	require.NoError(t, c.Wait(t.Context(), 2, 0).Err())
	for _, replica := range g.Servers[1:] {
		g.CutOff(first, replica)
	}
	require.NoError(t, c.Set(t.Context(), "seat", "A2", 0).Err())

	first.Kill()
	g.await("another is the primary", func() bool { p := g.Primary(); return p != nil && p != first })
	require.Equal(t, "A1", g.Client(g.Primary()).Get(t.Context(), "seat").Val(), "what came last is lost")
	for _, s := range g.Servers[1:] {
		g.Reconcile(s)
	}
	first.Restart()
	g.AwaitReplicas()
}

func TestAClusterReplacesANodeAndMovesASlot(t *testing.T) {
	t.Parallel()
	c := RedisCluster(t, RedisAccess{Password: "wide-open", TLS: NewCertificates(t)})
	first := c.PrimaryOf("{seat}1")
	require.NotNil(t, first)
	for _, key := range []string{"{seat}1", "{seat}2"} {
		require.NoError(t, c.Client(first).Set(t.Context(), key, "A1", 0).Err())
	}
	require.NoError(t, c.Client(first).Wait(t.Context(), 1, 0).Err())
	second := c.ReplicaOf(first)
	first.Kill()
	c.await("the replica has the slot", func() bool { return c.PrimaryOf("{seat}1") == second })
	first.Restart()
	c.AwaitWhole()

	third := c.Other("{seat}1")
	require.NotEqual(t, second, third)
	var steps []int
	c.Reshard("{seat}1", third, func(n int) { steps = append(steps, n) })
	require.Equal(t, []int{0, 1, 2}, steps)
	require.Equal(t, third, c.PrimaryOf("{seat}1"))
	require.Equal(t, "A1", c.Client(third).Get(t.Context(), "{seat}2").Val())
	primaries := 0
	c.EachPrimary(func(*redis.Client) { primaries++ })
	require.Equal(t, clusterPrimaries, primaries)
}
