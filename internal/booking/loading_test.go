package booking_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

func TestLoadAfterEverythingIsLost(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		sold := w.bought(alice, 0, 1)
		w.block(2)
		pending := w.pending(bob, 3)
		w.hold(bob, 4)
		refunded := w.bought(bob, 5)
		w.giveBackOnly(refunded)
		before := w.version()

		w.flush()
		begun := w.metrics.of("loaded true")
		w.load()
		require.Equal(t, begun+1, w.metrics.of("loaded true"))
		w.requireSeats("ssxh")
		require.NotEqual(t, epochOf(before), epochOf(w.version()), "another life of the map")

		h, err := w.service.GetHold(w.ctx, bob, w.event.ID, pending.HoldID)
		require.NoError(t, err)
		require.Equal(t, pending.ID, h.OrderID)
		require.Equal(t, pending.ExpiresAt, h.ExpiresAt)
		w.deliver(success(pending))
		w.requireSeats("ssxs")
		_, err = w.service.Cancel(w.ctx, olga, sold.ID)
		require.NoError(t, err)
		w.requireSeats("..xs")
	})
}

// giveBackOnly is giveBack among other seats.
func (w *world) giveBackOnly(o booking.Order) {
	w.t.Helper()
	_, err := w.service.Cancel(w.ctx, olga, o.ID)
	require.NoError(w.t, err)
}

func TestLoadLeavesExpiredOrdersOut(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		o := w.pending(alice, 0)
		w.await(o.ExpiresAt)
		w.flush()
		w.load()
		w.requireSeats("")
		w.requireOrder(o.ID, booking.OrderPending, "") // the ender has not run
		w.deliver(success(o))
		w.requireSeats("s")
	}, briefPayment)
}

// A sale beats whatever the hold store gave to someone else.
func TestLoadEndsHoldsOnSoldSeats(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		forget := w.snapshot()
		w.bought(alice, 0)
		forget()
		h := w.hold(bob, 0, 1)
		other := w.hold(bob, 2)
		w.load()
		w.requireSeats("s.h")
		_, err := w.service.GetHold(w.ctx, bob, w.event.ID, h.ID)
		requireCode(t, booking.CodeHoldReleased, err)
		_, err = w.service.GetHold(w.ctx, bob, w.event.ID, other.ID)
		require.NoError(t, err, "on a loaded event live holds stay")
	})
}

// Of two pending orders of one seat the older has it back.
func TestLoadPrefersTheOlderOrder(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		forget := w.snapshot()
		older := w.pending(alice, 0, 1)
		forget()
		time.Sleep(2 * time.Millisecond) // the orders' time of making is in ms
		younger := w.pending(bob, 1, 2)
		w.flush()
		w.load()
		w.requireSeats("hh")
		w.deliver(success(younger))
		w.requireOrder(younger.ID, booking.OrderRefunding, booking.ReasonSeatsTaken)
		w.deliver(success(older))
		w.requireSeats("ss")
	})
}

// The hold store believes sold or blocked what no document owns any more: a
// crash between the two halves of an end.
func TestLoadFreesWhatNothingOwns(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		refunded, blocked, kept := w.bought(alice, 0), w.block(1), w.bought(bob, 2)
		w.tap.all("Holds.Free", away)
		_, err := w.service.Cancel(w.ctx, olga, refunded.ID)
		requireCode(t, booking.CodeUnavailable, err)
		requireCode(t, booking.CodeUnavailable, w.service.EndBlock(w.ctx, olga, w.event.ID, blocked.ID))
		w.tap.clear()
		w.requireSeats("sxs")
		begun := w.metrics.of("loaded true")
		w.load()
		require.Equal(t, begun, w.metrics.of("loaded true"), "a repair is no loading anew")
		require.NotZero(t, w.metrics.of("loaded false"))
		w.requireSeats("..s")
		w.requireOrder(kept.ID, booking.OrderPaid, "")
		w.bought(bob, 0, 1)
	})
}

// A large event is restored in several calls.
func TestLoadOfManyOrders(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.block(seatsFrom(0, 1000)...)
		w.block(seatsFrom(1000, 200)...)
		w.bought(alice, seatsFrom(1200, 10)...)
		w.flush()
		calls := 0
		w.tap.all("Holds.RestoreSeats", before(func() { calls++ }))
		w.load()
		require.Greater(t, calls, 1)
		require.Empty(t, w.audit())
	}, withSeats(1300))
}

func seatsFrom(first, n int) []int {
	seats := make([]int, n)
	for i := range seats {
		seats[i] = first + i
	}
	return seats
}

func TestLoadOfAnUnknownEvent(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		requireCode(t, booking.CodeNotFound, w.service.Load(w.ctx, "none"))
	})
}

func TestTwoLoadsAtOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.bought(alice, 0)
		w.flush()
		other := w.newService()
		w.tap.next("Orders.EachOwner", before(func() {
			require.ErrorIs(t, other.Load(w.ctx, w.event.ID), booking.ErrLoadBusy)
		}))
		w.load()
		w.requireSeats("s")
		require.NoError(t, other.Load(w.ctx, w.event.ID))
	})
}

// Everything is lost once more while the event is being loaded.
func TestLoadWhileEverythingIsLostAgain(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.bought(alice, 0)
		for _, at := range []string{"Orders.EachOwner", "Holds.RestoreSeats", "Holds.CommitLoad"} {
			w.flush()
			w.tap.next(at, before(w.flush))
			require.ErrorIs(t, w.service.Load(w.ctx, w.event.ID), booking.ErrConflict)
			_, err := w.holds.SeatMap(w.ctx, w.event, "")
			require.ErrorIs(t, err, booking.ErrNotLoaded, at)
			w.load()
			w.requireSeats("s")
		}
	})
}

// The store that failed answers again: the event is loaded at once, not when
// the lease of the failed loading is over.
func TestLoadAgainAfterAFaultAtEveryCall(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.bought(alice, 0)
		w.pending(bob, 1)
		w.atEveryCall(func(broken func(func())) {
			w.flush()
			broken(func() { requireFault(t, w.service.Load(w.ctx, w.event.ID)) })
			require.NoError(t, w.service.Load(w.ctx, w.event.ID))
			w.requireSeats("sh")
		})
	})
}
