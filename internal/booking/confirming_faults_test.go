package booking_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

// A provider repeats a webhook until it is taken.
func TestPaymentSurvivesAFaultAtEveryCall(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.atEveryCall(func(broken func(func())) {
			o := w.pending(customer(), 0, 1)
			ev := success(o)
			taken := false
			broken(func() {
				err := w.webhook(ev)
				requireFault(t, err)
				taken = err == nil
			})
			if taken { // then what it says is stored already
				w.requireOrder(o.ID, booking.OrderPaid, "")
			}
			w.deliver(ev)
			paid := w.requireOrder(o.ID, booking.OrderPaid, "")
			require.Equal(t, []string{o.Checkout.ID + " applied"}, payments(paid))
			w.requireSeats("ss")
			w.giveBack(paid)
		})
	})
}

// giveBack ends a paid order, so that its seats serve the next case.
func (w *world) giveBack(o booking.Order) {
	w.t.Helper()
	_, err := w.service.Cancel(w.ctx, olga, o.ID)
	require.NoError(w.t, err)
	w.requireSeats("")
}

// While the order store is away nothing is confirmed: the provider repeats.
func TestPaymentWaitsForTheOrderStore(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		o := w.pending(alice, 0)
		w.tap.all("Orders.", away)
		w.tap.all("Events.", away)
		requireCode(t, booking.CodeUnavailable, w.webhook(success(o)))
		w.requireOrder(o.ID, booking.OrderPending, "")
		w.tap.clear()
		w.deliver(success(o))
		w.requireOrder(o.ID, booking.OrderPaid, "")
	})
}

func TestRefundSurvivesAFaultAtEveryCall(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.atEveryCall(func(broken func(func())) {
			o := w.pending(customer(), 0)
			ev := success(o)
			ev.Received.Amount--
			broken(func() { requireFault(t, w.webhook(ev)) })
			w.deliver(ev)
			refunding := w.requireOrder(o.ID, booking.OrderRefunding, booking.ReasonWrongAmount)
			require.Equal(t, []string{o.Checkout.ID + " refund_due wrong_amount"}, payments(refunding))
			w.requireSeats("")
		})
	})
}

func TestProvidersFailureSurvivesAFaultAtEveryCall(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.atEveryCall(func(broken func(func())) {
			o := w.pending(customer(), 0)
			broken(func() { requireFault(t, w.webhook(failure(o))) })
			w.deliver(failure(o))
			w.requireOrder(o.ID, booking.OrderCancelled, booking.ReasonPayment)
			w.requireSeats("")
		})
	})
}

// The hold store is away: the order store decides alone.
func TestPaymentWithoutTheHoldStore(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		paid, wrong := w.pending(alice, 0), w.pending(alice, 1)
		little := success(wrong)
		little.Received.Amount--
		w.tap.all("Holds.", away)
		w.deliver(success(paid))
		w.deliver(success(paid))
		w.deliver(little)
		require.True(t, w.loadAsked())
		w.requireOrder(paid.ID, booking.OrderPaid, "")
		w.requireOrder(wrong.ID, booking.OrderRefunding, booking.ReasonWrongAmount)
		_, _, err := w.service.Hold(w.ctx, bob, w.event.ID, w.names(5), "")
		requireCode(t, booking.CodeUnavailable, err)
		w.tap.clear()
		w.requireSeats("hh")

		// The provider was answered and does not repeat: the repair marks the
		// one's seat sold and lets go of the other's.
		w.load()
		w.requireSeats("s.")
		w.deliver(little)
		w.requireSeats("s.")
	})
}

func TestPaymentWhileTheEventIsNotLoaded(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		o := w.pending(alice, 0)
		w.flush()
		w.deliver(success(o))
		w.requireOrder(o.ID, booking.OrderPaid, "")
		require.True(t, w.loadAsked())
		w.load()
		w.requireSeats("s")
	})
}

