package booking_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

// The store that failed answers again: the event is loaded at once, not when
// the lease of the failed loading is over.
func TestLoadAgainAfterAFaultAtEveryCall(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.bought(alice, 0)
		w.pending(bob, 1)
		w.atEveryCall(func(broken func(func())) {
			w.flush()
			broken(func() { requireFault(t, w.service.Load(w.ctx, w.event.ID)) })
			require.NoError(t, w.service.Load(w.ctx, w.event.ID))
			w.requireSeats("sh")
		})
	})
}

// A repair that read an order just before its refund must not take the seat
// from the customer who holds it since.
func TestRepairLeavesTheNextCustomersHold(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		sold := w.bought(alice, 0)
		// A repair that has something to do, or nothing would be written.
		var h booking.Hold
		w.tap.next("Holds.RestoreSeats", before(func() {
			w.giveBack(sold)
			h = w.hold(bob, 0)
		}))
		w.load()
		w.requireSeats("h")
		_, err := w.service.GetHold(w.ctx, bob, w.event.ID, h.ID)
		require.NoError(t, err)
	})
}
