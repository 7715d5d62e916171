package booking_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

// cancelled buys seats and has the organizer cancel the order.
func (w *world) cancelled(seats ...int) booking.Order {
	w.t.Helper()
	o := w.bought(alice, seats...)
	o, err := w.service.Cancel(w.ctx, olga, o.ID)
	require.NoError(w.t, err)
	return o
}

// requirePayment asserts one payment's state, and how much of it the provider gave back.
func (w *world) requirePayment(o booking.Order, state booking.PaymentState, back int64) booking.Payment {
	w.t.Helper()
	p := w.stored(o.ID).Payments[0]
	require.Equal(w.t, state, p.State)
	require.Equal(w.t, back, w.provider.goneBack(p.ID))
	return p
}

func TestRefundIsCarriedOut(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		o := w.cancelled(0, 1)
		require.WithinDuration(t, time.Now(), o.Payments[0].DueSince, time.Minute)
		w.settle()
		w.requireOrder(o.ID, booking.OrderRefunded, booking.ReasonOrganizer)
		p := w.requirePayment(o, booking.PaymentRefunded, 9000)
		require.EqualValues(t, 9000, p.Refunded)
		require.Equal(t, 1, w.provider.callsOf("Refund"))
		require.Equal(t, 1, w.metrics.of("refund refunded"))
		require.Equal(t, 1, w.metrics.of("order refunded"))
		w.settle()
		require.Equal(t, 1, w.provider.callsOf("Refund"))
	})
}

// Only what is due back goes back: the order stays paid.
func TestSecondPaymentGoesBack(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		o := w.bought(alice, 0)
		second := success(o)
		second.PaymentID = "pay-again"
		w.deliver(second)
		w.settle()
		paid := w.requireOrder(o.ID, booking.OrderPaid, "")
		require.Equal(t, []string{o.Checkout.ID + " applied", "pay-again refunded duplicate"}, payments(paid))
		require.Zero(t, w.provider.goneBack(o.Checkout.ID))
		require.EqualValues(t, 4500, w.provider.goneBack("pay-again"))
		require.Equal(t, 1, w.metrics.of("flagged duplicate"))
		w.requireSeats("s")
	})
}

// The provider has refused, and would say so again under the same key.
func TestRefundThatIsRefusedGetsANewKey(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.provider.refuse = 3
		o := w.cancelled(0)
		for try := 1; try <= 3; try++ {
			_, err := w.service.Settle(w.ctx)
			require.ErrorIs(t, err, booking.ErrRefused)
			p := w.requirePayment(o, booking.PaymentRefundDue, 0)
			require.Equal(t, try, p.Tries)
			require.Equal(t, try-1, p.Attempt)
			require.Contains(t, p.Problem, "refuses")
			require.True(t, p.NextAt.After(time.Now().Add(-time.Minute)))
			w.skipBackoff(o)
		}
		w.settle()
		p := w.requirePayment(o, booking.PaymentRefunded, 4500)
		require.Equal(t, 3, p.Attempt)
		require.Empty(t, p.Problem)
		require.Equal(t, 3, w.metrics.of("refund refused"))
	})
}

// skipBackoff makes what was put off due now.
func (w *world) skipBackoff(o booking.Order) {
	w.t.Helper()
	o = w.stored(o.ID)
	for i := range o.Payments {
		o.Payments[i].NextAt = time.Time{}
	}
	require.NoError(w.t, w.store.ReplaceOrder(w.ctx, o))
}

// Whether the provider did it is not known: the same key, so that it does it once.
func TestRefundWithoutAnAnswerKeepsItsKey(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		o := w.cancelled(0)
		for _, f := range []fate{away, away} {
			w.tap.next("Provider.Refund", f)
			_, err := w.service.Settle(w.ctx)
			requireCode(t, booking.CodeUnavailable, err)
			require.Zero(t, w.requirePayment(o, booking.PaymentRefundDue, 0).Attempt)
			w.skipBackoff(o)
		}
		w.tap.next("Provider.Refund", replyLost)
		_, err := w.service.Settle(w.ctx)
		requireCode(t, booking.CodeUnavailable, err)
		w.requirePayment(o, booking.PaymentRefundDue, 4500)
		w.skipBackoff(o)
		w.settle()
		w.requirePayment(o, booking.PaymentRefunded, 4500)
		require.Equal(t, 1, w.provider.callsOf("Refund"), "the last was found by asking")
	})
}

// Even where asking shows nothing yet, the same key does not refund twice.
func TestRefundThatDoesNotShowYetIsNotMadeTwice(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		o := w.cancelled(0)
		w.tap.next("Provider.Refund", replyLost)
		_, err := w.service.Settle(w.ctx)
		requireCode(t, booking.CodeUnavailable, err)
		w.skipBackoff(o)
		w.provider.hidden = true
		w.settle()
		w.provider.hidden = false
		w.requirePayment(o, booking.PaymentRefunded, 4500)
		require.Equal(t, 2, w.provider.callsOf("Refund"))
	})
}

