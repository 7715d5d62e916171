package booking_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

// audit compares the hold store with the orders and returns what is wrong. An
// event that is not loaded is loaded first: what the loading makes is audited.
func (w *world) audit() []string {
	w.t.Helper()
	w.tap.clear()
	orders := ordersOf(w.ctx, w.t, w.store, w.event.ID)
	found := auditOrders(orders)
	m, err := w.holds.SeatMap(w.ctx, w.event, "")
	if errors.Is(err, booking.ErrNotLoaded) {
		w.load()
		m, err = w.holds.SeatMap(w.ctx, w.event, "")
	}
	require.NoError(w.t, err)
	return append(found, auditSeats(w.event, orders, m)...)
}

// ordersOf reads all documents of an event.
func ordersOf(ctx context.Context, t *testing.T, store booking.Orders, eventID string) []booking.Order {
	t.Helper()
	var all []booking.Order
	page := booking.Page{Limit: 500}
	for {
		list, err := store.OrdersOfEvent(ctx, eventID, nil, page)
		require.NoError(t, err)
		all = append(all, list...)
		if len(list) < page.Limit {
			return all
		}
		page.Cursor = list[len(list)-1].ID
	}
}

// auditOrders finds documents that contradict themselves: money that is
// neither for seats nor due back, seats without money.
func auditOrders(orders []booking.Order) (found []string) {
	for _, o := range orders {
		owns := o.Status == booking.OrderPaid || o.Status == booking.BlockActive
		if o.OwnsSeats != owns {
			found = append(found, fmt.Sprintf("order %s is %s and owns seats: %t", o.ID, o.Status, o.OwnsSeats))
		}
		applied, due := 0, 0
		for _, p := range o.Payments {
			switch {
			case p.State == booking.PaymentApplied && p.Received.Amount > 0:
				applied++
			case p.State == booking.PaymentRefundDue:
				due++
			}
		}
		if o.Status == booking.OrderPaid && o.Total.Amount > 0 && applied != 1 || o.Status != booking.OrderPaid && applied > 0 {
			found = append(found, fmt.Sprintf("order %s is %s with %d payments applied", o.ID, o.Status, applied))
		}
		if due > 0 && o.Status != booking.OrderPaid && o.Status != booking.OrderRefunding {
			found = append(found, fmt.Sprintf("order %s is %s with %d payments due back", o.ID, o.Status, due))
		}
	}
	return found
}

// auditSeats finds seats that two own, and seats that do not show their owner.
func auditSeats(e *booking.Event, orders []booking.Order, m booking.SeatMap) (found []string) {
	want := map[string]byte{}
	for _, o := range orders {
		if !o.OwnsSeats {
			continue
		}
		for _, seat := range o.Seats {
			if want[seat] != 0 {
				found = append(found, fmt.Sprintf("seat %s has two owners, one is order %s", seat, o.ID))
			}
			want[seat] = 's'
			if o.IsBlock() {
				want[seat] = 'x'
			}
		}
	}
	for i, shown := range m.Seats {
		seat := e.Plan.Seats[i].GUID
		owned := shown == 's' || shown == 'x'
		if owned && shown != want[seat] || !owned && want[seat] != 0 {
			found = append(found, fmt.Sprintf("seat %s shows %q, its owner says %q", seat, shown, want[seat]))
		}
	}
	return found
}

// The auditor must see what it is there for.
func TestAuditFindsWhatIsWrong(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		require.Empty(t, w.audit())
		before := w.snapshot()
		o := w.bought(alice, 0, 1)
		require.Empty(t, w.audit())

		before()
		require.Len(t, w.audit(), 2, "two seats sold, but shown free")
		w.load()

		forged := o
		forged.OwnsSeats, forged.Status = false, booking.OrderRefunding
		require.NoError(t, w.store.ReplaceOrder(w.ctx, forged))
		require.Len(t, w.audit(), 3, "a payment in the air and two seats without an owner")

		forged.Revision++
		forged.OwnsSeats, forged.Status = true, booking.OrderPaid
		require.NoError(t, w.store.ReplaceOrder(w.ctx, forged))
		m, err := w.holds.SeatMap(w.ctx, w.event, "")
		require.NoError(t, err)
		require.Len(t, auditSeats(w.event, []booking.Order{o, o}, m), 2, "both seats have two owners")
	})
}
