package booking_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/alicebob/miniredis/v2"
	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
	"seathold/internal/testserver"
)

// meanwhile is what others do while an event is being loaded. It returns what
// the seats show in the end.
var meanwhile = map[string]func(w *world, p prepared) string{
	"a payment":            func(w *world, p prepared) string { w.deliver(success(p.pending)); return "sxs" },
	"a late payment":       func(w *world, p prepared) string { w.deliver(success(p.failed)); return "sxhs" },
	"a cancellation":       func(w *world, p prepared) string { w.giveBackOnly(p.pending); return "sx" },
	"a provider's failure": func(w *world, p prepared) string { w.deliver(failure(p.pending)); return "sx" },
	"a refund":             func(w *world, p prepared) string { w.giveBackOnly(p.sold); return ".xh" },
	"a payment, its refund": func(w *world, p prepared) string {
		w.deliver(success(p.pending))
		w.giveBackOnly(p.pending)
		return "sx"
	},
	"a block": func(w *world, _ prepared) string { w.block(5); return "sxh..x" },
	"a block's end": func(w *world, p prepared) string {
		require.NoError(w.t, w.service.EndBlock(w.ctx, olga, w.event.ID, p.block.ID))
		return "s.h"
	},
	"nothing": func(*world, prepared) string { return "sxh" },
}

// prepared is an event with a sold, a blocked and a pending seat, and one
// whose payment failed.
type prepared struct{ sold, block, pending, failed booking.Order }

func prepare(w *world) prepared {
	p := prepared{sold: w.bought(alice, 0), block: w.block(1), pending: w.pending(bob, 2), failed: w.pending(bob, 3)}
	w.deliver(failure(p.failed))
	return p
}

// moments of a loading at which others do something.
var moments = map[string]func(w *world, do func()){
	"at the first document":     func(w *world, do func()) { w.tap.next("Orders.EachOwner.visit", before(do)) },
	"after the reading":         func(w *world, do func()) { w.tap.next("Orders.EachOwner", after(do)) },
	"before the seats are back": func(w *world, do func()) { w.tap.next("Holds.RestoreSeats", before(do)) },
	"after the seats are back":  func(w *world, do func()) { w.tap.next("Holds.CommitLoad", before(do)) },
	"after the commit":          func(w *world, do func()) { w.tap.next("Holds.CommitLoad", after(do)) },
	"before the freeing":        func(w *world, do func()) { w.tap.next("Holds.EachOwned", before(do)) },
}

// What changes while the orders are read, or between their reading and the
// end of the loading, is in the map all the same.
func TestOrdersChangeDuringALoad(t *testing.T) {
	t.Parallel()
	t.Run("miniredis", func(t *testing.T) { // slower, so less
		requireLoadsSee(newWorld(t, miniredis.RunT(t).Addr()), "after the reading")
	})
	t.Run("redis", func(t *testing.T) {
		requireLoadsSee(newWorld(t, testserver.Redis(t)), slices.Collect(maps.Keys(moments))...)
	})
}

func requireLoadsSee(w *world, when ...string) {
	w.t.Helper()
	for name, do := range meanwhile {
		for _, moment := range when {
			w.run(name+" "+moment+", fresh", func(w *world) { w.requireLoadSees(true, moments[moment], do) })
			w.run(name+" "+moment+", repair", func(w *world) { w.requireLoadSees(false, moments[moment], do) })
		}
	}
}

// run is t.Run in the same world.
func (w *world) run(name string, test func(*world)) {
	w.t.Run(name, func(t *testing.T) {
		inner := *w
		inner.t = t
		test(&inner)
	})
}

func (w *world) requireLoadSees(fresh bool, at func(*world, func()), do func(*world, prepared) string) {
	w.t.Helper()
	p := prepare(w)
	if fresh {
		w.flush()
	}
	want := ""
	at(w, func() { want = do(w, p) })
	w.load()
	w.tap.clear()
	if want == "" { // a fresh loading frees nothing
		require.True(w.t, fresh)
		want = do(w, p)
	}
	w.requireSeats(want)
	w.endAll()
}

// endAll frees all seats by ending what has them.
func (w *world) endAll() {
	w.t.Helper()
	require.NoError(w.t, w.store.EachOwner(w.ctx, w.event.ID, func(o booking.Order) error {
		if o.IsBlock() {
			return w.service.EndBlock(w.ctx, olga, w.event.ID, o.ID)
		}
		_, err := w.service.Cancel(w.ctx, olga, o.ID)
		return err
	}))
	w.requireSeats("")
}

// A busy sale does not put the end of a repair off, and a repair does not
// disturb the sale.
func TestLoadEndsDuringABusySale(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		sale, closeSale := context.WithCancel(w.ctx)
		var sellers sync.WaitGroup
		for seat := range 4 {
			sellers.Go(func() {
				for sale.Err() == nil {
					w.buyAndRefund(t, seat)
				}
			})
		}
		for range 5 {
			w.load()
		}
		closeSale()
		sellers.Wait()
	})
}

// buyAndRefund may run beside others: it reports a failure and goes on.
func (w *world) buyAndRefund(t *testing.T, seat int) {
	n := booking.NewOrder{EventID: w.event.ID, Seats: w.names(seat)}
	o, _, err := w.service.PlaceOrder(w.ctx, customer(), n)
	if err == nil {
		err = w.webhook(success(o))
	}
	if err == nil {
		_, err = w.service.Cancel(w.ctx, olga, o.ID)
	}
	if err != nil {
		t.Error(err)
	}
}

// Payments that come while everything is being loaded are all in the map.
func TestPaymentsDuringALoad(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		orders := make([]booking.Order, 40)
		for i := range orders {
			orders[i] = w.pending(customer(), i)
		}
		w.flush()
		calls := []func() error{func() error { return w.service.Load(w.ctx, w.event.ID) }}
		for i := range 4 {
			calls = append(calls, func() error {
				for k := i; k < len(orders); k += 4 {
					if err := w.webhook(success(orders[k])); err != nil {
						return err
					}
				}
				return nil
			})
		}
		for _, err := range atOnce(calls...) {
			require.NoError(t, err)
		}
		w.requireSeats(strings.Repeat("s", len(orders)))
	}, withSeats(50))
}

// A repair that read an order just before its refund must not take the seat
// from the customer who holds it since.
func TestRepairLeavesTheNextCustomersHold(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		sold := w.bought(alice, 0)
		var h booking.Hold
		w.tap.next("Holds.RestoreSeats", before(func() {
			w.giveBack(sold)
			h = w.hold(bob, 0)
		}))
		w.load()
		w.requireSeats("h")
		_, err := w.service.GetHold(w.ctx, bob, w.event.ID, h.ID)
		require.NoError(t, err)
	})
}
