package booking_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

// names are the names of seats given by index.
func (w *world) names(seats ...int) []string { return w.event.Plan.GUIDs(seats) }

func (w *world) hold(by booking.Actor, seats ...int) booking.Hold {
	w.t.Helper()
	h, _, err := w.service.Hold(w.ctx, by, w.event.ID, w.names(seats...), "")
	require.NoError(w.t, err)
	return h
}

// order makes an order of the customer's hold.
func (w *world) order(by booking.Actor, holdID string) (booking.Order, bool, error) {
	return w.service.PlaceOrder(w.ctx, by, booking.NewOrder{EventID: w.event.ID, HoldID: holdID})
}

// pending holds and orders seats.
func (w *world) pending(by booking.Actor, seats ...int) booking.Order {
	w.t.Helper()
	o, created, err := w.order(by, w.hold(by, seats...).ID)
	require.NoError(w.t, err)
	require.True(w.t, created)
	return o
}

// bought holds, orders and pays seats.
func (w *world) bought(by booking.Actor, seats ...int) booking.Order {
	w.t.Helper()
	o := w.pending(by, seats...)
	w.deliver(success(o))
	return w.requireOrder(o.ID, booking.OrderPaid, "")
}

// success is the provider's message that the order was paid as asked.
func success(o booking.Order) booking.PaymentEvent {
	return booking.PaymentEvent{
		WebhookID: "hook-" + newID(), Kind: booking.PaymentSucceeded, Type: "payment.succeeded",
		PaymentID: o.Checkout.ID, CheckoutID: o.Checkout.ID, OrderID: o.ID, Received: o.Total,
	}
}

func failure(o booking.Order) booking.PaymentEvent {
	ev := success(o)
	ev.Kind, ev.Type = booking.PaymentFailed, "payment.failed"
	return ev
}

// webhook calls the service as the provider does.
func (w *world) webhook(ev booking.PaymentEvent) error { return callWebhook(w.ctx, w.service, ev) }

func callWebhook(ctx context.Context, s *booking.Service, ev booking.PaymentEvent) error {
	body, err := json.Marshal(ev)
	if err != nil {
		return err
	}
	return s.Webhook(ctx, providerName, body, http.Header{})
}

// deliver is a webhook that is taken.
func (w *world) deliver(ev booking.PaymentEvent) {
	w.t.Helper()
	require.NoError(w.t, w.webhook(ev))
}

// requireOrder asserts where the stored order stands and returns it.
func (w *world) requireOrder(id string, status booking.OrderStatus, reason string) booking.Order {
	w.t.Helper()
	o, err := w.store.Order(w.ctx, id)
	require.NoError(w.t, err)
	require.Equal(w.t, status, o.Status)
	require.Equal(w.t, reason, o.Reason)
	owns := status == booking.OrderPaid || status == booking.BlockActive
	require.Equal(w.t, owns, o.OwnsSeats)
	return o
}

// stored is the order as the store has it.
func (w *world) stored(id string) booking.Order {
	w.t.Helper()
	o, err := w.store.Order(w.ctx, id)
	require.NoError(w.t, err)
	return o
}

// settle takes up what is due until nothing is.
func (w *world) settle() {
	w.t.Helper()
	for range 20 {
		n, err := w.service.Settle(w.ctx)
		require.NoError(w.t, err)
		if n == 0 {
			return
		}
	}
	require.FailNow(w.t, "there is always something due")
}

// payments writes an order's payments as "id state reason".
func payments(o booking.Order) []string {
	list := []string{}
	for _, p := range o.Payments {
		list = append(list, strings.TrimSpace(p.ID+" "+string(p.State)+" "+p.Reason))
	}
	return list
}

// requireSeats asserts the first seats' status at this moment; the rest is free.
func (w *world) requireSeats(want string) {
	w.t.Helper()
	m, err := w.holds.SeatMap(w.ctx, w.event, "")
	require.NoError(w.t, err)
	for i, shown := range m.Seats {
		if shown == byte(booking.SeatHeld) { // it may have lapsed
			status, err := w.holds.Seat(w.ctx, w.event, i)
			require.NoError(w.t, err)
			m.Seats[i] = byte(status)
		}
	}
	want += strings.Repeat(".", len(m.Seats)-len(want))
	require.Equal(w.t, want, string(m.Seats))
}

func requireCode(t *testing.T, code booking.Code, err error) {
	t.Helper()
	require.Equal(t, code, booking.CodeOf(err), "%v", err)
}
