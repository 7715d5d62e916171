package booking_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

// Before an order is let go its provider is asked: nobody has paid, and nobody
// can from now on.
func TestExpiryClosesTheCheckout(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		o := w.pending(alice, 0)
		w.await(o.ExpiresAt)
		w.settle()
		ended := w.requireOrder(o.ID, booking.OrderExpired, booking.ReasonTimeout)
		require.True(t, ended.Checkout.Ended)
		_, open := w.provider.take(o, o.Total)
		require.False(t, open, "nobody can pay any more")
		require.Equal(t, 1, w.provider.callsOf("LookUpCheckout"))
		require.Equal(t, 1, w.provider.callsOf("CancelCheckout"))
		require.Equal(t, 1, w.metrics.of("checkout open"))
		w.requireSeats("")
	}, briefPayment)
}

// The webhook was lost for good: the money is found by asking.
func TestPaymentWithoutAWebhookIsFound(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		kept, gone := w.pending(alice, 0), w.pending(alice, 1)
		for _, o := range []booking.Order{kept, gone} {
			_, open := w.provider.take(o, o.Total)
			require.True(t, open)
		}
		w.await(gone.ExpiresAt)
		w.hold(bob, 1)
		w.settle()
		w.requireOrder(kept.ID, booking.OrderPaid, "")
		w.requireGivenBack(gone.ID)
		require.Zero(t, w.provider.callsOf("CancelCheckout"))
		w.requireSeats("sh")
	}, briefPayment)
}

// The customer pays at the very moment of the closing.
func TestPaymentBetweenAskingAndClosing(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		o := w.pending(alice, 0)
		w.await(o.ExpiresAt)
		w.tap.next("Provider.LookUpCheckout", after(func() { w.provider.take(o, o.Total) }))
		w.settle()
		w.requireOrder(o.ID, booking.OrderPaid, "")
		w.requireSeats("s")
	}, briefPayment)
}

// What the provider took is compared like any payment.
func TestWrongAmountFoundByAskingIsRefunded(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		o := w.pending(alice, 0)
		ev, _ := w.provider.take(o, booking.Money{Amount: 1, Currency: "EUR"})
		w.await(o.ExpiresAt)
		w.settle()
		w.requireOrder(o.ID, booking.OrderRefunded, booking.ReasonWrongAmount)
		require.EqualValues(t, 1, w.provider.goneBack(ev.PaymentID))
		require.Equal(t, 1, w.metrics.of("flagged wrong_amount"))
	}, briefPayment)
}

// An order is not let go while nobody knows whether it was paid; its seats are
// free all the same.
func TestOrderWaitsForAProviderThatIsAway(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		o := w.pending(alice, 0)
		w.await(o.ExpiresAt)
		w.tap.all("Provider.", away)
		_, err := w.service.Settle(w.ctx)
		requireCode(t, booking.CodeUnavailable, err)
		waiting := w.requireOrder(o.ID, booking.OrderPending, "")
		require.Equal(t, 1, waiting.Checkout.Tries)
		require.True(t, waiting.Checkout.NextAt.After(o.ExpiresAt))
		w.requireSeats("")
		n, err := w.service.Settle(w.ctx)
		require.NoError(t, err, "it is not asked again at once")
		require.Zero(t, n)

		w.tap.clear()
		w.await(waiting.Checkout.NextAt)
		w.settle()
		w.requireOrder(o.ID, booking.OrderExpired, booking.ReasonTimeout)
	}, briefPayment)
}

func TestCancellationClosesTheCheckout(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		o := w.pending(alice, 0)
		_, err := w.service.Cancel(w.ctx, alice, o.ID)
		require.NoError(t, err)
		require.Len(t, w.service.SettleRequests(), 1, "a worker is asked at once")
		w.tap.next("Provider.CancelCheckout", away)
		_, err = w.service.Settle(w.ctx)
		requireCode(t, booking.CodeUnavailable, err)
		again := w.requireOrder(o.ID, booking.OrderCancelled, booking.ReasonCustomer)
		require.False(t, again.Checkout.Ended)
		w.await(again.Checkout.NextAt)
		w.settle()
		require.True(t, w.stored(o.ID).Checkout.Ended)
		_, open := w.provider.take(o, o.Total)
		require.False(t, open)
	})
}

