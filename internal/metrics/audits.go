package metrics

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// auditLabelled events with mismatches have a label of their own, those with the
// most; the rest are summed.
const auditLabelled = 50

// audits is a collector of what the last round of audits found. Of several
// instances one makes them, so the maximum is to be taken, not the sum.
type audits struct {
	now func() time.Time

	mismatches, last *prometheus.Desc

	mu    sync.Mutex
	found map[string]int
	at    time.Time
}

// newAudits counts the time without audits from now on.
func newAudits(now func() time.Time) *audits {
	return &audits{
		now: now, at: now(),
		mismatches: prometheus.NewDesc(prometheus.BuildFQName(namespace, "audit", "mismatches"),
			"Seats that Redis has otherwise than the orders, as the last audit found; of all events but those with the most as other.",
			[]string{"event"}, nil),
		last: prometheus.NewDesc(prometheus.BuildFQName(namespace, "audit", "last_timestamp_seconds"),
			"When this instance had audited all events last, or else when it began.", nil, nil),
	}
}

// tell notes a round as booking.Metrics has it.
func (a *audits) tell(mismatches map[string]int, all bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.found = maps.Clone(mismatches)
	if all {
		a.at = a.now()
	}
}

// Describe implements prometheus.Collector.
func (a *audits) Describe(to chan<- *prometheus.Desc) {
	to <- a.mismatches
	to <- a.last
}

// Collect implements prometheus.Collector.
func (a *audits) Collect(to chan<- prometheus.Metric) {
	a.mu.Lock()
	defer a.mu.Unlock()
	events := slices.SortedFunc(maps.Keys(a.found), func(one, two string) int {
		return cmp.Or(cmp.Compare(a.found[two], a.found[one]), cmp.Compare(one, two))
	})
	rest := 0
	for i, event := range events {
		if i >= auditLabelled {
			rest += a.found[event]
			continue
		}
		to <- prometheus.MustNewConstMetric(a.mismatches, prometheus.GaugeValue, float64(a.found[event]), event)
	}
	to <- prometheus.MustNewConstMetric(a.mismatches, prometheus.GaugeValue, float64(rest), other)
	to <- prometheus.MustNewConstMetric(a.last, prometheus.GaugeValue, float64(a.at.UnixMilli())/1000)
}