func TestRefundThatTakesItsTime(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.provider.slow = true
		o := w.cancelled(0)
		w.settle()
		p := w.requirePayment(o, booking.PaymentRefundDue, 0)
		require.True(t, p.NextAt.After(time.Now().Add(5*time.Minute)))
		w.skipBackoff(o)
		w.settle()
		require.Equal(t, 1, w.provider.callsOf("Refund"), "it is on its way")

		w.provider.settleRefunds(p.ID, false) // it failed at the bank
		w.skipBackoff(o)
		w.settle()
		require.Equal(t, 1, w.requirePayment(o, booking.PaymentRefundDue, 0).Attempt)
		require.Equal(t, 2, w.provider.callsOf("Refund"))

		w.provider.settleRefunds(p.ID, true)
		w.skipBackoff(o)
		w.settle()
		w.requirePayment(o, booking.PaymentRefunded, 4500)
		w.requireOrder(o.ID, booking.OrderRefunded, booking.ReasonOrganizer)
	})
}

// The webhook tells the end of a slow refund.
func TestRefundIsToldByWebhook(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.provider.slow = true
		o := w.cancelled(0)
		w.settle()
		ev := success(o)
		ev.Kind, ev.Refunded = booking.RefundSucceeded, 4500
		w.deliver(ev) // as soon as it was asked for: nothing has gone back yet
		w.requireOrder(o.ID, booking.OrderRefunding, booking.ReasonOrganizer)
		w.provider.settleRefunds(o.Checkout.ID, true)
		ev.WebhookID = "when it has"
		for range 2 {
			w.deliver(ev)
			w.requireOrder(o.ID, booking.OrderRefunded, booking.ReasonOrganizer)
		}
		require.Zero(t, w.metrics.of("flagged refunded_outside"))
		require.Equal(t, 3, w.metrics.of("webhook refund"))
	})
}

// A refund that had succeeded comes back from the bank: it is due again, once,
// however often and late it is told.
func TestRefundThatFailsAfterAll(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		o := w.cancelled(0)
		w.settle()
		w.provider.refundFails(o.Payments[0].ID)
		ev := success(o)
		ev.Kind = booking.RefundFailed
		w.deliver(ev)
		w.requireOrder(o.ID, booking.OrderRefunding, booking.ReasonOrganizer)
		w.settle()
		p := w.requirePayment(o, booking.PaymentRefunded, 4500)
		require.Equal(t, 1, p.Attempt)
		w.deliver(ev)
		other := ev
		other.WebhookID = "a late and false alarm"
		w.deliver(other)
		w.settle()
		w.requirePayment(o, booking.PaymentRefunded, 4500)
		w.requireOrder(o.ID, booking.OrderRefunded, booking.ReasonOrganizer)
	})
}

// A full refund that somebody made at the provider frees the seats of a paid order.
func TestRefundOutsideFreesTheSeats(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		o := w.bought(alice, 0)
		ev := w.provider.giveBack(o, o.Checkout.ID, 4500)
		for range 2 {
			w.deliver(ev)
			w.requireOrder(o.ID, booking.OrderRefunded, booking.ReasonRefunded)
			w.requireSeats("")
		}
		w.deliver(success(o)) // its success is told again
		w.requireOrder(o.ID, booking.OrderRefunded, booking.ReasonRefunded)
		require.Equal(t, 1, w.metrics.of("flagged refunded_outside"))
		w.settle()
		require.Zero(t, w.provider.callsOf("Refund"))
		w.bought(bob, 0)
		w.deliver(ev)
		w.requireSeats("s")
	})
}

// A part of it is a matter between people; the seats stay sold. What is due
// later is the rest.
func TestPartialRefundOutsideIsFlagged(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		o := w.bought(alice, 0)
		w.deliver(w.provider.giveBack(o, o.Checkout.ID, 1500))
		paid := w.requireOrder(o.ID, booking.OrderPaid, "")
		require.EqualValues(t, 1500, paid.Payments[0].Refunded)
		require.Equal(t, 1, w.metrics.of("flagged partly_refunded"))
		w.requireSeats("s")

		_, err := w.service.Cancel(w.ctx, olga, o.ID)
		require.NoError(t, err)
		w.settle()
		w.requirePayment(o, booking.PaymentRefunded, 4500)
	})
}

// The refund is told before the payment that it is of: the same end.
func TestRefundToldBeforeItsPayment(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		o := w.pending(alice, 0)
		paid, _ := w.provider.take(o, o.Total)
		w.deliver(w.provider.giveBack(o, paid.PaymentID, 4500))
		w.requireOrder(o.ID, booking.OrderRefunded, booking.ReasonRefunded)
		w.requireSeats("")
		w.deliver(paid)
		w.settle()
		o = w.requireOrder(o.ID, booking.OrderRefunded, booking.ReasonRefunded)
		require.Len(t, o.Payments, 1)
		require.Zero(t, w.provider.callsOf("Refund"))
		w.requireSeats("")
	})
}