// Without the hold store two orders may both be about to be paid: the order
// store's guard lets one have the seats.
func TestGuardDecidesWhileTheHoldStoreIsAway(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		late := w.pending(alice, 0, 1)
		w.await(late.ExpiresAt)
		second := w.pending(bob, 1, 2)
		w.tap.all("Holds.", away)
		w.deliver(success(second))
		w.deliver(success(late))
		w.requireOrder(second.ID, booking.OrderPaid, "")
		o := w.requireOrder(late.ID, booking.OrderRefunding, booking.ReasonSeatsTaken)
		require.Equal(t, []string{late.Checkout.ID + " refund_due seats_taken"}, payments(o))
		require.Equal(t, 1, w.metrics.of("guard"))
		w.tap.clear()
		w.load()
		w.requireSeats(".ss")
	}, briefPayment)
}

// The hold store has forgotten a sold seat and gives it to someone else.
func TestGuardDecidesOverACorruptHoldStore(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		forget := w.snapshot()
		first := w.bought(alice, 0)
		forget()
		second := w.pending(bob, 0)
		w.deliver(success(second))
		w.requireOrder(first.ID, booking.OrderPaid, "")
		o := w.requireOrder(second.ID, booking.OrderRefunding, booking.ReasonSeatsTaken)
		require.Equal(t, []string{second.Checkout.ID + " refund_due seats_taken"}, payments(o))
		require.Equal(t, 1, w.metrics.of("guard"))
		require.True(t, w.loadAsked(), "the hold store was wrong")
		w.load()
		w.requireSeats("s")
		w.deliver(success(second))
		w.requireSeats("s")
	})
}

// Both orders are confirmed in the hold store before either is stored as paid.
func TestGuardDecidesBetweenTwoConfirmed(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		forget := w.snapshot()
		first := w.pending(alice, 0)
		w.tap.next("Holds.Confirm", after(func() {
			forget()
			w.bought(bob, 0)
		}))
		w.deliver(success(first))
		w.requireOrder(first.ID, booking.OrderRefunding, booking.ReasonSeatsTaken)
		require.Equal(t, 1, w.metrics.of("guard"))
		w.requireSeats("s")
	})
}

// The order was stored as paid, but the answer was lost.
func TestPaymentWhoseStoringAnswerWasLost(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		o := w.pending(alice, 0)
		w.tap.next("Orders.ReplaceOrder", replyLost)
		requireCode(t, booking.CodeUnavailable, w.webhook(success(o)))
		stored := w.requireOrder(o.ID, booking.OrderPaid, "")
		require.True(t, w.loadAsked(), "should the repeat not come, a repair marks the seats")
		w.deliver(success(o))
		require.Equal(t, stored, w.requireOrder(o.ID, booking.OrderPaid, ""))
		w.requireSeats("s")
	})
}

// Others change the order each time between its reading and its storing.
func TestPaymentEndsAfterManyConflicts(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		o := w.pending(alice, 0)
		w.tap.add(&rule{prefix: "Orders.ReplaceOrder", left: 20, fate: before(func() {
			now, err := w.store.Order(w.ctx, o.ID)
			require.NoError(t, err)
			require.NoError(t, w.store.ReplaceOrder(w.ctx, now))
		})})
		w.deliver(success(o))
		paid := w.requireOrder(o.ID, booking.OrderPaid, "")
		require.Len(t, paid.Payments, 1)
		require.Equal(t, o.Revision+21, paid.Revision)
	})
}

// A caller that leaves ends the tries.
func TestConflictsEndWithTheCaller(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		o := w.pending(alice, 0)
		ctx, leave := context.WithCancel(w.ctx)
		defer leave()
		w.tap.all("Orders.ReplaceOrder", func(func() error) error { leave(); return booking.ErrConflict })
		require.Error(t, callWebhook(ctx, w.service, success(o)))
		w.tap.clear()
		w.requireOrder(o.ID, booking.OrderPending, "")
	})
}

// The order is refunded while its seats are being marked sold by force.
func TestRefundWhileSeatsAreSoldOver(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		forget := w.snapshot()
		o := w.pending(alice, 0)
		w.tap.next("Holds.Sell", before(forget))
		w.tap.next("Holds.SellOver", before(func() { w.giveBackOnly(o) }))
		w.deliver(success(o))
		w.requireOrder(o.ID, booking.OrderRefunding, booking.ReasonOrganizer)
		w.requireSeats("")
	})
}
