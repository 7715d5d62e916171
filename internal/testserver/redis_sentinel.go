package testserver

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Sentinels is a primary, two replicas and three sentinels that watch them and
// make a replica the primary where that one is away for a second.
type Sentinels struct {
	RedisGroup
	Watchers []*Server
}

// SentinelMaster is the name under which the primary is watched.
const SentinelMaster = "main"

const sentinels = 3

// RedisSentinel starts all that for this test alone. The sentinels want the
// same password as the servers.
func RedisSentinel(t testing.TB, a RedisAccess) *Sentinels {
	t.Helper()
	g := &Sentinels{RedisGroup: RedisGroup{Access: a, t: t}}
	primary := own(t, a.kind(), nil)
	g.Servers = append(g.Servers, primary)
	host, port, err := net.SplitHostPort(primary.Addr)
	g.must(err)
	for range 2 {
		// A replica that lost its primary's copy starts at once, not in 5 s.
		g.Servers = append(g.Servers, own(t, a.kind(), []string{"--replicaof", host, port, "--repl-diskless-sync-delay", "0"}))
	}
	g.must(g.Client(primary).ConfigSet(t.Context(), "repl-diskless-sync-delay", "0").Err())
	for _, replica := range g.Servers[1:] {
		g.await("replicas have copied", func() bool { return g.InStep(replica) })
	}
	for range sentinels {
		g.Watchers = append(g.Watchers, own(t, a.sentinelKind(host, port), nil))
	}
	g.await("the sentinels know all", g.watched)
	return g
}

func (a RedisAccess) sentinelKind(host, port string) kind {
	k := a.kind()
	k.name = "redis sentinel"
	k.command = func(own, folder string) []string {
		command := redisCommand(own, folder)
		if command == nil {
			return nil
		}
		path := filepath.Join(folder, "sentinel-"+own+".conf")
		if _, err := os.Stat(path); err != nil && folder != "" {
			// Where that fails the sentinel says so, and ends.
			_ = os.WriteFile(path, []byte(a.sentinelSettings(own, folder, host, port)), 0o600)
		}
		return []string{command[0], path, "--sentinel"}
	}
	return k
}

// sentinelSettings are a file and no arguments because a sentinel writes what
// it learns into it.
func (a RedisAccess) sentinelSettings(own, folder, host, port string) string {
	master := " " + SentinelMaster + " "
	lines := []string{
		"bind 127.0.0.1", "port " + own, "dir " + folder,
		"sentinel monitor" + master + host + " " + port + " 2",
		"sentinel down-after-milliseconds" + master + "1000",
		// Within twice this time there is no second failover.
		"sentinel failover-timeout" + master + "3000",
		"sentinel parallel-syncs" + master + "2",
	}
	if a.Password != "" {
		lines = append(lines, "sentinel auth-pass"+master+a.Password, "requirepass "+a.Password, "sentinel sentinel-pass "+a.Password)
	}
	args := (RedisAccess{TLS: a.TLS}).arguments(own)
	for i := 0; i < len(args); i += 2 {
		lines = append(lines, strings.TrimPrefix(args[i], "--")+" "+args[i+1])
	}
	return strings.Join(lines, "\n") + "\n"
}

func (g *Sentinels) watched() bool {
	for _, w := range g.Watchers {
		state, err := g.Client(w).Do(g.t.Context(), "SENTINEL", "MASTER", SentinelMaster).Result()
		said, ok := state.(map[any]any)
		if err != nil || !ok || said["num-slaves"] != "2" || said["num-other-sentinels"] != "2" {
			return false
		}
	}
	return true
}

// Addrs are the sentinels', comma-separated.
func (g *Sentinels) Addrs() string { return addrsOf(g.Watchers) }

func addrsOf(servers []*Server) string {
	addrs := make([]string, len(servers))
	for i, s := range servers {
		addrs[i] = s.Addr
	}
	return strings.Join(addrs, ",")
}

// Primary returns the server that the sentinels say is the primary, once it
// says so itself; nil before.
func (g *Sentinels) Primary() *Server {
	for _, w := range g.Watchers {
		c := g.Access.open(w.Addr)
		addr, err := c.Do(g.t.Context(), "SENTINEL", "GET-MASTER-ADDR-BY-NAME", SentinelMaster).StringSlice()
		_ = c.Close()
		if err != nil || len(addr) != 2 {
			continue
		}
		if s := g.at(net.JoinHostPort(addr[0], addr[1])); s != nil && g.is(s, "role:master") {
			return s
		}
	}
	return nil
}

// Failover asks a sentinel for another primary.
func (g *Sentinels) Failover() {
	g.t.Helper()
	g.await("a sentinel agrees to a failover", func() bool {
		return g.Client(g.Watchers[0]).Do(g.t.Context(), "SENTINEL", "FAILOVER", SentinelMaster).Err() == nil
	})
}

// AwaitReplicas returns when the primary has two replicas in step.
func (g *Sentinels) AwaitReplicas() {
	g.t.Helper()
	g.await("two replicas are in step", func() bool {
		n := 0
		for _, s := range g.Servers {
			if g.InStep(s) {
				n++
			}
		}
		return n == 2 && g.Primary() != nil
	})
}
