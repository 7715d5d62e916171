package e2e

import (
	"net/http"
	"slices"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/payment/standardwebhook"
)

// The steps of making an order: its client repeats the call, or gives up.
var orderCrashes = slices.Concat(
	orderCrash("order.held"), orderCrash("order.bound"),
	orderCrash("order.inserted"), orderCrash("order.payment_created"),
)

func orderCrash(step string) []crashTest {
	return []crashTest{
		{
			step: step, name: "repeated", seats: 2,
			reach: (*crashed).orderSeatsAgain,
			after: func(c *crashed) {
				o := patiently(c.t, c.orderSeatsAgain)
				require.True(c.t, o.done(), "%s", o)
				c.order = c.requireOneOrder("pending_payment")
				require.NotEmpty(c.t, c.order.Payment.URL)
				c.requireTaken()
				requireStatus(c.t, c.one.press(c.order, "pay"), http.StatusOK)
				c.requireOneOrder("paid")
				c.requireShown('s')
			},
		},
		{
			step: step, name: "given up", seats: 2,
			before: func(c *crashed) {
				c.set(settings{"SEATHOLD_HOLD_TTL": crashTTL.String(), "SEATHOLD_PAYMENT_TTL": crashTTL.String()})
			},
			reach: (*crashed).orderSeatsAgain,
			after: requireNothingIsStuck,
		},
	}
}

// crashTTL is how long holds last whose client gives up.
const crashTTL = time.Second

// requireNothingIsStuck requires that the seats are free within their deadline
// and a second, and that an order that was stored expires.
func requireNothingIsStuck(c *crashed) {
	latest := time.Now().Add(crashTTL) // the hold was made before
	var got answer
	took := within(c.t, time.Until(latest)+slack*announcedWithin, "the seats are free", func() bool {
		got = c.other.hold(c.event.ID, c.seats...)
		return got.is(http.StatusCreated)
	})
	figure(c.t, "free again %s after the restart, holds last %s", took, crashTTL)
	c.letGo(read[hold](c.t, got, http.StatusCreated))
	within(c.t, slack*announcedWithin, "no order is pending", func() bool {
		return len(c.allOrders(c.t, "status=pending_payment&q="+c.seats[0])) == 0
	})
	c.set(settings{"SEATHOLD_HOLD_TTL": "10m", "SEATHOLD_PAYMENT_TTL": "15m"}) // from the next start on
}

// The steps of a payment: the provider repeats its message.
var paymentCrashes = []crashTest{
	{
		step: "confirm.held", name: "paid", seats: 2, before: (*crashed).makeOrder, reach: (*crashed).pay,
		after: func(c *crashed) {
			c.requireOneOrder("pending_payment")
			c.requireShown('h')
			c.requirePaidByRepeat()
		},
	},
	{
		step: "confirm.stored", name: "paid", seats: 2, before: (*crashed).makeOrder, reach: (*crashed).pay,
		after: func(c *crashed) {
			c.requireOneOrder("paid")
			c.requireShown('s') // before anyone repeats anything
			c.requirePaidByRepeat()
		},
	},
	{
		step: "confirm.sold", name: "paid", seats: 2, before: (*crashed).makeOrder, reach: (*crashed).pay,
		after: func(c *crashed) {
			c.requireOneOrder("paid")
			c.requireShown('s')
			c.requirePaidByRepeat()
		},
	},
	{
		step: "end.stored", name: "failed", seats: 2, before: (*crashed).makeOrder,
		reach: func(c *crashed) answer { return c.one.send(c.failure()) },
		after: func(c *crashed) {
			c.deliver(c.failure())
			require.Equal(c.t, "payment", c.requireOneOrder("cancelled").Reason)
			c.requireFree()
		},
	},
	{
		step: "refund.stored", name: "wrong amount", seats: 2, before: (*crashed).makeOrder,
		reach: func(c *crashed) answer { return c.one.send(c.tooLittle()) },
		after: func(c *crashed) {
			c.deliver(c.tooLittle())
			require.Len(c.t, c.requireOneRefunded("wrong_amount").Payments, 1)
			c.requireFree()
		},
	},
}

