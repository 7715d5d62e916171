package bench

import (
	"context"
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
	"seathold/lua"
)

// bareScript reads and writes two seats and asks for the time: the least that
// any hold would have to do. The hold script's time is quoted as a multiple of
// it, measured in the same rounds, for machines whose speed varies.
const bareScript = `redis.call('TIME')
for k = 1, 4, 2 do redis.call('GETRANGE', KEYS[1], ARGV[k], ARGV[k + 1]) end
for k = 1, 4, 2 do redis.call('SETRANGE', KEYS[1], ARGV[k], '12345678901') end
return 1`

// usualHoarding is how the script takes the limits of hoarding that are usual.
const usualHoarding = "5 3600000 600000 120000 2700000 600000 200"

const (
	rounds        = 100
	holdsPerRound = 90 // of 2 seats: as many as 200 seats take, for a fair comparison
	atOnce        = 16
	seatBytes     = 11
)

// bed is an event on a Redis of its own.
type bed struct {
	t      *testing.T
	store  *redisstore.Store
	client *redis.Client
	event  *booking.Event
}

func newBed(t *testing.T, addr string, seats int) *bed {
	raw, err := booking.GeneratePlan("arena", seats)
	require.NoError(t, err)
	plan, err := booking.ParsePlan(raw)
	require.NoError(t, err)
	store, err := redisstore.Open(redisstore.Options{Addrs: []string{addr}}, uuid.NewString)
	require.NoError(t, err)
	client := redis.NewClient(&redis.Options{Addr: addr})
	t.Cleanup(func() { require.NoError(t, store.Close()); require.NoError(t, client.Close()) })
	return &bed{t: t, store: store, client: client, event: &booking.Event{ID: uuid.NewString(), Plan: plan}}
}

// empty loads the event anew without a hold.
func (b *bed) empty() {
	ctx := b.t.Context()
	require.NoError(b.t, b.client.Del(ctx, b.key("holds")).Err())
	token := uuid.NewString()
	loaded, err := b.store.BeginLoad(ctx, b.event, token)
	require.NoError(b.t, err)
	require.False(b.t, loaded)
	dirty, err := b.store.CommitLoad(ctx, b.event, token)
	require.NoError(b.t, err)
	require.Empty(b.t, dirty)
}

func (b *bed) key(name string) string { return "seathold:{" + b.event.ID + "}:" + name }

// holds makes n holds of two neighbours, each by a customer of its own, many
// at once.
func (b *bed) holds(n int) {
	group, ctx := errgroup.WithContext(b.t.Context())
	group.SetLimit(atOnce)
	closes := time.Now().Add(time.Hour)
	for i := range n {
		group.Go(func() error {
			_, _, err := b.store.Hold(ctx, b.event, booking.HoldRequest{
				HoldID: uuid.NewString(), CustomerID: uuid.NewString(), Seats: []int{2 * i, 2*i + 1},
				TTL: time.Hour, MaxSeats: 10, ClosesAt: closes,
			})
			return err
		})
	}
	require.NoError(b.t, group.Wait())
}

var (
	holdScript = redis.NewScript(lua.Source("hold"))
	bare       = redis.NewScript(bareScript)
)

// pipelined calls a script n times in one pipeline, so that the server works
// without waiting for a client that wants the same core.
func (b *bed) pipelined(script *redis.Script, n int, call func(i int) (keys []string, args []any)) {
	ctx := b.t.Context()
	require.NoError(b.t, script.Load(ctx, b.client).Err())
	pipe := b.client.Pipeline()
	for i := range n {
		keys, args := call(i)
		script.EvalSha(ctx, pipe, keys, args...)
	}
	replies, err := pipe.Exec(ctx)
	require.NoError(b.t, err)
	for _, r := range replies {
		_, refused := r.(*redis.Cmd).Val().([]any)
		require.False(b.t, refused, "%v", r)
	}
}

// pipelinedHolds is holds in one pipeline; ranges are ARGV 9… of the script.
func (b *bed) pipelinedHolds(n int, seats func(i int) (list string, ranges []any)) {
	keys := []string{b.key("seats"), b.key("holds"), b.key("due"), b.key("log")}
	closes := time.Now().Add(time.Hour).UnixMilli()
	b.pipelined(holdScript, n, func(i int) ([]string, []any) {
		list, ranges := seats(i)
		args := []any{uuid.NewString(), "c:" + uuid.NewString(), list, time.Hour.Milliseconds(), 10, 0, closes, usualHoarding}
		return keys, append(args, ranges...)
	})
}

// neighbours are seats 2i and 2i+1: one range of the map.
func neighbours(i int) (string, []any) {
	return fmt.Sprintf("%d,%d", 2*i, 2*i+1), []any{2 * i * seatBytes, (2*i+2)*seatBytes - 1}
}

