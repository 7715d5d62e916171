package metrics

import (
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	dto "github.com/prometheus/client_model/go"
	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

// gathered returns each metric's value, or the number of what it observed; of a
// family the sum.
func gathered(t *testing.T, registry *prometheus.Registry) map[string]float64 {
	t.Helper()
	values := map[string]float64{}
	for _, f := range families(t, registry) {
		for _, m := range f.GetMetric() {
			values[f.GetName()] += m.GetCounter().GetValue() + m.GetGauge().GetValue() + float64(m.GetHistogram().GetSampleCount())
		}
	}
	return values
}

func families(t *testing.T, registry *prometheus.Registry) []*dto.MetricFamily {
	t.Helper()
	all, err := registry.Gather()
	require.NoError(t, err)
	return all
}

// labelsOf returns the values that a label has in a family.
func labelsOf(t *testing.T, registry *prometheus.Registry, family, label string) []string {
	t.Helper()
	var values []string
	for _, f := range families(t, registry) {
		if f.GetName() != family {
			continue
		}
		for _, m := range f.GetMetric() {
			for _, l := range m.GetLabel() {
				if l.GetName() == label {
					values = append(values, l.GetValue())
				}
			}
		}
	}
	return values
}

func requireWellNamed(t *testing.T, registry *prometheus.Registry) {
	t.Helper()
	problems, err := testutil.GatherAndLint(registry)
	require.NoError(t, err)
	require.Empty(t, problems)
}

func TestEveryMetricIsCountedAndWellNamed(t *testing.T) {
	registry := prometheus.NewPedanticRegistry()
	m := New(registry)
	m.HoldAsked("granted")
	m.HoldEnded(t.Context(), "sold", time.Minute)
	m.OrderChanged(booking.OrderPaid)
	m.WebhookAnswered("sandbox", "paid")
	m.GuardHit()
	m.EventLoaded(false, 3, time.Second)
	m.ExpiryLag(time.Millisecond)
	m.RefundTried("refunded")
	m.RefundsDue(2, 1, time.Time{})
	m.PaymentFlagged("wrong_amount")
	m.CheckoutAsked("open")
	m.DeliveryEnded("delivered")
	m.CallRefused("customer", "rate_limited")
	m.LimiterAway()
	m.EventsAudited(map[string]int{"one": 2}, false)
	m.audits.at = time.Unix(5, 0)
	require.Equal(t, map[string]float64{
		"seathold_holds_total": 1, "seathold_hold_end_total": 1, "seathold_hold_life_seconds": 1, "seathold_expiry_lag_seconds": 1,
		"seathold_orders_total": 1, "seathold_payment_webhooks_total": 1, "seathold_double_sale_guard_hits_total": 1,
		"seathold_event_loads_total": 1, "seathold_event_repairs_total": 3, "seathold_event_load_seconds": 1,
		"seathold_refund_tries_total": 1, "seathold_refunds_due": 2, "seathold_refunds_overdue": 1, "seathold_refund_oldest_due_seconds": 0,
		"seathold_payments_flagged_total": 1, "seathold_checkouts_asked_total": 1, "seathold_webhook_deliveries_total": 1,
		"seathold_refused_calls_total": 1, "seathold_unlimited_calls_total": 1,
		"seathold_audit_mismatches": 2, "seathold_audit_last_timestamp_seconds": 5,
	}, gathered(t, registry))
	requireWellNamed(t, registry)
}

func TestRebuildsAreToldFromRepairs(t *testing.T) {
	m := New(prometheus.NewRegistry())
	m.EventLoaded(true, 0, 0)
	m.EventLoaded(false, 0, 0)
	m.EventLoaded(false, 0, 0)
	require.InDelta(t, 1, testutil.ToFloat64(m.loads.WithLabelValues("rebuild")), 0)
	require.InDelta(t, 2, testutil.ToFloat64(m.loads.WithLabelValues("repair")), 0)
}

// What never happened is 0, so that an alert on its first time finds a series.
func TestWhatNeverHappenedIsZero(t *testing.T) {
	registry := prometheus.NewPedanticRegistry()
	New(registry)
	require.ElementsMatch(t, []string{"sold", "released", "expired"}, labelsOf(t, registry, "seathold_hold_end_total", "how"))
	require.Contains(t, labelsOf(t, registry, "seathold_holds_total", "outcome"), "seats_taken")
	require.Contains(t, labelsOf(t, registry, "seathold_event_loads_total", "kind"), "rebuild")
}

func TestTheOldestRefundAges(t *testing.T) {
	registry := prometheus.NewPedanticRegistry()
	m := New(registry)
	age := func() float64 { return gathered(t, registry)["seathold_refund_oldest_due_seconds"] }
	require.Zero(t, age())
	m.RefundsDue(1, 0, time.Now().Add(-time.Hour))
	first := age()
	require.GreaterOrEqual(t, first, time.Hour.Seconds())
	require.GreaterOrEqual(t, age(), first, "also between two rounds that look")
	m.RefundsDue(1, 0, time.Now().Add(time.Hour))
	require.Zero(t, age(), "a clock that is behind")
	m.RefundsDue(0, 0, time.Time{})
	require.Zero(t, age())
}