// The order is cancelled while its payment is being asked for.
func TestCheckoutOfAnOrderThatWasCancelledMeanwhileIsClosed(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		h := w.hold(alice, 0)
		w.tap.next("Provider.CreatePayment", after(func() {
			_, err := w.service.Cancel(w.ctx, alice, w.onlyOrder().ID)
			require.NoError(t, err)
		}))
		o, _, err := w.order(alice, h.ID)
		require.NoError(t, err)
		w.settle()
		o = w.requireOrder(o.ID, booking.OrderCancelled, booking.ReasonCustomer)
		require.True(t, o.Checkout.Ended)
		_, open := w.provider.take(o, o.Total)
		require.False(t, open)
	})
}

func (w *world) onlyOrder() booking.Order {
	w.t.Helper()
	orders := ordersOf(w.ctx, w.t, w.store, w.event.ID)
	require.Len(w.t, orders, 1)
	return orders[0]
}

// Money by another way leaves the checkout open, by which money could come twice.
func TestPaymentPastTheCheckoutClosesIt(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		o := w.pending(alice, 0)
		ev := success(o)
		ev.PaymentID, ev.CheckoutID = "by another way", ""
		w.deliver(ev)
		w.settle()
		require.Zero(t, w.provider.callsOf("LookUpCheckout"), "the checkout's own message may be about to come")
		w.settleLater()
		require.True(t, w.requireOrder(o.ID, booking.OrderPaid, "").Checkout.Ended)
		require.Equal(t, 1, w.provider.callsOf("CancelCheckout"))
		require.Zero(t, w.provider.callsOf("Refund"))
	})
}

// A payment told twice, first without its checkout, leaves nothing to ask.
func TestPaymentToldAgainByItsCheckout(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		o := w.pending(alice, 0)
		ev := success(o)
		ev.CheckoutID = ""
		w.deliver(ev)
		w.deliver(success(o))
		o = w.requireOrder(o.ID, booking.OrderPaid, "")
		require.True(t, o.Checkout.Ended)
		require.Zero(t, o.DueAt())
		require.Len(t, o.Payments, 1)
	})
}

// A paid order whose payment came by its checkout leaves nothing to ask.
func TestAPaidOrderIsNotDue(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		o := w.bought(alice, 0)
		require.Zero(t, o.DueAt())
		n, err := w.service.Settle(w.ctx)
		require.NoError(t, err)
		require.Zero(t, n)
		require.Zero(t, w.provider.callsOf("LookUpCheckout"))
	})
}

// The checkouts of a provider that is not configured any more cannot be asked
// about: their orders end all the same, and money of theirs waits for a person.
func TestAnotherProvidersOrders(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		expires, paid := w.pending(alice, 0), w.bought(alice, 1)
		for _, id := range []string{expires.ID, paid.ID} {
			o := w.stored(id)
			o.Checkout.Provider = "former"
			require.NoError(t, w.store.ReplaceOrder(w.ctx, o))
		}
		_, err := w.service.Cancel(w.ctx, olga, paid.ID)
		require.NoError(t, err)
		w.await(expires.ExpiresAt)
		_, err = w.service.Settle(w.ctx)
		require.ErrorContains(t, err, "former")
		w.requireOrder(expires.ID, booking.OrderExpired, booking.ReasonTimeout)
		o := w.requireOrder(paid.ID, booking.OrderRefunding, booking.ReasonOrganizer)
		require.Contains(t, o.Payments[0].Problem, "refund it there by hand")
		require.Zero(t, w.provider.callsOf("Refund"))
		require.Zero(t, w.provider.callsOf("LookUpCheckout"))
	}, briefPayment)
}

