package bookingtest

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

var listTests = []ordersTest{
	{"a customer's orders come in pages, without blocks", ordersOfCustomer},
	{"an event's documents come by status, in pages", ordersOfEvent},
	{"each owner and each pending order is visited", eachOwner},
	{"a visit follows a document's life", eachOwnerFollows},
	{"a visitor's error ends the visit", eachOwnerError},
	{"a visitor may change what it visits", eachOwnerWrites},
}

func idsOf(orders []booking.Order) []string {
	ids := make([]string, 0, len(orders))
	for _, o := range orders {
		ids = append(ids, o.ID)
	}
	return ids
}

// newestFirst returns the orders' ids as lists do.
func newestFirst(orders ...booking.Order) []string {
	ids := idsOf(orders)
	slices.Sort(ids)
	slices.Reverse(ids)
	return ids
}

// allPages follows the cursor to the end with pages of this size.
func allPages(t *testing.T, limit int, list func(context.Context, booking.Page) ([]booking.Order, error)) []string {
	t.Helper()
	ids := []string{}
	for cursor := ""; ; {
		page, err := list(testContext(t), booking.Page{Cursor: cursor, Limit: limit})
		require.NoError(t, err)
		require.LessOrEqual(t, len(page), limit)
		ids = append(ids, idsOf(page)...)
		if len(page) < limit {
			return ids
		}
		cursor = page[len(page)-1].ID
	}
}

func ordersOfCustomer(t *testing.T, s booking.Orders) {
	var mine []booking.Order
	for i := range 5 {
		mine = append(mine, pendingOrder("event-"+string(rune('1'+i%2)), "customer-1", "A1"))
	}
	mine[1].Status = booking.OrderExpired
	ended := block("event-1", "customer-1", "B2")
	ended.Status, ended.OwnsSeats = booking.BlockEnded, false
	insert(t, s, mine...)
	insert(t, s, block("event-1", "customer-1", "B1"), ended,
		pendingOrder("event-1", "customer-11", "A1"), pendingOrder("event-1", "customer", "A1"))
	for _, limit := range []int{1, 2, 5, 100} {
		got := allPages(t, limit, func(ctx context.Context, p booking.Page) ([]booking.Order, error) {
			return s.OrdersOfCustomer(ctx, "customer-1", p)
		})
		require.Equal(t, newestFirst(mine...), got)
	}
	none, err := s.OrdersOfCustomer(testContext(t), "nobody", booking.Page{Limit: 10})
	require.NoError(t, err)
	require.Empty(t, none)
}

func ordersOfEvent(t *testing.T, s booking.Orders) {
	paid, alsoPaid := paidOrder("event-1", "customer-1", "A1"), paidOrder("event-1", "customer-2", "A2")
	pending, blocked := pendingOrder("event-1", "customer-3", "A3"), block("event-1", "organizer-1", "A4")
	insert(t, s, alsoPaid, blocked, paid, pending,
		paidOrder("event-11", "customer-1", "A1"), paidOrder("event", "customer-1", "A1"))
	for _, c := range []struct {
		statuses []booking.OrderStatus
		want     []string
	}{
		{nil, newestFirst(paid, alsoPaid, pending, blocked)},
		{[]booking.OrderStatus{booking.OrderPaid}, newestFirst(paid, alsoPaid)},
		{[]booking.OrderStatus{booking.BlockActive, booking.OrderPending}, newestFirst(pending, blocked)},
		{[]booking.OrderStatus{booking.OrderRefunded}, []string{}},
	} {
		for _, limit := range []int{1, 3, 10} {
			got := allPages(t, limit, func(ctx context.Context, p booking.Page) ([]booking.Order, error) {
				return s.OrdersOfEvent(ctx, "event-1", c.statuses, p)
			})
			require.Equal(t, c.want, got, "%v by %d", c.statuses, limit)
		}
	}
}

// visited returns the ids that EachOwner names, in order.
func visited(t *testing.T, s booking.Orders, eventID string) []string {
	t.Helper()
	orders := []booking.Order{}
	require.NoError(t, s.EachOwner(testContext(t), eventID, func(o booking.Order) error {
		orders = append(orders, o)
		return nil
	}))
	for _, o := range orders {
		requireStored(t, s, o)
	}
	return slices.Sorted(slices.Values(idsOf(orders)))
}

func eachOwner(t *testing.T, s booking.Orders) {
	paid, pending, blocked := paidOrder("event-1", "customer-1", "A1", "A2"), pendingOrder("event-1", "customer-1", "A3"),
		block("event-1", "organizer-1", "A4")
	refunding, overduePending := paidOrder("event-1", "customer-1", "A5"), pendingOrder("event-1", "customer-1", "A3")
	refunding.Status, overduePending.ExpiresAt = booking.OrderRefunding, time.UnixMilli(1).UTC()
	insert(t, s, paid, pending, blocked, refunding, overduePending)
	for i, status := range []booking.OrderStatus{
		booking.OrderCancelled, booking.OrderExpired, booking.OrderRefunding, booking.OrderRefunded, booking.BlockEnded,
	} {
		gone := pendingOrder("event-1", "customer-1", string(rune('a'+i)))
		gone.Status = status
		insert(t, s, gone)
	}
	insert(t, s, paidOrder("event-11", "customer-1", "A1"))
	require.Equal(t, idsOf([]booking.Order{paid, pending, blocked, refunding, overduePending}), visited(t, s, "event-1"))
	require.Empty(t, visited(t, s, "event-2"))
}

func eachOwnerFollows(t *testing.T, s booking.Orders) {
	o := pendingOrder("event-1", "customer-1", "A1")
	insert(t, s, o)
	o.Status = booking.OrderExpired
	o = replace(t, s, o)
	require.Empty(t, visited(t, s, "event-1"))
	o, err := sell(testContext(t), s, o) // paid late
	require.NoError(t, err)
	require.Equal(t, []string{o.ID}, visited(t, s, "event-1"))
	_, err = giveBack(testContext(t), s, o)
	require.NoError(t, err)
	require.Empty(t, visited(t, s, "event-1"))
}

func eachOwnerError(t *testing.T, s booking.Orders) {
	insert(t, s, paidOrder("event-1", "customer-1", "A1"), paidOrder("event-1", "customer-1", "A2"))
	enough, calls := errors.New("enough"), 0
	err := s.EachOwner(testContext(t), "event-1", func(booking.Order) error {
		calls++
		return enough
	})
	require.ErrorIs(t, err, enough)
	require.Empty(t, booking.CodeOf(err), "the visitor's error is not the store's")
	require.Equal(t, 1, calls)
}

func eachOwnerWrites(t *testing.T, s booking.Orders) {
	insert(t, s, paidOrder("event-1", "customer-1", "A1"), paidOrder("event-1", "customer-1", "A2"))
	ctx := testContext(t)
	require.NoError(t, s.EachOwner(ctx, "event-1", func(o booking.Order) error {
		_, err := giveBack(ctx, s, o)
		return err
	}))
	require.Empty(t, owned(t, s, "event-1"))
}