// apart are seats i and 100+i: two ranges.
func apart(i int) (string, []any) {
	const far = 100
	return fmt.Sprintf("%d,%d", i, far+i), []any{
		i * seatBytes, (i+1)*seatBytes - 1, (far + i) * seatBytes, (far+i+1)*seatBytes - 1,
	}
}

// scriptTime runs do and returns the server's own time for a script, in µs.
func (b *bed) scriptTime(do func()) float64 {
	ctx := context.Background()
	require.NoError(b.t, b.client.ConfigResetStat(ctx).Err())
	do()
	info, err := b.client.Info(ctx, "commandstats").Result()
	require.NoError(b.t, err)
	for line := range strings.Lines(info) {
		if stats, ok := strings.CutPrefix(line, "cmdstat_evalsha:"); ok {
			_, after, _ := strings.Cut(stats, "usec_per_call=")
			value, _, _ := strings.Cut(after, ",")
			us, err := strconv.ParseFloat(value, 64)
			require.NoError(b.t, err)
			return us
		}
	}
	b.t.Fatal("no evalsha in commandstats")
	return 0
}

func TestFiguresOfTheHoldScript(t *testing.T) {
	needBench(t)
	addr := testserver.RedisOwn(t).Addr
	sizes := []int{200, 18_714, 200_000}
	beds := make([]*bed, len(sizes))
	for i, n := range sizes {
		beds[i] = newBed(t, addr, n)
	}
	near, far := make([][]float64, len(sizes)), make([][]float64, len(sizes))
	var least []float64
	for range rounds {
		for i, b := range beds {
			b.empty()
			near[i] = append(near[i], b.scriptTime(func() { b.pipelinedHolds(holdsPerRound, neighbours) }))
			b.empty()
			far[i] = append(far[i], b.scriptTime(func() { b.pipelinedHolds(holdsPerRound, apart) }))
		}
		least = append(least, beds[1].scriptTime(func() {
			beds[1].pipelined(bare, holdsPerRound, func(int) ([]string, []any) {
				return []string{beds[1].key("bare")}, []any{187, 197, 209, 219}
			})
		}))
	}
	heading("Script time on Redis for a hold of 2 seats, by INFO commandstats (median, least of 100 rounds)")
	show := func(v []float64) string { return fmt.Sprintf("%.1f, %.1f µs", median(v), slices.Min(v)) }
	figure("2 neighbours of 18,714 seats", show(near[1]), "at most 12 µs, aim for 8")
	figure("2 seats apart of 18,714", show(far[1]), "at most 12 µs, aim for 8")
	figure("for comparison: a script that reads and writes 2 seats", show(least), "")
	figure("neighbours, as a multiple of it", fmt.Sprintf("%.2f×", median(near[1])/median(least)), "")
	flat := max(median(near[0]), median(near[1]), median(near[2])) / min(median(near[0]), median(near[1]), median(near[2]))
	figure("slowest of 200, 18,714 and 200,000 seats to fastest", fmt.Sprintf("%.2f×", flat), "at most 1.25×")
}

func TestFiguresOfABusySale(t *testing.T) {
	needBench(t)
	b := newBed(t, testserver.RedisOwn(t).Addr, 18_714)
	const holds = 9_000
	b.empty()
	heading("A sale of 18,714 seats on Redis")
	start := time.Now()
	us := b.scriptTime(func() { b.holds(holds) })
	took := time.Since(start)
	figure("script time while 9,000 customers hold 2 seats each", fmt.Sprintf("%.1f µs", us), "at most 12 µs, aim for 8")
	figure("the same, holds a second from one process", fmt.Sprintf("%.0f /s", holds/took.Seconds()), "")

	ctx := t.Context()
	length, err := b.client.StrLen(ctx, b.key("seats")).Result()
	require.NoError(t, err)
	perSeat := float64(length) / float64(len(b.event.Plan.Seats))
	require.LessOrEqual(t, perSeat, 12.0)
	figure("the map, bytes a seat", fmt.Sprintf("%.0f B", perSeat), "at most 12 B")
	total := int64(0)
	for _, name := range []string{"holds", "due", "log"} {
		used, err := b.client.MemoryUsage(ctx, b.key(name), 0).Result()
		require.NoError(t, err)
		total += used
	}
	figure("all else, bytes a hold", fmt.Sprintf("%.0f B", float64(total)/holds), "")

	var reads []float64
	for range 200 {
		start := time.Now()
		m, err := b.store.SeatMap(ctx, b.event, "")
		require.NoError(t, err)
		require.Len(t, m.Seats, len(b.event.Plan.Seats))
		reads = append(reads, time.Since(start).Seconds()*1000)
	}
	figure("reading the whole map (median, least)", fmt.Sprintf("%.2f, %.2f ms", median(reads), slices.Min(reads)), "")
}
