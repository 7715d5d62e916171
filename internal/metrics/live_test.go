package metrics

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

// stage is a LiveSource that notes what it is asked.
type stage struct {
	counts map[string]booking.SeatCounts
	silent bool // it is asked for events and does not answer
	lapsed map[string]time.Duration
	away   bool
	broken string // the event that cannot be counted
	asked  int
	within []time.Duration
}

func (s *stage) EventsOnSale(ctx context.Context) (events []string, err error) {
	if s.silent {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	if s.away {
		return nil, errors.New("away")
	}
	for e := range s.counts {
		events = append(events, e)
	}
	return events, nil
}

func (s *stage) CountLive(ctx context.Context, event string) (booking.SeatCounts, time.Duration, error) {
	s.asked++
	deadline, _ := ctx.Deadline()
	s.within = append(s.within, time.Until(deadline))
	if event == s.broken {
		return booking.SeatCounts{}, 0, errors.New("is being loaded")
	}
	return s.counts[event], s.lapsed[event], nil
}

// clock stands still unless it is moved.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func register(s *stage) (*prometheus.Registry, *clock) {
	registry, c := prometheus.NewPedanticRegistry(), &clock{at: time.Unix(1000, 0)}
	registry.MustRegister(newLive(s, c.now))
	return registry, c
}

func TestLiveHoldsAndSeatsByEvent(t *testing.T) {
	registry, _ := register(&stage{
		counts: map[string]booking.SeatCounts{"one": {Free: 4, Held: 3, Sold: 2, Blocked: 1, Holds: 2}, "other one": {Free: 1}},
		lapsed: map[string]time.Duration{"one": 1500 * time.Millisecond},
		broken: "other one",
	})
	require.NoError(t, testutil.GatherAndCompare(registry, strings.NewReader(`
# HELP seathold_events_on_sale Events whose sale is open.
# TYPE seathold_events_on_sale gauge
seathold_events_on_sale 2
# HELP seathold_events_uncounted Events on sale whose holds and seats are not in the numbers: they are being loaded, or too many.
# TYPE seathold_events_uncounted gauge
seathold_events_uncounted 1
# HELP seathold_hold_oldest_lapsed_seconds For how long the oldest hold is over that still shows held, by event; 0 where none is. Its seats are free all along.
# TYPE seathold_hold_oldest_lapsed_seconds gauge
seathold_hold_oldest_lapsed_seconds{event="one"} 1.5
# HELP seathold_holds_live Holds that are live, by event; of all but the largest events together as other.
# TYPE seathold_holds_live gauge
seathold_holds_live{event="one"} 2
# HELP seathold_seats Seats of events on sale by state: free, held, sold or blocked.
# TYPE seathold_seats gauge
seathold_seats{event="one",state="blocked"} 1
seathold_seats{event="one",state="free"} 4
seathold_seats{event="one",state="held"} 3
seathold_seats{event="one",state="sold"} 2
`)))
	requireWellNamed(t, registry)
}

// However many events there are, the series are not more.
func TestOnlyTheLargestEventsHaveALabel(t *testing.T) {
	s := &stage{counts: map[string]booking.SeatCounts{}}
	for i := range 200 {
		s.counts[fmt.Sprintf("event-%03d", i)] = booking.SeatCounts{Free: 1000 - i, Held: 1, Holds: 1}
	}
	s.lapsed = map[string]time.Duration{"event-120": time.Second, "event-130": 3 * time.Second}
	registry, _ := register(s)
	events := labelsOf(t, registry, "seathold_holds_live", "event")
	require.Len(t, events, liveLabelled+1)
	require.Contains(t, events, "event-049")
	require.NotContains(t, events, "event-050")
	require.Contains(t, events, other)
	require.InDelta(t, 200, gathered(t, registry)["seathold_holds_live"], 0, "the others are summed")
	require.InDelta(t, 3, gathered(t, registry)["seathold_hold_oldest_lapsed_seconds"], 0, "of the others the oldest")
}

func TestScrapersAtOnceAskOnce(t *testing.T) {
	s := &stage{counts: map[string]booking.SeatCounts{"one": {}}}
	registry, clock := register(s)
	gathered(t, registry)
	gathered(t, registry)
	require.Equal(t, 1, s.asked)
	clock.at = clock.at.Add(liveFresh)
	gathered(t, registry)
	require.Equal(t, 2, s.asked)
	for _, within := range s.within {
		require.LessOrEqual(t, within, liveDeadline)
	}
}

// The seats are in another store than the list of events.
func TestEventsAreCountedWhileTheirStoreIsAway(t *testing.T) {
	s := &stage{counts: map[string]booking.SeatCounts{"one": {Holds: 1}}}
	registry, clock := register(s)
	gathered(t, registry)
	s.away, s.counts["one"] = true, booking.SeatCounts{Holds: 5}
	clock.at = clock.at.Add(time.Minute)
	require.InDelta(t, 5, gathered(t, registry)["seathold_holds_live"], 0)
	s.silent, s.counts["one"] = true, booking.SeatCounts{Holds: 6}
	clock.at = clock.at.Add(time.Minute)
	require.InDelta(t, 6, gathered(t, registry)["seathold_holds_live"], 0, "it does not use up the time for counting")
}

func TestPools(t *testing.T) {
	registry := prometheus.NewPedanticRegistry()
	RegisterPools(registry, map[string]func() *redis.PoolStats{
		"calls": func() *redis.PoolStats {
			return &redis.PoolStats{Hits: 5, Misses: 2, Timeouts: 1, WaitDurationNs: 2.5e9, TotalConns: 4, IdleConns: 3}
		},
		"feed": func() *redis.PoolStats { return &redis.PoolStats{TotalConns: 1, IdleConns: 2} },
	})
	require.NoError(t, testutil.GatherAndCompare(registry, strings.NewReader(`
# HELP seathold_redis_pool_connections Connections to Redis, by state: idle or used.
# TYPE seathold_redis_pool_connections gauge
seathold_redis_pool_connections{pool="calls",state="idle"} 3
seathold_redis_pool_connections{pool="calls",state="used"} 1
seathold_redis_pool_connections{pool="feed",state="idle"} 1
seathold_redis_pool_connections{pool="feed",state="used"} 0
`), "seathold_redis_pool_connections"))
	require.InDelta(t, 5, gathered(t, registry)["seathold_redis_pool_hits_total"], 0)
	require.InDelta(t, 2.5, gathered(t, registry)["seathold_redis_pool_wait_seconds_total"], 0)
	requireWellNamed(t, registry)
}

func TestTheBuildIsNamed(t *testing.T) {
	registry := prometheus.NewPedanticRegistry()
	RegisterProcess(registry, "1.2.3")
	require.Equal(t, []string{"1.2.3"}, labelsOf(t, registry, "seathold_build_info", "version"))
	require.Len(t, labelsOf(t, registry, "seathold_build_info", "goversion"), 1)
	require.Len(t, labelsOf(t, registry, "seathold_build_info", "revision"), 1)
	require.Contains(t, gathered(t, registry), "go_goroutines")
	require.Contains(t, gathered(t, registry), "process_open_fds")
}