// Nothing that is due for long stays silent.
func TestOverdueRefundsAreShown(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		old, fresh := w.cancelled(0), w.cancelled(1)
		o := w.stored(old.ID)
		o.Payments[0].DueSince = time.Now().Add(-booking.RefundOverdue - time.Minute)
		require.NoError(t, w.store.ReplaceOrder(w.ctx, o))
		require.NoError(t, w.service.WatchRefunds(w.ctx))
		require.Equal(t, 2, w.metrics.of("refunds due"))
		require.Equal(t, 1, w.metrics.of("refunds overdue"))
		require.WithinDuration(t, o.Payments[0].DueSince, w.metrics.oldest, time.Millisecond, "the oldest counts")

		list, err := w.service.RefundsDue(w.ctx, operator, booking.Page{Limit: 10})
		require.NoError(t, err)
		require.Equal(t, []string{fresh.ID, old.ID}, []string{list[0].ID, list[1].ID})
		for _, by := range []booking.Actor{alice, olga} {
			_, err = w.service.RefundsDue(w.ctx, by, booking.Page{Limit: 10})
			requireCode(t, booking.CodeForbidden, err)
		}

		w.settle()
		require.NoError(t, w.service.WatchRefunds(w.ctx))
		require.Zero(t, w.metrics.of("refunds due")+w.metrics.of("refunds overdue"))
		require.Zero(t, w.metrics.oldest)
	})
}

// Nobody is asked every second for as long as an outage lasts.
func TestRefundsWaitLongerEachTime(t *testing.T) {
	for name, broken := range map[string]func(w *world, o booking.Order){
		"the provider is away": func(w *world, _ booking.Order) { w.tap.all("Provider.", away) },
		"another provider's": func(w *world, o booking.Order) {
			o = w.stored(o.ID)
			o.Checkout.Provider = "former"
			require.NoError(w.t, w.store.ReplaceOrder(w.ctx, o))
		},
	} {
		t.Run(name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, w *world) {
				o := w.cancelled(0)
				broken(w, o)
				var wait time.Duration
				for range 8 {
					start := time.Now()
					_, err := w.service.Settle(w.ctx)
					require.Error(t, err)
					wait = w.stored(o.ID).Payments[0].NextAt.Sub(start)
					w.skipBackoff(o)
				}
				require.Greater(t, wait, 30*time.Second)
			})
		})
	}
}

// Twice as long each time, a fifth about it by chance, and never given up:
// however often it has failed, it is tried again within twelve minutes.
func TestTheBackoffDoublesVariesAndNeverEnds(t *testing.T) {
	for _, failures := range []int{0, 1, 2, 5, 9, 10, 11, 62, 63, 64, 1000, math.MaxInt} {
		middle := booking.BackoffLongest
		if failures < 10 {
			middle = min(booking.BackoffFirst<<failures, booking.BackoffLongest)
		}
		least, most := booking.BackoffLongest*2, time.Duration(0)
		for range 300 {
			wait := booking.Backoff(failures)
			least, most = min(least, wait), max(most, wait)
		}
		require.GreaterOrEqual(t, least, middle*8/10, failures)
		require.LessOrEqual(t, most, middle*12/10, failures)
		require.Greater(t, most-least, middle/5, "what failed together must not come back together")
	}
}

// A checkout that cannot be asked about does not keep a refund from being noted.
func TestRefundBesideACheckoutThatCannotBeAsked(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		o := w.pending(alice, 0)
		ev := success(o)
		ev.PaymentID, ev.CheckoutID = "by another way", ""
		w.deliver(ev)
		o, err := w.service.Cancel(w.ctx, olga, o.ID)
		require.NoError(t, err)
		o.Checkout.NextAt = time.Time{}
		require.NoError(t, w.store.ReplaceOrder(w.ctx, o))
		w.tap.all("Provider.LookUpCheckout", away)
		_, err = w.service.Settle(w.ctx)
		requireCode(t, booking.CodeUnavailable, err)
		require.Equal(t, 1, w.provider.callsOf("Refund"))
		w.requirePayment(o, booking.PaymentRefunded, 4500)
	})
}

// Some providers tell the same failure by several messages.
func TestOneFailedRefundToldSeveralTimes(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		o := w.cancelled(0)
		w.settle()
		w.provider.refundFails(o.Payments[0].ID)
		before := w.metrics.of("order refunding")
		for _, id := range []string{"refund.failed", "refund.updated", "charge.refund.updated"} {
			ev := success(o)
			ev.Kind, ev.WebhookID = booking.RefundFailed, id
			w.deliver(ev)
			w.settle()
		}
		require.Equal(t, before+1, w.metrics.of("order refunding"))
		w.requirePayment(o, booking.PaymentRefunded, 4500)
	})
}
