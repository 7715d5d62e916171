package booking_test

import (
	"cmp"
	"context"
	"fmt"
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
	"seathold/internal/testserver"
)

// The people of the tests. The event is olga's.
var (
	alice    = booking.Actor{ID: "alice", Role: booking.RoleCustomer}
	bob      = booking.Actor{ID: "bob", Role: booking.RoleCustomer}
	olga     = booking.Actor{ID: "olga", Role: booking.RoleOrganizer}
	oscar    = booking.Actor{ID: "oscar", Role: booking.RoleOrganizer}
	operator = booking.Actor{ID: "operator", Role: booking.RoleOperator}
)

// brief is a deadline that tests wait for.
const brief = 60 * time.Millisecond

// setup is what a test may have otherwise than usual.
type setup struct {
	seats  int
	price  int64
	limits booking.Limits
	event  booking.NewEvent // times and limits only
	broken bool             // the world ends in a state that no audit would pass
	lasts  time.Duration    // 0: a minute
}

func usual() setup {
	return setup{
		seats: 12, price: 4500,
		limits: booking.Limits{
			HoldTTL: time.Minute, PaymentTTL: 2 * time.Minute, HoldMaxLife: 10 * time.Minute,
			ConfirmGrace: 30 * time.Second, MaxSeatsPerHold: 10, MaxSeatsPerCustomer: 1000,
		},
		event: booking.NewEvent{Name: "The Tempest", StartsAt: time.Now().Add(24 * time.Hour)},
	}
}

func freeOfCharge(s *setup)  { s.price = 0 }
func briefPayment(s *setup)  { s.limits.PaymentTTL = brief }
func withoutAudit(s *setup)  { s.broken = true }
func briefHolds(s *setup)    { s.limits.HoldTTL = brief }
func withSeats(n int) change { return func(s *setup) { s.seats = n } }

// noEnd is a block that is ended by hand.
var noEnd time.Time

type change = func(*setup)

// world is a service on real stores with one event on sale. Its ports are
// tapped; a test's own looks at the stores are not.
type world struct {
	t        *testing.T
	ctx      context.Context
	setup    setup
	redis    *redis.Client
	holds    *redisstore.Store
	store    *boltstore.Store
	tap      *tap
	provider *fakeProvider
	metrics  *counters
	service  *booking.Service
	event    *booking.Event
}

// onBoth runs a test on the embedded Redis and on a real one, beside other tests.
func onBoth(t *testing.T, test func(*testing.T, *world), changes ...change) {
	t.Helper()
	t.Parallel()
	onBothAlone(t, test, changes...)
}

// onBothAlone is onBoth for a test that wants the machine for itself.
func onBothAlone(t *testing.T, test func(*testing.T, *world), changes ...change) {
	t.Helper()
	t.Run("miniredis", func(t *testing.T) { test(t, newWorld(t, miniredis.RunT(t).Addr(), changes...)) })
	t.Run("redis", func(t *testing.T) { test(t, newWorld(t, testserver.Redis(t), changes...)) })
}

// newWorld opens a world, which is audited at the test's end.
func newWorld(t *testing.T, redisAddr string, changes ...change) *world {
	t.Helper()
	w := &world{
		t: t, setup: usual(), tap: &tap{}, provider: newProvider(), metrics: &counters{},
		redis: redis.NewClient(&redis.Options{Addr: redisAddr}),
	}
	t.Cleanup(func() { require.NoError(t, w.redis.Close()) })
	for _, change := range changes {
		change(&w.setup)
	}
	var cancel context.CancelFunc
	w.ctx, cancel = context.WithTimeout(context.Background(), cmp.Or(w.setup.lasts, time.Minute))
	t.Cleanup(cancel)
	w.openStores(redisAddr)
	w.service = w.newService()
	w.event = w.newEvent(olga, w.setup)
	t.Cleanup(func() {
		if !t.Failed() && !w.setup.broken {
			require.Empty(t, w.audit(), "the audit at the test's end")
		}
	})
	return w
}

func (w *world) openStores(redisAddr string) {
	w.t.Helper()
	var err error
	w.holds, err = redisstore.Open(redisstore.Options{Addrs: []string{redisAddr}}, newID)
	require.NoError(w.t, err)
	w.t.Cleanup(func() { require.NoError(w.t, w.holds.Close()) })
	w.store, err = boltstore.Open(filepath.Join(w.t.TempDir(), "test.db"), boltstore.NoSync())
	require.NoError(w.t, err)
	w.t.Cleanup(func() { require.NoError(w.t, w.store.Close(context.Background())) })
}

// ports are the world's stores behind the tap.
func (w *world) ports() booking.Ports {
	return booking.Ports{
		Events: tappedEvents{w.store, w.tap}, Orders: tappedOrders{w.store, w.tap},
		Holds: tappedHolds{w.holds, w.tap}, Provider: tappedProvider{w.provider, w.tap},
		Accounts: w.store, Records: w.store, Metrics: w.metrics, Log: slog.New(slog.DiscardHandler), NewID: newID,
	}
}

// newService is one more instance on the same stores.
func (w *world) newService() *booking.Service { return booking.NewService(w.ports(), w.setup.limits) }

var idsMade atomic.Int64

// newID makes ids that sort in the order they were made.
func newID() string { return fmt.Sprintf("id-%08d", idsMade.Add(1)) }

func customer() booking.Actor {
	return booking.Actor{ID: "customer-" + newID(), Role: booking.RoleCustomer}
}

func (w *world) newEvent(by booking.Actor, s setup) *booking.Event {
	w.t.Helper()
	n := s.event
	n.Plan, n.Prices = drawnPlan(w.t, s.seats, s.price)
	e, err := w.service.CreateEvent(w.ctx, by, n)
	require.NoError(w.t, err)
	return e
}

// drawnPlan is a plan with this many seats, each at the same price.
func drawnPlan(t *testing.T, seats int, price int64) ([]byte, map[string]booking.Money) {
	t.Helper()
	raw, err := booking.GeneratePlan("theatre", seats)
	require.NoError(t, err)
	plan, err := booking.ParsePlan(raw)
	require.NoError(t, err)
	prices := map[string]booking.Money{}
	for _, c := range plan.Categories {
		prices[c.Name] = booking.Money{Amount: price, Currency: "EUR"}
	}
	return raw, prices
}
