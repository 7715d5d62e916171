package booking_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

// requireFault asserts that a disturbed call succeeded or told of the fault.
func requireFault(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		requireCode(t, booking.CodeUnavailable, err)
		require.ErrorIs(t, err, errCut)
	}
}

func TestOrderSurvivesAFaultAtEveryCall(t *testing.T) {
	ways := map[string]func(w *world, by booking.Actor) booking.NewOrder{
		"by hold": func(w *world, by booking.Actor) booking.NewOrder {
			return booking.NewOrder{HoldID: w.hold(by, 0, 1).ID}
		},
		"by hold, with a key": func(w *world, by booking.Actor) booking.NewOrder {
			return booking.NewOrder{HoldID: w.hold(by, 0, 1).ID, Key: "k"}
		},
		"one step, with a key": func(w *world, _ booking.Actor) booking.NewOrder {
			return booking.NewOrder{Seats: w.names(0, 1), Key: "k"}
		},
	}
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, w *world) {
				w.atEveryCall(func(broken func(func())) {
					by := customer()
					n := way(w, by)
					n.EventID = w.event.ID
					broken(func() {
						_, _, err := w.service.PlaceOrder(w.ctx, by, n)
						requireFault(t, err)
					})
					requireRepeated(t, w, by, n)
				})
			})
		})
	}
}

// requireRepeated asserts that the client's repeat of a call that was
// disturbed has one order with one payment, which can be paid.
func requireRepeated(t *testing.T, w *world, by booking.Actor, n booking.NewOrder) {
	t.Helper()
	o, _, err := w.service.PlaceOrder(w.ctx, by, n)
	require.NoError(t, err)
	require.Equal(t, []booking.Order{o}, w.ordersMade(by))
	require.Equal(t, booking.OrderPending, o.Status)
	require.Equal(t, "pay-"+o.ID, o.Checkout.ID)
	require.Equal(t, w.provider.payments(), len(ordersOf(w.ctx, t, w.store, w.event.ID)), "a payment each order")
	w.requireSeats("hh")
	_, err = w.service.Cancel(w.ctx, by, o.ID)
	require.NoError(t, err)
	w.requireSeats("")
}

// A crash after bind leaves a hold with an order that does not exist: the
// repeat makes that very order.
func TestOrderResumesAfterBind(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		h := w.hold(alice, 0)
		w.tap.next("Orders.InsertOrder", away)
		_, _, err := w.order(alice, h.ID)
		requireCode(t, booking.CodeUnavailable, err)
		bound, err := w.holds.GetHold(w.ctx, w.event, h.ID)
		require.NoError(t, err)
		require.NotEmpty(t, bound.OrderID)

		o, created, err := w.order(alice, h.ID)
		require.NoError(t, err)
		require.True(t, created)
		require.Equal(t, bound.OrderID, o.ID)
		require.Equal(t, bound.ExpiresAt, o.ExpiresAt, "the deadline is set once")
	})
}

// While the provider does not answer, the order waits for the repeat.
func TestOrderWaitsForTheProvider(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		h := w.hold(alice, 0)
		w.tap.next("Provider.", away)
		_, _, err := w.order(alice, h.ID)
		requireCode(t, booking.CodeUnavailable, err)
		stored := w.ordersMade(alice)[0]
		require.Equal(t, booking.OrderPending, stored.Status)
		require.Empty(t, stored.Checkout.ID)

		o, created, err := w.order(alice, h.ID)
		require.NoError(t, err)
		require.False(t, created)
		require.Equal(t, stored.ID, o.ID)
		require.NotEmpty(t, o.Checkout.URL)
	})
}

