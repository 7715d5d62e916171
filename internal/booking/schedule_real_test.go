package booking_test

import (
	"flag"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/mongostore"
	"seathold/internal/testserver"
)

// realSchedules is how many schedules are played on real servers. Each takes a
// second or two of waiting, which many do side by side.
var realSchedules = flag.Int("schedules.real", 500, "how many schedules are played on real servers")

const (
	realAtOnce     = 24
	mostMovesReal  = 18
	leastMovesReal = 6
)

// The same on real servers, whose clocks nobody sets, many schedules at once,
// and whoever loses everything in Redis loses it for all.
func TestEveryScheduleEndsWellOnRealServers(t *testing.T) {
	uri := testserver.Mongo(t)
	redis := testserver.RedisOwn(t)
	store, err := mongostore.Open(t.Context(), uri)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close(t.Context())) })
	draw := schedules(leastMovesReal, mostMovesReal)
	seeds := make(chan int)
	provider := newProvider()
	var all sync.WaitGroup
	for range realAtOnce {
		s := newStage(t, redis.Addr, store, realClock{})
		s.provider, s.disturbed = provider, 20
		all.Go(func() {
			for seed := range seeds {
				moves := draw.Example(seed)
				if found := s.run(moves); len(found) > 0 {
					t.Errorf("schedule %d: %s", seed, tell(moves, found))
				}
			}
		})
	}
	start := time.Now()
	first := int(start.UnixNano() % 1_000_000) // others each time; the failure names its own
	for i := 0; i < *realSchedules && !t.Failed(); i++ {
		seeds <- first + i
	}
	close(seeds)
	all.Wait()
	t.Logf("%d schedules in %s", *realSchedules, time.Since(start).Round(time.Second))
}

// realClock is a server's own. What was put off to a later time is taken up at
// once by saying so in the order.
type realClock struct{}

func (realClock) time() time.Time { return time.Now() }

func (realClock) pass(d time.Duration) { time.Sleep(d) }

func (realClock) skip(p *play) {
	list := ordersOf(p.ctx, p.t, p.store, p.event.ID)
	p.provider.longTimePasses() // after the reading: what is noted later is not changed below
	for _, o := range list {
		changed := !o.Checkout.NextAt.IsZero()
		o.Checkout.NextAt = time.Time{}
		for i := range o.Payments {
			changed = changed || !o.Payments[i].NextAt.IsZero()
			o.Payments[i].NextAt = time.Time{}
		}
		if changed { // somebody else may have changed it: the next round sees
			_ = p.store.ReplaceOrder(p.ctx, o)
		}
	}
	time.Sleep(120 * time.Millisecond) // longer than any deadline
}
