package e2e

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/payment/stripe/stripetest"
	"seathold/internal/testserver"
)

const (
	instances = 3
	inTheAir  = 30 // refunds, and as many orders that run out of time
	// inTheAirTTL is time enough to make the latter.
	inTheAirTTL = 12 * time.Second
	// killAfter is how many refunds have been asked for when the instance dies
	// that asks for them.
	killAfter = 10
)

// TestInstancesSettleOnce has three instances at work on the same orders, and
// the one that settles them killed in the middle. Another goes on, and at Stripe
// shows that nothing was asked twice.
func TestInstancesSettleOnce(t *testing.T) {
	t.Parallel()
	c := openChain(t)
	t.Run("all live", func(t *testing.T) {
		asked := c.settleAll(t, c.guids[:2*inTheAir], nil)
		asked.requireOnce(t, 1)
	})
	t.Run("one dies", func(t *testing.T) {
		asked := c.settleAll(t, c.guids[2*inTheAir:], c.killTheHolder)
		asked.requireOnce(t, 2)
	})
	c.requireSoldOnce(t)
}

// chain is several instances of one shop, and their Stripe.
type chain struct {
	*shop
	all  []*service
	one  *client
	fake *stripetest.Server
}

func openChain(t *testing.T) *chain {
	t.Helper()
	fake := newStripe(t)
	servers := realServers(testserver.Redis(t), testserver.Mongo(t))
	more := []settings{servers, quick(), stripeSettings(fake), {"SEATHOLD_PAYMENT_TTL": inTheAirTTL.String()}}
	first := newService(t, seathold, more...)
	s := openShopOn(t, realWorld, first, 4*inTheAir)
	c := &chain{shop: s, all: []*service{first}, one: s.customer(t), fake: fake}
	for range instances - 1 {
		other := newService(t, seathold, append(more, settings{"SEATHOLD_PUBLIC_URL": first.url})...)
		other.start(t)
		c.all = append(c.all, other)
	}
	return c
}

// at returns the client as it calls one of the instances that live.
func (c *chain) at(by *client, n int) *client {
	live := slices.DeleteFunc(slices.Clone(c.all), func(s *service) bool { return s.process == nil })
	other := *by
	other.url = live[n%len(live)].url
	return &other
}

// settleAll has half of the seats bought and then cancelled by the organizer,
// and the other half ordered and not paid, so that all ends at about the same
// time. meanwhile is called when that has begun.
func (c *chain) settleAll(t *testing.T, seats []string, meanwhile func(*testing.T)) askedFor {
	t.Helper()
	before := len(c.fake.Calls())
	paidFor := make([]string, inTheAir) // payments
	bought, unpaid := make([]order, inTheAir), make([]order, inTheAir)
	order := func(i int) answer { return c.at(c.one, i).orderSeats(c.event.ID, seats[i]) }
	answers := make([]answer, 2*inTheAir)
	atOnce(inTheAir, func(i int) { answers[i] = order(i) })
	for i := range bought {
		bought[i] = c.readOrder(t, answers[i])
		var err error
		paidFor[i], err = c.fake.Pay(bought[i].Payment.ID)
		require.NoError(t, err)
	}
	require.NoError(t, c.fake.DeliverAll(t.Context(), c.at(c.one, 0).url+"/v1/webhooks/stripe"))
	atOnce(inTheAir, func(i int) { answers[inTheAir+i] = order(inTheAir + i) })
	for i := range unpaid {
		unpaid[i] = c.readOrder(t, answers[inTheAir+i])
	}

	start := time.Now()
	atOnce(inTheAir, func(i int) { answers[i] = c.at(c.organizer, i).cancel(bought[i].ID) })
	for _, a := range answers[:inTheAir] {
		requireStatus(t, a, http.StatusOK)
	}
	if meanwhile != nil {
		within(t, refundedWithin, "some refunds are asked for", func() bool { return c.refundsAsked(before) >= killAfter })
		meanwhile(t)
	}
	c.requireAll(t, bought, "refunded")
	figure(t, "%d orders were refunded %s after the first was cancelled", inTheAir, time.Since(start))
	c.requireAll(t, unpaid, "expired")
	figure(t, "%d orders had expired %s after the deadline of the last", inTheAir, time.Since(unpaid[inTheAir-1].Payment.ExpiresAt))
	for i, o := range bought {
		amount, refunds := c.fake.Refunded(paidFor[i])
		require.Equal(t, o.Total.Amount, amount)
		require.Len(t, refunds, 1, "order %s", o.ID)
	}
	for _, o := range unpaid {
		status, _ := c.fake.SessionState(o.Payment.ID)
		require.Equal(t, "expired", status)
	}
	return countAsked(c.fake.Calls()[before:])
}

