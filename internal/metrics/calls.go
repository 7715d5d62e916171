package metrics

import (
	"context"
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"seathold/internal/booking"
)

// mostCalls bounds how many names of calls one of the Calls has.
const mostCalls = 64

// Calls measures calls that leave the process, by name and outcome. It is safe
// for concurrent use.
type Calls struct {
	seconds *prometheus.HistogramVec
	names   *names
}

// NewScriptCalls registers and returns what measures the scripts in Redis.
func NewScriptCalls(registry prometheus.Registerer) *Calls {
	return newCalls(registry, "script_seconds",
		"How long scripts in Redis took, with waiting for a connection and repeats, by script and outcome.",
		prometheus.ExponentialBuckets(0.0001, 2, 16), "script")
}

// NewStoreCalls registers and returns what measures the order store.
func NewStoreCalls(registry prometheus.Registerer) *Calls {
	return newCalls(registry, "order_store_seconds", "How long calls of the order store took, by call and outcome.",
		prometheus.ExponentialBuckets(0.0001, 2, 16), "call")
}

// NewProviderCalls registers and returns what measures the payment provider.
func NewProviderCalls(registry prometheus.Registerer) *Calls {
	return newCalls(registry, "provider_seconds", "How long calls of the payment provider took, by call and outcome.",
		prometheus.ExponentialBuckets(0.001, 2, 15), "call")
}

// NewDeliveryCalls registers and returns what measures organizers' endpoints.
func NewDeliveryCalls(registry prometheus.Registerer) *Calls {
	return newCalls(registry, "webhook_delivery_seconds",
		"How long organizers' endpoints took to answer, by outcome: ok whatever the status that they answered.",
		prometheus.ExponentialBuckets(0.001, 2, 15), "call")
}

func newCalls(registry prometheus.Registerer, name, help string, buckets []float64, label string) *Calls {
	c := &Calls{seconds: histograms(name, help, buckets, label, "outcome"), names: newNames(mostCalls)}
	registry.MustRegister(c.seconds)
	return c
}

// Begin notes that a call begins. What it returns is to be called at its end.
func (c *Calls) Begin(ctx context.Context, call string) (context.Context, func(error)) {
	start := time.Now()
	return ctx, func(err error) {
		observe(ctx, c.seconds.WithLabelValues(c.names.of(call), outcomeOf(err)), time.Since(start).Seconds())
	}
}

// outcomeOf sorts what came of a call: ok, left where the caller did not wait,
// conflict, refused for any other answer that was no, unavailable, or fault.
func outcomeOf(err error) string {
	switch {
	case err == nil:
		return "ok"
	case errors.Is(err, context.Canceled):
		return "left"
	case errors.Is(err, booking.ErrConflict):
		return "conflict"
	case booking.CodeOf(err) == booking.CodeUnavailable, errors.Is(err, context.DeadlineExceeded):
		return "unavailable"
	case booking.CodeOf(err) != "", errors.Is(err, booking.ErrSeatSold), errors.Is(err, booking.ErrRefused):
		return "refused"
	default:
		return "fault"
	}
}
