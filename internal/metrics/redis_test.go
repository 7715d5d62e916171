package metrics

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"
)

// servers is a RedisSource.
type servers struct {
	said map[string]string
	err  error
}

func (s *servers) Info(context.Context) (map[string]string, error) { return s.said, s.err }

const aServer = "# Memory\r\nused_memory:1000\r\nmaxmemory:5000\r\nmaxmemory_policy:noeviction\r\n" +
	"# Persistence\r\nrdb_last_bgsave_status:ok\r\naof_last_write_status:err\r\n# Stats\r\nevicted_keys:0\r\n" +
	"# Replication\r\nconnected_slaves:2\r\nmaster_replid:abc\r\n# Errorstats\r\nerrorstat_OOM:count=3\r\nerrorstat_NOSCRIPT:count=7\r\n"

func TestHowRedisIs(t *testing.T) {
	registry := prometheus.NewPedanticRegistry()
	RegisterRedis(registry, &servers{said: map[string]string{
		"10.0.0.1:6379": aServer,
		"10.0.0.2:6379": "maxmemory_policy:allkeys-lru\r\nevicted_keys:4\r\nused_memory:many\r\n",
		"10.0.0.3:6379": "", // it does not let this user ask
	}})
	require.NoError(t, testutil.GatherAndCompare(registry, strings.NewReader(`
# HELP seathold_redis_evicted_keys_total Keys that the server dropped since its memory was full.
# TYPE seathold_redis_evicted_keys_total counter
seathold_redis_evicted_keys_total{node="10.0.0.1:6379"} 0
seathold_redis_evicted_keys_total{node="10.0.0.2:6379"} 4
# HELP seathold_redis_history_changes_total Times that another history of writes was seen: a failover or a restart.
# TYPE seathold_redis_history_changes_total counter
seathold_redis_history_changes_total 0
# HELP seathold_redis_may_evict 1 where the server's policy lets it drop keys when its memory is full, else 0.
# TYPE seathold_redis_may_evict gauge
seathold_redis_may_evict{node="10.0.0.1:6379"} 0
seathold_redis_may_evict{node="10.0.0.2:6379"} 1
# HELP seathold_redis_memory_bytes Memory that the server uses.
# TYPE seathold_redis_memory_bytes gauge
seathold_redis_memory_bytes{node="10.0.0.1:6379"} 1000
# HELP seathold_redis_memory_max_bytes Memory that the server may use; 0: as much as there is.
# TYPE seathold_redis_memory_max_bytes gauge
seathold_redis_memory_max_bytes{node="10.0.0.1:6379"} 5000
# HELP seathold_redis_refused_writes_total Writes that the server refused: oom where its memory is full, misconf where it cannot save, noreplicas where too few copy it.
# TYPE seathold_redis_refused_writes_total counter
seathold_redis_refused_writes_total{node="10.0.0.1:6379",why="misconf"} 0
seathold_redis_refused_writes_total{node="10.0.0.1:6379",why="noreplicas"} 0
seathold_redis_refused_writes_total{node="10.0.0.1:6379",why="oom"} 3
seathold_redis_refused_writes_total{node="10.0.0.2:6379",why="misconf"} 0
seathold_redis_refused_writes_total{node="10.0.0.2:6379",why="noreplicas"} 0
seathold_redis_refused_writes_total{node="10.0.0.2:6379",why="oom"} 0
# HELP seathold_redis_replicas Replicas that copy the server.
# TYPE seathold_redis_replicas gauge
seathold_redis_replicas{node="10.0.0.1:6379"} 2
# HELP seathold_redis_up 1 where every server of Redis that takes writes answers, else 0.
# TYPE seathold_redis_up gauge
seathold_redis_up 1
# HELP seathold_redis_write_failed 1 where the last writing of the server's log (aof) or snapshot (rdb) failed, else 0.
# TYPE seathold_redis_write_failed gauge
seathold_redis_write_failed{file="aof",node="10.0.0.1:6379"} 1
seathold_redis_write_failed{file="rdb",node="10.0.0.1:6379"} 0
`)))
	requireWellNamed(t, registry)
}

// A promotion, a restart and a first look: who answers has another history, whoever
// had it before.
func TestAnotherHistoryOfRedisIsCounted(t *testing.T) {
	registry, s := prometheus.NewPedanticRegistry(), &servers{}
	RegisterRedis(registry, s)
	changes := func(said map[string]string, err error) float64 {
		s.said, s.err = said, err
		return gathered(t, registry)["seathold_redis_history_changes_total"]
	}
	one, two := "master_replid:one\r\n", "master_replid:two\r\n"
	require.Zero(t, changes(nil, errors.New("away")))
	require.Zero(t, changes(map[string]string{"a": one}, nil), "the first is no change")
	require.Zero(t, changes(map[string]string{"a": one}, nil))
	require.Zero(t, changes(nil, errors.New("away")))
	require.InDelta(t, 1, changes(map[string]string{"b": two}, nil), 0)
	require.InDelta(t, 1, changes(map[string]string{"a": two}, nil), 0, "the address does not matter")
	require.InDelta(t, 2, changes(map[string]string{"a": one}, nil), 0)
}

func TestRedisAwayIsShown(t *testing.T) {
	registry, s := prometheus.NewPedanticRegistry(), &servers{said: map[string]string{"a": aServer}, err: errors.New("b is away")}
	RegisterRedis(registry, s)
	shown := gathered(t, registry)
	require.Zero(t, shown["seathold_redis_up"])
	require.InDelta(t, 1000, shown["seathold_redis_memory_bytes"], 0, "who answers is shown all the same")
	s.err = nil
	require.InDelta(t, 1, gathered(t, registry)["seathold_redis_up"], 0)
}

// However many servers there are, the series are not more.
func TestServersOfRedisAreBounded(t *testing.T) {
	registry, s := prometheus.NewPedanticRegistry(), &servers{said: map[string]string{}}
	RegisterRedis(registry, s)
	for i := range 200 {
		s.said[fmt.Sprintf("10.0.0.%d:6379", i)] = aServer
	}
	require.Len(t, labelsOf(t, registry, "seathold_redis_memory_bytes", "node"), redisNodes)
}