// While the hold store is away nothing expires, and money goes back.
func TestRefundsGoOnWithoutTheHoldStore(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		o, late := w.bought(alice, 0), w.pending(alice, 1)
		_, err := w.service.Cancel(w.ctx, olga, o.ID)
		require.NoError(t, err)
		w.await(late.ExpiresAt)
		w.tap.all("Holds.", away)
		n, err := w.service.Settle(w.ctx)
		requireCode(t, booking.CodeUnavailable, err)
		require.Equal(t, 1, n)
		w.requireOrder(o.ID, booking.OrderRefunded, booking.ReasonOrganizer)
		w.requireOrder(late.ID, booking.OrderPending, "")
		w.tap.clear()
		w.settle()
		w.requireOrder(late.ID, booking.OrderExpired, booking.ReasonTimeout)
	}, briefPayment)
}

// A fault at any call, in either way, leaves what the next rounds bring to its end.
func TestSettlingSurvivesAFaultAtEveryCall(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.atEveryCall(func(broken func(func())) {
			paid := w.bought(customer(), 0)
			lapsed := w.pending(customer(), 1)
			ev, _ := w.provider.take(paid, paid.Total)
			_, err := w.service.Cancel(w.ctx, olga, paid.ID)
			require.NoError(t, err)
			w.await(lapsed.ExpiresAt)
			broken(func() { _, _ = w.service.Settle(w.ctx) })
			w.settleLater()
			w.requireOrder(paid.ID, booking.OrderRefunded, booking.ReasonOrganizer)
			require.Equal(t, ev.Received.Amount, w.provider.goneBack(ev.PaymentID), "once")
			w.requireOrder(lapsed.ID, booking.OrderExpired, booking.ReasonTimeout)
			require.True(t, w.stored(lapsed.ID).Checkout.Ended)
			w.requireSeats("")
		})
	}, briefPayment)
}

// settleLater is settle once the time of what was put off has come: it takes it
// from the documents, so that no test waits for a backoff.
func (w *world) settleLater() {
	w.t.Helper()
	for _, o := range ordersOf(w.ctx, w.t, w.store, w.event.ID) {
		if o.DueAt().IsZero() {
			continue
		}
		o.Checkout.NextAt = time.Time{}
		for i := range o.Payments {
			o.Payments[i].NextAt = time.Time{}
		}
		require.NoError(w.t, w.store.ReplaceOrder(w.ctx, o))
	}
	w.settle()
}

// Orders that nobody can bring on, however many, do not keep the others.
func TestStuckOrdersDoNotStarveTheOthers(t *testing.T) {
	for name, stuck := range map[string]booking.Order{
		"waiting": {Status: booking.OrderPending},
		"untold":  {Status: booking.OrderExpired, Notices: []booking.Notice{{ID: "n", Status: booking.OrderExpired}}},
	} {
		t.Run(name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, w *world) {
				for range 200 {
					o := stuck
					o.ID, o.EventID, o.CustomerID, o.HoldID = newID(), "an event that is gone", "somebody", newID()
					o.Seats, o.Total, o.ExpiresAt = []string{"A1"}, booking.Money{Amount: 1, Currency: "EUR"}, time.Now().Add(-time.Hour)
					require.NoError(t, w.store.InsertOrder(w.ctx, o))
				}
				o, late := w.cancelled(0), w.pending(alice, 1)
				w.await(late.ExpiresAt)
				for range 8 {
					_, err := w.service.Settle(w.ctx)
					require.True(t, err == nil || booking.CodeOf(err) == booking.CodeNotFound, "%v", err)
				}
				w.requireOrder(o.ID, booking.OrderRefunded, booking.ReasonOrganizer)
				w.requireOrder(late.ID, booking.OrderExpired, booking.ReasonTimeout)
			}, briefPayment)
		})
	}
}
