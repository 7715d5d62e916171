package booking_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

func (w *world) release(by booking.Actor, holdID string, part ...int) error {
	return w.service.Release(w.ctx, by, w.event.ID, holdID, w.names(part...))
}

func TestHoldRepeatsByItsKey(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		h, repeated, err := w.service.Hold(w.ctx, alice, w.event.ID, w.names(0, 1), "k")
		require.NoError(t, err)
		require.False(t, repeated)
		again, repeated, err := w.newService().Hold(w.ctx, alice, w.event.ID, w.names(1, 0), "k")
		require.NoError(t, err)
		require.True(t, repeated)
		require.Equal(t, h.ID, again.ID)
		_, _, err = w.service.Hold(w.ctx, alice, w.event.ID, w.names(0), "k")
		requireCode(t, booking.CodeIdempotencyKeyReused, err)
		theirs, _, err := w.service.Hold(w.ctx, bob, w.event.ID, w.names(2), "k")
		require.NoError(t, err)
		require.NotEqual(t, h.ID, theirs.ID)
		require.Equal(t, 2, w.metrics.of("asked granted"))
		require.Equal(t, 1, w.metrics.of("asked repeated"))
		require.Equal(t, 1, w.metrics.of("asked idempotency_key_reused"))
	})
}

func TestHoldAnswersALostReply(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.tap.next("Holds.Hold", replyLost)
		hold := func() (booking.Hold, bool, error) {
			return w.service.Hold(w.ctx, alice, w.event.ID, w.names(0), "k")
		}
		_, _, err := hold()
		requireCode(t, booking.CodeUnavailable, err)
		h, repeated, err := hold()
		require.NoError(t, err)
		require.True(t, repeated)
		require.Equal(t, booking.HoldHeld, h.State)
	})
}

func TestHoldsOfOthersAreNotFound(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		h := w.hold(alice, 0)
		_, err := w.service.GetHold(w.ctx, bob, w.event.ID, h.ID)
		requireCode(t, booking.CodeNotFound, err)
		_, err = w.service.Extend(w.ctx, bob, w.event.ID, h.ID)
		requireCode(t, booking.CodeNotFound, err)
		requireCode(t, booking.CodeNotFound, w.release(bob, h.ID))
		list, err := w.service.HoldsOf(w.ctx, bob, w.event.ID)
		require.NoError(t, err)
		require.Empty(t, list)
		list, err = w.service.HoldsOf(w.ctx, alice, w.event.ID)
		require.NoError(t, err)
		require.Len(t, list, 1)
	})
}

// The event's own time and cap replace the service's.
func TestHoldKeepsTheEventsLimits(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		h := w.hold(alice, 0)
		require.InDelta(t, 5*time.Minute, h.Left, float64(time.Second))
		_, _, err := w.service.Hold(w.ctx, alice, w.event.ID, w.names(1, 2), "")
		requireCode(t, booking.CodeCustomerLimit, err)
		w.hold(alice, 1)
	}, func(s *setup) { s.event.HoldTTL, s.event.MaxSeatsPerCustomer = 5*time.Minute, 2 })
}

func TestReleaseOfAHold(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		h := w.hold(alice, 0, 1, 2)
		require.NoError(t, w.release(alice, h.ID, 1))
		w.requireSeats("h.h")
		for range 2 {
			require.NoError(t, w.release(alice, h.ID))
			w.requireSeats("")
		}
		require.Equal(t, 1, w.metrics.of("ended released"))
		_, err := w.service.GetHold(w.ctx, alice, w.event.ID, h.ID)
		requireCode(t, booking.CodeHoldReleased, err)
		requireCode(t, booking.CodeUnknownSeat, w.service.Release(w.ctx, alice, w.event.ID, h.ID, []string{"none"}))
	})
}

func TestReleaseCancelsTheOrder(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		o := w.pending(alice, 0, 1)
		requireCode(t, booking.CodeOrderPending, w.release(alice, o.HoldID, 1))
		requireCode(t, booking.CodeNotFound, w.release(bob, o.HoldID))
		w.requireSeats("hh")
		for range 2 {
			require.NoError(t, w.release(alice, o.HoldID))
			w.requireOrder(o.ID, booking.OrderCancelled, booking.ReasonCustomer)
			w.requireSeats("")
		}
	})
}

func TestReleaseOfASoldHold(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		o := w.bought(alice, 0, 1)
		requireCode(t, booking.CodeHoldSold, w.release(alice, o.HoldID))
		requireCode(t, booking.CodeHoldSold, w.release(alice, o.HoldID, 1))
		w.requireSeats("ss")
	})
}

// The payment is stored as the release asks: the seats are bought.
func TestReleaseOfAHoldThatIsBeingPaid(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		o := w.pending(alice, 0)
		w.tap.next("Holds.Sell", before(func() {
			requireCode(t, booking.CodeHoldSold, w.release(alice, o.HoldID))
		}))
		w.deliver(success(o))
		w.requireSeats("s")
	})
}

// A crash between bind and insert leaves an order that does not exist.
func TestReleaseOfAHoldWhoseOrderWasNotStored(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		h := w.hold(alice, 0)
		w.tap.next("Orders.InsertOrder", away)
		_, _, err := w.order(alice, h.ID)
		requireCode(t, booking.CodeUnavailable, err)
		require.NoError(t, w.release(alice, h.ID))
		w.requireSeats("")
		_, _, err = w.order(alice, h.ID)
		requireCode(t, booking.CodeHoldReleased, err)
	})
}

func TestReleaseSurvivesAFaultAtEveryCall(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.atEveryCall(func(broken func(func())) {
			o := w.pending(alice, 0)
			broken(func() { requireFault(t, w.release(alice, o.HoldID)) })
			require.NoError(t, w.release(alice, o.HoldID))
			w.requireOrder(o.ID, booking.OrderCancelled, booking.ReasonCustomer)
			w.requireSeats("")
		})
	})
}

func TestCallsWhileTheEventIsNotLoaded(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		h := w.hold(alice, 0)
		w.flush()
		calls := map[string]func() error{
			"hold":    func() error { _, _, err := w.service.Hold(w.ctx, bob, w.event.ID, w.names(1), ""); return err },
			"get":     func() error { _, err := w.service.GetHold(w.ctx, alice, w.event.ID, h.ID); return err },
			"list":    func() error { _, err := w.service.HoldsOf(w.ctx, alice, w.event.ID); return err },
			"extend":  func() error { _, err := w.service.Extend(w.ctx, alice, w.event.ID, h.ID); return err },
			"release": func() error { return w.release(alice, h.ID) },
			"map":     func() error { _, _, err := w.service.SeatMap(w.ctx, w.event.ID, ""); return err },
			"seat":    func() error { _, _, _, err := w.service.Seat(w.ctx, w.event.ID, w.names(0)[0]); return err },
		}
		for name, call := range calls {
			err := call()
			require.Equal(t, booking.CodeEventLoading, booking.CodeOf(err), name)
			require.True(t, w.loadAsked(), name)
		}
	})
}
