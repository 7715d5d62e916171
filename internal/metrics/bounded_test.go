package metrics

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

// TestNoLabelGrows feeds every method that takes a text with values that nobody
// knows. They must end as "other", or nobody bounds the memory of whoever
// scrapes.
func TestNoLabelGrows(t *testing.T) {
	registry := prometheus.NewPedanticRegistry()
	m, streams, requests := New(registry), NewStreams(registry), NewHTTP(registry)
	calls := []*Calls{NewScriptCalls(registry), NewStoreCalls(registry), NewProviderCalls(registry), NewDeliveryCalls(registry)}
	flood := func(i int) {
		odd := fmt.Sprintf("odd-%d", i)
		m.HoldAsked(odd)
		m.HoldEnded(t.Context(), odd, 0)
		m.OrderChanged(booking.OrderStatus(odd))
		m.WebhookAnswered(odd, odd)
		m.CheckoutAsked(odd)
		m.RefundTried(odd)
		m.PaymentFlagged(odd)
		m.CallRefused(odd, odd)
		m.DeliveryEnded(odd)
		streams.ListenerCut(odd)
		requests.RequestBegan()
		requests.RequestEnded(t.Context(), odd, odd, i, i%2 == 0, 0)
		for _, c := range calls {
			_, end := c.Begin(t.Context(), odd)
			end(fmt.Errorf("%s", odd))
		}
	}
	series := func() (n int) {
		for _, f := range families(t, registry) {
			n += len(f.GetMetric())
		}
		return n
	}
	for i := range 1000 {
		flood(i)
	}
	grown := series()
	for i := range 1000 {
		flood(1000 + i)
	}
	require.Equal(t, grown, series())
	for _, labels := range [][2]string{
		{"seathold_holds_total", "outcome"},
		{"seathold_hold_end_total", "how"},
		{"seathold_hold_life_seconds", "how"},
		{"seathold_orders_total", "status"},
		{"seathold_payment_webhooks_total", "provider"},
		{"seathold_payment_webhooks_total", "outcome"},
		{"seathold_checkouts_asked_total", "outcome"},
		{"seathold_refund_tries_total", "outcome"},
		{"seathold_payments_flagged_total", "what"},
		{"seathold_refused_calls_total", "rate"},
		{"seathold_refused_calls_total", "reason"},
		{"seathold_webhook_deliveries_total", "outcome"},
		{"seathold_stream_cut_total", "why"},
		{"seathold_http_request_seconds", "method"},
		{"seathold_http_request_seconds", "status"},
	} {
		values := labelsOf(t, registry, labels[0], labels[1])
		require.Contains(t, values, other, labels)
		require.False(t, slices.ContainsFunc(values, func(v string) bool { return len(v) > 4 && v[:4] == "odd-" }), labels)
	}
}

// Names from the code are taken as they come, up to a bound.
func TestNamesFromTheCodeAreBoundedToo(t *testing.T) {
	n := newNames(2)
	require.Equal(t, []string{"a", "b", other, "a", other}, []string{n.of("a"), n.of("b"), n.of("c"), n.of("a"), n.of("")})
}

// Every code that a hold can be refused with is known by its own name.
func TestEveryRefusalOfAHoldHasAName(t *testing.T) {
	registry := prometheus.NewPedanticRegistry()
	m := New(registry)
	for _, outcome := range holdOutcomes {
		m.HoldAsked(outcome)
	}
	values := labelsOf(t, registry, "seathold_holds_total", "outcome")
	require.NotContains(t, values, other)
	for _, code := range []booking.Code{
		booking.CodeSeatsTaken, booking.CodeCustomerLimit, booking.CodeCoolDown, booking.CodeNotOnSale,
		booking.CodeIdempotencyKeyReused, booking.CodeHoldExpired, booking.CodeHoldReleased, booking.CodeNoSeats,
		booking.CodeTooManySeats, booking.CodeDuplicateSeat, booking.CodeUnknownSeat, booking.CodeInvalidIdempotencyKey,
		booking.CodeEventLoading, booking.CodeUnavailable, booking.CodeNotFound,
	} {
		require.Contains(t, values, string(code))
	}
}

func TestRequestsAreCounted(t *testing.T) {
	registry := prometheus.NewPedanticRegistry()
	h := NewHTTP(registry)
	h.RequestBegan()
	h.RequestBegan()
	h.RequestBegan()
	h.RequestEnded(t.Context(), "/v1/orders", http.MethodPost, 201, false, 0)
	h.RequestEnded(t.Context(), "/v1/events/{event}/stream", http.MethodGet, 200, true, 0)
	require.Equal(t, map[string]float64{
		"seathold_http_request_seconds": 1, "seathold_http_streams_total": 1, "seathold_http_requests_in_flight": 1,
	}, gathered(t, registry), "an hour of a stream is not how long requests take")
	require.Equal(t, []string{"2xx"}, labelsOf(t, registry, "seathold_http_request_seconds", "status"))
	require.Equal(t, []string{"/v1/orders"}, labelsOf(t, registry, "seathold_http_request_seconds", "route"))
	requireWellNamed(t, registry)
}
