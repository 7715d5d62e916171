package booking_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

// asked is the audit that an operator gets.
func (w *world) asked() booking.Audit {
	w.t.Helper()
	a, e, err := w.service.Audit(w.ctx, operator, w.event.ID)
	require.NoError(w.t, err)
	require.Equal(w.t, w.event.ID, e.ID)
	return a
}

// everything leaves something of every kind behind.
func (w *world) everything() {
	w.t.Helper()
	w.bought(alice, 0, 1)
	w.block(2)
	w.pending(bob, 3)
	w.hold(bob, 4)
	w.giveBackOnly(w.bought(bob, 5))
	cancelled := w.pending(bob, 6)
	_, err := w.service.Cancel(w.ctx, bob, cancelled.ID)
	require.NoError(w.t, err)
	require.NoError(w.t, w.service.EndBlock(w.ctx, olga, w.event.ID, w.block(7).ID))
}

func TestAuditOfWhatIsRight(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.everything()
		right := booking.Audit{
			Seats:      booking.SeatCounts{Free: 7, Held: 2, Sold: 2, Blocked: 1},
			Mismatches: []booking.Mismatch{},
		}
		before := w.version()
		require.Equal(t, right, w.asked())
		require.Equal(t, before, w.version(), "nothing is changed")
		w.flush()
		w.load()
		right.Seats.Free, right.Seats.Held = 8, 1 // the hold without an order is lost
		require.Equal(t, right, w.asked())
	})
}

// An order that ran out of time has nothing any more, swept or not.
func TestAuditOfAnOrderThatLapsed(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		o := w.pending(alice, 0)
		w.await(o.ExpiresAt)
		require.Empty(t, w.asked().Mismatches)
		w.settle()
		w.requireOrder(o.ID, booking.OrderExpired, booking.ReasonTimeout)
		require.Empty(t, w.asked().Mismatches)
	}, briefPayment)
}

// TestAuditFindsEachMismatch is the control of all that say that there is none.
// Each is repaired by a rebuild, and then is none any more.
func TestAuditFindsEachMismatch(t *testing.T) {
	for name, spoil := range map[string]func(*world) booking.Mismatch{
		"a sale is lost": func(w *world) booking.Mismatch {
			before := w.snapshot()
			o := w.bought(alice, 0)
			before()
			return booking.Mismatch{Shown: booking.SeatFree, Owned: booking.SeatSold, OrderID: o.ID}
		},
		"a sale is lost, and someone holds the seat": func(w *world) booking.Mismatch {
			before := w.snapshot()
			o := w.bought(alice, 0)
			before()
			w.hold(bob, 0)
			return booking.Mismatch{Shown: booking.SeatHeld, Owned: booking.SeatSold, OrderID: o.ID}
		},
		"a replica knows the hold and not the sale": func(w *world) booking.Mismatch {
			o := w.pending(alice, 0)
			before := w.snapshot()
			w.deliver(success(o))
			before()
			return booking.Mismatch{Shown: booking.SeatHeld, ShownFor: o.ID, Owned: booking.SeatSold, OrderID: o.ID}
		},
		"a sale is shown that has ended": func(w *world) booking.Mismatch {
			o := w.bought(alice, 0)
			before := w.snapshot()
			w.giveBackOnly(o)
			before()
			return booking.Mismatch{Shown: booking.SeatSold, ShownFor: o.ID, Owned: booking.SeatFree}
		},
		"a sale is shown for another order": func(w *world) booking.Mismatch {
			first := w.bought(alice, 0)
			before := w.snapshot()
			w.giveBackOnly(first)
			second := w.bought(bob, 0)
			before()
			return booking.Mismatch{Shown: booking.SeatSold, ShownFor: first.ID, Owned: booking.SeatSold, OrderID: second.ID}
		},
		"a block is lost": func(w *world) booking.Mismatch {
			before := w.snapshot()
			b := w.block(0)
			before()
			return booking.Mismatch{Shown: booking.SeatFree, Owned: booking.SeatBlocked, OrderID: b.ID}
		},
		"a block is shown that has ended": func(w *world) booking.Mismatch {
			b := w.block(0)
			before := w.snapshot()
			require.NoError(w.t, w.service.EndBlock(w.ctx, olga, w.event.ID, b.ID))
			before()
			return booking.Mismatch{Shown: booking.SeatBlocked, ShownFor: b.ID, Owned: booking.SeatFree}
		},
		"the hold of a pending order is lost": func(w *world) booking.Mismatch {
			before := w.snapshot()
			o := w.pending(alice, 0)
			before()
			return booking.Mismatch{Shown: booking.SeatFree, Owned: booking.SeatHeld, OrderID: o.ID}
		},
		"a hold is kept for an order that is cancelled": func(w *world) booking.Mismatch {
			o := w.pending(alice, 0)
			before := w.snapshot()
			_, err := w.service.Cancel(w.ctx, alice, o.ID)
			require.NoError(w.t, err)
			before()
			return booking.Mismatch{Shown: booking.SeatHeld, ShownFor: o.ID, Owned: booking.SeatFree}
		},
	} {
		t.Run(name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, w *world) {
				want := spoil(w)
				require.Equal(t, []booking.Mismatch{want}, w.asked().Mismatches)
				r, err := w.service.Rebuild(w.ctx, operator, w.event.ID)
				require.NoError(t, err)
				require.Positive(t, r.Restored+r.Freed, "%+v", r)
				require.Empty(t, w.asked().Mismatches)
			})
		})
	}
}

