package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/testserver"
)

func sentinelSettings(g *testserver.Sentinels) settings {
	return settings{"SEATHOLD_REDIS_URL": "redis+sentinel://" + g.Addrs() + "/" + testserver.SentinelMaster}
}

func clusterSettings(c *testserver.Cluster) settings {
	return settings{"SEATHOLD_REDIS_URL": "redis+cluster://" + c.Addrs()}
}

// embeddedOrders are the settings of one instance that keeps its orders itself.
func embeddedOrders() settings {
	return settings{"SEATHOLD_PAYMENT_PROVIDER": "sandbox", "SEATHOLD_JWT_SECRET": "end-to-end tests sign tokens with this"}
}

// eventKey is a key in the event's slot.
func (s *shop) eventKey() string { return "seathold:{" + s.event.ID + "}:seats" }

// TestASaleUnderSentinels: two instances sell while the primary is asked to hand
// over, is killed, and is killed when its replicas are behind.
func TestASaleUnderSentinels(t *testing.T) {
	g := testserver.RedisSentinel(t, testserver.RedisAccess{})
	given := realServers("", testserver.Mongo(t))
	for name, value := range sentinelSettings(g) {
		given[name] = value
	}
	x := openTroubled(t, 2, given)

	old := g.Primary()
	g.Failover()
	x.goesOn(t, "SENTINEL FAILOVER", promoted(t, old, g.Primary))
	g.AwaitReplicas()

	old = g.Primary()
	old.Kill()
	x.goesOn(t, "kill -9 of the primary", promoted(t, old, g.Primary))
	old.Restart()
	g.AwaitReplicas()
	x.sellSome(t)

	// It believes to be the primary still when it comes back.
	old = g.Primary()
	old.Pause()
	x.goesOn(t, "a primary that hangs", promoted(t, old, g.Primary))
	old.Resume()
	g.AwaitReplicas()
	x.sellSome(t)

	x.losesSales(t, func() (old *testserver.Server, replicas []*testserver.Server) {
		for _, s := range g.Servers {
			if s != g.Primary() {
				replicas = append(replicas, s)
			}
		}
		return g.Primary(), replicas
	}, &g.RedisGroup, g.Primary)
	g.AwaitReplicas()
	x.finish(t)
}

// TestASaleOnACluster: one instance sells while the event's node hands over, is
// killed, gives the event's slot away, and is killed when its replica is behind.
func TestASaleOnACluster(t *testing.T) {
	c := testserver.RedisCluster(t, testserver.RedisAccess{})
	x := openTroubled(t, 1, clusterSettings(c), embeddedOrders())
	primary := func() *testserver.Server { return c.PrimaryOf(x.eventKey()) }

	old := primary()
	require.NoError(t, c.Client(c.ReplicaOf(old)).ClusterFailover(t.Context()).Err())
	x.goesOn(t, "CLUSTER FAILOVER", promoted(t, old, primary))
	c.AwaitWhole()

	old = primary()
	old.Kill()
	x.goesOn(t, "kill -9 of the event's node", promoted(t, old, primary))
	old.Restart()
	c.AwaitWhole()

	begun := time.Now()
	c.Reshard(x.eventKey(), c.Other(x.eventKey()), func(int) {
		asked := x.asked.Load()
		within(t, startPatience, "holds are asked for", func() bool { return x.asked.Load() >= asked+salesBetween })
	})
	met := redirected(t, c)
	figure(t, "the event's slot was moved in %s; calls met %v", time.Since(begun).Round(time.Millisecond), met)
	for _, kind := range []string{"TRYAGAIN", "ASK", "MOVED"} {
		require.Positive(t, met[kind], kind)
	}
	x.goesOn(t, "resharding", time.Now())
	c.AwaitWhole()

	uninvolved := c.Other(x.eventKey())
	its := c.ReplicaOf(uninvolved)
	uninvolved.Kill()
	isPromoted := func() *testserver.Server {
		if role, err := c.Client(its).Do(t.Context(), "ROLE").Slice(); err != nil || role[0] != "master" {
			return nil
		}
		return its
	}
	x.goesOn(t, "kill -9 of another node", promoted(t, uninvolved, isPromoted))
	uninvolved.Restart()
	c.AwaitWhole()

	x.losesSales(t, func() (*testserver.Server, []*testserver.Server) {
		return primary(), []*testserver.Server{c.ReplicaOf(primary())}
	}, &c.RedisGroup, primary)
	c.AwaitWhole()
	x.finish(t)
}

// redirected counts how the nodes have redirected their clients.
func redirected(t *testing.T, c *testserver.Cluster) map[string]int {
	t.Helper()
	met := map[string]int{}
	for _, s := range c.Servers {
		stats, err := c.Client(s).Info(t.Context(), "errorstats").Result()
		require.NoError(t, err)
		for line := range strings.Lines(stats) {
			var n int
			kind, count, _ := strings.Cut(strings.TrimPrefix(line, "errorstat_"), ":")
			if _, err := fmt.Sscanf(count, "count=%d", &n); err == nil {
				met[kind] += n
			}
		}
	}
	return met
}
