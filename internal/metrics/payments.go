package metrics

import (
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"seathold/internal/booking"
)

var (
	providers       = []string{"sandbox", "stripe", "standard"}
	webhookOutcomes = []string{
		"paid", "ended", "refund_due", "refund", "repeated", "ignored", "fault",
		string(booking.CodeInvalidSignature), string(booking.CodeStaleTimestamp), string(booking.CodeInvalidValue),
		string(booking.CodeEventLoading), string(booking.CodeUnavailable),
	}
	checkoutOutcomes = []string{
		string(booking.CheckoutOpen), string(booking.CheckoutPaid), string(booking.CheckoutProcessing),
		string(booking.CheckoutEnded), string(booking.CheckoutUnknown), "unavailable",
	}
)

type paymentMetrics struct {
	webhooks   *counterVec
	checkouts  *counterVec
	refunds    *counterVec
	refundsDue prometheus.Gauge
	overdue    prometheus.Gauge
	oldestDue  *atomic.Int64 // in ms of Unix time; 0: none is due
	flagged    *counterVec
}

func newPaymentMetrics(registry prometheus.Registerer) paymentMetrics {
	m := paymentMetrics{
		webhooks: counters("payment_webhooks_total", "Payment webhooks answered, by what became of them.",
			label{"provider", providers}, label{"outcome", webhookOutcomes}),
		checkouts: counters("checkouts_asked_total", "What the provider said of checkouts whose orders were to end.",
			label{"outcome", checkoutOutcomes}),
		refunds: counters("refund_tries_total", "Tries to give a payment back, by outcome.",
			label{"outcome", []string{"refunded", "pending", "refused", "unavailable"}}),
		refundsDue: gauge("refunds_due", "Payments that are due back."),
		overdue:    gauge("refunds_overdue", "Payments that are due back for more than a day: look at GET /v1/ops/refunds."),
		oldestDue:  &atomic.Int64{},
		flagged: counters("payments_flagged_total", "Money that wants a person's look, by what is odd about it.",
			label{"what", []string{booking.ReasonWrongAmount, booking.ReasonDuplicate, "partly_refunded", "refunded_outside"}}),
	}
	age := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Namespace: namespace, Name: "refund_oldest_due_seconds", Help: "For how long the oldest payment is due back; 0 where none is.",
	}, m.oldestAge)
	registry.MustRegister(m.webhooks, m.checkouts, m.refunds, m.refundsDue, m.overdue, age, m.flagged)
	return m
}

// WebhookAnswered implements booking.PaymentMetrics.
func (m *paymentMetrics) WebhookAnswered(provider, outcome string) {
	m.webhooks.count(provider, outcome)
}

// CheckoutAsked implements booking.PaymentMetrics.
func (m *paymentMetrics) CheckoutAsked(outcome string) { m.checkouts.count(outcome) }

// RefundTried implements booking.PaymentMetrics.
func (m *paymentMetrics) RefundTried(outcome string) { m.refunds.count(outcome) }

// RefundsDue implements booking.PaymentMetrics.
func (m *paymentMetrics) RefundsDue(due, overdue int, oldest time.Time) {
	m.refundsDue.Set(float64(due))
	m.overdue.Set(float64(overdue))
	if oldest.IsZero() {
		m.oldestDue.Store(0)
		return
	}
	m.oldestDue.Store(oldest.UnixMilli())
}

// oldestAge grows between the rounds that look for what is due.
func (m *paymentMetrics) oldestAge() float64 {
	since := m.oldestDue.Load()
	if since == 0 {
		return 0
	}
	return max(0, time.Since(time.UnixMilli(since)).Seconds())
}

// PaymentFlagged implements booking.PaymentMetrics.
func (m *paymentMetrics) PaymentFlagged(what string) { m.flagged.count(what) }
