package booking_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

func (w *world) releaseAny(holdID string) error {
	return w.service.ReleaseAny(w.ctx, operator, w.event.ID, holdID)
}

func TestOperatorsReleaseAnyHold(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		h := w.hold(alice, 0, 1)
		for range 2 {
			require.NoError(t, w.releaseAny(h.ID))
			w.requireSeats("")
		}
		require.Equal(t, 1, w.metrics.of("ended released"))
		_, err := w.service.GetHold(w.ctx, alice, w.event.ID, h.ID)
		requireCode(t, booking.CodeHoldReleased, err)

		o := w.pending(alice, 0, 1)
		for range 2 {
			require.NoError(t, w.releaseAny(o.HoldID))
			w.requireOrder(o.ID, booking.OrderCancelled, booking.ReasonOrganizer)
			w.requireSeats("")
		}
		w.deliver(success(o)) // too late: a person has cancelled it
		w.requireOrder(o.ID, booking.OrderRefunding, booking.ReasonOrganizer)
	})
}

func TestOperatorsReleaseNothingThatIsBought(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		o := w.bought(alice, 0)
		requireCode(t, booking.CodeHoldSold, w.releaseAny(o.HoldID))
		w.requireOrder(o.ID, booking.OrderPaid, "")

		// The payment is stored as the operator asks.
		o = w.pending(alice, 1)
		w.tap.next("Holds.Sell", before(func() { requireCode(t, booking.CodeHoldSold, w.releaseAny(o.HoldID)) }))
		w.deliver(success(o))
		w.requireOrder(o.ID, booking.OrderPaid, "")

		// An order is made of the hold between the operator's look and the release.
		h := w.hold(alice, 2)
		w.tap.next("Holds.Release", before(func() {
			_, _, err := w.order(alice, h.ID)
			require.NoError(t, err)
		}))
		require.NoError(t, w.releaseAny(h.ID))
		require.Equal(t, booking.OrderCancelled, w.ordersMade(alice)[0].Status)
		w.requireSeats("ss")
	})
}

func TestOperatorsReleaseRefuses(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		h, b := w.hold(alice, 0), w.block(1)
		for _, by := range []booking.Actor{alice, olga} {
			requireCode(t, booking.CodeForbidden, w.service.ReleaseAny(w.ctx, by, w.event.ID, h.ID))
		}
		requireCode(t, booking.CodeNotFound, w.service.ReleaseAny(w.ctx, operator, "none", h.ID))
		requireCode(t, booking.CodeNotFound, w.releaseAny("none"))
		requireCode(t, booking.CodeNotFound, w.releaseAny(b.HoldID))
		w.requireSeats("hx")
		w.flush()
		requireCode(t, booking.CodeEventLoading, w.releaseAny(h.ID))
		require.True(t, w.loadAsked())
	})
}

func TestOperatorsReleaseSurvivesAFaultAtEveryCall(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.atEveryCall(func(broken func(func())) {
			o := w.pending(alice, 0)
			broken(func() { requireFault(t, w.releaseAny(o.HoldID)) })
			require.NoError(t, w.releaseAny(o.HoldID))
			w.requireOrder(o.ID, booking.OrderCancelled, booking.ReasonOrganizer)
			w.requireSeats("")
		})
	})
}

func TestRebuildSaysWhatItRepaired(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		rebuild := func() booking.Rebuilt {
			r, err := w.service.Rebuild(w.ctx, operator, w.event.ID)
			require.NoError(t, err)
			return r
		}
		refunded := w.bought(alice, 0)
		w.block(1)
		require.Equal(t, booking.Rebuilt{Orders: 2}, rebuild(), "all is right")

		live := w.hold(bob, 2)
		before := w.snapshot()
		w.bought(alice, 3)
		w.giveBackOnly(refunded)
		before()
		require.Equal(t, booking.Rebuilt{Orders: 2, Restored: 1, Freed: 1}, rebuild())
		w.requireSeats(".xhs")
		_, err := w.service.GetHold(w.ctx, bob, w.event.ID, live.ID)
		require.NoError(t, err, "live holds stay")

		w.flush()
		require.Equal(t, booking.Rebuilt{Anew: true, Orders: 2, Restored: 2}, rebuild())
		w.requireSeats(".x.s")
	})
}

// A loading that is under way is waited for, also one whose loader has died.
func TestRebuildWaitsForAnotherLoading(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		_, err := w.holds.BeginLoad(w.ctx, w.event, "another")
		require.NoError(t, err)
		tries := 0
		w.tap.all("Holds.BeginLoad", before(func() {
			if tries++; tries == 3 {
				require.NoError(t, w.holds.AbandonLoad(w.ctx, w.event, "another"))
			}
		}))
		_, err = w.service.Rebuild(w.ctx, operator, w.event.ID)
		require.NoError(t, err)
		require.GreaterOrEqual(t, tries, 3)
	})
}

func TestRebuildRefuses(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		for _, by := range []booking.Actor{alice, olga} {
			_, err := w.service.Rebuild(w.ctx, by, w.event.ID)
			requireCode(t, booking.CodeForbidden, err)
		}
		_, err := w.service.Rebuild(w.ctx, operator, "none")
		requireCode(t, booking.CodeNotFound, err)
		w.tap.all("Holds.BeginLoad", func(func() error) error { return booking.ErrLoadBusy })
		impatient, leave := context.WithTimeout(w.ctx, 100*time.Millisecond)
		defer leave()
		_, err = w.service.Rebuild(impatient, operator, w.event.ID)
		requireCode(t, booking.CodeEventLoading, err)
		w.tap.clear()
		w.tap.next("Orders.EachOwner", away)
		_, err = w.service.Rebuild(w.ctx, operator, w.event.ID)
		requireCode(t, booking.CodeUnavailable, err)
	})
}
