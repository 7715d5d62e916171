package e2e

import (
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	firstAnswerWithin = time.Second
	idleMemory        = 100 << 20 // bytes, embedded
)

// TestStart measures, so it runs alone, on the program as it is shipped.
func TestStart(t *testing.T) {
	inBothWorlds(t, func(t *testing.T, w world) {
		s := newService(t, plainSeathold, w.servers(t))
		if !w.embedded() {
			s.set(quick())
		}
		for _, which := range []string{"first", "second"} {
			start := time.Now()
			s.launch(t)
			within(t, slack*firstAnswerWithin, "the first answer", func() bool {
				return s.nobody().get("/v1/events").is(http.StatusOK)
			})
			first := time.Since(start)
			s.awaitBanner(t)
			figure(t, "%s start: first answer after %s, banner after %s", which, first, time.Since(start))
			requireStatus(t, s.nobody().get("/readyz?verbose"), http.StatusOK)
			if w.embedded() && which == "second" {
				requireIdleMemory(t, s)
			}
			s.stop(t)
		}
	})
}

// requireIdleMemory reads the resident memory.
func requireIdleMemory(t *testing.T, s *service) {
	t.Helper()
	status, err := os.ReadFile("/proc/" + strconv.Itoa(s.process.pid) + "/status")
	if os.IsNotExist(err) {
		t.Log("this system does not tell a process's memory in /proc")
		return
	}
	require.NoError(t, err)
	for line := range strings.Lines(string(status)) {
		rest, ok := strings.CutPrefix(line, "VmRSS:")
		if !ok {
			continue
		}
		kib, err := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")))
		require.NoError(t, err)
		figure(t, "idle memory %.1f MB", float64(kib)/1024)
		require.Less(t, kib<<10, idleMemory)
		return
	}
	require.FailNow(t, "no VmRSS", "%s", status)
}