func (c *chain) readOrder(t *testing.T, a answer) order {
	t.Helper()
	return read[order](t, a, http.StatusCreated)
}

func (c *chain) requireAll(t *testing.T, orders []order, status string) {
	t.Helper()
	within(t, inTheAirTTL+refundedWithin, "all are "+status, func() bool {
		done := c.allOrdersAt(t, status)
		return !slices.ContainsFunc(orders, func(o order) bool { return !slices.Contains(done, o.ID) })
	})
}

func (c *chain) allOrdersAt(t *testing.T, status string) (ids []string) {
	t.Helper()
	a := c.at(c.organizer, 0).eventOrders(c.event.ID, "status="+status)
	for _, o := range read[list[order]](t, a, http.StatusOK).Items {
		ids = append(ids, o.ID)
	}
	return ids
}

func (c *chain) refundsAsked(since int) int {
	return len(countAsked(c.fake.Calls()[since:]).refunds)
}

// killTheHolder kills the instance that does the work for all.
func (c *chain) killTheHolder(t *testing.T) {
	t.Helper()
	holder := slices.IndexFunc(c.all, func(s *service) bool { return strings.Contains(s.logText(t), "this instance does the work now") })
	require.GreaterOrEqual(t, holder, 0)
	dead := c.all[holder]
	dead.kill(t)
	start := time.Now()
	c.all = slices.Delete(slices.Clone(c.all), holder, holder+1)
	c.service = c.all[0]
	c.organizer = c.at(c.organizer, 0)
	within(t, refundedWithin, "another takes over", func() bool {
		return slices.ContainsFunc(c.all, func(s *service) bool { return strings.Contains(s.logText(t), "this instance does the work now") })
	})
	figure(t, "another instance took over %s after the kill", time.Since(start))
}

// askedFor is what Stripe was asked, and how often.
type askedFor struct {
	refunds  map[string]int // by payment
	sessions map[string]int // looked up, by session
	ended    map[string]int // by session
}

func countAsked(calls []stripetest.Call) askedFor {
	asked := askedFor{map[string]int{}, map[string]int{}, map[string]int{}}
	for _, call := range calls {
		session, of := strings.CutPrefix(call.Path, "/v1/checkout/sessions/")
		switch {
		case call.Method == http.MethodPost && call.Path == "/v1/refunds":
			asked.refunds[call.Form.Get("payment_intent")]++
		case call.Method == http.MethodGet && of:
			asked.sessions[session]++
		case of:
			asked.ended[strings.TrimSuffix(session, "/expire")]++
		}
	}
	return asked
}

// requireOnce requires that each refund was asked for once, and that no session
// was looked up or ended more often than that.
func (a askedFor) requireOnce(t *testing.T, sessions int) {
	t.Helper()
	require.Len(t, a.refunds, inTheAir)
	for payment, n := range a.refunds {
		require.Equal(t, 1, n, "refund of %s", payment)
	}
	require.GreaterOrEqual(t, len(a.sessions), inTheAir)
	twice := 0
	for _, of := range []map[string]int{a.sessions, a.ended} {
		for session, n := range of {
			require.LessOrEqual(t, n, sessions, "session %s", session)
			if n > 1 {
				twice++
			}
		}
	}
	require.Len(t, a.ended, inTheAir)
	figure(t, "%d refunds asked for, %d sessions looked up and %d ended, each once but for %d that were under way at a kill",
		len(a.refunds), len(a.sessions), len(a.ended), twice)
}
