package booking

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestDigestTellsPartsApart(t *testing.T) {
	require.Len(t, digest("a"), 32)
	require.Equal(t, digest("a", "b"), digest("a", "b"))
	require.NotEqual(t, digest("ab", "c"), digest("a", "bc"))
	require.NotEqual(t, digest("a"), digest("a", ""))
}

func TestFingerprintComparesSeatsAsASet(t *testing.T) {
	n := NewOrder{EventID: "e", Seats: []string{"A2", "A1"}}
	require.Equal(t, n.fingerprint(), NewOrder{EventID: "e", Seats: []string{"A1", "A2"}}.fingerprint())
	require.Equal(t, []string{"A2", "A1"}, n.Seats, "the order of the request stays")
	for _, other := range []NewOrder{
		{EventID: "e", Seats: []string{"A1"}}, {EventID: "f", Seats: n.Seats}, {EventID: "e", HoldID: "A1"},
	} {
		require.NotEqual(t, n.fingerprint(), other.fingerprint())
	}
}

func TestAcceptsPayment(t *testing.T) {
	for status, want := range map[OrderStatus]bool{
		OrderPending: true, OrderExpired: true, OrderPaid: false, OrderRefunding: false, OrderRefunded: false,
		BlockActive: false, BlockEnded: false,
	} {
		require.Equal(t, want, (&Order{Status: status}).AcceptsPayment(), status)
	}
	for reason, want := range map[string]bool{
		ReasonPayment: true, ReasonCustomer: false, ReasonOrganizer: false, ReasonSeatsTaken: false, ReasonWrongAmount: false,
	} {
		require.Equal(t, want, (&Order{Status: OrderCancelled, Reason: reason}).AcceptsPayment(), reason)
	}
}

// A change that is not stored leaves no trace in what was read.
func TestCloneSharesNothing(t *testing.T) {
	o := Order{Seats: []string{"A1"}, Payments: []Payment{{ID: "p"}}, WebhookIDs: []string{"w"}}
	c := o.clone()
	require.Equal(t, o, c)
	c.Seats[0], c.Payments[0].ID, c.WebhookIDs[0] = "x", "x", "x"
	require.Equal(t, Order{Seats: []string{"A1"}, Payments: []Payment{{ID: "p"}}, WebhookIDs: []string{"w"}}, o)
}

func TestEventStatusAt(t *testing.T) {
	starts := time.Date(2031, 5, 17, 19, 30, 0, 0, time.UTC)
	opens, ends := starts.Add(-48*time.Hour), starts.Add(-time.Hour)
	for _, c := range []struct {
		event Event
		at    time.Time
		want  EventStatus
	}{
		{Event{StartsAt: starts}, opens, EventOnSale},
		{Event{StartsAt: starts}, starts.Add(-1), EventOnSale},
		{Event{StartsAt: starts}, starts, EventClosed},
		{Event{StartsAt: starts, OnSaleAt: opens}, opens.Add(-1), EventScheduled},
		{Event{StartsAt: starts, OnSaleAt: opens}, opens, EventOnSale},
		{Event{StartsAt: starts, OffSaleAt: ends}, ends.Add(-1), EventOnSale},
		{Event{StartsAt: starts, OffSaleAt: ends}, ends, EventClosed},
		{Event{StartsAt: starts, OnSaleAt: opens, Closed: true}, opens.Add(-1), EventClosed},
	} {
		require.Equal(t, c.want, c.event.StatusAt(c.at), "%+v at %s", c.event, c.at)
	}
}
