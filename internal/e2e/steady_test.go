package e2e

import (
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// steadyEvery is the time between two arrivals: they come whether or not those
// before them have been answered.
const steadyEvery = 50 * time.Millisecond

// steady is a load that goes on until it is ended.
type steady struct {
	shop      *shop
	customers []*client
	free      chan string // seats
	fresh     chan string // seats to be sold
	end       func()

	all   sync.WaitGroup
	holds atomic.Int64
	sales atomic.Int64
	reads atomic.Int64

	storeAway atomic.Int64 // answers that said so

	mu       sync.Mutex
	failures []answer
}

// visit is what one who arrives does.
type visit = func(t *testing.T, c *client)

// startSteady has customers make the visits in turn.
func startSteady(t *testing.T, s *shop, customers []*client, visits func(*steady) []visit) *steady {
	t.Helper()
	l := &steady{
		shop: s, customers: customers,
		free: make(chan string, len(s.guids)), fresh: make(chan string, len(s.guids)),
	}
	for i, guid := range s.guids {
		if i%2 == 0 {
			l.free <- guid
		} else {
			l.fresh <- guid
		}
	}
	stop := make(chan struct{})
	l.end = sync.OnceFunc(func() {
		close(stop)
		l.all.Wait()
	})
	t.Cleanup(l.end)
	l.all.Go(func() { l.run(t, stop, visits(l)) })
	return l
}

func (l *steady) run(t *testing.T, stop <-chan struct{}, visits []visit) {
	arrivals := time.NewTicker(steadyEvery)
	defer arrivals.Stop()
	for i := 0; ; i++ {
		select {
		case <-stop:
			return
		case <-arrivals.C:
			l.all.Go(func() { visits[i%len(visits)](t, l.customers[i%len(l.customers)]) })
		}
	}
}

// mixed is holds with and without a key, reads, and now and then a sale: the
// order store of the tests is slow.
func mixed(l *steady) []visit {
	visits := []visit{l.buy}
	for range 5 {
		visits = append(visits, l.holdWithKey, l.read, l.holdWithoutKey, l.read)
	}
	return visits
}

// repeatable is what may be sent again when there was no answer.
func repeatable(l *steady) []visit { return []visit{l.holdOnly, l.readEvent} }

// ok makes a call, and notes one that failed. That a store did not answer the service
// in time is the machine's doing: the service said so, and is asked again.
func (l *steady) ok(call func() answer) (a answer, ok bool) {
	end := time.Now().Add(startPatience)
	for a = call(); a.refused(http.StatusServiceUnavailable, "unavailable") && time.Now().Before(end); a = call() {
		l.storeAway.Add(1)
	}
	if a.done() {
		return a, true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.failures = append(l.failures, a)
	return a, false
}

func (l *steady) failed() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.failures)
}

func (l *steady) holdWithKey(t *testing.T, c *client) { l.hold(t, c.withKey(newRequestID())) }

func (l *steady) holdWithoutKey(t *testing.T, c *client) { l.hold(t, c) }

// hold takes a seat and gives it back.
func (l *steady) hold(t *testing.T, c *client) {
	seat := <-l.free
	a, ok := l.ok(func() answer { return c.hold(l.shop.event.ID, seat) })
	if !ok {
		return
	}
	h := read[hold](t, a, a.status)
	if _, ok = l.ok(func() answer { return c.release(l.shop.event.ID, h.ID) }); ok {
		l.free <- seat
		l.holds.Add(1)
	}
}

// holdOnly takes a seat under a key: who asks again for want of an answer is told
// of the same hold.
func (l *steady) holdOnly(_ *testing.T, c *client) {
	seat, keyed := <-l.fresh, c.withKey(newRequestID())
	if _, ok := l.ok(func() answer { return keyed.hold(l.shop.event.ID, seat) }); ok {
		l.holds.Add(1)
	}
}

func (l *steady) buy(t *testing.T, c *client) {
	seat, keyed := <-l.fresh, c.withKey(newRequestID())
	a, ok := l.ok(func() answer { return keyed.orderSeats(l.shop.event.ID, seat) })
	if !ok {
		return
	}
	w := paid(t, read[order](t, a, a.status))
	if _, ok = l.ok(func() answer { return c.send(w) }); ok {
		l.sales.Add(1)
	}
}

func (l *steady) read(_ *testing.T, c *client) {
	if _, ok := l.ok(func() answer { return c.seats(l.shop.event.ID) }); ok {
		l.reads.Add(1)
	}
}

func (l *steady) readEvent(_ *testing.T, c *client) {
	if _, ok := l.ok(func() answer { return c.get(eventPath(l.shop.event.ID)) }); ok {
		l.reads.Add(1)
	}
}

// requireNoFailure ends the load and requires that all was answered as asked.
func (l *steady) requireNoFailure(t *testing.T) {
	t.Helper()
	l.end()
	figure(t, "%d holds, %d sales, %d reads, %d failures; %d times a store did not answer in time",
		l.holds.Load(), l.sales.Load(), l.reads.Load(), l.failed(), l.storeAway.Load())
	require.Empty(t, l.failures)
	require.Positive(t, l.holds.Load())
	require.Positive(t, l.reads.Load())
}
