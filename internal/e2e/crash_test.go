package e2e

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

// A crashTest is one way to die at a step and to go on after the restart.
type crashTest struct {
	step string
	name string
	// seats is how many free seats it needs.
	seats int
	// before makes what must be there, without reaching the step.
	before func(*crashed)
	// reach makes the call that reaches the step; its answer never comes, but
	// where it is a worker that reaches it.
	reach  func(*crashed) answer
	worker bool
	// after runs on the restarted service. It requires the right end.
	after func(*crashed)
}

// crashed is the state of one such test.
type crashed struct {
	*shop
	t     *testing.T
	one   *client
	other *client
	seats []string
	key   string // of the call that crashes
	order order
	block block
	hook  *hook     // of the tests that tell somebody
	since time.Time // the start after the crash
}

// callCrashes are steps on the way to an answer. TestEveryStepIsTested knows all
// the lists and compares them with the source.
var callCrashes = slices.Concat(orderCrashes, paymentCrashes, cancelCrashes, blockCrashes, loadCrashes)

// TestCrashAtEveryStep kills the service at each step of a call and requires
// that a restart, and what clients and providers repeat, bring everything to
// its end.
func TestCrashAtEveryStep(t *testing.T) { crashAtEach(t, callCrashes) }

// crashAtEach does the tests one after the other, on the seats of one event.
func crashAtEach(t *testing.T, tests []crashTest) {
	inBothWorldsAtOnce(t, func(t *testing.T, w world) {
		needed := 0
		for _, c := range tests {
			needed += c.seats
		}
		s := openShop(t, w, crashingSeathold, needed)
		one, other := s.customer(t), s.customer(t)
		free := s.guids
		for _, c := range tests {
			t.Run(c.step+" "+c.name, func(t *testing.T) {
				state := &crashed{shop: s, t: t, one: one, other: other, seats: free[:c.seats], key: c.step + c.name}
				state.run(c)
			})
			free = free[c.seats:]
		}
		s.requireSoldOnce(t)
	})
}

// run leaves the service running without a failpoint.
func (c *crashed) run(test crashTest) {
	c.crash(test)
	c.end(test)
}

// crash has the service die and starts it again.
func (c *crashed) crash(test crashTest) {
	c.t.Helper()
	crashAt := settings{"SEATHOLD_TEST_CRASH_AT": test.step}
	if test.before != nil {
		test.before(c)
	}
	c.settle(c.t)
	switch {
	case test.reach == nil: // the start itself reaches it
		c.kill(c.t)
		c.launch(c.t, crashAt)
	case test.worker:
		c.stop(c.t) // who is killed leaves the workers' lease behind
		c.start(c.t, crashAt)
		c.settle(c.t)
		test.reach(c)
	default:
		c.kill(c.t)
		c.start(c.t, crashAt)
		c.settle(c.t)
		a := test.reach(c)
		require.Error(c.t, a.err, "the service did not die: %s", a)
	}
	c.awaitCrash(c.t)
	c.since = time.Now()
	c.start(c.t)
}

func (c *crashed) end(test crashTest) {
	test.after(c)
	figure(c.t, "at its end %s after the restart", time.Since(c.since))
}

// orderSeatsAgain repeats the order that crashed.
func (c *crashed) orderSeatsAgain() answer {
	return c.one.withKey(c.key).orderSeats(c.event.ID, c.seats...)
}

// makeOrder makes the order that the test is about.
func (c *crashed) makeOrder() { c.order = c.ordered(c.t, c.one, c.seats...) }

// requireOneOrder requires that there is exactly one order of the seats, so.
func (c *crashed) requireOneOrder(status string) order {
	c.t.Helper()
	orders := c.allOrders(c.t, "q="+c.seats[0])
	require.Len(c.t, orders, 1)
	require.Equal(c.t, status, orders[0].Status)
	return orders[0]
}

// requireEnd waits until there is exactly one order of the seats, so.
func (c *crashed) requireEnd(status, reason string) order {
	c.t.Helper()
	took := within(c.t, refundedWithin, "the order is "+status, func() bool {
		orders := c.allOrders(c.t, "q="+c.seats[0])
		return len(orders) == 1 && orders[0].Status == status
	})
	figure(c.t, "%s %s after it was asked for", status, took)
	o := c.requireOneOrder(status)
	require.Equal(c.t, reason, o.Reason)
	return o
}

// requireOneRefunded waits until the one order of the seats is refunded, and
// requires that the sandbox gave its money back once.
func (c *crashed) requireOneRefunded(reason string) order {
	c.t.Helper()
	id := c.requireEnd("refunded", reason).ID
	o := c.requireRefunded(c.t, c.one, id)
	requireRefundedOnce(c.t, c.one, o)
	return o
}

// requireShown waits until the map shows all seats as want: what a crash left
// half done is repaired while the service runs already.
func (c *crashed) requireShown(want byte) {
	c.t.Helper()
	all := string(slices.Repeat([]byte{want}, len(c.seats)))
	within(c.t, startPatience, "the map shows "+all, func() bool { return c.shows(c.t, c.seats...) == all })
}

// requireTaken requires that nobody else can have any of the seats.
func (c *crashed) requireTaken() {
	c.t.Helper()
	for _, guid := range c.seats {
		a := patiently(c.t, func() answer { return c.other.hold(c.event.ID, guid) })
		requireProblem(c.t, a, http.StatusConflict, "seats_taken")
	}
}

// requireFree requires that someone else can have the seats at this moment.
func (c *crashed) requireFree() {
	c.t.Helper()
	c.letGo(c.held(c.t, c.other, c.seats...))
}

func (c *crashed) letGo(h hold) {
	c.t.Helper()
	requireStatus(c.t, c.other.release(c.event.ID, h.ID), http.StatusNoContent)
	c.requireShown('.')
}

// deliver repeats a message as a provider does that got no answer.
func (c *crashed) deliver(w webhook) {
	c.t.Helper()
	for range 2 {
		requireStatus(c.t, patiently(c.t, func() answer { return c.one.send(w) }), http.StatusOK)
	}
}

// TestCrashWhileAnEventIsMade dies after the event was stored and before its
// seats are on sale.
func TestCrashWhileAnEventIsMade(t *testing.T) {
	inBothWorldsAtOnce(t, func(t *testing.T, w world) {
		s := newService(t, crashingSeathold, w.servers(t), quick())
		s.createOrganizer(t, "organizer@shop.example")
		s.start(t, settings{"SEATHOLD_TEST_CRASH_AT": "load.begun"})
		organizer, customer := s.login(t, "organizer@shop.example", password), s.register(t, "customer@shop.example")
		plan := theatre(t, 20)
		parsed, err := booking.ParsePlan(plan)
		require.NoError(t, err)
		require.Error(t, organizer.postEvent("A play", plan, parsed).err)
		s.awaitCrash(t)

		start := time.Now()
		s.start(t)
		// Whether it was made its organizer sees in the list.
		events := read[list[event]](t, organizer.get("/v1/events"), http.StatusOK).Items
		require.Len(t, events, 1)
		a := patiently(t, func() answer { return customer.hold(events[0].ID, "A1") })
		requireStatus(t, a, http.StatusCreated)
		figure(t, "on sale %s after the restart", time.Since(start))
	})
}
