package metrics

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

const (
	// redisNodes bounds the servers that are shown.
	redisNodes = 64
	// redisDeadline is what all of them have for an answer.
	redisDeadline = time.Second
)

// RedisSource says how Redis is.
type RedisSource interface {
	// Info returns the text of INFO by server; those that do not answer are
	// missing, and there is an error.
	Info(ctx context.Context) (map[string]string, error)
}

// redisCondition is a collector of how Redis's servers are. It asks when it is
// scraped, and shows of each what it tells.
type redisCondition struct {
	source RedisSource

	up, changes, memory, memoryMax, mayEvict, evicted, refused, writeFailed, replicas *prometheus.Desc

	mu        sync.Mutex
	histories []string // of the servers that were asked last
	changed   int
}

// RegisterRedis registers how Redis's servers are, as they say themselves. Every
// instance shows the same but for the changes of history, which each counts that
// saw them: of several take the maximum, not the sum.
func RegisterRedis(registry prometheus.Registerer, source RedisSource) {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc(prometheus.BuildFQName(namespace, "redis", name), help, labels, nil)
	}
	registry.MustRegister(&redisCondition{
		source:    source,
		up:        desc("up", "1 where every server of Redis that takes writes answers, else 0."),
		changes:   desc("history_changes_total", "Times that another history of writes was seen: a failover or a restart."),
		memory:    desc("memory_bytes", "Memory that the server uses.", "node"),
		memoryMax: desc("memory_max_bytes", "Memory that the server may use; 0: as much as there is.", "node"),
		mayEvict:  desc("may_evict", "1 where the server's policy lets it drop keys when its memory is full, else 0.", "node"),
		evicted:   desc("evicted_keys_total", "Keys that the server dropped since its memory was full.", "node"),
		refused: desc("refused_writes_total",
			"Writes that the server refused: oom where its memory is full, misconf where it cannot save, noreplicas where too few copy it.",
			"node", "why"),
		writeFailed: desc("write_failed", "1 where the last writing of the server's log (aof) or snapshot (rdb) failed, else 0.", "node", "file"),
		replicas:    desc("replicas", "Replicas that copy the server.", "node"),
	})
}

// Describe implements prometheus.Collector.
func (r *redisCondition) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		r.up, r.changes, r.memory, r.memoryMax, r.mayEvict, r.evicted, r.refused, r.writeFailed, r.replicas,
	} {
		to <- d
	}
}

// Collect implements prometheus.Collector.
func (r *redisCondition) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), redisDeadline)
	defer cancel()
	said, err := r.source.Info(ctx)
	to <- prometheus.MustNewConstMetric(r.up, prometheus.GaugeValue, truth(err == nil))
	nodes := slices.Sorted(maps.Keys(said))
	servers := make([]redisInfo, len(nodes))
	for i, node := range nodes {
		servers[i] = readInfo(said[node])
	}
	if err == nil {
		r.compare(servers)
	}
	to <- prometheus.MustNewConstMetric(r.changes, prometheus.CounterValue, float64(r.seenChanges()))
	for i := range nodes[:min(len(nodes), redisNodes)] {
		r.show(to, nodes[i], servers[i])
	}
}

// compare counts the servers whose history was not among those seen before.
func (r *redisCondition) compare(servers []redisInfo) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var now []string
	for _, s := range servers {
		if history := s["master_replid"]; history != "" {
			now = append(now, history)
		}
	}
	for _, history := range now {
		if r.histories != nil && !slices.Contains(r.histories, history) {
			r.changed++
		}
	}
	r.histories = now
}

func (r *redisCondition) seenChanges() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.changed
}

// show tells of one server what it told.
func (r *redisCondition) show(to chan<- prometheus.Metric, node string, s redisInfo) {
	gauge := func(d *prometheus.Desc, value float64, known bool, labels ...string) {
		if known {
			to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, append([]string{node}, labels...)...)
		}
	}
	number := func(d *prometheus.Desc, field string) {
		value, known := s.number(field)
		gauge(d, value, known)
	}
	number(r.memory, "used_memory")
	number(r.memoryMax, "maxmemory")
	number(r.replicas, "connected_slaves")
	policy, known := s["maxmemory_policy"]
	gauge(r.mayEvict, truth(policy != "noeviction"), known)
	for file, field := range map[string]string{"aof": "aof_last_write_status", "rdb": "rdb_last_bgsave_status"} {
		status, known := s[field]
		gauge(r.writeFailed, truth(status != "ok"), known, file)
	}
	evicted, known := s.number("evicted_keys")
	if !known {
		return
	}
	to <- prometheus.MustNewConstMetric(r.evicted, prometheus.CounterValue, evicted, node)
	for _, kind := range []string{"OOM", "MISCONF", "NOREPLICAS"} {
		to <- prometheus.MustNewConstMetric(r.refused, prometheus.CounterValue, s.errors(kind), node, strings.ToLower(kind))
	}
}

// redisInfo is what a server says of itself, by field.
type redisInfo map[string]string

func readInfo(text string) redisInfo {
	s := redisInfo{}
	for line := range strings.Lines(text) {
		if name, value, found := strings.Cut(strings.TrimSpace(line), ":"); found {
			s[name] = value
		}
	}
	return s
}

func (s redisInfo) number(field string) (n float64, known bool) {
	n, err := strconv.ParseFloat(s[field], 64)
	return n, err == nil
}

// errors is how many errors of a kind the server has answered, as in
// errorstat_OOM:count=3; none are not listed.
func (s redisInfo) errors(kind string) float64 {
	count, _ := strings.CutPrefix(s["errorstat_"+kind], "count=")
	count, _, _ = strings.Cut(count, ",")
	n, err := strconv.ParseFloat(count, 64)
	if err != nil {
		return 0
	}
	return n
}

func truth(is bool) float64 {
	if is {
		return 1
	}
	return 0
}
