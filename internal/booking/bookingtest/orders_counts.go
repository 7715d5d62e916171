package bookingtest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

var countTests = []ordersTest{
	{"orders are counted by status", countOrders},
	{"a count goes no further than it is asked to", countNoFurther},
	{"a change that is refused counts nothing", countRefused},
	{"refunds due are counted as they are listed", countRefunds},
	{"whoever counts and left is told so", countCancelled},
}

// requireCounts asserts the counts that are not zero.
func requireCounts(t *testing.T, s booking.Orders, want map[booking.OrderStatus]int) {
	t.Helper()
	got := map[booking.OrderStatus]int{}
	for _, status := range []booking.OrderStatus{
		booking.OrderPending, booking.OrderPaid, booking.OrderCancelled, booking.OrderExpired,
		booking.OrderRefunding, booking.OrderRefunded, booking.BlockActive, booking.BlockEnded,
	} {
		n, err := s.CountOrders(testContext(t), status, 100)
		require.NoError(t, err)
		if n != 0 {
			got[status] = n
		}
	}
	require.Equal(t, want, got)
}

func countOrders(t *testing.T, s booking.Orders) {
	requireCounts(t, s, map[booking.OrderStatus]int{})
	one, other := pendingOrder("event-1", "customer-1", "A1"), pendingOrder("event-2", "customer-1", "A1")
	insert(t, s, one, other, paidOrder("event-1", "customer-1", "A2"), block("event-1", "organizer-1", "A3"))
	requireCounts(t, s, map[booking.OrderStatus]int{
		booking.OrderPending: 2, booking.OrderPaid: 1, booking.BlockActive: 1,
	})
	one.Status = booking.OrderExpired
	one = replace(t, s, one)
	one.Reason = booking.ReasonTimeout // no other status
	replace(t, s, one)
	requireCounts(t, s, map[booking.OrderStatus]int{
		booking.OrderPending: 1, booking.OrderExpired: 1, booking.OrderPaid: 1, booking.BlockActive: 1,
	})
}

func countNoFurther(t *testing.T, s booking.Orders) {
	for range 5 {
		o := pendingOrder("event-1", "customer-1", "A1")
		o.Payments = []booking.Payment{{ID: o.ID, State: booking.PaymentRefundDue, DueSince: t0}}
		insert(t, s, o)
	}
	for limit, want := range map[int]int{1: 1, 4: 4, 5: 5, 6: 5} {
		n, err := s.CountOrders(testContext(t), booking.OrderPending, limit)
		require.NoError(t, err)
		require.Equal(t, want, n)
		n, err = s.CountRefundsDue(testContext(t), t0, limit)
		require.NoError(t, err)
		require.Equal(t, want, n)
	}
}

func countRefused(t *testing.T, s booking.Orders) {
	owner, other := paidOrder("event-1", "customer-1", "A1"), pendingOrder("event-1", "customer-2", "A1")
	insert(t, s, owner, other)
	require.ErrorIs(t, s.InsertOrder(testContext(t), other), booking.ErrConflict)
	_, err := sell(testContext(t), s, other)
	require.ErrorIs(t, err, booking.ErrSeatSold)
	other.Status, other.Revision = booking.OrderExpired, 7
	require.ErrorIs(t, s.ReplaceOrder(testContext(t), other), booking.ErrConflict)
	requireCounts(t, s, map[booking.OrderStatus]int{booking.OrderPending: 1, booking.OrderPaid: 1})
}

func countRefunds(t *testing.T, s booking.Orders) {
	due := func(since ...time.Time) booking.Order {
		o := pendingOrder("event-1", "customer-1", "A1")
		for _, at := range since {
			o.Payments = append(o.Payments, booking.Payment{ID: newID(), State: booking.PaymentRefundDue, DueSince: at})
		}
		return o
	}
	returned := due(t0)
	returned.Payments[0].State = booking.PaymentRefunded
	insert(t, s, due(t0), due(t0.Add(time.Hour), t0.Add(-time.Hour)), due(t0.Add(time.Hour)), due(), returned)
	for after, want := range map[time.Duration]int{-2 * time.Hour: 0, -time.Hour: 1, 0: 2, time.Hour: 3} {
		n, err := s.CountRefundsDue(testContext(t), t0.Add(after), 10)
		require.NoError(t, err)
		require.Equal(t, want, n, "until %s", after)
		list, err := s.RefundsDue(testContext(t), t0.Add(after), booking.Page{Limit: 10})
		require.NoError(t, err)
		require.Len(t, list, want)
	}
}

func countCancelled(t *testing.T, s booking.Orders) {
	_, err := s.CountOrders(cancelledContext(), booking.OrderPaid, 1)
	requireCancelled(t, err)
	_, err = s.CountRefundsDue(cancelledContext(), t0, 1)
	requireCancelled(t, err)
}
