package booking_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
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

// onBoth runs a test on the embedded Redis and on a real one.
func onBoth(t *testing.T, test func(*testing.T, *world), changes ...change) {
	t.Helper()
	t.Run("miniredis", func(t *testing.T) { test(t, newWorld(t, miniredis.RunT(t).Addr(), changes...)) })
	t.Run("redis", func(t *testing.T) { test(t, newWorld(t, testserver.Redis(t), changes...)) })
}

// newWorld opens a world, which is audited at the test's end.
func newWorld(t *testing.T, redisAddr string, changes ...change) *world {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	w := &world{
		t: t, ctx: ctx, setup: usual(), tap: &tap{}, provider: newProvider(), metrics: &counters{},
		redis: redis.NewClient(&redis.Options{Addr: redisAddr}),
	}
	t.Cleanup(func() { require.NoError(t, w.redis.Close()) })
	for _, change := range changes {
		change(&w.setup)
	}
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
		Accounts: w.store, Metrics: w.metrics, Log: slog.New(slog.DiscardHandler), NewID: newID,
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

// names are the names of seats given by index.
func (w *world) names(seats ...int) []string { return w.event.Plan.GUIDs(seats) }

func (w *world) hold(by booking.Actor, seats ...int) booking.Hold {
	w.t.Helper()
	h, _, err := w.service.Hold(w.ctx, by, w.event.ID, w.names(seats...), "")
	require.NoError(w.t, err)
	return h
}

// order makes an order of the customer's hold.
func (w *world) order(by booking.Actor, holdID string) (booking.Order, bool, error) {
	return w.service.PlaceOrder(w.ctx, by, booking.NewOrder{EventID: w.event.ID, HoldID: holdID})
}

// pending holds and orders seats.
func (w *world) pending(by booking.Actor, seats ...int) booking.Order {
	w.t.Helper()
	o, created, err := w.order(by, w.hold(by, seats...).ID)
	require.NoError(w.t, err)
	require.True(w.t, created)
	return o
}

// bought holds, orders and pays seats.
func (w *world) bought(by booking.Actor, seats ...int) booking.Order {
	w.t.Helper()
	o := w.pending(by, seats...)
	w.deliver(success(o))
	return w.requireOrder(o.ID, booking.OrderPaid, "")
}

// success is the provider's message that the order was paid as asked.
func success(o booking.Order) booking.PaymentEvent {
	return booking.PaymentEvent{
		WebhookID: "hook-" + newID(), Kind: booking.PaymentSucceeded, Type: "payment.succeeded",
		PaymentID: o.Checkout.ID, OrderID: o.ID, Received: o.Total,
	}
}

func failure(o booking.Order) booking.PaymentEvent {
	ev := success(o)
	ev.Kind, ev.Type = booking.PaymentFailed, "payment.failed"
	return ev
}

// webhook calls the service as the provider does.
func (w *world) webhook(ev booking.PaymentEvent) error { return callWebhook(w.ctx, w.service, ev) }

func callWebhook(ctx context.Context, s *booking.Service, ev booking.PaymentEvent) error {
	body, err := json.Marshal(ev)
	if err != nil {
		return err
	}
	return s.Webhook(ctx, providerName, body, http.Header{})
}

// deliver is a webhook that is taken.
func (w *world) deliver(ev booking.PaymentEvent) {
	w.t.Helper()
	require.NoError(w.t, w.webhook(ev))
}

// requireOrder asserts where the stored order stands and returns it.
func (w *world) requireOrder(id string, status booking.OrderStatus, reason string) booking.Order {
	w.t.Helper()
	o, err := w.store.Order(w.ctx, id)
	require.NoError(w.t, err)
	require.Equal(w.t, status, o.Status)
	require.Equal(w.t, reason, o.Reason)
	owns := status == booking.OrderPaid || status == booking.BlockActive
	require.Equal(w.t, owns, o.OwnsSeats)
	return o
}

// payments writes an order's payments as "id state reason".
func payments(o booking.Order) []string {
	list := []string{}
	for _, p := range o.Payments {
		list = append(list, strings.TrimSpace(p.ID+" "+string(p.State)+" "+p.Reason))
	}
	return list
}

// requireSeats asserts the first seats' status at this moment; the rest is free.
func (w *world) requireSeats(want string) {
	w.t.Helper()
	want += strings.Repeat(".", len(w.event.Plan.Seats)-len(want))
	got := make([]byte, len(want))
	for i := range got {
		status, err := w.holds.Seat(w.ctx, w.event, i)
		require.NoError(w.t, err)
		got[i] = byte(status)
	}
	require.Equal(w.t, want, string(got))
}

// await polls the hold store's clock until the time is over.
func (w *world) await(deadline time.Time) {
	w.t.Helper()
	for {
		now, err := w.holds.Now(w.ctx)
		require.NoError(w.t, err)
		if !now.Before(deadline) {
			return
		}
		require.Less(w.t, deadline.Sub(now), 10*time.Second, "that is no deadline to wait for")
		time.Sleep(time.Millisecond)
	}
}

// flush loses everything in Redis.
func (w *world) flush() {
	w.t.Helper()
	require.NoError(w.t, w.redis.FlushAll(w.ctx).Err())
}

// snapshot copies what Redis has of the event and returns what brings Redis
// back to it, as a failover to a replica that was behind would.
func (w *world) snapshot() (restore func()) {
	w.t.Helper()
	kept := map[string]string{} // a copy's key by the original's
	for _, key := range w.keys() {
		kept[key] = "copy-" + newID() + key
		require.NoError(w.t, w.redis.Copy(w.ctx, key, kept[key], 0, true).Err())
	}
	return func() {
		w.t.Helper()
		for _, key := range w.keys() {
			require.NoError(w.t, w.redis.Del(w.ctx, key).Err())
		}
		for key, from := range kept {
			require.NoError(w.t, w.redis.Copy(w.ctx, from, key, 0, true).Err())
		}
	}
}

func (w *world) keys() []string {
	w.t.Helper()
	keys, err := w.redis.Keys(w.ctx, "seathold:{"+w.event.ID+"}:*").Result()
	require.NoError(w.t, err)
	return keys
}

// otherServer makes the event one that was loaded on another server.
func (w *world) otherServer() {
	w.t.Helper()
	holds := "seathold:{" + w.event.ID + "}:holds"
	known, err := w.redis.HExists(w.ctx, holds, "m:run").Result()
	require.NoError(w.t, err)
	require.True(w.t, known, "where the server's id is kept")
	require.NoError(w.t, w.redis.HSet(w.ctx, holds, "m:run", "another-server").Err())
}

func (w *world) version() string {
	w.t.Helper()
	m, err := w.holds.SeatMap(w.ctx, w.event, "")
	require.NoError(w.t, err)
	return m.Version
}

// epochOf is the part of a version that names a life of the map.
func epochOf(version string) string { return version[:strings.LastIndex(version, "-")] }

func (w *world) load() {
	w.t.Helper()
	require.NoError(w.t, w.service.Load(w.ctx, w.event.ID))
}

// loadAsked reports whether the service asked for the event to be loaded.
func (w *world) loadAsked() bool {
	select {
	case id := <-w.service.LoadRequests():
		require.Equal(w.t, w.event.ID, id)
		return true
	default:
		return false
	}
}

func requireCode(t *testing.T, code booking.Code, err error) {
	t.Helper()
	require.Equal(t, code, booking.CodeOf(err), "%v", err)
}
