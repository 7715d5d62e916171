// Package metrics exports what the service counts, for Prometheus. It
// implements booking.Metrics on a registry that the caller passes in.
//
// Names follow https://prometheus.io/docs/practices/naming/; every label has a
// fixed, small set of values.
package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"seathold/internal/booking"
)

// Metrics counts what operators watch. It is safe for concurrent use.
type Metrics struct {
	holds        *prometheus.CounterVec
	holdsEnded   *prometheus.CounterVec
	holdLife     prometheus.Histogram
	expiryLag    prometheus.Histogram
	orders       *prometheus.CounterVec
	webhooks     *prometheus.CounterVec
	guardHits    prometheus.Counter
	loads        prometheus.Counter
	repaired     prometheus.Counter
	loadDuration prometheus.Histogram
	refunds      *prometheus.CounterVec
	refundsDue   prometheus.Gauge
	overdue      prometheus.Gauge
	flagged      *prometheus.CounterVec
	checkouts    *prometheus.CounterVec
	deliveries   *prometheus.CounterVec
	refusals     *prometheus.CounterVec
	unlimited    prometheus.Counter
}

var _ booking.Metrics = (*Metrics)(nil)

// New registers the metrics and returns them.
func New(registry prometheus.Registerer) *Metrics {
	m := &Metrics{
		holds:      counters("holds_total", "Hold requests answered, by outcome: granted, repeated, or the refusal's code.", "outcome"),
		holdsEnded: counters("hold_end_total", "Holds that ended: sold, released or expired.", "how"),
		holdLife: histogram("hold_life_seconds", "How long holds lived, from the first taking to their end.",
			prometheus.ExponentialBuckets(1, 2, 13)),
		expiryLag: histogram("expiry_lag_seconds", "How long after its deadline a hold was announced. Its seats were free all along.",
			prometheus.ExponentialBuckets(0.01, 2, 12)),
		orders:    counters("orders_total", "Orders that entered a status.", "status"),
		webhooks:  counters("payment_webhooks_total", "Payment webhooks answered, by what became of them.", "provider", "outcome"),
		guardHits: counter("double_sale_guard_hits_total", "Sales that only the order store's guard prevented."),
		loads:     counter("event_loads_total", "Loadings and repairs of an event's live state from its orders."),
		repaired:  counter("event_repairs_total", "Claims that a loading or repair found different and changed."),
		loadDuration: histogram("event_load_seconds", "How long a loading or repair took.",
			prometheus.ExponentialBuckets(0.001, 4, 8)),
		refunds:    counters("refund_tries_total", "Tries to give a payment back, by outcome.", "outcome"),
		refundsDue: gauge("refunds_due", "Payments that are due back."),
		overdue:    gauge("refunds_overdue", "Payments that are due back for more than a day: look at GET /v1/ops/refunds."),
		flagged:    counters("payments_flagged_total", "Money that wants a person's look, by what is odd about it.", "what"),
		checkouts:  counters("checkouts_asked_total", "What the provider said of checkouts whose orders were to end.", "outcome"),
		deliveries: counters("webhook_deliveries_total", "Tries to deliver a notice to an organizer's endpoint, by outcome.", "outcome"),
		refusals:   counters("refused_calls_total", "Calls refused as too fast or too often, by rate and reason.", "rate", "reason"),
		unlimited:  counter("unlimited_calls_total", "Calls let through because Redis, which counts them, did not answer."),
	}
	registry.MustRegister(m.holds, m.holdsEnded, m.holdLife, m.expiryLag, m.orders, m.webhooks, m.guardHits, m.loads,
		m.repaired, m.loadDuration, m.refunds, m.refundsDue, m.overdue, m.flagged, m.checkouts, m.deliveries,
		m.refusals, m.unlimited)
	return m
}

const namespace = "seathold"

func counter(name, help string) prometheus.Counter {
	return prometheus.NewCounter(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help})
}

func counters(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help}, labels)
}

func gauge(name, help string) prometheus.Gauge {
	return prometheus.NewGauge(prometheus.GaugeOpts{Namespace: namespace, Name: name, Help: help})
}

func histogram(name, help string, buckets []float64) prometheus.Histogram {
	return prometheus.NewHistogram(prometheus.HistogramOpts{Namespace: namespace, Name: name, Help: help, Buckets: buckets})
}

// HoldAsked implements booking.Metrics.
func (m *Metrics) HoldAsked(outcome string) { m.holds.WithLabelValues(outcome).Inc() }

// HoldEnded implements booking.Metrics.
func (m *Metrics) HoldEnded(how string, life time.Duration) {
	m.holdsEnded.WithLabelValues(how).Inc()
	m.holdLife.Observe(life.Seconds())
}

// OrderChanged implements booking.Metrics.
func (m *Metrics) OrderChanged(to booking.OrderStatus) { m.orders.WithLabelValues(string(to)).Inc() }

// WebhookAnswered implements booking.Metrics.
func (m *Metrics) WebhookAnswered(provider, outcome string) {
	m.webhooks.WithLabelValues(provider, outcome).Inc()
}

// GuardHit implements booking.Metrics.
func (m *Metrics) GuardHit() { m.guardHits.Inc() }

// EventLoaded implements booking.Metrics.
func (m *Metrics) EventLoaded(changed int, took time.Duration) {
	m.loads.Inc()
	m.repaired.Add(float64(changed))
	m.loadDuration.Observe(took.Seconds())
}

// ExpiryLag implements booking.Metrics.
func (m *Metrics) ExpiryLag(lag time.Duration) { m.expiryLag.Observe(lag.Seconds()) }

// RefundTried implements booking.Metrics.
func (m *Metrics) RefundTried(outcome string) { m.refunds.WithLabelValues(outcome).Inc() }

// RefundsDue implements booking.Metrics.
func (m *Metrics) RefundsDue(due, overdue int) {
	m.refundsDue.Set(float64(due))
	m.overdue.Set(float64(overdue))
}

// PaymentFlagged implements booking.Metrics.
func (m *Metrics) PaymentFlagged(what string) { m.flagged.WithLabelValues(what).Inc() }

// CheckoutAsked implements booking.Metrics.
func (m *Metrics) CheckoutAsked(outcome string) { m.checkouts.WithLabelValues(outcome).Inc() }

// DeliveryEnded implements booking.Metrics.
func (m *Metrics) DeliveryEnded(outcome string) { m.deliveries.WithLabelValues(outcome).Inc() }

// CallRefused implements booking.Metrics.
func (m *Metrics) CallRefused(rate, reason string) { m.refusals.WithLabelValues(rate, reason).Inc() }

// LimiterAway implements booking.Metrics.
func (m *Metrics) LimiterAway() { m.unlimited.Inc() }
