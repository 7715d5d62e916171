package testserver

import (
	"errors"
	"net"
	"os"
	"sync"
	"testing"
	"time"
)

// kind is how to run and recognise one sort of server.
type kind struct {
	name     string // as SEATHOLD_TEST_REQUIRE names it
	missing  string // how to get it
	patience time.Duration
	// command returns the command line, or nil where the server is not here.
	command func(port, folder string) []string
	probe   func(addr string) error // nil when it answers
}

func (k kind) need(t testing.TB) {
	t.Helper()
	if k.command("0", "") == nil {
		Require(t, k.name, k.missing)
	}
}

// Server is a real server that one test has for itself.
type Server struct {
	Addr string // host:port on loopback

	t       testing.TB
	kind    kind
	extra   []string
	folder  string
	after   string
	port    string
	process *process
}

// own starts a server for one test, with further arguments.
func own(t testing.TB, k kind, extra []string) *Server {
	t.Helper()
	k.need(t)
	s := &Server{t: t, kind: k, extra: extra, folder: t.TempDir(), after: keepFolder}
	if err := s.startOnFreePort(); err != nil {
		t.Fatalf("start %s: %v", k.name, err)
	}
	t.Cleanup(s.Kill)
	return s
}

// Kill ends the server as a crash would, with SIGKILL. Its files stay until
// the test ends.
func (s *Server) Kill() {
	s.t.Helper()
	if err := s.process.kill(); err != nil {
		s.t.Errorf("kill %s: %v", s.kind.name, err)
	}
}

// Restart starts the server again on the same port and files, after killing
// it where it still runs. It returns when the server answers.
func (s *Server) Restart() {
	s.t.Helper()
	s.Kill()
	if err := s.start(); err != nil {
		s.t.Fatalf("restart %s: %v", s.kind.name, err)
	}
}

func (s *Server) startOnFreePort() error {
	var failures []error
	for range 3 {
		port, err := freePort()
		if err != nil {
			return err
		}
		s.port, s.Addr = port, net.JoinHostPort("127.0.0.1", port)
		if err = s.start(); err == nil {
			return nil
		}
		failures = append(failures, err)
	}
	return errors.Join(failures...)
}

func (s *Server) start() error {
	if err := os.MkdirAll(s.folder, 0o700); err != nil { // a failed try may have removed it
		return err
	}
	p, err := launch(s.folder, s.after, append(s.kind.command(s.port, s.folder), s.extra...))
	if err != nil {
		return err
	}
	err = p.awaitReady(s.kind.patience, func() error { return s.kind.probe(s.Addr) })
	if err != nil {
		return errors.Join(err, p.kill())
	}
	s.process = p
	return nil
}

// shared is the one server of a kind that all tests of a binary use. The first
// starts it, and it ends with the binary.
type shared struct {
	kind   kind
	once   sync.Once
	server *Server // kept: its lifeline closes when nobody holds it
	err    error
}

func (s *shared) address(t testing.TB) string {
	t.Helper()
	s.kind.need(t)
	s.once.Do(func() { s.server, s.err = startShared(s.kind) })
	if s.err != nil {
		t.Fatalf("start %s: %v", s.kind.name, s.err)
	}
	return s.server.Addr
}

func startShared(k kind) (*Server, error) {
	folder, err := os.MkdirTemp("", "seathold-"+k.name+"-")
	if err != nil {
		return nil, err
	}
	s := &Server{kind: k, folder: folder, after: removeFolder}
	return s, s.startOnFreePort()
}
