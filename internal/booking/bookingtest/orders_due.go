package bookingtest

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

var dueTests = []ordersTest{
	{"due documents come by time", dueByTime},
	{"each kind of work is due at its time", dueKinds},
	{"due follows a document's life", dueFollows},
	{"deadlines are left out where they are not asked for", dueWithoutDeadlines},
	{"refunds due come by age, in pages", refundsDue},
	{"refunds due follow a document's life", refundsDueFollow},
	{"who left while asking what is due is told so", dueCancelled},
}

// everything is a limit that no test reaches.
const everything = 100

// longAgo is when work is due that is due at once.
var longAgo = time.UnixMilli(1).UTC()

func dueIDs(t *testing.T, s booking.Orders, at time.Time, deadlines bool, limit int) []string {
	t.Helper()
	orders, err := s.Due(testContext(t), at, deadlines, limit)
	require.NoError(t, err)
	for _, o := range orders {
		requireStored(t, s, o)
	}
	return idsOf(orders)
}

func expiring(o booking.Order, at time.Time) booking.Order {
	o.ExpiresAt = at
	return o
}

// refundingOrder has given its seats back and owes money, to be tried at nextAt.
func refundingOrder(eventID string, since, nextAt time.Time) booking.Order {
	o := pendingOrder(eventID, "customer-1", "A1")
	o.Status = booking.OrderRefunding
	o.Payments = []booking.Payment{{ID: "pay-" + o.ID, State: booking.PaymentRefundDue, DueSince: since, NextAt: nextAt}}
	return o
}

func dueByTime(t *testing.T, s booking.Orders) {
	pending := func(eventID string, at time.Time) booking.Order {
		return expiring(pendingOrder(eventID, "customer-1", "A1"), at)
	}
	late, alsoLate := pending("event-2", t0), pending("event-1", t0)
	early := pending("event-1", t0.Add(-time.Hour))
	refund := refundingOrder("event-1", t0.Add(-time.Hour), t0.Add(-30*time.Minute))
	blocked := expiring(block("event-1", "organizer-1", "A2"), t0.Add(-time.Minute))
	ancient := pending("event-1", time.Date(1969, 1, 1, 0, 0, 0, 0, time.UTC))
	insert(t, s, alsoLate, late, early, blocked, refund, ancient,
		pending("event-1", t0.Add(time.Millisecond)), pending("event-1", time.Time{}),
		expiring(block("event-1", "organizer-1", "A3"), time.Time{}),
		expiring(paidOrder("event-1", "customer-1", "A4"), t0.Add(-time.Hour)))
	want := idsOf([]booking.Order{ancient, early, refund, blocked, late, alsoLate})
	require.Equal(t, want, dueIDs(t, s, t0, true, everything))
	require.Equal(t, want, dueIDs(t, s, t0.Add(999*time.Microsecond), true, everything))
	require.Equal(t, want[:2], dueIDs(t, s, t0, true, 2))
	require.Equal(t, want[:5], dueIDs(t, s, t0, true, 5), "of two at one time the older id")
	require.Equal(t, want[:4], dueIDs(t, s, t0.Add(-time.Millisecond), true, everything))
	require.Empty(t, dueIDs(t, s, time.Date(1960, 1, 1, 0, 0, 0, 0, time.UTC), true, everything))
}

