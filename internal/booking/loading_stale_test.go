package booking_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

// A replica takes over that was behind: it knows neither the last sale nor the
// last refund nor the last holds, and it is another server.
func TestStaleReplicaIsRepaired(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		refunded, released, failed := w.bought(alice, 0), w.hold(bob, 1), w.pending(bob, 2)
		unblocked := w.block(3)
		behind := w.snapshot()

		w.giveBackOnly(refunded)
		again := w.bought(bob, 0)
		require.NoError(t, w.release(bob, released.ID))
		late := w.bought(alice, 1)
		w.deliver(failure(failed))
		require.NoError(t, w.service.EndBlock(w.ctx, olga, w.event.ID, unblocked.ID))
		sold := w.bought(alice, 4)
		pending := w.pending(alice, 5)
		before := w.version()

		behind()
		w.requireSeats("shhx")
		w.otherServer()
		require.NoError(t, w.service.Sweep(w.ctx, w.event))
		require.True(t, w.loadAsked(), "the sweeper sees that another server answers")
		w.load()
		// Seat 2 lapses with its hold: the replica knows of no failure.
		w.requireSeats("ssh.sh")
		require.NotEqual(t, epochOf(before), epochOf(w.version()), "versions of the other server say nothing here")
		require.NoError(t, w.service.Sweep(w.ctx, w.event))
		require.False(t, w.loadAsked(), "repaired")

		w.deliver(success(pending))
		for _, o := range []booking.Order{again, late, sold, pending} {
			w.requireOrder(o.ID, booking.OrderPaid, "")
		}
		w.requireSeats("ssh.ss")
	})
}

// A replica that was behind knows the hold but not its order: the payment is
// for the customer's own hold.
func TestPaymentOfAHoldWhoseBindingWasLost(t *testing.T) {
	for name, repair := range map[string]bool{"before the repair": false, "after the repair": true} {
		t.Run(name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, w *world) {
				h := w.hold(alice, 0)
				behind := w.snapshot()
				o, _, err := w.order(alice, h.ID)
				require.NoError(t, err)
				behind()
				if repair {
					w.load()
				}
				w.deliver(success(o))
				w.requireOrder(o.ID, booking.OrderPaid, "")
				w.requireSeats("s")
			})
		})
	}
}
