package booking_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

func TestSweepAnnouncesLapsedHolds(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		h := w.hold(alice, 0)
		w.await(h.ExpiresAt)
		m, _, err := w.service.SeatMap(w.ctx, w.event.ID, "")
		require.NoError(t, err)
		require.Equal(t, "h", string(m.Seats[0]), "not announced yet")
		require.NoError(t, w.service.SweepAll(w.ctx))
		m, _, err = w.service.SeatMap(w.ctx, w.event.ID, "")
		require.NoError(t, err)
		require.Equal(t, ".", string(m.Seats[0]))
		require.Equal(t, 1, w.metrics.of("ended expired"))
		require.Equal(t, 1, w.metrics.of("lag"))
	}, briefHolds)
}

// A fault of one event, or of the list of events, does not keep the others.
func TestSweepGoesOn(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.newEvent(olga, w.setup)
		require.NoError(t, w.service.SweepAll(w.ctx))
		for _, broken := range []string{"Holds.Sweep", "Events.EventsEndingAfter"} {
			h := w.hold(alice, 0)
			ended := w.metrics.of("ended expired")
			w.await(h.ExpiresAt)
			w.tap.next(broken, away)
			requireCode(t, booking.CodeUnavailable, w.service.SweepAll(w.ctx))
			require.NoError(t, w.service.Sweep(w.ctx, w.event))
			require.Equal(t, ended+1, w.metrics.of("ended expired"))
		}
	}, briefHolds)
}

func TestSweepHasLostEventsLoaded(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.flush()
		require.NoError(t, w.service.SweepAll(w.ctx))
		require.True(t, w.loadAsked())
	})
}

func TestRequestLoadsAsksForEveryOpenEvent(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		require.False(t, w.loadAsked())
		require.NoError(t, w.service.RequestLoads(w.ctx))
		require.True(t, w.loadAsked())
		require.False(t, w.loadAsked())
	})
}

// Deadlines are the hold store's: while it is away nothing expires.
func TestNothingExpiresWithoutTheHoldStore(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		o := w.pending(alice, 0)
		w.await(o.ExpiresAt)
		w.tap.next("Holds.Now", away)
		_, err := w.service.Settle(w.ctx)
		requireCode(t, booking.CodeUnavailable, err)
		w.requireOrder(o.ID, booking.OrderPending, "")
	}, briefPayment)
}

// The order is paid between the reading of the overdue and their end.
func TestPaymentAtTheMomentOfExpiry(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		o := w.pending(alice, 0)
		w.await(o.ExpiresAt)
		w.tap.next("Orders.Due", after(func() { w.deliver(success(o)) }))
		_, err := w.service.Settle(w.ctx)
		require.NoError(t, err)
		w.requireOrder(o.ID, booking.OrderPaid, "")
		w.requireSeats("s")
	}, briefPayment)
}

// One order that cannot be ended does not keep the others.
func TestOneOverdueOrderDoesNotKeepTheOthers(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		first, second := w.pending(alice, 0), w.pending(bob, 1)
		w.await(second.ExpiresAt)
		w.tap.next("Orders.ReplaceOrder", func(func() error) error { return errCut })
		_, err := w.service.Settle(w.ctx)
		require.ErrorIs(t, err, errCut)
		statuses := []booking.OrderStatus{w.stored(first.ID).Status, w.stored(second.ID).Status}
		require.ElementsMatch(t, []booking.OrderStatus{booking.OrderPending, booking.OrderExpired}, statuses)
		_, err = w.service.Settle(w.ctx)
		require.NoError(t, err)
		w.requireOrder(first.ID, booking.OrderExpired, booking.ReasonTimeout)
		w.requireOrder(second.ID, booking.OrderExpired, booking.ReasonTimeout)
	}, briefPayment)
}

// What an instance left half done that is killed and never comes back.
func TestRepairAllMendsWhatNobodyRepeats(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		sold, pending := w.bought(alice, 0), w.pending(bob, 1)
		w.tap.all("Holds.Free", away)
		_, err := w.service.Cancel(w.ctx, olga, sold.ID)
		requireCode(t, booking.CodeUnavailable, err)
		_, err = w.service.Cancel(w.ctx, bob, pending.ID)
		requireCode(t, booking.CodeUnavailable, err)
		w.tap.clear()
		w.requireSeats("sh")

		require.NoError(t, w.service.RepairAll(w.ctx))
		w.requireSeats("..")
	})
}

// A hold may be bound to an order that is about to be stored.
func TestRepairLeavesAHoldWhoseOrderIsNotStoredYet(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		h := w.hold(alice, 0)
		w.tap.next("Orders.InsertOrder", before(func() { require.NoError(t, w.service.RepairAll(w.ctx)) }))
		o, _, err := w.service.PlaceOrder(w.ctx, alice, booking.NewOrder{EventID: w.event.ID, HoldID: h.ID})
		require.NoError(t, err)
		w.requireOrder(o.ID, booking.OrderPending, "")
		w.requireSeats("h")
	})
}
