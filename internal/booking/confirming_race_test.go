package booking_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

// atOnce runs all at the same time and returns their errors.
func atOnce(do ...func() error) []error {
	errs := make([]error, len(do))
	start := make(chan struct{})
	var all sync.WaitGroup
	for i, f := range do {
		all.Go(func() { <-start; errs[i] = f() })
	}
	close(start)
	all.Wait()
	return errs
}

func TestSameWebhookManyTimesAtOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		o := w.pending(alice, 0, 1)
		ev := success(o)
		services := []*booking.Service{w.service, w.newService()}
		calls := make([]func() error, 16)
		for i := range calls {
			calls[i] = func() error { return callWebhook(w.ctx, services[i%2], ev) }
		}
		for _, err := range atOnce(calls...) {
			require.NoError(t, err)
		}
		paid := w.requireOrder(o.ID, booking.OrderPaid, "")
		require.Equal(t, []string{o.Checkout.ID + " applied"}, payments(paid))
		require.Equal(t, []string{ev.WebhookID}, paid.WebhookIDs)
		require.Equal(t, 1, w.metrics.of("order paid"))
		w.requireSeats("ss")
	})
}

// Two payments of one order at once: one pays, the other is due back.
func TestTwoPaymentsOfOneOrderAtOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		for range 10 {
			o := w.pending(alice, 0)
			first, second := success(o), success(o)
			second.PaymentID = "pay-again-" + o.ID
			for _, err := range atOnce(
				func() error { return w.webhook(first) },
				func() error { return w.webhook(second) },
			) {
				require.NoError(t, err)
			}
			paid := w.requireOrder(o.ID, booking.OrderPaid, "")
			require.Len(t, paid.Payments, 2)
			require.Equal(t, booking.PaymentApplied, paid.Payments[0].State)
			require.Equal(t, booking.PaymentRefundDue, paid.Payments[1].State)
			w.requireSeats("s")
			w.giveBack(paid)
		}
	})
}

// The end is a sale or a refund, never something between.
func TestPaymentRacesTheCustomersCancellation(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		for range 50 {
			o := w.pending(customer(), 0)
			by := booking.Actor{ID: o.CustomerID, Role: booking.RoleCustomer}
			errs := atOnce(
				func() error { return w.webhook(success(o)) },
				func() error { _, err := w.service.Cancel(w.ctx, by, o.ID); return err },
			)
			require.NoError(t, errs[0])
			if errs[1] != nil {
				requireCode(t, booking.CodeAlreadyPaid, errs[1])
				paid := w.requireOrder(o.ID, booking.OrderPaid, "")
				require.Equal(t, []string{o.Checkout.ID + " applied"}, payments(paid))
				w.requireSeats("s")
				w.giveBack(paid)
				continue
			}
			ended := w.requireOrder(o.ID, booking.OrderRefunding, booking.ReasonCustomer)
			require.Equal(t, []string{o.Checkout.ID + " refund_due customer"}, payments(ended))
			w.requireSeats("")
		}
	})
}

// The same for the organizer's refund, which may come before the seats were
// marked sold.
func TestPaymentRacesTheOrganizersRefund(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		for range 20 {
			o := w.pending(customer(), 0)
			for _, err := range atOnce(
				func() error { return w.webhook(success(o)) },
				func() error { _, err := w.service.Cancel(w.ctx, olga, o.ID); return err },
			) {
				require.NoError(t, err)
			}
			ended := w.requireOrder(o.ID, booking.OrderRefunding, booking.ReasonOrganizer)
			require.Equal(t, []string{o.Checkout.ID + " refund_due organizer"}, payments(ended))
			w.requireSeats("")
		}
	})
}

// At its deadline an order is paid late, or its seats go to the next customer
// and its money back: order XOR refund, and no seat twice.
func TestPaymentRacesItsDeadline(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		lateWon := 0
		for range 12 {
			late := w.pending(alice, 0, 1)
			var next booking.Order
			w.await(late.ExpiresAt)
			errs := atOnce(
				func() error { return w.webhook(success(late)) },
				func() error { _, err := w.service.Settle(w.ctx); return err },
				func() (err error) {
					n := booking.NewOrder{EventID: w.event.ID, Seats: w.names(1, 2), Key: late.ID}
					if next, _, err = w.service.PlaceOrder(w.ctx, bob, n); err == nil {
						err = w.webhook(success(next))
					}
					return err
				},
			)
			require.NoError(t, errs[0])
			require.NoError(t, errs[1])
			if w.requireOneOfTwo(late, next, errs[2]) {
				lateWon++
			}
		}
		t.Logf("the late payment won %d of 12", lateWon)
	}, briefPayment)
}

// requireGivenBack asserts that the money of a payment that came too late goes
// back, once.
func (w *world) requireGivenBack(id string) {
	w.t.Helper()
	w.settle()
	o := w.requireOrder(id, booking.OrderRefunded, booking.ReasonSeatsTaken)
	require.Len(w.t, o.Payments, 1)
	require.Equal(w.t, o.Total.Amount, w.provider.goneBack(o.Payments[0].ID))
}

// requireOneOfTwo asserts that one of two orders of a seat has it and the
// other has its money back, and reports whether it is the first.
func (w *world) requireOneOfTwo(first, second booking.Order, err error) bool {
	w.t.Helper()
	o, readErr := w.store.Order(w.ctx, first.ID)
	require.NoError(w.t, readErr)
	if o.Status != booking.OrderPaid {
		require.NoError(w.t, err)
		w.requireGivenBack(first.ID)
		w.requireSeats(".ss")
		w.giveBack(w.requireOrder(second.ID, booking.OrderPaid, ""))
		return false
	}
	if err != nil {
		requireCode(w.t, booking.CodeSeatsTaken, err)
	} else { // his hold had come and gone: the late payment is a refund too
		w.requireGivenBack(second.ID)
	}
	w.requireSeats("ss")
	w.giveBack(o)
	return true
}
