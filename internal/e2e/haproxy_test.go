package e2e

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/testserver"
)

// TestTheBalancerTellsWhoCalls, and drops what callers say of themselves.
func TestTheBalancerTellsWhoCalls(t *testing.T) {
	t.Parallel()
	p := openPair(t, 20, newHaproxy, realWorld.servers(t))
	made := p.nobody().with("X-Forwarded-For", "203.0.113.9")
	requireStatus(t, made.get("/v1/events"), http.StatusOK)
	logged := func() string { return p.each[0].logText(t) + p.each[1].logText(t) }
	require.NotContains(t, logged(), "203.0.113.9")
	requireStatus(t, made.at(p.each[0].itself()).get("/v1/events"), http.StatusOK)
	within(t, startPatience, "the control, past the balancer, is believed", func() bool {
		return strings.Contains(logged(), `"client":"203.0.113.9"`)
	})
}

// TestPaymentsGoOnBehindTheBalancer: with Redis away no instance is ready, and
// payments come through all the same.
func TestPaymentsGoOnBehindTheBalancer(t *testing.T) {
	t.Parallel()
	redis := testserver.RedisOwn(t)
	p := openPair(t, 20, newHaproxy, realServers(redis.Addr, testserver.Mongo(t)))
	c := p.customer(t)
	o := p.ordered(t, c, "A1")
	redis.Kill()
	for i := range p.each {
		within(t, startPatience, "no instance is ready", func() bool { return p.balancer.(*haproxy).sees(t, "seathold", i, "DOWN") })
	}
	requireStatus(t, c.send(paid(t, o)), http.StatusOK)
	p.requireOrder(t, c, o.ID, "paid")
	requireProblem(t, c.hold(p.event.ID, "A2"), http.StatusServiceUnavailable, "unavailable")

	redis.Restart()
	p.balancer.awaitUp(t, 0)
	p.held(t, c, "A2")
	require.Equal(t, "sh", p.shows(t, "A1", "A2"))
}

// TestTheBalancersFile is without a warning, with the names of the deployment
// as with addresses.
func TestTheBalancersFile(t *testing.T) {
	path, err := exec.LookPath("haproxy")
	if err != nil {
		testserver.Require(t, "haproxy", "Debian: apt-get install haproxy")
	}
	check := exec.CommandContext(t.Context(), path, "-c", "-f", testserver.Deployment("haproxy", "haproxy.cfg"))
	check.Env = []string{"SEATHOLD_ONE=127.0.0.1:1", "SEATHOLD_TWO=127.0.0.1:2"}
	said, err := check.CombinedOutput()
	require.NoError(t, err, "%s", said)
	require.NotContains(t, string(said), "WARNING")

	check = exec.CommandContext(t.Context(), path, "-c", "-f", testserver.Deployment("haproxy", "haproxy.cfg"))
	said, err = check.CombinedOutput()
	require.NoError(t, err, "%s", said)
	for line := range strings.Lines(string(said)) {
		if strings.Contains(line, "WARNING") {
			require.Contains(t, line, "could not resolve address", "names exist only there")
		}
	}
}

// edited is the balancer's file with some of its text replaced.
func edited(t *testing.T, replace ...string) (path string) {
	t.Helper()
	text, err := os.ReadFile(testserver.Deployment("haproxy", "haproxy.cfg"))
	require.NoError(t, err)
	for i := 0; i < len(replace); i += 2 {
		require.Contains(t, string(text), replace[i])
	}
	path = filepath.Join(t.TempDir(), "haproxy.cfg")
	require.NoError(t, os.WriteFile(path, []byte(strings.NewReplacer(replace...).Replace(string(text))), 0o600))
	return path
}

// withoutRepeats is the balancer's file with the repeats taken out.
func withoutRepeats(t *testing.T) (path string) {
	t.Helper()
	return edited(t, "\toption redispatch 1\n", "", "\tretry-on conn-failure empty-response\n", "", "retries 3", "retries 0")
}

// TestACrashShowsWithoutRepeats is the control of TestACrashIsHiddenFromWhoMayRepeat.
func TestACrashShowsWithoutRepeats(t *testing.T) {
	t.Parallel()
	p := openPair(t, 2000, func(t *testing.T, each [2]*service) balancer {
		return startHaproxy(t, withoutRepeats(t), each[0].settings["SEATHOLD_ADDR"], each[1].settings["SEATHOLD_ADDR"])
	}, realWorld.servers(t))
	load := startSteady(t, p.shop, p.strangers(t), repeatable)
	p.each[1].kill(t)
	within(t, startPatience, "requests are lost", func() bool { return load.failed() > 0 })
	load.end()
}

// TestTheBalancerRepeatsWhatDoesNoHarm: the instances say that they are ready, and
// hang up on everything else, so that nobody knows whether it was done.
func TestTheBalancerRepeatsWhatDoesNoHarm(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	hangUp := func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/readyz" {
			return
		}
		asked.Add(1)
		panic(http.ErrAbortHandler)
	}
	h := standIns(t, testserver.Deployment("haproxy", "haproxy.cfg"), hangUp)
	// On a connection of its own each: a client repeats by itself what fails on a used one.
	fresh := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: callPatience}
	nobody := &client{url: h.url(), http: fresh}
	keyed := nobody.withKey("k")
	for _, c := range []struct {
		what  string
		call  func() answer
		times int64
	}{
		{"a read", func() answer { return nobody.get("/v1/events") }, 4},
		{"a hold", func() answer { return nobody.post("/v1/events/e/holds", map[string]any{"seats": []string{"A1"}}) }, 1},
		{"with a key", func() answer { return keyed.post("/v1/events/e/holds", map[string]any{"seats": []string{"A1"}}) }, 4},
		{"a release", func() answer { return nobody.delete("/v1/events/e/holds/h") }, 1},
		{"a registration", func() answer { return nobody.post("/v1/auth/register", map[string]any{}) }, 1},
		{"a webhook", func() answer { return nobody.post("/v1/webhooks/stripe", map[string]any{}) }, 4},
	} {
		before := asked.Load()
		requireStatus(t, c.call(), http.StatusBadGateway)
		require.Equal(t, c.times, asked.Load()-before, c.what)
	}
}

// standIns is the balancer before two instances that are made up.
func standIns(t *testing.T, config string, answer http.HandlerFunc) *haproxy {
	t.Helper()
	var addresses [2]string
	for i := range addresses {
		s := httptest.NewServer(answer)
		t.Cleanup(s.Close)
		addresses[i] = strings.TrimPrefix(s.URL, "http://")
	}
	return startHaproxy(t, config, addresses[0], addresses[1])
}

// TestTheBalancerWaitsForAnAnswer: a store that is silent has /readyz take its time.
// The instances are not ready, and still there for what goes on without it.
func TestTheBalancerWaitsForAnAnswer(t *testing.T) {
	t.Parallel()
	slow := func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/readyz" {
			return
		}
		time.Sleep(1200 * time.Millisecond) // beyond the time between two checks
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	down := func(h *haproxy, backend string) {
		for i := range 2 {
			within(t, startPatience, "haproxy finds it not ready", func() bool { return h.sees(t, backend, i, "DOWN") })
		}
	}
	h := standIns(t, testserver.Deployment("haproxy", "haproxy.cfg"), slow)
	down(h, "seathold")
	nobody := &client{url: h.url(), http: &http.Client{Timeout: callPatience}}
	requireStatus(t, nobody.get("/v1/events"), http.StatusOK)

	impatient := standIns(t, edited(t, "\ttimeout check 5s\n", ""), slow)
	down(impatient, "seathold_unready") // the control
}
