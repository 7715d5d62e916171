package bench

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"seathold/internal/booking"
	"seathold/internal/redisstore"
	"seathold/internal/testserver"
)

const (
	shards       = 3
	shardedHolds = 6000 // of 2 seats, in all
	shardRounds  = 5
)

// shardBed is a cluster with an event on each shard.
type shardBed struct {
	t       *testing.T
	cluster *testserver.Cluster
	store   *redisstore.Store
	events  []*booking.Event
}

func newShardBed(t *testing.T) *shardBed {
	b := &shardBed{t: t, cluster: testserver.RedisCluster(t, testserver.RedisAccess{})}
	var err error
	b.store, err = redisstore.Open(redisstore.Options{
		Addrs: strings.Split(b.cluster.Addrs(), ","), Cluster: true,
	}, uuid.NewString)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, b.store.Close()) })
	return b
}

// open makes new events, one a shard.
func (b *shardBed) open() {
	raw, err := booking.GeneratePlan("arena", 2*shardedHolds)
	require.NoError(b.t, err)
	plan, err := booking.ParsePlan(raw)
	require.NoError(b.t, err)
	b.events = nil
	var taken []*testserver.Server
	for len(b.events) < shards {
		e := &booking.Event{ID: uuid.NewString(), Plan: plan}
		if at := b.node(e); !slices.Contains(taken, at) {
			taken, b.events = append(taken, at), append(b.events, e)
			b.load(e)
		}
	}
}

func (b *shardBed) node(e *booking.Event) *testserver.Server {
	return b.cluster.PrimaryOf("seathold:{" + e.ID + "}:seats")
}

func (b *shardBed) load(e *booking.Event) {
	token := uuid.NewString()
	_, err := b.store.BeginLoad(b.t.Context(), e, token)
	require.NoError(b.t, err)
	_, err = b.store.CommitLoad(b.t.Context(), e, token)
	require.NoError(b.t, err)
}

// spent is what a node did during a measurement.
type spent struct {
	script float64 // µs a script call
	cpu    float64 // µs a hold, all that the process took
}

// hold makes all holds on the first n events, and returns how many a second and
// what the first event's node spent on its own.
func (b *shardBed) hold(n int) (perSecond float64, s spent) {
	node := b.cluster.Client(b.node(b.events[0]))
	require.NoError(b.t, node.ConfigResetStat(b.t.Context()).Err())
	before := b.cpu(node)
	group, ctx := errgroup.WithContext(b.t.Context())
	group.SetLimit(4 * atOnce)
	closes, start := time.Now().Add(time.Hour), time.Now()
	for i := range shardedHolds {
		group.Go(func() error {
			at := i / n
			_, _, err := b.store.Hold(ctx, b.events[i%n], booking.HoldRequest{
				HoldID: uuid.NewString(), CustomerID: uuid.NewString(), Seats: []int{2 * at, 2*at + 1},
				TTL: time.Hour, MaxSeats: 10, ClosesAt: closes,
			})
			return err
		})
	}
	require.NoError(b.t, group.Wait())
	took := time.Since(start)
	s.cpu = (b.cpu(node) - before) * 1e6 / float64(shardedHolds/n)
	s.script = b.scriptTime(node)
	return shardedHolds / took.Seconds(), s
}

// cpu is the processor time of a node so far, in seconds.
func (b *shardBed) cpu(node *redis.Client) float64 {
	return b.number(node, "cpu", "used_cpu_user:") + b.number(node, "cpu", "used_cpu_sys:")
}

func (b *shardBed) scriptTime(node *redis.Client) float64 {
	line := b.field(node, "commandstats", "cmdstat_evalsha:")
	_, after, _ := strings.Cut(line, "usec_per_call=")
	value, _, _ := strings.Cut(after, ",")
	us, err := strconv.ParseFloat(value, 64)
	require.NoError(b.t, err)
	return us
}

func (b *shardBed) number(node *redis.Client, section, name string) float64 {
	n, err := strconv.ParseFloat(b.field(node, section, name), 64)
	require.NoError(b.t, err)
	return n
}

func (b *shardBed) field(node *redis.Client, section, name string) string {
	info, err := node.Info(b.t.Context(), section).Result()
	require.NoError(b.t, err)
	for line := range strings.Lines(info) {
		if value, ok := strings.CutPrefix(line, name); ok {
			return strings.TrimSpace(value)
		}
	}
	b.t.Fatalf("no %s in %s", name, section)
	return ""
}

// TestFiguresOfACluster compares one hot event, which lives on one shard, with
// as many holds on events of all shards. A shard is one thread: what it spends
// on a hold bounds what one event can have, whatever the machine of the others.
func TestFiguresOfACluster(t *testing.T) {
	needBench(t)
	b := newShardBed(t)
	var one, many, script, cpu []float64
	for range shardRounds {
		b.open()
		rate, s := b.hold(1)
		one, script, cpu = append(one, rate), append(script, s.script), append(cpu, s.cpu)
		b.open()
		rate, _ = b.hold(shards)
		many = append(many, rate)
	}
	heading(fmt.Sprintf("A cluster of %d shards with a replica each, all on this machine (median of %d rounds)", shards, shardRounds))
	figure("holds a second from one process, one hot event", fmt.Sprintf("%.0f /s", median(one)), "")
	figure(fmt.Sprintf("the same, spread over %d events on %d shards", shards, shards), fmt.Sprintf("%.0f /s", median(many)), "")
	figure("its shard, script time a hold", fmt.Sprintf("%.1f µs", median(script)), "")
	figure("its shard, processor time a hold, network and replica too", fmt.Sprintf("%.1f µs", median(cpu)), "")
	figure("so much one hot event can have on a core of its own", fmt.Sprintf("%.0f /s", 1e6/median(cpu)), "")
}
