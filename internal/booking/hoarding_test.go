package booking_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

func withHoarding(s *setup) { s.limits.Hoarding = booking.UsualHoarding() }

// Six holds that run out: the sixth in an hour is one too many, and the refusal
// says how long. Without the limits it is not.
func TestUnpaidHoldsCoolDown(t *testing.T) {
	hoard := func(w *world, holds int) error {
		for range holds {
			h, _, err := w.service.Hold(w.ctx, alice, w.event.ID, w.names(3), "")
			if err != nil {
				return err
			}
			w.await(h.ExpiresAt)
		}
		return nil
	}
	t.Run("limited", func(t *testing.T) {
		onBoth(t, func(t *testing.T, w *world) {
			require.NoError(t, hoard(w, 4))
			err := hoard(w, 2)
			requireCode(t, booking.CodeCoolDown, err)
			require.ErrorIs(t, err, booking.CoolDownUnpaid)
			var refusal *booking.Error
			require.ErrorAs(t, err, &refusal)
			require.Greater(t, refusal.RetryAfter, 8*time.Minute)
			require.LessOrEqual(t, refusal.RetryAfter, 10*time.Minute)
			_, _, err = w.service.PlaceOrder(w.ctx, alice, booking.NewOrder{EventID: w.event.ID, Seats: w.names(4)})
			requireCode(t, booking.CodeCoolDown, err) // an order in one step holds, too
			require.Equal(t, 2, w.metrics.of("refused hold unpaid_holds"))
			w.hold(bob, 3)
		}, briefHolds, withHoarding)
	})
	t.Run("control", func(t *testing.T) {
		onBoth(t, func(t *testing.T, w *world) {
			require.NoError(t, hoard(w, 4))
			require.NoError(t, hoard(w, 2))
		}, briefHolds)
	})
}

// The life of a seat's holds is the longest life of any hold, and the pause is
// a whole hold long.
func TestASeatsHoldsHaveOneLife(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		h := w.hold(alice, 3)
		w.await(h.ExpiresAt) // its life is over too: it is as long
		_, _, err := w.service.Hold(w.ctx, alice, w.event.ID, w.names(2, 3), "")
		requireCode(t, booking.CodeCoolDown, err)
		require.ErrorIs(t, err, booking.CoolDownLife)
		var refusal *booking.Error
		require.ErrorAs(t, err, &refusal)
		require.Equal(t, w.names(3), refusal.Seats)
		require.Greater(t, refusal.RetryAfter, 8*time.Minute)
		w.hold(alice, 2)
		w.hold(bob, 3)
	}, briefHolds, withHoarding, func(s *setup) { s.limits.HoldMaxLife = brief })
}
