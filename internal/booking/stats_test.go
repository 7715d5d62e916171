package booking_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

func (w *world) stats() booking.Stats {
	w.t.Helper()
	stats, err := w.service.Stats(w.ctx, operator)
	require.NoError(w.t, err)
	return stats
}

func TestStatsCountWhatThereIs(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.everything()
		s := usual()
		s.event.StartsAt = time.Now().Add(-48 * time.Hour) // long over
		w.newEvent(olga, s)
		other := w.newEvent(oscar, usual())
		want := booking.Stats{
			Events: 2,
			Seats:  booking.SeatCounts{Free: 7 + 12, Held: 2, Sold: 2, Blocked: 1, Holds: 2},
			Orders: map[booking.OrderStatus]int{
				booking.OrderPending: 1, booking.OrderPaid: 1, booking.OrderCancelled: 1, booking.OrderRefunding: 1,
				booking.OrderExpired: 0, booking.OrderRefunded: 0,
			},
			RefundsDue: 1,
		}
		require.Equal(t, want, w.stats())

		event := w.event
		w.event = other
		w.flush() // an event that is being loaded is not in the numbers
		w.event = event
		want.Uncounted, want.Seats.Free = 1, 7
		require.Equal(t, want, w.stats())
		require.Equal(t, other.ID, <-w.service.LoadRequests())
	})
}

func TestStatsTellWhatIsOverdue(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.cancelled(0)
		o := w.stored(w.cancelled(1).ID)
		o.Payments[0].DueSince = time.Now().Add(-booking.RefundOverdue - time.Minute)
		require.NoError(t, w.store.ReplaceOrder(w.ctx, o))
		stats := w.stats()
		require.Equal(t, 2, stats.RefundsDue)
		require.Equal(t, 1, stats.RefundsOverdue)
		w.settle()
		require.Zero(t, w.stats().RefundsDue+w.stats().RefundsOverdue)
	})
}

func TestStatsRefuse(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		for _, by := range []booking.Actor{alice, olga} {
			_, err := w.service.Stats(w.ctx, by)
			requireCode(t, booking.CodeForbidden, err)
		}
		for _, call := range []string{"Events.EventsEndingAfter", "Holds.CountSeats", "Orders.CountOrders", "Orders.CountRefundsDue"} {
			w.tap.next(call, away)
			_, err := w.service.Stats(w.ctx, operator)
			require.Equal(t, booking.CodeUnavailable, booking.CodeOf(err), call)
		}
	})
}