// TestAuditOfASaleBetweenTheTwoReadings: what happens between the reading of
// the one side and of the other is no mismatch. An audit that reads once only
// would find each of them.
func TestAuditOfASaleBetweenTheTwoReadings(t *testing.T) {
	for name, prepare := range map[string]func(*world) (happen func()){
		"a sale": func(w *world) func() {
			return func() { w.bought(alice, 0) }
		},
		"a sale of a hold": func(w *world) func() {
			o := w.pending(alice, 0)
			return func() { w.deliver(success(o)) }
		},
		"a cancellation": func(w *world) func() {
			o := w.bought(alice, 0)
			return func() { w.giveBackOnly(o) }
		},
		"a sale to the next": func(w *world) func() {
			o := w.bought(alice, 0)
			return func() { w.giveBackOnly(o); w.bought(bob, 0) }
		},
		"a block": func(w *world) func() {
			return func() { w.block(0) }
		},
		"the end of a block": func(w *world) func() {
			b := w.block(0)
			return func() { require.NoError(w.t, w.service.EndBlock(w.ctx, olga, w.event.ID, b.ID)) }
		},
		"an order": func(w *world) func() {
			return func() { w.pending(alice, 0) }
		},
		"the end of an order": func(w *world) func() {
			o := w.pending(alice, 0)
			return func() {
				_, err := w.service.Cancel(w.ctx, alice, o.ID)
				require.NoError(w.t, err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, w *world) {
				happen := prepare(w)
				w.tap.next("Holds.SeatClaims", after(happen))
				once, err := w.service.DiffersOnce(w.ctx, w.event)
				require.NoError(t, err)
				require.Equal(t, 1, once, "the control: one reading finds it")
			})
			onBothAlone(t, func(t *testing.T, w *world) {
				happen := prepare(w)
				w.tap.next("Holds.SeatClaims", after(happen))
				require.Empty(t, w.asked().Mismatches)
			})
		})
	}
}

// TestAuditWhileASaleIsStored: the payment has arrived, the order is paid, and
// for as long as the hold store does not hear of it the seat is the hold's.
func TestAuditWhileASaleIsStored(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		o := w.pending(alice, 0)
		looked := false
		w.tap.next("Holds.Sell", before(func() {
			w.requireOrder(o.ID, booking.OrderPaid, "")
			require.Empty(t, w.asked().Mismatches)
			looked = true
		}))
		w.deliver(success(o))
		require.True(t, looked)
	})
}

// A hold bound to an order that is not stored yet is as good as any.
func TestAuditBeforeTheOrderIsStored(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		h := w.hold(alice, 0)
		w.tap.next("Orders.InsertOrder", before(func() { require.Empty(t, w.asked().Mismatches) }))
		_, _, err := w.order(alice, h.ID)
		require.NoError(t, err)
	})
}

// TestAuditOfASeatThatNeverRests: at every reading it differs, each time
// otherwise.
func TestAuditOfASeatThatNeverRests(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		turns := 0
		w.tap.all("Holds.SeatClaims", after(func() {
			turns++
			if o := w.ordersMade(alice); len(o) > 0 && o[0].Status == booking.OrderPaid {
				w.giveBackOnly(o[0])
			}
			w.bought(alice, 0)
		}))
		require.Empty(t, w.asked().Mismatches)
		require.Greater(t, turns, 10)
	})
}

func TestAuditRefuses(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		for _, by := range []booking.Actor{alice, olga} {
			_, _, err := w.service.Audit(w.ctx, by, w.event.ID)
			requireCode(t, booking.CodeForbidden, err)
		}
		_, _, err := w.service.Audit(w.ctx, operator, "none")
		requireCode(t, booking.CodeNotFound, err)
		w.bought(alice, 0)
		w.tap.next("Orders.EachOwner", away)
		_, _, err = w.service.Audit(w.ctx, operator, w.event.ID)
		requireCode(t, booking.CodeUnavailable, err)
		w.flush()
		_, _, err = w.service.Audit(w.ctx, operator, w.event.ID)
		requireCode(t, booking.CodeEventLoading, err)
		require.True(t, w.loadAsked())
	})
}

// Of very many mismatches the first are named, and the others counted.
func TestAuditOfALostHall(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		before := w.snapshot()
		w.block(seatsFrom(0, 1000)...)
		w.block(seatsFrom(1000, 100)...)
		before()
		a := w.asked()
		require.Len(t, a.Mismatches, booking.MaxMismatches)
		require.Equal(t, 999, a.Mismatches[999].Seat)
		require.Equal(t, 100, a.Unchecked)
		w.load()
		require.Zero(t, w.asked().Unchecked)
	}, withSeats(1200))
}