// Nobody is asked to pay an order that ended before its payment was made.
func TestNoPaymentIsAskedForAnEndedOrder(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		n := booking.NewOrder{EventID: w.event.ID, Seats: w.names(0), Key: "k"}
		w.tap.next("Provider.", away)
		_, _, err := w.service.PlaceOrder(w.ctx, alice, n)
		requireCode(t, booking.CodeUnavailable, err)
		ended, err := w.service.Cancel(w.ctx, alice, w.ordersMade(alice)[0].ID)
		require.NoError(t, err)
		o, created, err := w.service.PlaceOrder(w.ctx, alice, n)
		require.NoError(t, err)
		require.False(t, created)
		require.Equal(t, ended, o)
		require.Zero(t, w.provider.payments())
	})
}

// A webhook may overtake the answer of the provider: the checkout of a paid
// order is stored all the same, and it stays paid.
func TestPaymentOvertakesItsCheckout(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		h := w.hold(alice, 0)
		w.tap.next("Provider.", after(func() {
			pending := w.ordersMade(alice)[0]
			pending.Checkout.ID = "pay-" + pending.ID
			w.deliver(success(pending))
		}))
		o, _, err := w.order(alice, h.ID)
		require.NoError(t, err)
		require.Equal(t, booking.OrderPaid, o.Status)
		require.Equal(t, []string{o.Checkout.ID + " applied"}, payments(o))
		w.requireSeats("s")
	})
}

func TestOrderOfTotalZeroIsPaidAtOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		h := w.hold(alice, 0, 1)
		o, created, err := w.order(alice, h.ID)
		require.NoError(t, err)
		require.True(t, created)
		require.Equal(t, booking.OrderPaid, o.Status)
		require.Equal(t, []string{"free_" + o.ID + " applied"}, payments(o))
		require.Zero(t, w.provider.payments())
		w.requireSeats("ss")
		require.Equal(t, 1, w.metrics.of("ended sold"))

		again, created, err := w.order(alice, h.ID)
		require.NoError(t, err)
		require.False(t, created)
		require.Equal(t, o, again)

		o, err = w.service.Cancel(w.ctx, olga, o.ID)
		require.NoError(t, err)
		require.Equal(t, booking.OrderRefunded, o.Status, "there is nothing to give back")
		w.requireSeats("")
	}, freeOfCharge)
}

func TestOrderOfTotalZeroSurvivesAFaultAtEveryCall(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.atEveryCall(func(broken func(func())) {
			by := customer()
			n := booking.NewOrder{EventID: w.event.ID, Seats: w.names(0), Key: "k"}
			broken(func() {
				_, _, err := w.service.PlaceOrder(w.ctx, by, n)
				requireFault(t, err)
			})
			o, _, err := w.service.PlaceOrder(w.ctx, by, n)
			require.NoError(t, err)
			require.Equal(t, booking.OrderPaid, o.Status)
			require.Equal(t, []string{"free_" + o.ID + " applied"}, payments(o))
			if w.loadAsked() { // the hold store was away: the loader repairs
				w.load()
			}
			w.requireSeats("s")
			_, err = w.service.Cancel(w.ctx, olga, o.ID)
			require.NoError(t, err)
			w.requireSeats("")
		})
	}, freeOfCharge)
}

// An order that costs nothing and was interrupted until its seats had gone to
// someone else ends without a refund: nothing was paid.
func TestOrderOfTotalZeroTooLate(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		n := booking.NewOrder{EventID: w.event.ID, Seats: w.names(0), Key: "k"}
		w.tap.next("Holds.Confirm", func(func() error) error { return errCut })
		_, _, err := w.service.PlaceOrder(w.ctx, alice, n)
		require.ErrorIs(t, err, errCut)
		pending := w.ordersMade(alice)[0]
		require.Equal(t, booking.OrderPending, pending.Status)
		w.await(pending.ExpiresAt)
		w.hold(bob, 0)

		_, _, err = w.service.PlaceOrder(w.ctx, alice, n)
		requireCode(t, booking.CodeSeatsTaken, err)
		o := w.requireOrder(pending.ID, booking.OrderCancelled, booking.ReasonSeatsTaken)
		require.Empty(t, o.Payments)
	}, freeOfCharge, briefPayment)
}
