package metrics

import (
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

func TestEveryMetricIsCountedAndWellNamed(t *testing.T) {
	registry := prometheus.NewPedanticRegistry()
	m := New(registry)
	m.HoldAsked("granted")
	m.HoldEnded("sold", time.Minute)
	m.OrderChanged(booking.OrderPaid)
	m.WebhookAnswered("sandbox", "paid")
	m.GuardHit()
	m.EventLoaded(3, time.Second)
	m.ExpiryLag(time.Millisecond)
	m.RefundTried("refunded")
	m.RefundsDue(2, 1)
	m.PaymentFlagged("wrong_amount")
	m.CheckoutAsked("open")
	m.DeliveryEnded("delivered")
	m.CallRefused("customer", "rate_limited")
	m.LimiterAway()

	families, err := registry.Gather()
	require.NoError(t, err)
	values := map[string]float64{}
	for _, f := range families {
		require.Len(t, f.GetMetric(), 1, f.GetName())
		metric := f.GetMetric()[0]
		values[f.GetName()] = metric.GetCounter().GetValue() + metric.GetGauge().GetValue() + float64(metric.GetHistogram().GetSampleCount())
	}
	require.Equal(t, map[string]float64{
		"seathold_holds_total": 1, "seathold_hold_end_total": 1, "seathold_hold_life_seconds": 1, "seathold_expiry_lag_seconds": 1,
		"seathold_orders_total": 1, "seathold_payment_webhooks_total": 1, "seathold_double_sale_guard_hits_total": 1,
		"seathold_event_loads_total": 1, "seathold_event_repairs_total": 3, "seathold_event_load_seconds": 1,
		"seathold_refund_tries_total": 1, "seathold_refunds_due": 2, "seathold_refunds_overdue": 1,
		"seathold_payments_flagged_total": 1, "seathold_checkouts_asked_total": 1, "seathold_webhook_deliveries_total": 1,
		"seathold_refused_calls_total": 1, "seathold_unlimited_calls_total": 1,
	}, values)
	problems, err := testutil.GatherAndLint(registry)
	require.NoError(t, err)
	require.Empty(t, problems)
}