func (c *crashed) pay() answer { return c.one.send(paid(c.t, c.order)) }

func (c *crashed) failure() webhook {
	return newWebhook(c.t, standardwebhook.TypeFailed, c.order)
}

func (c *crashed) tooLittle() webhook {
	return newWebhook(c.t, standardwebhook.TypeSucceeded, c.order, func(d *standardwebhook.Data) { d.Amount = 1 })
}

func (c *crashed) requirePaidByRepeat() {
	c.t.Helper()
	c.deliver(paid(c.t, c.order))
	o := c.requireOneOrder("paid")
	require.Equal(c.t, []payment{{ID: o.Payment.ID, Received: o.Total, State: "applied"}}, o.Payments)
	c.requireShown('s')
	c.requireTaken()
}

// A cancellation is repeated by its caller; what it was about a paid order is
// repaired without.
var cancelCrashes = []crashTest{
	{
		step: "cancel.stored", name: "by the customer, repeated", seats: 2, before: (*crashed).makeOrder,
		reach: func(c *crashed) answer { return c.one.cancel(c.order.ID) },
		after: func(c *crashed) {
			requireStatus(c.t, patiently(c.t, func() answer { return c.one.cancel(c.order.ID) }), http.StatusOK)
			c.requireOneOrder("cancelled")
			c.requireFree()
		},
	},
	{
		step: "cancel.stored", name: "by the organizer, not repeated", seats: 2,
		before: func(c *crashed) { c.order = c.bought(c.t, c.one, c.seats...) },
		reach:  func(c *crashed) answer { return c.organizer.cancel(c.order.ID) },
		after: func(c *crashed) {
			c.requireOneRefunded("organizer")
			c.requireShown('.')
			c.requireFree()
		},
	},
}

// Blocks are repaired from their documents, nobody repeats anything.
var blockCrashes = []crashTest{
	{
		step: "block.stored", name: "not repeated", seats: 2,
		reach: func(c *crashed) answer { return c.organizer.block(c.event.ID, c.seats...) },
		after: func(c *crashed) {
			c.requireShown('x')
			blocks := read[list[block]](c.t, c.organizer.blocks(c.event.ID), http.StatusOK).Items
			require.Len(c.t, blocks, 1)
			requireStatus(c.t, c.organizer.unblock(c.event.ID, blocks[0].ID), http.StatusNoContent)
			c.requireFree()
		},
	},
	{
		step: "unblock.stored", name: "not repeated", seats: 2, before: (*crashed).makeBlock,
		reach: (*crashed).endBlock,
		after: func(c *crashed) {
			c.requireShown('.')
			requireStatus(c.t, c.endBlock(), http.StatusNoContent)
			c.requireFree()
		},
	},
}

func (c *crashed) makeBlock() {
	c.block = read[block](c.t, c.organizer.block(c.event.ID, c.seats...), http.StatusCreated)
}

func (c *crashed) endBlock() answer { return c.organizer.unblock(c.event.ID, c.block.ID) }

// A load that died is done again.
var loadCrashes = []crashTest{
	{
		step: "load.begun", name: "at a start", seats: 3,
		before: func(c *crashed) {
			c.bought(c.t, c.one, c.seats[0])
			c.order = c.ordered(c.t, c.one, c.seats[1])
		},
		after: func(c *crashed) {
			within(c.t, startPatience, "the map is right", func() bool { return c.shows(c.t, c.seats...) == "sh." })
			requireStatus(c.t, patiently(c.t, c.pay), http.StatusOK)
			require.Equal(c.t, "ss.", c.shows(c.t, c.seats...))
			c.held(c.t, c.other, c.seats[2])
		},
	},
}
