package booking_test

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
	"seathold/internal/testserver"
	"seathold/internal/worker"
)

// A sale with everything at once: customers who hold, order, pay, pay late,
// pay twice, fail, cancel, release and leave, an organizer who refunds, two
// instances with their workers on the same stores, and everything in Redis
// lost in the middle. Then: no seat twice, no payment in the air, and the map
// shows what the orders say.
func TestSaleWithEverythingAtOnce(t *testing.T) {
	t.Run("miniredis", func(t *testing.T) { runSale(newWorld(t, miniredis.RunT(t).Addr(), busySale), time.Second) })
	t.Run("redis", func(t *testing.T) { runSale(newWorld(t, testserver.Redis(t), busySale), 3*time.Second) })
}

func busySale(s *setup) {
	s.seats = 40
	s.limits.HoldTTL, s.limits.PaymentTTL, s.limits.ConfirmGrace = 200*time.Millisecond, 200*time.Millisecond, 300*time.Millisecond
}

func runSale(w *world, howLong time.Duration) {
	w.t.Helper()
	s := newSale(w, w.ports())
	s.run(w.t, howLong)
	require.Empty(w.t, w.audit())
	paid := s.auditPayments(w.t, w.store)
	require.Greater(w.t, paid, 10, "a sale without sales shows nothing")
	w.t.Logf("%d payments, %d paid at the end, %d by the guard, %d loads", len(s.delivered), paid,
		w.metrics.of("guard"), w.metrics.of("loaded"))
}

// The same sale on stores whose checks are off must be found out.
func TestSaleWithoutItsGuardsIsFoundOut(t *testing.T) {
	w := newWorld(t, miniredis.RunT(t).Addr(), busySale, withoutAudit)
	ports := w.ports()
	unguarded := unguardedOrders{w.store}
	ports.Orders, ports.Holds = unguarded, credulousHolds{ports.Holds}
	s := newSale(w, ports)
	s.run(t, time.Second)

	orders := ordersOf(t, w.ctx, unguarded, w.event.ID)
	m, err := w.holds.SeatMap(w.ctx, w.event, "")
	require.NoError(t, err)
	found := auditSeats(w.event, orders, m)
	require.NotEmpty(t, found)
	require.Contains(t, found[0], "has two owners")
}

// sale is a sale under way.
type sale struct {
	w         *world
	instances []*booking.Service
	until     time.Time

	mu        sync.Mutex
	delivered []booking.PaymentEvent // successes that a webhook took
	sold      []booking.Order
}

func newSale(w *world, ports booking.Ports) *sale {
	s := &sale{w: w}
	for range 2 {
		s.instances = append(s.instances, booking.NewService(ports, w.setup.limits))
	}
	return s
}

// run lets 30 customers and an organizer loose, loses everything in Redis
// halfway, and ends when no order is pending.
func (s *sale) run(t *testing.T, howLong time.Duration) {
	ctx, stop := context.WithCancel(s.w.ctx)
	var workers, people sync.WaitGroup
	for _, instance := range s.instances {
		s.startWorkers(ctx, &workers, instance)
	}
	s.until = time.Now().Add(howLong)
	for seed := range uint64(30) {
		people.Go(func() { (&shopper{s, t, customer(), rand.New(rand.NewPCG(seed, 1))}).shop() })
	}
	people.Go(func() { s.refund(t) })
	time.Sleep(howLong / 2)
	require.NoError(t, s.w.redis.FlushAll(ctx).Err())
	people.Wait()
	s.awaitEnd(t)
	stop()
	workers.Wait()
}

func (s *sale) startWorkers(ctx context.Context, workers *sync.WaitGroup, instance *booking.Service) {
	log := slog.New(slog.DiscardHandler)
	workers.Go(func() { worker.NewLoader(instance, log).Run(ctx) })
	workers.Go(func() { worker.Sweeper(instance, nil, log).Run(ctx) })
	workers.Go(func() { worker.Ender(instance, log).Run(ctx) })
}

// awaitEnd waits until every order has ended and the event is loaded.
func (s *sale) awaitEnd(t *testing.T) {
	t.Helper()
	require.Eventually(t, func() bool {
		pending, err := s.w.store.OrdersOfEvent(s.w.ctx, s.w.event.ID, []booking.OrderStatus{booking.OrderPending}, booking.Page{Limit: 1})
		if err != nil || len(pending) > 0 {
			return false
		}
		_, err = s.w.holds.SeatMap(s.w.ctx, s.w.event, "")
		return err == nil
	}, 10*time.Second, 20*time.Millisecond)
}

// refund gives sold seats back to the sale.
func (s *sale) refund(t *testing.T) {
	for time.Now().Before(s.until) {
		time.Sleep(5 * time.Millisecond)
		s.mu.Lock()
		var o booking.Order
		if len(s.sold) > 12 {
			o, s.sold = s.sold[0], s.sold[1:]
		}
		s.mu.Unlock()
		if o.ID != "" {
			_, err := s.instances[0].Cancel(s.w.ctx, olga, o.ID)
			checkRefusal(t, "refund", err)
		}
	}
}

// auditPayments asserts that each payment that was taken stands in its order,
// as what bought the seats or as due back, and returns how many bought.
func (s *sale) auditPayments(t *testing.T, store booking.Orders) (paid int) {
	t.Helper()
	for _, ev := range s.delivered {
		o, err := store.Order(s.w.ctx, ev.OrderID)
		require.NoError(t, err)
		p, known := o.Payment(ev.PaymentID)
		require.True(t, known, "payment %s was taken and is nowhere", ev.PaymentID)
		if p.State == booking.PaymentApplied {
			require.True(t, o.OwnsSeats)
			paid++
			continue
		}
		require.Equal(t, booking.PaymentRefundDue, p.State)
	}
	return paid
}
