package testserver

import (
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
)

// Cluster is a Redis Cluster: three primaries with a replica each. A node that
// is away for a second is replaced.
type Cluster struct {
	RedisGroup
	ids []string // of the nodes, in the order of Servers
}

const (
	clusterPrimaries = 3
	clusterSlots     = 16384
)

// RedisCluster starts one for this test alone.
func RedisCluster(t testing.TB, a RedisAccess) *Cluster {
	t.Helper()
	c := &Cluster{RedisGroup: RedisGroup{Access: a, t: t}}
	buses := make([]string, 2*clusterPrimaries)
	for i := range buses {
		bus, err := freePort()
		c.must(err)
		buses[i] = bus
		c.Servers = append(c.Servers, own(t, a.kind(), []string{
			"--cluster-enabled", "yes", "--cluster-port", bus, "--cluster-node-timeout", "1000",
			"--cluster-allow-replica-migration", "no", "--repl-diskless-sync-delay", "0",
			"--cluster-replica-validity-factor", "0", // one that is behind may take over however long it is
		}))
	}
	c.meet(buses)
	for i, replica := range c.Servers[clusterPrimaries:] {
		c.must(c.Client(replica).ClusterReplicate(t.Context(), c.ids[i]).Err())
	}
	c.AwaitWhole()
	return c
}

// TakeSlots takes slots away from whoever has them: no server has them then.
func (c *Cluster) TakeSlots(first, last int) {
	c.t.Helper()
	for _, s := range c.Servers {
		c.must(c.Client(s).Do(c.t.Context(), "CLUSTER", "DELSLOTSRANGE", first, last).Err())
	}
}

// meet shares the slots out among the primaries and makes all nodes know each
// other.
func (c *Cluster) meet(buses []string) {
	ctx := c.t.Context()
	for i, s := range c.Servers {
		node := c.Client(s)
		c.must(node.Do(ctx, "CLUSTER", "SET-CONFIG-EPOCH", i+1).Err())
		id, err := node.Do(ctx, "CLUSTER", "MYID").Text()
		c.must(err)
		c.ids = append(c.ids, id)
		if i < clusterPrimaries {
			first, after := i*clusterSlots/clusterPrimaries, (i+1)*clusterSlots/clusterPrimaries
			c.must(node.ClusterAddSlotsRange(ctx, first, after-1).Err())
		}
		host, port, err := net.SplitHostPort(s.Addr)
		c.must(err)
		c.must(c.Client(c.Servers[0]).Do(ctx, "CLUSTER", "MEET", host, port, buses[i]).Err())
	}
	for _, s := range c.Servers {
		node := c.Client(s)
		c.await("all nodes know each other", func() bool {
			nodes, err := node.ClusterNodes(ctx).Result()
			return err == nil && strings.Count(nodes, " connected") == len(c.Servers) && !strings.Contains(nodes, "handshake")
		})
	}
}

// AwaitWhole returns when all nodes agree that the cluster is up and each
// primary has its replica in step.
func (c *Cluster) AwaitWhole() {
	c.t.Helper()
	for _, s := range c.Servers {
		node := c.Client(s)
		c.await("the cluster is whole", func() bool {
			info, err := node.ClusterInfo(c.t.Context()).Result()
			return err == nil && strings.Contains(info, "cluster_state:ok") && strings.Contains(info, "cluster_known_nodes:6")
		})
	}
	c.await("three replicas are in step", func() bool {
		n := 0
		for _, s := range c.Servers {
			if c.InStep(s) {
				n++
			}
		}
		return n == clusterPrimaries
	})
}

// Addrs are the nodes', comma-separated.
func (c *Cluster) Addrs() string { return addrsOf(c.Servers) }

// EachPrimary calls fn with a client of every primary.
func (c *Cluster) EachPrimary(fn func(*redis.Client)) {
	c.t.Helper()
	for _, s := range c.Servers {
		if c.is(s, "role:master") {
			fn(c.Client(s))
		}
	}
}

// PrimaryOf returns the node that says that it has the key's slot; nil where
// none does.
func (c *Cluster) PrimaryOf(key string) *Server {
	for i, s := range c.Servers {
		node := c.Access.open(s.Addr)
		slot, err := node.ClusterKeySlot(c.t.Context(), key).Result()
		shards, err2 := node.ClusterShards(c.t.Context()).Result()
		_ = node.Close()
		if err == nil && err2 == nil && slices.ContainsFunc(shards, func(shard redis.ClusterShard) bool {
			return hasSlot(shard, slot) && isPrimary(shard, c.ids[i])
		}) {
			return s
		}
	}
	return nil
}

func hasSlot(s redis.ClusterShard, slot int64) bool {
	return slices.ContainsFunc(s.Slots, func(r redis.SlotRange) bool { return r.Start <= slot && slot <= r.End })
}

func isPrimary(s redis.ClusterShard, id string) bool {
	return slices.ContainsFunc(s.Nodes, func(n redis.Node) bool { return n.ID == id && n.Role == "master" })
}

// ReplicaOf returns the replica of a primary; nil for none.
func (c *Cluster) ReplicaOf(primary *Server) *Server {
	_, port, err := net.SplitHostPort(primary.Addr)
	c.must(err)
	for _, s := range c.Servers {
		if c.is(s, "role:slave") && c.is(s, "master_port:"+port) {
			return s
		}
	}
	return nil
}

// Other returns a primary that does not have the key's slot.
func (c *Cluster) Other(key string) *Server {
	c.t.Helper()
	has := c.PrimaryOf(key)
	for _, s := range c.Servers {
		if s != has && c.is(s, "role:master") {
			return s
		}
	}
	c.t.Fatal("no other primary")
	return nil
}

// Reshard moves the key's slot to another primary as redis-cli does, but one
// key at a time: moved is called after each, and while no key has moved yet.
func (c *Cluster) Reshard(key string, to *Server, moved func(n int)) {
	c.t.Helper()
	ctx := c.t.Context()
	from := c.PrimaryOf(key)
	source, target := c.Client(from), c.Client(to)
	slot, err := source.ClusterKeySlot(ctx, key).Result()
	c.must(err)
	c.must(target.Do(ctx, "CLUSTER", "SETSLOT", slot, "IMPORTING", c.id(from)).Err())
	c.must(source.Do(ctx, "CLUSTER", "SETSLOT", slot, "MIGRATING", c.id(to)).Err())
	moved(0)
	for n := 1; ; n++ {
		keys, err := source.ClusterGetKeysInSlot(ctx, int(slot), 1).Result()
		c.must(err)
		if len(keys) == 0 {
			break
		}
		c.must(c.migrate(source, to, keys[0]))
		moved(n)
	}
	for _, node := range []*redis.Client{target, source} {
		c.must(node.Do(ctx, "CLUSTER", "SETSLOT", slot, "NODE", c.id(to)).Err())
	}
}

func (c *Cluster) migrate(source *redis.Client, to *Server, key string) error {
	host, port, err := net.SplitHostPort(to.Addr)
	if err != nil {
		return err
	}
	args := []any{"MIGRATE", host, port, "", 0, 5000}
	if c.Access.Password != "" {
		args = append(args, "AUTH", c.Access.Password)
	}
	said, err := source.Do(c.t.Context(), append(args, "KEYS", key)...).Text()
	if err == nil && said != "OK" && said != "NOKEY" { // ended on its own meanwhile
		err = fmt.Errorf("MIGRATE answers %q", said)
	}
	return err
}

func (c *Cluster) id(s *Server) string {
	for i, each := range c.Servers {
		if each == s {
			return c.ids[i]
		}
	}
	return ""
}
