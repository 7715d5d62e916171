package booking_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

func TestPaymentSellsTheSeats(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		o := w.pending(alice, 0, 2)
		w.deliver(success(o))
		paid := w.requireOrder(o.ID, booking.OrderPaid, "")
		require.Equal(t, []string{o.Checkout.ID + " applied"}, payments(paid))
		require.Len(t, paid.WebhookIDs, 1)
		w.requireSeats("s.s")
		h, err := w.service.GetHold(w.ctx, alice, w.event.ID, o.HoldID)
		require.NoError(t, err)
		require.Equal(t, booking.HoldSold, h.State)
		require.Equal(t, 1, w.metrics.of("webhook paid"))
		require.Equal(t, 1, w.metrics.of("order paid"))
		require.Equal(t, 1, w.metrics.of("ended sold"))
	})
}

// What a confirmation costs: an order read, one script to confirm, one order
// update, one script to sell.
func TestWhatAConfirmationCosts(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		o := w.pending(alice, 0, 2)
		calls := w.tap.during(func() { w.deliver(success(o)) })
		require.Equal(t, map[string]int{
			"Orders.Order": 1, "Holds.Confirm": 1, "Orders.ReplaceOrder": 1, "Holds.Sell": 1,
		}, calls)
	})
}

func TestPaymentTwiceBySameWebhook(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		o := w.pending(alice, 0)
		w.deliver(success(o))
		paid := w.requireOrder(o.ID, booking.OrderPaid, "")
		w.deliver(success(o))
		require.Equal(t, paid, w.requireOrder(o.ID, booking.OrderPaid, ""), "nothing is stored again")
		require.Equal(t, 1, w.metrics.of("ended sold"))
		require.Equal(t, 1, w.metrics.of("webhook repeated"))
	})
}

// Where the metadata is lost, the payment's id finds the order.
func TestPaymentFindsItsOrderByPaymentID(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		o := w.pending(alice, 0)
		ev := success(o)
		ev.OrderID = ""
		w.deliver(ev)
		w.requireOrder(o.ID, booking.OrderPaid, "")
	})
}

func TestWebhooksThatChangeNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		o := w.pending(alice, 0)
		b, err := w.service.Block(w.ctx, olga, w.event.ID, w.names(1), "", noEnd)
		require.NoError(t, err)
		ignored, unknown, lost, ofBlock, other := success(o), success(o), success(o), success(o), failure(o)
		ignored.Kind = booking.PaymentIgnored
		unknown.OrderID = "none"
		lost.OrderID, lost.PaymentID = "", "none"
		ofBlock.OrderID = b.ID
		other.CheckoutID = "another checkout of this order"
		for _, ev := range []booking.PaymentEvent{ignored, unknown, lost, ofBlock, other} {
			w.deliver(ev)
		}
		require.Equal(t, 5, w.metrics.of("webhook ignored"))
		w.requireOrder(o.ID, booking.OrderPending, "")
		w.requireSeats("hx")
	})
}

func TestWebhookRefuses(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		requireCode(t, booking.CodeNotFound, w.service.Webhook(w.ctx, "stripe", []byte("{}"), http.Header{}))
		bad := http.Header{"Signature": {"bad"}}
		requireCode(t, booking.CodeInvalidSignature, w.service.Webhook(w.ctx, providerName, []byte("{}"), bad))
		requireCode(t, booking.CodeInvalidValue, w.service.Webhook(w.ctx, providerName, []byte("?"), http.Header{}))
		require.Equal(t, 1, w.metrics.of("webhook invalid_signature"))
	})
}

func TestWrongAmountIsRefunded(t *testing.T) {
	for name, wrong := range map[string]booking.Money{
		"too little":     {Amount: 1, Currency: "EUR"},
		"too much":       {Amount: 9001, Currency: "EUR"},
		"other currency": {Amount: 9000, Currency: "USD"},
	} {
		t.Run(name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, w *world) {
				o := w.pending(alice, 0, 1)
				ev := success(o)
				ev.Received = wrong
				for range 2 {
					w.deliver(ev)
					o = w.requireOrder(o.ID, booking.OrderRefunding, booking.ReasonWrongAmount)
					require.Equal(t, []string{o.Checkout.ID + " refund_due wrong_amount"}, payments(o))
					require.Equal(t, wrong, o.Payments[0].Received)
					w.requireSeats("")
				}
				w.bought(bob, 0, 1)
				w.deliver(ev)
				w.requireSeats("ss")
			})
		})
	}
}

// A message of success over nothing at all leaves nothing to give back.
func TestPaymentOfNothingIsNoPayment(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		o := w.pending(alice, 0)
		ev := success(o)
		ev.Received.Amount = 0
		for range 2 {
			w.deliver(ev)
			o = w.requireOrder(o.ID, booking.OrderCancelled, booking.ReasonWrongAmount)
			require.Empty(t, o.Payments)
			w.requireSeats("")
		}
	})
}