func dueKinds(t *testing.T, s booking.Orders) {
	with := func(status booking.OrderStatus, change func(o *booking.Order)) booking.Order {
		o := expiring(pendingOrder("event-1", "customer-1", "A1"), t0.Add(-time.Hour))
		o.Status = status
		change(&o)
		return o
	}
	owing := func(nextAt ...time.Time) func(o *booking.Order) {
		return func(o *booking.Order) {
			for _, at := range nextAt {
				o.Payments = append(o.Payments, booking.Payment{State: booking.PaymentRefundDue, DueSince: t0, NextAt: at})
			}
		}
	}
	checkout := func(c booking.Checkout) func(o *booking.Order) {
		c.ID, c.Provider, c.ExpiresAt = "pay-1", "sandbox", t0.Add(-time.Hour)
		return func(o *booking.Order) { o.Checkout = c }
	}
	told := func(o *booking.Order) { o.Notices = []booking.Notice{{ID: "notice-1", Status: o.Status, At: t0}} }
	both := func(first, second func(o *booking.Order)) func(o *booking.Order) {
		return func(o *booking.Order) { first(o); second(o) }
	}
	const deadline = true
	for _, c := range []struct {
		name     string
		order    booking.Order
		at       time.Time // zero: never
		deadline bool
	}{
		{"pending: at its deadline", with(booking.OrderPending, func(*booking.Order) {}), t0.Add(-time.Hour), deadline},
		{"pending: the provider is asked again later", with(booking.OrderPending, checkout(booking.Checkout{NextAt: t0})), t0, deadline},
		{
			"pending: not before its deadline",
			with(booking.OrderPending, checkout(booking.Checkout{NextAt: t0.Add(-2 * time.Hour)})), t0.Add(-time.Hour), deadline,
		},
		{"pending with a notice: at once", with(booking.OrderPending, told), longAgo, deadline},
		{"blocked: at its end", with(booking.BlockActive, func(*booking.Order) {}), t0.Add(-time.Hour), deadline},
		{"unblocked", with(booking.BlockEnded, func(*booking.Order) {}), time.Time{}, false},
		{"paid", with(booking.OrderPaid, checkout(booking.Checkout{Ended: true})), time.Time{}, false},
		{"expired, without a checkout", with(booking.OrderExpired, func(*booking.Order) {}), time.Time{}, false},
		{"open checkout: at once", with(booking.OrderExpired, checkout(booking.Checkout{})), longAgo, false},
		{"open checkout: when it is asked next", with(booking.OrderCancelled, checkout(booking.Checkout{NextAt: t0})), t0, false},
		{"ended checkout", with(booking.OrderCancelled, checkout(booking.Checkout{NextAt: t0, Ended: true})), time.Time{}, false},
		{"refund: at once", with(booking.OrderRefunding, owing(time.Time{})), longAgo, false},
		{"refund: at its next try", with(booking.OrderRefunding, owing(t0)), t0, false},
		{"refunds: at the next of all", with(booking.OrderRefunding, owing(t0, t0.Add(-time.Minute), t0.Add(time.Minute))), t0.Add(-time.Minute), false},
		{"refund of further money for a paid order", with(booking.OrderPaid, owing(t0)), t0, false},
		{"notice: at once", with(booking.OrderPaid, told), longAgo, false},
		{"notice beside a later refund", with(booking.OrderRefunding, both(owing(t0), told)), longAgo, false},
		{"checkout beside a later refund", with(booking.OrderRefunding, both(owing(t0), checkout(booking.Checkout{}))), longAgo, false},
	} {
		o := c.order
		insert(t, s, o)
		if c.at.IsZero() {
			require.Empty(t, dueIDs(t, s, t0.AddDate(10, 0, 0), true, everything), c.name)
		} else {
			requireDueAt(t, s, o.ID, c.at, c.deadline, c.name)
		}
		o.Status, o.Checkout, o.Payments, o.Notices = booking.OrderRefunded, booking.Checkout{}, nil, nil
		replace(t, s, o) // and is in nobody's way
	}
}

func requireDueAt(t *testing.T, s booking.Orders, id string, at time.Time, deadline bool, name string) {
	t.Helper()
	before := at.Add(-time.Millisecond)
	require.Equal(t, []string{id}, dueIDs(t, s, at, true, everything), name)
	require.Empty(t, dueIDs(t, s, before, true, everything), name)
	require.Empty(t, dueIDs(t, s, before, false, everything), name)
	if deadline {
		require.Empty(t, dueIDs(t, s, at, false, everything), name)
	} else {
		require.Equal(t, []string{id}, dueIDs(t, s, at, false, everything), name)
	}
}

func dueFollows(t *testing.T, s booking.Orders) {
	never := t0.AddDate(10, 0, 0)
	o := pendingOrder("event-1", "customer-1", "A1")
	insert(t, s, o)
	o.ExpiresAt = t0.Add(time.Hour)
	o = replace(t, s, o)
	requireDueAt(t, s, o.ID, t0.Add(time.Hour), true, "a later deadline")

	o.Checkout = booking.Checkout{ID: "pay-1", NextAt: t0.Add(2 * time.Hour), Tries: 1}
	o = replace(t, s, o)
	requireDueAt(t, s, o.ID, t0.Add(2*time.Hour), true, "the provider did not answer")

	o.Status, o.Checkout.NextAt = booking.OrderExpired, t0.Add(3*time.Hour)
	o = replace(t, s, o)
	requireDueAt(t, s, o.ID, t0.Add(3*time.Hour), false, "expired, with a checkout that is still open")

	o.Checkout.Ended = true
	o = replace(t, s, o)
	require.Empty(t, dueIDs(t, s, never, true, everything))

	o.Payments = []booking.Payment{{ID: "pay-1", State: booking.PaymentRefundDue, DueSince: t0, NextAt: t0}}
	o.Status, o.Notices = booking.OrderRefunding, []booking.Notice{{ID: "notice-1"}}
	o = replace(t, s, o)
	requireDueAt(t, s, o.ID, longAgo, false, "late money, and a notice of it")
	o.Notices = nil
	o = replace(t, s, o)
	requireDueAt(t, s, o.ID, t0, false, "the notice was told")

	o.Payments[0].State, o.Status = booking.PaymentRefunded, booking.OrderRefunded
	o = replace(t, s, o)
	require.Empty(t, dueIDs(t, s, never, true, everything))
	o.Revision--
	o.Notices = []booking.Notice{{ID: "notice-2"}}
	require.ErrorIs(t, s.ReplaceOrder(testContext(t), o), booking.ErrConflict)
	require.Empty(t, dueIDs(t, s, never, true, everything), "a change that lost leaves nothing")
}

