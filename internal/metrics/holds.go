package metrics

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"seathold/internal/booking"
)

// holdOutcomes are what a hold request may come to.
var holdOutcomes = []string{
	"granted", "repeated", "fault",
	string(booking.CodeSeatsTaken), string(booking.CodeCustomerLimit), string(booking.CodeCoolDown),
	string(booking.CodeNotOnSale), string(booking.CodeUnknownSeat), string(booking.CodeDuplicateSeat),
	string(booking.CodeNoSeats), string(booking.CodeTooManySeats), string(booking.CodeNotFound),
	string(booking.CodeInvalidIdempotencyKey), string(booking.CodeIdempotencyKeyReused),
	string(booking.CodeHoldExpired), string(booking.CodeHoldReleased),
	string(booking.CodeEventLoading), string(booking.CodeUnavailable),
}

type holdMetrics struct {
	asked *counterVec
	ended *counterVec
	life  *prometheus.HistogramVec
	lag   prometheus.Histogram
}

var holdEnds = label{"how", []string{"sold", "released", "expired"}}

func newHoldMetrics(registry prometheus.Registerer) holdMetrics {
	m := holdMetrics{
		asked: counters("holds_total",
			"Hold requests answered, those of orders in one step too, by outcome: granted, repeated, or the refusal's code.",
			label{"outcome", holdOutcomes}),
		ended: counters("hold_end_total", "Holds that ended: sold, released or expired.", holdEnds),
		life: histograms("hold_life_seconds", "How long holds lived, from the first taking to their end, by how they ended.",
			prometheus.ExponentialBuckets(1, 2, 13), holdEnds.name),
		lag: histogram("expiry_lag_seconds", "How long after its deadline a hold was announced. Its seats were free all along.",
			prometheus.ExponentialBuckets(0.01, 2, 12)),
	}
	for _, how := range holdEnds.values {
		m.life.WithLabelValues(how)
	}
	registry.MustRegister(m.asked, m.ended, m.life, m.lag)
	return m
}

// HoldAsked implements booking.HoldMetrics.
func (m *holdMetrics) HoldAsked(outcome string) { m.asked.count(outcome) }

// HoldEnded implements booking.HoldMetrics.
func (m *holdMetrics) HoldEnded(ctx context.Context, how string, life time.Duration) {
	m.ended.count(how)
	observe(ctx, m.life.WithLabelValues(holdEnds.of(how)), life.Seconds())
}

// ExpiryLag implements booking.HoldMetrics.
func (m *holdMetrics) ExpiryLag(lag time.Duration) { m.lag.Observe(lag.Seconds()) }
