package e2e

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/httpapi/openapitest"
)

// settings are SEATHOLD_… variables.
type settings map[string]string

// service is the program on one address and one folder, started and ended as
// often as a test likes. It is not safe for concurrent use.
type service struct {
	program  string
	settings settings
	folder   string // where it runs; its data folder is ./data
	url      string
	ops      string   // the URL of the operators' listener
	process  *process // of the last start
	log      *os.File
	logged   int // bytes, before the last start
	contract *openapitest.Document
	breaches breaches // of it
}

// newService prepares a service; it runs once start is called. Nothing of the
// tests' own environment reaches it.
func newService(t *testing.T, p *program, given ...settings) *service {
	t.Helper()
	s := &service{program: p.build(t), folder: t.TempDir(), settings: settings{}}
	address, ops := freeAddress(t), freeAddress(t)
	s.url, s.ops = "http://"+address, "http://"+ops
	s.set(settings{"SEATHOLD_ADDR": address, "SEATHOLD_OPS_ADDR": ops})
	for _, g := range given {
		s.set(g)
	}
	if s.settings["SEATHOLD_REDIS_URL"] != "" && s.settings["SEATHOLD_PUBLIC_URL"] == "" {
		s.settings["SEATHOLD_PUBLIC_URL"] = s.url
	}
	var err error
	s.contract, err = contract()
	require.NoError(t, err)
	s.log, err = os.Create(filepath.Join(t.TempDir(), "log"))
	require.NoError(t, err)
	t.Cleanup(func() { s.cleanUp(t) })
	return s
}

// nextPort walks below the ports that systems give to outgoing connections: one
// of those could not be listened on again after a restart.
var nextPort atomic.Uint32

func freeAddress(t *testing.T) string {
	t.Helper()
	for range 1000 {
		port := 12_000 + (uint32(os.Getpid())*101+nextPort.Add(1))%18_000
		address := fmt.Sprintf("127.0.0.1:%d", port)
		if l, err := net.Listen("tcp", address); err == nil {
			require.NoError(t, l.Close())
			return address
		}
	}
	require.FailNow(t, "no port is free")
	return ""
}

func (s *service) set(more settings) {
	for name, value := range more {
		s.settings[name] = value
	}
}

func (s *service) environment(more ...settings) []string {
	env := []string{"GORACE=atexit_sleep_ms=0"} // it would wait a second at each end
	all := settings{}
	for _, each := range append([]settings{s.settings}, more...) {
		for name, value := range each {
			all[name] = value
		}
	}
	for name, value := range all {
		env = append(env, name+"="+value)
	}
	return env
}

// launch starts the service and does not wait for it. The settings given are
// for this run only.
func (s *service) launch(t *testing.T, more ...settings) {
	t.Helper()
	s.logged = len(s.logText(t))
	p, err := launch(s.folder, s.environment(more...), s.log, s.program, "serve")
	s.process = p
	require.NoError(t, err)
}

// start returns once the service answers. Where it ends because the order store,
// which many tests share, is too busy to let it in, it is launched again, as an
// operator's supervisor would; whatever else ends it fails the test.
func (s *service) start(t *testing.T, more ...settings) {
	t.Helper()
	for tries := 1; ; tries++ {
		s.launch(t, more...)
		if s.answers(t) {
			return
		}
		require.True(t, tries < 3 && s.foundNoOrderStore(t), "the service ended at its start")
	}
}

// foundNoOrderStore reports whether that is why the service ended.
func (s *service) foundNoOrderStore(t *testing.T) bool {
	t.Helper()
	return strings.Contains(s.logText(t)[s.logged:], "open the order store (SEATHOLD_MONGODB_URI): unavailable")
}

// awaitBanner returns once a launched service has said where it is.
func (s *service) awaitBanner(t *testing.T) {
	t.Helper()
	require.True(t, s.answers(t), "the service ended at its start")
}

// answers waits until a launched service has said where it is; false: it ended.
func (s *service) answers(t *testing.T) bool {
	t.Helper()
	select {
	case <-s.process.banner:
		return true
	case <-s.process.gone:
	case <-time.After(startPatience):
		require.FailNow(t, "the service does not start")
	}
	return false
}

// stop ends the service as an operator does.
func (s *service) stop(t *testing.T) {
	t.Helper()
	require.NoError(t, s.process.signal(syscall.SIGTERM))
	require.NoError(t, s.process.wait(startPatience))
	require.Zero(t, s.process.status, "exit status after SIGTERM")
}

// kill ends the service as a crash does.
func (s *service) kill(t *testing.T) {
	t.Helper()
	require.NoError(t, s.process.signal(syscall.SIGKILL))
	s.awaitCrash(t)
}

// awaitCrash returns when the service has been killed, by whomever.
func (s *service) awaitCrash(t *testing.T) {
	t.Helper()
	require.NoError(t, s.process.wait(startPatience))
	require.Equal(t, 128+int(syscall.SIGKILL), s.process.status, "exit status after SIGKILL")
}

// logText returns all that was printed in all runs.
func (s *service) logText(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(s.log.Name())
	require.NoError(t, err)
	return string(text)
}

// settle returns when the service has repaired the first event since its
// start. Who dies in the middle of that keeps others from it for a while.
func (s *service) settle(t *testing.T) {
	t.Helper()
	within(t, startPatience, "an event is loaded", func() bool {
		return strings.Contains(s.logText(t)[s.logged:], "event loaded from its orders")
	})
}

// metric returns what operators see of a metric, named as it stands there; 0
// where there is none yet.
func (s *service) metric(t *testing.T, name string) float64 {
	t.Helper()
	ops := s.nobody()
	ops.url = s.ops
	a := ops.get("/metrics")
	requireStatus(t, a, http.StatusOK)
	for line := range strings.Lines(string(a.body)) {
		if text, ok := strings.CutPrefix(line, name+" "); ok {
			value, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
			require.NoError(t, err)
			return value
		}
	}
	return 0
}

// command runs another command of the program, on the same settings, and
// returns what it printed.
func (s *service) command(t *testing.T, stdin string, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	return s.commandWith(t, nil, stdin, args...)
}

// commandWith is command with more settings, for this run only.
func (s *service) commandWith(t *testing.T, more settings, stdin string, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	cmd := exec.Command(s.program, args...)
	cmd.Dir, cmd.Env, cmd.Stdin = s.folder, s.environment(more), strings.NewReader(stdin)
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); cmd.ProcessState == nil {
		require.NoError(t, err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

func (s *service) cleanUp(t *testing.T) {
	if s.process != nil {
		if err := s.process.release(); err != nil {
			t.Error(err)
		}
	}
	s.breaches.require(t)
	text := s.logText(t)
	require.NoError(t, s.log.Close())
	if strings.Contains(text, "DATA RACE") || strings.Contains(text, "panic") {
		t.Error("the service has a data race or a panic in its log")
	}
	if t.Failed() {
		t.Logf("end of the service's log:\n%s", lastBytes(text, 12_000))
	}
}

func lastBytes(text string, n int) string { return text[max(0, len(text)-n):] }
