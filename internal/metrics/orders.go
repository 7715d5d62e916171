package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"seathold/internal/booking"
)

type orderMetrics struct {
	changed   *counterVec
	guardHits prometheus.Counter
}

func newOrderMetrics(registry prometheus.Registerer) orderMetrics {
	m := orderMetrics{
		changed: counters("orders_total", "Orders that entered a status; blocks are orders too.", label{"status", []string{
			string(booking.OrderPending), string(booking.OrderPaid), string(booking.OrderCancelled), string(booking.OrderExpired),
			string(booking.OrderRefunding), string(booking.OrderRefunded), string(booking.BlockActive), string(booking.BlockEnded),
		}}),
		guardHits: counter("double_sale_guard_hits_total", "Sales that only the order store's guard prevented."),
	}
	registry.MustRegister(m.changed, m.guardHits)
	return m
}

// OrderChanged implements booking.OrderMetrics.
func (m *orderMetrics) OrderChanged(to booking.OrderStatus) { m.changed.count(string(to)) }

// GuardHit implements booking.OrderMetrics.
func (m *orderMetrics) GuardHit() { m.guardHits.Inc() }