func TestSecondPaymentOfAPaidOrderIsRefunded(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		o := w.bought(alice, 0)
		second, third := success(o), success(o)
		second.PaymentID = "pay-again"
		third.PaymentID, third.Received.Amount = "pay-little", 1
		for range 2 {
			w.deliver(second)
			w.deliver(third)
		}
		paid := w.requireOrder(o.ID, booking.OrderPaid, "")
		require.Equal(t, []string{
			o.Checkout.ID + " applied", "pay-again refund_due duplicate", "pay-little refund_due wrong_amount",
		}, payments(paid))
		w.requireSeats("s")

		ended, err := w.service.Cancel(w.ctx, olga, o.ID)
		require.NoError(t, err)
		require.Equal(t, booking.OrderRefunding, ended.Status)
		require.Equal(t, []string{
			o.Checkout.ID + " refund_due organizer", "pay-again refund_due duplicate", "pay-little refund_due wrong_amount",
		}, payments(ended))
	})
}

func TestPaymentAfterTheCustomersCancellationIsRefunded(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		o := w.pending(alice, 0)
		_, err := w.service.Cancel(w.ctx, alice, o.ID)
		require.NoError(t, err)
		w.deliver(success(o))
		o = w.requireOrder(o.ID, booking.OrderRefunding, booking.ReasonCustomer)
		require.Equal(t, []string{o.Checkout.ID + " refund_due customer"}, payments(o))
		w.requireSeats("")

		further := success(o)
		further.PaymentID = "pay-further"
		w.deliver(further)
		require.Len(t, w.requireOrder(o.ID, booking.OrderRefunding, booking.ReasonCustomer).Payments, 2)
	})
}

// Money that arrives for an order whose refund is done is due back too.
func TestPaymentOfARefundedOrderIsRefunded(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		o := w.bought(alice, 0)
		_, err := w.service.Cancel(w.ctx, olga, o.ID)
		require.NoError(t, err)
		o, err = w.store.Order(w.ctx, o.ID)
		require.NoError(t, err)
		o.Status, o.Payments[0].State = booking.OrderRefunded, booking.PaymentRefunded
		require.NoError(t, w.store.ReplaceOrder(w.ctx, o))

		further := success(o)
		further.PaymentID = "pay-further"
		w.deliver(further)
		o = w.requireOrder(o.ID, booking.OrderRefunding, booking.ReasonOrganizer)
		require.Equal(t, []string{o.Checkout.ID + " refunded organizer", "pay-further refund_due organizer"}, payments(o))
	})
}

func TestProvidersFailureEndsTheOrder(t *testing.T) {
	for _, kind := range []booking.PaymentEventKind{booking.PaymentFailed, booking.PaymentCancelled} {
		t.Run(string(kind), func(t *testing.T) {
			onBoth(t, func(t *testing.T, w *world) {
				o := w.pending(alice, 0)
				ev := failure(o)
				ev.Kind = kind
				for range 2 {
					w.deliver(ev)
					require.Empty(t, w.requireOrder(o.ID, booking.OrderCancelled, booking.ReasonPayment).Payments)
					w.requireSeats("")
				}
				require.Equal(t, 1, w.metrics.of("webhook ended"))
				paid := w.bought(alice, 1)
				w.deliver(failure(paid))
				w.requireOrder(paid.ID, booking.OrderPaid, "")
			})
		})
	}
}

// Only the provider's own failure cancelled it: its later success counts.
func TestPaymentAfterTheProvidersFailure(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		free, gone := w.pending(alice, 0), w.pending(alice, 1)
		w.deliver(failure(free))
		w.deliver(failure(gone))
		w.hold(bob, 1)

		w.deliver(success(free))
		w.requireOrder(free.ID, booking.OrderPaid, "")
		w.deliver(success(gone))
		o := w.requireOrder(gone.ID, booking.OrderRefunding, booking.ReasonSeatsTaken)
		require.Equal(t, []string{gone.Checkout.ID + " refund_due seats_taken"}, payments(o))
		w.requireSeats("sh")

		w.deliver(failure(free)) // its repeat comes last
		w.requireOrder(free.ID, booking.OrderPaid, "")
		w.requireSeats("sh")
	})
}

// Once a person has cancelled it too, it is a refund.
func TestPaymentAfterFailureAndCancellation(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		o := w.pending(alice, 0)
		w.deliver(failure(o))
		_, err := w.service.Cancel(w.ctx, alice, o.ID)
		require.NoError(t, err)
		w.requireOrder(o.ID, booking.OrderCancelled, booking.ReasonCustomer)
		w.deliver(success(o))
		w.requireOrder(o.ID, booking.OrderRefunding, booking.ReasonCustomer)
		w.requireSeats("")
	})
}

func TestPaymentAfterExpiry(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		free, gone, unnoticed := w.pending(alice, 0), w.pending(alice, 1), w.pending(alice, 2)
		w.await(unnoticed.ExpiresAt)
		w.deliver(success(unnoticed)) // nobody has expired it yet
		w.requireOrder(unnoticed.ID, booking.OrderPaid, "")

		_, err := w.service.Settle(w.ctx)
		require.NoError(t, err)
		w.requireOrder(free.ID, booking.OrderExpired, booking.ReasonTimeout)
		w.requireOrder(gone.ID, booking.OrderExpired, booking.ReasonTimeout)
		w.deliver(failure(gone))
		w.requireOrder(gone.ID, booking.OrderExpired, booking.ReasonTimeout)

		w.hold(bob, 1)
		w.deliver(success(free))
		w.requireOrder(free.ID, booking.OrderPaid, "")
		w.deliver(success(gone))
		w.requireOrder(gone.ID, booking.OrderRefunding, booking.ReasonSeatsTaken)
		w.requireSeats("shs")
	}, briefPayment)
}
