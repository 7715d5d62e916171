package booking_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

func TestWhichStatusesAreTold(t *testing.T) {
	at := time.Date(2030, 5, 1, 12, 0, 0, 0, time.UTC)
	for status, told := range map[booking.OrderStatus]bool{
		booking.OrderPending: false, booking.OrderPaid: true, booking.OrderCancelled: true, booking.OrderExpired: true,
		booking.OrderRefunding: true, booking.OrderRefunded: true,
		booking.BlockActive: false, booking.BlockEnded: false,
	} {
		n, ok := booking.NoticeFor(booking.Order{Status: status, Reason: "why", UpdatedAt: at}, "n1")
		require.Equal(t, told, ok, status)
		if told {
			require.Equal(t, booking.Notice{ID: "n1", Status: status, Reason: "why", At: at}, n)
		}
	}
}

func TestANoticeBecomesADeliveryOfEachEndpoint(t *testing.T) {
	h := newHooks(t)
	all, paid := h.endpoint(hookURL), h.endpoint(hookURL+"/paid", "hold.expired", "order.paid")
	others := h.endpoint(hookURL+"/others", "order.refunded")
	off, yes := h.endpoint(hookURL+"/off"), true
	_, err := h.service.ChangeEndpoint(h.ctx, olga, off.ID, booking.EndpointChange{Disabled: &yes})
	require.NoError(t, err)
	_, err = h.service.CreateEndpoint(h.ctx, oscar, booking.NewEndpoint{URL: hookURL})
	require.NoError(t, err)

	o := h.paidOrder()
	o.Notices = append(o.Notices, booking.Notice{
		ID: newID(), Status: booking.OrderRefunding, Reason: booking.ReasonOrganizer, At: h.clock.now(),
	})
	for range 2 { // a second time finds them made
		require.NoError(t, h.service.Relay(h.ctx, h.event, o))
		require.Len(t, h.deliveries(all.ID), 2)
		require.Len(t, h.deliveries(paid.ID), 1)
		require.Empty(t, h.deliveries(others.ID))
		require.Empty(t, h.deliveries(off.ID))
		h.clock.forward(time.Minute)
	}

	d := h.delivery(paid.ID)
	require.Equal(t, o.Notices[0].ID, d.ID)
	require.Equal(t, booking.DeliveryPending, d.Status)
	require.Equal(t, "order.paid", d.Type)
	require.Empty(t, d.Attempts)
	require.Equal(t, map[string]any{
		"type": "order.paid", "timestamp": "2030-05-01T11:59:58.500Z",
		"data": map[string]any{
			"order_id": o.ID, "event_id": "event-1", "customer_id": "alice", "hold_id": "hold-1", "status": "paid",
			"seats": []any{"A1", "A2"}, "total": map[string]any{"amount": 9000.0, "currency": "EUR"},
		},
	}, object(t, string(d.Body)))
	r := h.raw(d.ID, paid.ID)
	created := time.Date(2030, 5, 1, 12, 0, 0, 0, time.UTC)
	require.Equal(t, paid.ID, r.Owner)
	require.Equal(t, created, r.DueAt)
	require.Equal(t, created.Add(30*24*time.Hour), r.EndsAt)
	require.Equal(t, int64(1), r.Revision)

	refunding := object(t, string(h.deliveries(all.ID)[0].Body))
	require.Equal(t, "order.refunding", refunding["type"])
	require.Equal(t, "organizer", refunding["data"].(map[string]any)["reason"])
	require.Equal(t, "refunding", refunding["data"].(map[string]any)["status"])
}

func TestARelayThatFailsIsDoneAgain(t *testing.T) {
	for name, f := range map[string]fate{"away": away, "reply lost": replyLost} {
		t.Run(name, func(t *testing.T) {
			h := newHooks(t)
			first, second := h.endpoint(hookURL+"/1"), h.endpoint(hookURL+"/2")
			o := h.paidOrder()
			for n := range 3 { // reading the endpoints, then one insertion each
				h.tap.add(&rule{prefix: "Records.", skip: n, left: 1, fate: f})
				requireCode(t, booking.CodeUnavailable, h.service.Relay(h.ctx, h.event, o))
			}
			require.NoError(t, h.service.Relay(h.ctx, h.event, o))
			h.deliver(2)
			require.Equal(t, booking.DeliveryDelivered, h.delivery(first.ID).Status)
			require.Equal(t, booking.DeliveryDelivered, h.delivery(second.ID).Status)
		})
	}
}

func TestAnExpiredHoldIsTold(t *testing.T) {
	h := newHooks(t)
	e := h.endpoint(hookURL, "hold.expired")
	ended := booking.Ended{HoldID: "hold-1", OrderID: "order-1", Seats: 3, Lag: 250 * time.Millisecond}
	h.service.TellHoldExpired(h.ctx, h.event, ended)
	h.deliver(1)
	s := h.sender.all()
	require.Len(t, s, 1)
	d := h.delivery(e.ID)
	require.Equal(t, d.ID, s[0].id)
	require.Equal(t, booking.DeliveryDelivered, d.Status)
	require.Equal(t, map[string]any{
		"type": "hold.expired", "timestamp": "2030-05-01T11:59:59.750Z", "data": map[string]any{
			"hold_id": "hold-1", "event_id": "event-1", "order_id": "order-1", "seat_count": 3.0,
		},
	}, object(t, s[0].body))
}

func TestAnExpiredHoldThatNobodyWantsCostsNothing(t *testing.T) {
	h := newHooks(t)
	h.endpoint(hookURL, "order.paid")
	require.True(t, h.service.WantsNotices(h.ctx, olga.ID), "it is known now")
	h.tap.all("Records.", func(func() error) error { t.Error("the store is asked"); return nil })
	h.service.TellHoldExpired(h.ctx, h.event, booking.Ended{HoldID: "hold-1"})
	h.tap.clear()
	h.deliver(0)
}

// The sweeper waits for no store.
func TestExpiredHoldsAreTheSweepersLeastCare(t *testing.T) {
	h := newHooks(t)
	e := h.endpoint(hookURL, "hold.expired")
	held := make(chan struct{})
	h.tap.next("Records.RecordsOf", before(func() { <-held }))
	for range booking.LapsesKept + 10 { // the last are dropped
		h.service.TellHoldExpired(h.ctx, h.event, booking.Ended{HoldID: "hold-1"})
	}
	close(held)
	h.service.AwaitEndpoints(olga.ID)
	h.tap.next("Records.InsertRecord", away) // one is lost, and a round with it
	h.deliver(0)
	h.deliver(booking.LapsesKept - 1)
	require.Len(t, h.deliveries(e.ID), booking.LapsesKept-1)
}
