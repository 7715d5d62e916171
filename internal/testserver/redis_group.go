package testserver

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// RedisGroup is Redis servers that copy each other.
type RedisGroup struct {
	Servers []*Server
	Access  RedisAccess

	t testing.TB
}

// groupPatience is how long a group may take to become one, on a busy machine.
const groupPatience = time.Minute

// Client returns a client of one server, which may do all. It ends with the test.
func (g *RedisGroup) Client(s *Server) *redis.Client {
	g.t.Helper()
	return g.Access.Open(g.t, s.Addr)
}

// await polls until done says so.
func (g *RedisGroup) await(what string, done func() bool) {
	g.t.Helper()
	deadline := time.Now().Add(groupPatience)
	poll := time.NewTicker(10 * time.Millisecond)
	defer poll.Stop()
	for !done() {
		if time.Now().After(deadline) {
			g.t.Fatalf("not within %s: %s", groupPatience, what)
		}
		<-poll.C
	}
}

func (g *RedisGroup) must(err error) {
	g.t.Helper()
	if err != nil {
		g.t.Fatal(err)
	}
}

// at returns the server with this address, nil for none of them.
func (g *RedisGroup) at(addr string) *Server {
	for _, s := range g.Servers {
		if s.Addr == addr {
			return s
		}
	}
	return nil
}

// is reports whether INFO replication of the server has this line.
func (g *RedisGroup) is(s *Server, line string) bool {
	c := g.Access.open(s.Addr)
	defer func() { _ = c.Close() }()
	// One that hangs is not waited for: who polls looks again.
	asked := c.WithTimeout(time.Second)
	info, err := asked.Info(g.t.Context(), "replication").Result()
	return err == nil && strings.Contains(info, line+"\r\n")
}

// InStep reports whether the server is a replica that gets what its primary writes.
func (g *RedisGroup) InStep(s *Server) bool { return g.is(s, "master_link_status:up") }

// CutOff ends the copying of a replica for good: what its primary writes from
// now on it does not get. Where it takes over it is behind.
func (g *RedisGroup) CutOff(primary, replica *Server) {
	g.t.Helper()
	c := g.Client(replica)
	// The primary has no such user, so it lets this replica copy nothing.
	g.must(c.ConfigSet(g.t.Context(), "masteruser", "nobody").Err())
	g.must(c.ConfigSet(g.t.Context(), "masterauth", "nothing").Err())
	g.must(g.Client(primary).ClientKillByFilter(g.t.Context(), "TYPE", "replica").Err())
	g.await("a replica is cut off", func() bool { return !g.InStep(replica) })
}

// Reconcile lets a server that was cut off copy again.
func (g *RedisGroup) Reconcile(replica *Server) {
	g.t.Helper()
	c := g.Client(replica)
	g.must(c.ConfigSet(g.t.Context(), "masteruser", "").Err())
	g.must(c.ConfigSet(g.t.Context(), "masterauth", g.Access.Password).Err())
}

// Pause stops the server where it stands: its connections stay open, and
// nothing is answered until Resume.
func (s *Server) Pause() { s.signal(syscall.SIGSTOP) }

// Resume lets a paused server go on, as if no time had passed.
func (s *Server) Resume() { s.signal(syscall.SIGCONT) }

func (s *Server) signal(what syscall.Signal) {
	s.t.Helper()
	if err := syscall.Kill(s.process.pid, what); err != nil {
		s.t.Errorf("signal %s to %s: %v", what, s.kind.name, err)
	}
}
