package booking_test

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
	"seathold/internal/worker"
)

const (
	lateSeats = 1000
	lateBy    = 50 * time.Millisecond // before and after the deadline
)

func aboutTheDeadline(s *setup) {
	s.seats, s.lasts = lateSeats, 5*time.Minute
	s.limits.HoldTTL, s.limits.PaymentTTL = 2*time.Second, 2*time.Second
}

// A thousand payments land within 50 ms of their hold's deadline, either way,
// while another customer grabs each seat: of every order, seats or the money
// back, and no seat twice.
func TestAThousandPaymentsAboutTheDeadline(t *testing.T) {
	onBothAlone(t, func(t *testing.T, w *world) {
		other := w.newService()
		ctx, stop := context.WithCancel(w.ctx)
		var workers sync.WaitGroup
		for _, s := range []*booking.Service{w.service, other} {
			log := slog.New(slog.DiscardHandler)
			workers.Go(func() { worker.Sweeper(s, nil, log).Run(ctx) })
			workers.Go(func() { worker.Settler(s, log).Run(ctx) })
		}
		var late, grabbed atomic.Int64
		var all sync.WaitGroup
		defer all.Wait() // also where the test fails: they report to it
		var mu sync.Mutex
		var orders []booking.Order
		add := func(o booking.Order) {
			mu.Lock()
			defer mu.Unlock()
			orders = append(orders, o)
		}
		for seat := range lateSeats {
			o := w.pendingAtLast(seat)
			add(o)
			all.Go(func() {
				time.Sleep(time.Until(o.ExpiresAt) - lateBy + rand.N(2*lateBy))
				if ev, open := w.provider.take(o, o.Total); open {
					late.Add(1)
					w.untilTaken(w.service, ev)
				}
			})
			all.Go(func() {
				got, ok := w.grab(other, seat, o.ExpiresAt)
				if !ok {
					return
				}
				grabbed.Add(1)
				add(got)
				if ev, open := w.provider.take(got, got.Total); open {
					w.untilTaken(other, ev)
				}
			})
		}
		all.Wait()
		stop()
		workers.Wait()
		w.settleLater()
		// As the reconciler does: a payment waits for no seat to be marked.
		require.NoError(t, w.service.Load(w.ctx, w.event.ID))

		paid, back := 0, 0
		for _, o := range orders {
			switch w.requireOrderXORRefund(o) {
			case booking.OrderPaid:
				paid++
			case booking.OrderRefunded:
				back++
			}
		}
		t.Logf("%d payments about the deadline, %d seats grabbed: %d orders paid, %d paid back", late.Load(), grabbed.Load(), paid, back)
		require.Greater(t, late.Load(), int64(lateSeats/4), "payments must land about the deadline")
		require.Positive(t, back, "somebody must have come too late")
	}, aboutTheDeadline)
}

// pendingAtLast is pending on a machine that may stall for as long as a hold
// lasts: then it is held again.
func (w *world) pendingAtLast(seat int) booking.Order {
	w.t.Helper()
	for range 10 {
		o, _, err := w.service.PlaceOrder(w.ctx, customer(), booking.NewOrder{EventID: w.event.ID, Seats: w.names(seat)})
		if err == nil {
			return o
		}
		checkRefusal(w.t, "order", err)
	}
	require.Fail(w.t, "the order is never made")
	return booking.Order{}
}

// grab orders a seat as soon as it is free, from just before another's deadline on.
func (w *world) grab(s *booking.Service, seat int, deadline time.Time) (booking.Order, bool) {
	by := customer()
	time.Sleep(time.Until(deadline) - lateBy/2)
	for time.Now().Before(deadline.Add(2 * lateBy)) {
		o, _, err := s.PlaceOrder(w.ctx, by, booking.NewOrder{EventID: w.event.ID, Seats: w.names(seat)})
		if err == nil {
			return o, true
		}
		checkRefusal(w.t, "grab", err)
		time.Sleep(2 * time.Millisecond)
	}
	return booking.Order{}, false
}

// untilTaken sends a webhook as providers do.
func (w *world) untilTaken(s *booking.Service, ev booking.PaymentEvent) {
	for range 50 {
		if err := callWebhook(w.ctx, s, ev); err == nil {
			return
		} else if booking.CodeOf(err) != booking.CodeUnavailable {
			w.t.Errorf("webhook: %v", err)
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	w.t.Error("the webhook is never taken")
}

// requireOrderXORRefund asserts that the order has its seats and its money was
// kept, or neither, and returns where it stands.
func (w *world) requireOrderXORRefund(o booking.Order) booking.OrderStatus {
	w.t.Helper()
	o = w.stored(o.ID)
	taken := w.provider.taken(o.ID)
	back := int64(0)
	for _, p := range o.Payments {
		back += w.provider.goneBack(p.ID)
	}
	switch o.Status {
	case booking.OrderPaid:
		require.True(w.t, o.OwnsSeats)
		require.Equal(w.t, o.Total.Amount, taken-back)
	case booking.OrderRefunded, booking.OrderExpired:
		require.False(w.t, o.OwnsSeats)
		require.Equal(w.t, taken, back, "order %s %s", o.Status, o.Reason)
	default:
		require.Failf(w.t, "an order in the air", "%s is %s", o.ID, o.Status)
	}
	return o.Status
}
