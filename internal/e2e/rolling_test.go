package e2e

import (
	"net/http"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// rollingSeats is more than the load can take while both instances are restarted.
const rollingSeats = 8000

// TestRollingRestartDropsNothing restarts two instances in turn, under a load that
// does not wait: nobody is refused and nobody gets no answer. Listeners come
// back to the other instance, and end with the true map.
func TestRollingRestartDropsNothing(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]func(*testing.T, [2]*service) balancer{
		"haproxy": newHaproxy, "a balancer that repeats nothing": newPlainBalancer,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := openPair(t, rollingSeats, before, realWorld.servers(t))
			all := listenAll(t, p.shop, 20)
			load := startSteady(t, p.shop, p.people(t), mixed)
			for i := range p.each {
				p.restart(t, i)
			}
			load.requireNoFailure(t)
			for _, s := range p.each {
				require.NotRegexp(t, "client is (closed|disconnected)", s.logText(t), "no request met a closed store")
			}
			p.requireSoldOnce(t)
			all.catchUp(t)
		})
	}
}

// people are who make a load.
func (p *pair) people(t *testing.T) (all []*client) {
	t.Helper()
	for range 4 {
		all = append(all, p.customer(t))
	}
	return all
}

// strangers are people whom the document does not tell what they may be answered:
// a balancer's own answers are not in it.
func (p *pair) strangers(t *testing.T) []*client {
	t.Helper()
	all := p.people(t)
	for _, c := range all {
		c.http = &http.Client{Timeout: callPatience}
	}
	return all
}

// restart ends an instance as a rollout does, and starts it again. It returns when
// the balancer sends requests there.
func (p *pair) restart(t *testing.T, i int) {
	t.Helper()
	start := time.Now()
	require.NoError(t, p.each[i].process.signal(syscall.SIGTERM))
	if plain, ok := p.balancer.(*plainBalancer); ok {
		within(t, startPatience, "the instance says that it ends", func() bool { return !plain.look(i) })
	}
	require.NoError(t, p.each[i].process.wait(startPatience))
	require.Zero(t, p.each[i].process.status)
	p.each[i].start(t)
	p.balancer.awaitUp(t, i)
	figure(t, "instance %d was restarted within %s", i+1, time.Since(start))
}

// TestWithoutADelayRequestsAreDropped is the control: a balancer that has not
// looked yet sends requests to who is gone.
func TestWithoutADelayRequestsAreDropped(t *testing.T) {
	t.Parallel()
	p := openPair(t, 2000, newPlainBalancer, realWorld.servers(t), settings{"SEATHOLD_SHUTDOWN_DELAY": "0s"})
	load := startSteady(t, p.shop, p.strangers(t), mixed)
	require.NoError(t, p.each[1].process.signal(syscall.SIGTERM))
	require.NoError(t, p.each[1].process.wait(startPatience))
	within(t, startPatience, "requests are dropped", func() bool { return load.failed() > 0 })
	p.balancer.(*plainBalancer).look(1)
	load.end()
}

// TestTheDelayServes: with the end ahead, all is answered, on connections that
// end with the answer, and /readyz says so. A second signal ends it at once.
func TestTheDelayServes(t *testing.T) {
	t.Parallel()
	s := openShop(t, embeddedWorld, seathold, 20, settings{"SEATHOLD_SHUTDOWN_DELAY": "1h"})
	c := s.customer(t)
	one := &listener{url: s.url + "/v1/events/" + s.event.ID + "/stream", all: &listeners{shop: s}}
	one.until(t, func() bool { return one.is(s.now(t)) })
	require.NoError(t, s.process.signal(syscall.SIGTERM))
	within(t, startPatience, "/readyz says that the service ends", func() bool {
		return s.nobody().get("/readyz").status == http.StatusServiceUnavailable
	})
	s.held(t, c, "A1")
	requireStatus(t, c.send(paid(t, s.ordered(t, c, "A2"))), http.StatusOK)
	within(t, startPatience, "the listener hears of it", func() bool { return one.is(s.now(t)) })
	require.Zero(t, one.all.ended.Load(), "streams go on")

	require.NoError(t, s.process.signal(syscall.SIGTERM))
	require.NoError(t, s.process.wait(startPatience))
	require.Equal(t, 128+int(syscall.SIGTERM), s.process.status)
}

// TestTheDelayEnds: the service ends by itself when the delay is over.
func TestTheDelayEnds(t *testing.T) {
	t.Parallel()
	s := newService(t, seathold, quick(), settings{"SEATHOLD_SHUTDOWN_DELAY": "100ms"})
	s.start(t)
	s.stop(t)
	require.Contains(t, s.logText(t), `"delay":100000000`)
}

// TestACrashIsHiddenFromWhoMayRepeat kills an instance under load: the balancer
// asks the other one again, where that does no harm.
func TestACrashIsHiddenFromWhoMayRepeat(t *testing.T) {
	t.Parallel()
	p := openPair(t, rollingSeats, newHaproxy, realWorld.servers(t))
	load := startSteady(t, p.shop, p.people(t), repeatable)
	for i := range p.each {
		before := load.holds.Load()
		within(t, startPatience, "holds are made", func() bool { return load.holds.Load() > before+20 })
		p.each[i].kill(t)
		within(t, startPatience, "haproxy finds the instance gone", func() bool { return p.balancer.(*haproxy).sees(t, "seathold", i, "DOWN") })
		p.each[i].start(t)
		p.balancer.awaitUp(t, i)
	}
	load.requireNoFailure(t)
}
