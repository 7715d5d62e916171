package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"seathold/internal/booking"
)

// Metrics counts what the service does. It is safe for concurrent use.
type Metrics struct {
	holdMetrics
	orderMetrics
	paymentMetrics
	throttleMetrics
	loads        *counterVec
	repaired     prometheus.Counter
	loadDuration prometheus.Histogram
	deliveries   *counterVec
	audits       *audits
}

var _ booking.Metrics = (*Metrics)(nil)

// New registers the metrics and returns them.
func New(registry prometheus.Registerer) *Metrics {
	m := &Metrics{
		holdMetrics: newHoldMetrics(registry), orderMetrics: newOrderMetrics(registry),
		paymentMetrics: newPaymentMetrics(registry), throttleMetrics: newThrottleMetrics(registry),
		audits: newAudits(time.Now),
		loads: counters("event_loads_total",
			"Comparisons of an event's live state with its orders: rebuild where it was missing, else repair.",
			label{"kind", []string{kindRebuild, kindRepair}}),
		repaired: counter("event_repairs_total", "Claims that a rebuild or repair found different and changed."),
		loadDuration: histogram("event_load_seconds", "How long a rebuild or repair took.",
			prometheus.ExponentialBuckets(0.001, 4, 8)),
		deliveries: counters("webhook_deliveries_total", "Tries to deliver a notice to an organizer's endpoint, by outcome.",
			label{"outcome", []string{"delivered", "retry", "failed", "disabled"}}),
	}
	registry.MustRegister(m.audits, m.loads, m.repaired, m.loadDuration, m.deliveries)
	return m
}

const (
	kindRebuild = "rebuild"
	kindRepair  = "repair"
)

// EventLoaded implements booking.Metrics.
func (m *Metrics) EventLoaded(anew bool, changed int, took time.Duration) {
	kind := kindRepair
	if anew {
		kind = kindRebuild
	}
	m.loads.count(kind)
	m.repaired.Add(float64(changed))
	m.loadDuration.Observe(took.Seconds())
}

// EventsAudited implements booking.Metrics.
func (m *Metrics) EventsAudited(mismatches map[string]int, all bool) { m.audits.tell(mismatches, all) }

// DeliveryEnded implements booking.Metrics.
func (m *Metrics) DeliveryEnded(outcome string) { m.deliveries.count(outcome) }
