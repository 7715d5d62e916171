package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"
)

// pools is a collector of the pools of connections to Redis.
type pools struct {
	stats map[string]func() *redis.PoolStats

	hits, misses, timeouts, waited, connections *prometheus.Desc
}

// RegisterPools registers the pools of connections to Redis, by name.
func RegisterPools(registry prometheus.Registerer, stats map[string]func() *redis.PoolStats) {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc(prometheus.BuildFQName(namespace, "redis_pool", name), help, append([]string{"pool"}, labels...), nil)
	}
	registry.MustRegister(&pools{
		stats:       stats,
		hits:        desc("hits_total", "Calls of Redis that found a connection free."),
		misses:      desc("misses_total", "Calls of Redis that found none free, and made one or waited."),
		timeouts:    desc("timeouts_total", "Calls of Redis that waited for a connection in vain."),
		waited:      desc("wait_seconds_total", "How long calls of Redis waited for a connection, all together."),
		connections: desc("connections", "Connections to Redis, by state: idle or used.", "state"),
	})
}

// Describe implements prometheus.Collector.
func (p *pools) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{p.hits, p.misses, p.timeouts, p.waited, p.connections} {
		to <- d
	}
}

// Collect implements prometheus.Collector.
func (p *pools) Collect(to chan<- prometheus.Metric) {
	for name, stats := range p.stats {
		s := stats()
		count := func(d *prometheus.Desc, n float64) {
			to <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, n, name)
		}
		count(p.hits, float64(s.Hits))
		count(p.misses, float64(s.Misses))
		count(p.timeouts, float64(s.Timeouts))
		count(p.waited, time.Duration(s.WaitDurationNs).Seconds())
		// The two are not read at one moment.
		idle := min(s.IdleConns, s.TotalConns)
		to <- prometheus.MustNewConstMetric(p.connections, prometheus.GaugeValue, float64(idle), name, "idle")
		to <- prometheus.MustNewConstMetric(p.connections, prometheus.GaugeValue, float64(s.TotalConns-idle), name, "used")
	}
}
