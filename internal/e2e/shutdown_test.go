package e2e

import (
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const shutdownCustomers = 6

// TestShutdownUnderLoad ends the service while customers hold, order and pay.
// What was answered with success is there after the restart, and who got no
// answer was not let in: the service has no line about the request in its log.
func TestShutdownUnderLoad(t *testing.T) {
	inBothWorldsAtOnce(t, func(t *testing.T, w world) {
		s := openShop(t, w, seathold, 60*shutdownCustomers)
		load := startLoad(t, s)
		load.awaitPayments(t, 2*shutdownCustomers)
		s.stop(t)
		load.all.Wait()

		logged := s.logText(t)
		for _, a := range load.unanswered {
			require.NotContains(t, logged, `"`+a.requestID+`"`, "the service took a request and did not answer it: %s", a)
		}
		s.start(t)
		load.requireDurable(t)
		s.requireSoldOnce(t)
	})
}

// load is customers who each buy seats of their own, one after the other,
// until nobody answers any more.
type load struct {
	shop *shop
	all  sync.WaitGroup

	mu         sync.Mutex
	holds      map[string]hold    // granted, and not ordered as far as the client knows
	orders     map[string]*client // stored, by id
	paid       map[string]*client // confirmed, by id
	unanswered []answer
	refused    []answer // refusals that nobody should have got
}

func startLoad(t *testing.T, s *shop) *load {
	t.Helper()
	l := &load{shop: s, holds: map[string]hold{}, orders: map[string]*client{}, paid: map[string]*client{}}
	for i := range shutdownCustomers {
		c := s.customer(t)
		seats := s.guids[60*i : 60*(i+1)]
		l.all.Go(func() { l.buyAll(t, c, seats) })
	}
	return l
}

func (l *load) buyAll(t *testing.T, c *client, seats []string) {
	for ; len(seats) > 0; seats = seats[2:] {
		if !l.buy(t, c, seats[:2]) {
			return
		}
	}
}

// buy reports whether the service still answers.
func (l *load) buy(t *testing.T, c *client, seats []string) bool {
	a := c.hold(l.shop.event.ID, seats...)
	if !l.took(a) {
		return false
	}
	h := read[hold](t, a, http.StatusCreated)
	l.note(func() { l.holds[h.ID] = h })
	a = c.orderHold(l.shop.event.ID, h.ID)
	if !l.took(a) {
		return false
	}
	o := read[order](t, a, http.StatusCreated)
	l.note(func() {
		l.orders[o.ID] = c
		delete(l.holds, h.ID)
	})
	if !l.took(c.send(paid(t, o))) {
		return false
	}
	l.note(func() { l.paid[o.ID] = c })
	return true
}

// took reports whether a call succeeded, and keeps it where it did not.
func (l *load) took(a answer) bool {
	l.note(func() {
		switch {
		case a.err != nil:
			l.unanswered = append(l.unanswered, a)
		case !a.done():
			l.refused = append(l.refused, a)
		}
	})
	return a.done()
}

func (l *load) note(change func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	change()
}

func (l *load) awaitPayments(t *testing.T, n int) {
	t.Helper()
	within(t, startPatience, "some payments are confirmed", func() bool {
		l.mu.Lock()
		defer l.mu.Unlock()
		return len(l.paid) >= n
	})
}

// requireDurable requires that the service knows all that it has confirmed.
func (l *load) requireDurable(t *testing.T) {
	t.Helper()
	require.Empty(t, l.refused)
	require.NotEmpty(t, l.unanswered, "the sale was over before the service was")
	figure(t, "%d orders and %d payments confirmed, %d calls not let in", len(l.orders), len(l.paid), len(l.unanswered))
	for id, c := range l.orders {
		status := "pending_payment"
		if l.paid[id] != nil {
			status = "paid"
		}
		l.shop.requireOrder(t, c, id, status)
	}
	if l.shop.world.embedded() {
		return // holds without an order are lost, as its banner says
	}
	for _, h := range l.holds {
		l.shop.requireSeats(t, "held", h.Seats...)
	}
}

// gate is a proxy before the service, that lets webhooks wait.
type gate struct {
	url     string
	waiting chan struct{} // receives when a webhook waits
	open    func()        // lets webhooks through
}

func newGate(t *testing.T, target string) *gate {
	t.Helper()
	to, err := url.Parse(target)
	require.NoError(t, err)
	opened := make(chan struct{})
	g := &gate{waiting: make(chan struct{}, 1), open: sync.OnceFunc(func() { close(opened) })}
	proxy := httputil.NewSingleHostReverseProxy(to)
	proxy.ErrorLog = log.New(io.Discard, "", 0)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/v1/webhooks/") {
			g.waiting <- struct{}{}
			<-opened
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(func() {
		g.open()
		server.Close()
	})
	g.url = server.URL
	return g
}

// TestShutdownWaitsForThePayment ends the service while the sandbox's webhook
// is on its way: it still comes in, and until then the service says that it is
// about to end.
func TestShutdownWaitsForThePayment(t *testing.T) {
	t.Parallel()
	service := newService(t, seathold, quick())
	gate := newGate(t, service.url)
	service.set(settings{"SEATHOLD_PUBLIC_URL": gate.url})
	s := openShopOn(t, embeddedWorld, service, 20)
	c := s.customer(t)
	o := s.ordered(t, c, "A1")
	require.True(t, strings.HasPrefix(o.Payment.URL, gate.url), o.Payment.URL)

	pressed := make(chan answer, 1)
	go func() { pressed <- c.press(o, "pay") }()
	<-gate.waiting
	require.NoError(t, s.process.signal(syscall.SIGTERM))
	within(t, startPatience, "/readyz says that the service drains", func() bool {
		return s.nobody().get("/readyz").status == http.StatusServiceUnavailable
	})
	require.Contains(t, string(s.nobody().get("/readyz").body), "draining")
	requireStatus(t, s.nobody().get("/livez"), http.StatusOK)
	_, said, status := s.command(t, "", "healthcheck")
	require.Equal(t, 1, status, said)

	gate.open()
	answered := <-pressed
	requireStatus(t, answered, http.StatusOK)
	require.Contains(t, string(answered.body), "Payment successful")
	require.NoError(t, s.process.wait(startPatience))
	require.Zero(t, s.process.status)
	refused := s.nobody().get("/readyz").err
	require.True(t, errors.Is(refused, syscall.ECONNREFUSED), "%v", refused)

	s.start(t)
	s.requireOrder(t, c, o.ID, "paid")
	require.Equal(t, "s", s.shows(t, "A1"))
}

// TestShutdownGraceEnds: a webhook that never comes through does not keep the
// service for longer than its grace.
func TestShutdownGraceEnds(t *testing.T) {
	t.Parallel()
	service := newService(t, seathold, quick(), settings{"SEATHOLD_SHUTDOWN_GRACE": "500ms"})
	gate := newGate(t, service.url)
	service.set(settings{"SEATHOLD_PUBLIC_URL": gate.url})
	s := openShopOn(t, embeddedWorld, service, 20)
	c := s.customer(t)
	o := s.ordered(t, c, "A1")
	pressed := make(chan answer, 1)
	go func() { pressed <- c.press(o, "pay") }()
	<-gate.waiting
	start := time.Now()
	require.NoError(t, s.process.signal(syscall.SIGTERM))
	require.NoError(t, s.process.wait(slack*500*time.Millisecond))
	figure(t, "ended %s after SIGTERM, the grace being 500ms", time.Since(start))
	require.Contains(t, s.logText(t), "sandbox webhook not delivered")
	gate.open()
	<-pressed

	s.start(t)
	requireStatus(t, c.press(o, "pay"), http.StatusOK) // the page still works
	s.requireOrder(t, c, o.ID, "paid")
}
