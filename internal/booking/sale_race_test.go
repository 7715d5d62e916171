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
	t.Run("redis", func(t *testing.T) { runSale(newWorld(t, testserver.RedisOwn(t).Addr, busySale), 3*time.Second) })
}

func busySale(s *setup) {
	s.seats = 40
	s.limits.HoldTTL, s.limits.PaymentTTL, s.limits.ConfirmGrace = 200*time.Millisecond, 200*time.Millisecond, 300*time.Millisecond
}

func runSale(w *world, howLong time.Duration) {
	w.t.Helper()
	s := newSale(w, w.ports())
	s.run(w.t, howLong, s.isSound)
	require.Empty(w.t, w.audit())
	paid := s.auditPayments(w.t, w.store)
	require.Positive(w.t, paid, "a sale without sales shows nothing")
	w.t.Logf("%d payments, %d paid at the end, %d by the guard, %d loads", len(s.delivered), paid,
		w.metrics.of("guard"), w.metrics.of("loaded true")+w.metrics.of("loaded false"))
}

// The order store alone keeps the sale sound where the hold store lets every
// payment pass.
func TestSaleByTheGuardAlone(t *testing.T) {
	w := newWorld(t, miniredis.RunT(t).Addr(), busySale, withSeats(12))
	ports := w.ports()
	ports.Holds = credulousHolds{ports.Holds}
	s := newSale(w, ports)
	s.late = true
	for try := 0; try < 5 && w.metrics.of("guard") == 0; try++ {
		s.run(t, time.Second, s.isSound)
	}
	s.auditPayments(t, w.store)
	t.Logf("%d payments, %d by the guard", len(s.delivered), w.metrics.of("guard"))
	require.Positive(t, w.metrics.of("guard"), "the guard had nothing to do")
}

// The same sale with the guard off too must be found out.
func TestSaleWithoutItsGuardsIsFoundOut(t *testing.T) {
	w := newWorld(t, miniredis.RunT(t).Addr(), busySale, withSeats(12), withoutAudit)
	ports := w.ports()
	unguarded := unguardedOrders{w.store}
	ports.Orders, ports.Holds = unguarded, credulousHolds{ports.Holds}
	s := newSale(w, ports)
	s.late = true
	var found []string
	for try := 0; try < 5 && len(found) == 0; try++ {
		s.run(t, time.Second, s.isLoaded)
		found = s.findings(unguarded)
	}
	require.NotEmpty(t, found)
	require.Contains(t, found[0], "has two owners")
}

// sale is a sale under way.
type sale struct {
	w         *world
	instances []*booking.Service
	until     time.Time
	late      bool // everyone pays about the deadline, and nothing is refunded

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
// halfway, and ends when no order is pending, no money due back, and the rest is done.
func (s *sale) run(t *testing.T, howLong time.Duration, done func() bool) {
	ctx, stop := context.WithCancel(s.w.ctx)
	var workers, people sync.WaitGroup
	for _, instance := range s.instances {
		s.startWorkers(ctx, &workers, instance)
	}
	s.until = time.Now().Add(howLong)
	for seed := range uint64(30) {
		people.Go(func() { (&shopper{s, t, customer(), rand.New(rand.NewPCG(seed, 1))}).shop() })
	}
	if !s.late {
		people.Go(func() { s.refund(t) })
	}
	time.Sleep(howLong / 2)
	require.NoError(t, s.w.redis.FlushAll(ctx).Err())
	people.Wait()
	s.awaitEnd(t, done)
	stop()
	workers.Wait()
}

func (s *sale) startWorkers(ctx context.Context, workers *sync.WaitGroup, instance *booking.Service) {
	log := slog.New(slog.DiscardHandler)
	workers.Go(func() { worker.NewLoader(instance, log).Run(ctx) })
	workers.Go(func() { worker.Sweeper(instance, nil, log).Run(ctx) })
	workers.Go(func() { worker.Settler(instance, log).Run(ctx) })
}

// awaitEnd waits until every order has ended and the workers have done the rest.
func (s *sale) awaitEnd(t *testing.T, done func() bool) {
	t.Helper()
	open := []booking.OrderStatus{booking.OrderPending, booking.OrderRefunding}
	for deadline := time.Now().Add(15 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		list, err := s.w.store.OrdersOfEvent(s.w.ctx, s.w.event.ID, open, booking.Page{Limit: 1})
		require.NoError(t, err)
		owed, err := s.w.store.RefundsDue(s.w.ctx, time.Now(), booking.Page{Limit: 1})
		require.NoError(t, err)
		if len(list) == 0 && len(owed) == 0 && done() {
			return
		}
		require.True(t, time.Now().Before(deadline), "it does not come to rest: %v", s.findings(s.w.store))
	}
}

func (s *sale) isLoaded() bool {
	_, err := s.w.holds.SeatMap(s.w.ctx, s.w.event, "")
	return err == nil
}

// isSound reports whether the map shows what the orders say.
func (s *sale) isSound() bool { return s.isLoaded() && len(s.findings(s.w.store)) == 0 }

func (s *sale) findings(store booking.Orders) []string {
	m, err := s.w.holds.SeatMap(s.w.ctx, s.w.event, "")
	if err != nil {
		return []string{err.Error()}
	}
	return auditSeats(s.w.event, ordersOf(s.w.ctx, s.w.t, store, s.w.event.ID), m)
}

// refund gives sold seats back to the sale, before it is sold out.
func (s *sale) refund(t *testing.T) {
	for time.Now().Before(s.until) {
		time.Sleep(5 * time.Millisecond)
		s.mu.Lock()
		var o booking.Order
		if len(s.sold) > len(s.w.event.Plan.Seats)/8 {
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
// as what bought the seats or as given back, and returns how many bought.
func (s *sale) auditPayments(t *testing.T, store booking.Orders) (paid int) {
	t.Helper()
	for _, ev := range s.delivered {
		o, err := store.Order(s.w.ctx, ev.OrderID)
		require.NoError(t, err)
		p, known := o.Payment(ev.PaymentID)
		require.True(t, known, "payment %s was taken and is nowhere", ev.PaymentID)
		if p.State == booking.PaymentApplied {
			require.True(t, o.OwnsSeats)
			require.Zero(t, s.w.provider.goneBack(p.ID))
			paid++
			continue
		}
		require.Equal(t, booking.PaymentRefunded, p.State)
		require.Equal(t, p.Received.Amount, s.w.provider.goneBack(p.ID))
	}
	return paid
}