// While the hold store is away deadlines wait, and nothing else does.
func dueWithoutDeadlines(t *testing.T, s booking.Orders) {
	for range 5 {
		insert(t, s, expiring(pendingOrder("event-1", "customer-1", "A1"), t0.Add(-time.Hour)))
	}
	insert(t, s, expiring(block("event-1", "organizer-1", "A2"), t0.Add(-time.Hour)))
	first, second := refundingOrder("event-2", t0, t0.Add(-time.Minute)), refundingOrder("event-1", t0, t0)
	insert(t, s, second, first)
	require.Equal(t, idsOf([]booking.Order{first, second}), dueIDs(t, s, t0, false, everything))
	require.Equal(t, []string{first.ID}, dueIDs(t, s, t0, false, 1), "what is left out does not count")
	require.Len(t, dueIDs(t, s, t0, true, everything), 8)
}

func refundsDueBefore(t *testing.T, s booking.Orders, before time.Time, limit int) []string {
	t.Helper()
	return allPages(t, limit, func(ctx context.Context, p booking.Page) ([]booking.Order, error) {
		return s.RefundsDue(ctx, before, p)
	})
}

func refundsDue(t *testing.T, s booking.Orders) {
	later := t0.Add(24 * time.Hour)
	old, older := refundingOrder("event-1", t0, later), refundingOrder("event-2", t0.Add(-time.Hour), later)
	young, unknown := refundingOrder("event-1", t0.Add(time.Millisecond), later), refundingOrder("event-1", time.Time{}, later)
	further := paidOrder("event-1", "customer-1", "A2") // further money for a paid order
	further.Payments = []booking.Payment{
		{ID: "pay-1", State: booking.PaymentApplied, DueSince: t0},
		{ID: "pay-2", State: booking.PaymentRefundDue, DueSince: later},
		{ID: "pay-3", State: booking.PaymentRefundDue, DueSince: t0},
	}
	refunded := refundingOrder("event-1", t0, later)
	refunded.Payments[0].State = booking.PaymentRefunded
	insert(t, s, young, older, further, refunded, unknown, old, pendingOrder("event-1", "customer-1", "A1"))
	for _, limit := range []int{1, 2, 5, everything} {
		require.Equal(t, newestFirst(old, older, unknown, further), refundsDueBefore(t, s, t0, limit))
		require.Equal(t, newestFirst(old, older, young, unknown, further), refundsDueBefore(t, s, later, limit))
		require.Equal(t, newestFirst(older, unknown), refundsDueBefore(t, s, t0.Add(-time.Millisecond), limit))
	}
	require.Empty(t, refundsDueBefore(t, s, time.UnixMilli(0), everything))
}

func refundsDueFollow(t *testing.T, s booking.Orders) {
	o := refundingOrder("event-1", t0, t0)
	insert(t, s, o)
	o.Payments[0].NextAt, o.Payments[0].Tries = t0.Add(time.Hour), 1
	o = replace(t, s, o)
	require.Equal(t, []string{o.ID}, refundsDueBefore(t, s, t0, everything), "however often it was tried")
	got, err := s.RefundsDue(testContext(t), t0, booking.Page{Limit: 1})
	require.NoError(t, err)
	require.Equal(t, []booking.Order{o}, got)

	o.Payments[0].State, o.Status = booking.PaymentRefunded, booking.OrderRefunded
	o = replace(t, s, o)
	require.Empty(t, refundsDueBefore(t, s, t0, everything))

	o.Payments = append(o.Payments, booking.Payment{ID: "pay-2", State: booking.PaymentRefundDue, DueSince: t0.Add(time.Hour)})
	o.Status = booking.OrderRefunding
	o = replace(t, s, o)
	require.Empty(t, refundsDueBefore(t, s, t0, everything))
	require.Equal(t, []string{o.ID}, refundsDueBefore(t, s, t0.Add(time.Hour), everything))
}

func dueCancelled(t *testing.T, s booking.Orders) {
	_, err := s.Due(cancelledContext(), t0, true, 1)
	requireCancelled(t, err)
	_, err = s.RefundsDue(cancelledContext(), t0, booking.Page{Limit: 1})
	requireCancelled(t, err)
}
