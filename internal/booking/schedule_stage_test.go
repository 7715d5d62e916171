package booking_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"seathold/internal/boltstore"
	"seathold/internal/booking"
	"seathold/internal/redisstore"
)

// stage is the stores and the provider on which schedules are played, one after
// the other.
type stage struct {
	t        *testing.T
	ctx      context.Context
	redis    *redis.Client
	holds    *redisstore.Store
	store    scheduleStore
	provider *fakeProvider
	clock    stageClock
	guards   guardsOff
	// disturbed is how often the end is looked at again, because others are at
	// work on the same servers.
	disturbed int
}

// scheduleStore is what MongoDB and the embedded store both are.
type scheduleStore interface {
	booking.Events
	booking.Orders
	booking.Accounts
	booking.Records
}

// stageClock is the hold store's time.
type stageClock interface {
	time() time.Time
	// pass lets time pass.
	pass(time.Duration)
	// skip makes due what waits for a later time.
	skip(*play)
}

// briefLimits are the deadlines of schedules.
var briefLimits = booking.Limits{
	HoldTTL: 100 * time.Millisecond, PaymentTTL: 100 * time.Millisecond, HoldMaxLife: time.Second,
	ConfirmGrace: 100 * time.Millisecond, MaxSeatsPerHold: 10, MaxSeatsPerCustomer: 1000,
}

// embeddedStage is on the embedded stores, without fsync. Its clock stands
// still but for the schedule's own moves: no test waits.
func embeddedStage(t *testing.T) *stage {
	t.Helper()
	server := miniredis.NewMiniRedis()
	require.NoError(t, server.Start())
	t.Cleanup(server.Close)
	clock := &setClock{server: server}
	clock.ms.Store(time.Now().UnixMilli())
	clock.pass(0)
	store, err := boltstore.Open(filepath.Join(t.TempDir(), "test.db"), boltstore.NoSync())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close(context.Background())) })
	return newStage(t, server.Addr(), store, clock)
}

func newStage(t *testing.T, redisAddr string, store scheduleStore, clock stageClock) *stage {
	t.Helper()
	holds, err := redisstore.Open(redisstore.Options{Addrs: []string{redisAddr}}, newID)
	require.NoError(t, err)
	client := redis.NewClient(&redis.Options{Addr: redisAddr})
	t.Cleanup(func() { require.NoError(t, holds.Close()); require.NoError(t, client.Close()) })
	return &stage{
		t: t, ctx: context.Background(), redis: client, holds: holds, store: store, provider: newProvider(), clock: clock,
	}
}

// setClock is a clock that only tests move.
type setClock struct {
	server *miniredis.Miniredis
	ms     atomic.Int64
}

func (c *setClock) time() time.Time { return time.UnixMilli(c.ms.Load()) }

func (c *setClock) pass(d time.Duration) {
	c.ms.Add(d.Milliseconds())
	c.server.SetTime(c.time())
}

func (c *setClock) skip(*play) { c.pass(15 * time.Minute) } // longer than any backoff

func (s *stage) losesRedis() { require.NoError(s.t, s.redis.FlushAll(s.ctx).Err()) }

// newInstance is a new life of the service, or one more beside it.
func (s *stage) newInstance() *instance {
	p := &tap{}
	in := &instance{tap: p, Service: booking.NewService(booking.Ports{
		Events: tappedEvents{s.store, p}, Orders: tappedOrders{s.orderStore(), p}, Holds: tappedHolds{s.holdStore(), p},
		Provider: tappedProvider{s.guardedProvider(), p}, Accounts: s.store, Records: s.store, Metrics: booking.NoMetrics{},
		Log: slog.New(slog.DiscardHandler), NewID: newID,
	}, briefLimits)}
	in.SetNow(s.clock.time) // no machine's clock is hours from Redis's
	return in
}

// newEvent puts an event with a few seats on sale.
func (s *stage) newEvent() *booking.Event {
	s.t.Helper()
	n := booking.NewEvent{Name: "The Tempest", StartsAt: time.Now().Add(10_000 * time.Hour)}
	n.Plan, n.Prices = drawnPlan(s.t, 5, 4500)
	e, err := s.newInstance().CreateEvent(s.ctx, olga, n)
	require.NoError(s.t, err)
	return e
}

// forget makes the stage empty for the next schedule, after one that did not
// end well.
func (s *stage) forget() {
	s.provider = newProvider()
	for _, o := range s.everyOrder() {
		o.Status, o.Payments, o.Notices, o.OwnsSeats, o.Checkout = booking.OrderCancelled, nil, nil, false, booking.Checkout{}
		require.NoError(s.t, s.store.ReplaceOrder(s.ctx, o))
	}
}

func (s *stage) everyOrder() []booking.Order {
	list, err := s.store.Due(s.ctx, time.Now().Add(100_000*time.Hour), true, 10_000)
	require.NoError(s.t, err)
	return list
}
