package e2e

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestCrashWhileMoneyMoves kills the service at each step of the work that
// nobody waits for: letting orders go, closing checkouts and giving money back.
// Nobody repeats anything: the next life of the service ends it.
func TestCrashWhileMoneyMoves(t *testing.T) { crashAtEach(t, moneyCrashes) }

var moneyCrashes = slices.Concat(checkoutCrashes, refundCrashes)

// moneyTTL is how long an order waits that is to run out of time after the
// payment page was used.
const moneyTTL = 2 * time.Second

// Checkouts of orders that end without a payment, or with one that nobody told.
var checkoutCrashes = []crashTest{
	{
		step: "checkout.closed", name: "cancelled by the customer", seats: 2, worker: true, before: (*crashed).makeOrder,
		reach: func(c *crashed) answer { return c.one.cancel(c.order.ID) },
		after: func(c *crashed) {
			c.requireEnd("cancelled", "customer")
			took := within(c.t, refundedWithin, "the checkout is asked about once more", func() bool {
				return c.metric(c.t, `seathold_checkouts_asked_total{outcome="ended"}`) == 1
			})
			figure(c.t, "the checkout was noted as closed %s after the restart", took)
			c.requireWithdrawn()
			c.requireFree()
		},
	},
	{
		step: "expire.closed", name: "out of time", seats: 2, worker: true,
		before: (*crashed).shortenPayments,
		reach:  func(c *crashed) answer { c.makeOrder(); return answer{} },
		after: func(c *crashed) {
			c.requireEnd("expired", "timeout")
			c.requireWithdrawn()
			c.requireFree()
			c.lengthenPayments()
		},
	},
	{
		step: "checkout.paid", name: "out of time, its webhook lost", seats: 2, worker: true,
		before: (*crashed).shortenPayments,
		reach:  func(c *crashed) answer { c.makeOrder(); return c.payUntold() },
		after: func(c *crashed) {
			o := c.requireEnd("paid", "")
			require.Equal(c.t, []payment{{ID: o.Payment.ID, Received: o.Total, State: "applied"}}, o.Payments)
			c.requireShown('s')
			c.requireTaken()
			c.lengthenPayments()
		},
	},
	{
		step: "checkout.paid", name: "cancelled by the customer, its webhook lost", seats: 2, worker: true,
		before: func(c *crashed) { c.makeOrder(); c.payUntold() },
		reach:  func(c *crashed) answer { return c.one.cancel(c.order.ID) },
		after:  func(c *crashed) { c.requireMoneyBack("customer") },
	},
}

// Refunds of paid orders.
var refundCrashes = slices.Concat(
	refundCrash("refund.asked"), refundCrash("refund.made"), refundCrash("refund.noted"), refundCrash("refund.told"),
	[]crashTest{{
		step: "refund.told", name: "by hand, at the provider", seats: 2, before: (*crashed).buyAtThePage,
		reach: func(c *crashed) answer { return c.one.press(c.order, "refund", "payment="+c.order.Payment.ID) },
		after: func(c *crashed) {
			c.requireShown('.') // before anyone repeats anything
			c.requireMoneyBack("refunded")
		},
	}},
)

func refundCrash(step string) []crashTest {
	return []crashTest{{
		step: step, name: "cancelled by the organizer", seats: 2, worker: true, before: (*crashed).buyAtThePage,
		reach: func(c *crashed) answer { return c.organizer.cancel(c.order.ID) },
		after: func(c *crashed) { c.requireMoneyBack("organizer") },
	}}
}

func (c *crashed) shortenPayments() { c.set(settings{"SEATHOLD_PAYMENT_TTL": moneyTTL.String()}) }

// lengthenPayments counts from the next start on.
func (c *crashed) lengthenPayments() { c.set(settings{"SEATHOLD_PAYMENT_TTL": "15m"}) }

// buyAtThePage has the sandbox know of the money.
func (c *crashed) buyAtThePage() {
	c.makeOrder()
	requireStatus(c.t, c.one.press(c.order, "pay"), http.StatusOK)
	c.requireOneOrder("paid")
}

// payUntold pays and loses the webhook.
func (c *crashed) payUntold() answer {
	a := c.one.press(c.order, "pay_anyway", "delivery=never")
	requireStatus(c.t, a, http.StatusOK)
	return a
}

// requireWithdrawn requires that nobody can pay by the order's page any more.
func (c *crashed) requireWithdrawn() {
	c.t.Helper()
	require.Equal(c.t, "Payment withdrawn", c.one.page(c.t, c.order).title)
	requireStatus(c.t, c.one.press(c.order, "pay"), http.StatusConflict)
	require.Empty(c.t, c.one.page(c.t, c.order).payments)
}

// requireMoneyBack requires that all of it went back, once; that the sandbox
// has told so; and that the seats are free.
func (c *crashed) requireMoneyBack(reason string) {
	c.t.Helper()
	o := c.requireOneRefunded(reason)
	requireStatus(c.t, c.one.press(c.order, "tell"), http.StatusOK)
	p := c.one.page(c.t, c.order)
	require.Equal(c.t, [][2]string{{o.Payments[0].ID, "€90.00 refunded"}}, p.payments)
	require.Contains(c.t, p.messages, [2]string{"refund.succeeded", "confirmed"})
	require.Equal(c.t, o, c.requireOneOrder("refunded"), "told once more, it changes nothing")
	c.requireFree()
}
