package metrics

import (
	"context"
	"slices"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/trace"
)

const (
	namespace = "seathold"
	// other stands for every value of a label that is not one of those known.
	other = "other"
)

func counter(name, help string) prometheus.Counter {
	return prometheus.NewCounter(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help})
}

func gauge(name, help string) prometheus.Gauge {
	return prometheus.NewGauge(prometheus.GaugeOpts{Namespace: namespace, Name: name, Help: help})
}

func histogram(name, help string, buckets []float64) prometheus.Histogram {
	return prometheus.NewHistogram(prometheus.HistogramOpts{Namespace: namespace, Name: name, Help: help, Buckets: buckets})
}

func histograms(name, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
	return prometheus.NewHistogramVec(
		prometheus.HistogramOpts{Namespace: namespace, Name: name, Help: help, Buckets: buckets}, labels)
}

// label is a label with all the values that it has, other aside.
type label struct {
	name   string
	values []string
}

func (l label) of(value string) string {
	if slices.Contains(l.values, value) {
		return value
	}
	return other
}

// counterVec counts by labels of known values. All of them are shown from the
// start: what never happened is 0, not absent.
type counterVec struct {
	*prometheus.CounterVec
	labels []label
}

func counters(name, help string, labels ...label) *counterVec {
	names := make([]string, len(labels))
	for i, l := range labels {
		names[i] = l.name
	}
	c := &counterVec{prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help}, names), labels}
	c.show(nil)
	return c
}

// show shows every combination that begins with these values.
func (c *counterVec) show(values []string) {
	if len(values) == len(c.labels) {
		c.WithLabelValues(values...)
		return
	}
	for _, value := range c.labels[len(values)].values {
		c.show(append(slices.Clip(values), value))
	}
}

// count counts one; values are in the order of the labels.
func (c *counterVec) count(values ...string) {
	for i, value := range values {
		values[i] = c.labels[i].of(value)
	}
	c.WithLabelValues(values...).Inc()
}

// names bounds a label whose values are names from the code, such as routes:
// nobody outside makes up any, and if that ever fails it ends at most of them.
type names struct {
	most int
	mu   sync.RWMutex
	seen map[string]bool
}

func newNames(most int) *names { return &names{most: most, seen: map[string]bool{}} }

func (n *names) of(name string) string {
	if name == "" {
		return other
	}
	n.mu.RLock()
	known := n.seen[name]
	n.mu.RUnlock()
	if known {
		return name
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.seen) >= n.most && !n.seen[name] {
		return other
	}
	n.seen[name] = true
	return name
}

// observe observes seconds, with the trace as an exemplar where there is one
// that is kept.
func observe(ctx context.Context, o prometheus.Observer, seconds float64) {
	span := trace.SpanContextFromContext(ctx)
	if exemplars, ok := o.(prometheus.ExemplarObserver); ok && span.IsSampled() {
		exemplars.ObserveWithExemplar(seconds, prometheus.Labels{"trace_id": span.TraceID().String()})
		return
	}
	o.Observe(seconds)
}
