package booking_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

func TestCancelOfAPendingOrder(t *testing.T) {
	for name, c := range map[string]struct {
		by     booking.Actor
		reason string
	}{
		"its customer":      {alice, booking.ReasonCustomer},
		"the event's owner": {olga, booking.ReasonOrganizer},
		"an operator":       {operator, booking.ReasonOrganizer},
	} {
		t.Run(name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, w *world) {
				o := w.pending(alice, 0, 1)
				for range 2 {
					ended, err := w.service.Cancel(w.ctx, c.by, o.ID)
					require.NoError(t, err)
					require.Equal(t, ended, w.requireOrder(o.ID, booking.OrderCancelled, c.reason))
					w.requireSeats("")
				}
				require.Equal(t, 1, w.metrics.of("ended released"))
				w.hold(bob, 0, 1)
				_, err := w.service.Cancel(w.ctx, c.by, o.ID)
				require.NoError(t, err)
				w.requireSeats("hh")
			})
		})
	}
}

func TestCancelRefuses(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		pending, paid := w.pending(alice, 0), w.bought(alice, 1)
		b, err := w.service.Block(w.ctx, olga, w.event.ID, w.names(2), "", noEnd)
		require.NoError(t, err)
		for name, c := range map[string]struct {
			by   booking.Actor
			id   string
			code booking.Code
		}{
			"another customer":   {bob, pending.ID, booking.CodeNotFound},
			"another organizer":  {oscar, pending.ID, booking.CodeNotFound},
			"no such order":      {alice, "none", booking.CodeNotFound},
			"a block":            {olga, b.ID, booking.CodeNotFound},
			"paid, its customer": {alice, paid.ID, booking.CodeAlreadyPaid},
			"paid, another's":    {bob, paid.ID, booking.CodeNotFound},
		} {
			_, err := w.service.Cancel(w.ctx, c.by, c.id)
			require.Equal(t, c.code, booking.CodeOf(err), name)
		}
		w.requireOrder(pending.ID, booking.OrderPending, "")
		w.requireOrder(paid.ID, booking.OrderPaid, "")
		w.requireSeats("hsx")
	})
}

func TestCancelOfAnExpiredOrder(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		o := w.pending(alice, 0)
		w.await(o.ExpiresAt)
		n, err := w.service.Settle(w.ctx)
		require.NoError(t, err)
		require.Equal(t, 1, n)
		for _, by := range []booking.Actor{alice, olga} {
			_, err := w.service.Cancel(w.ctx, by, o.ID)
			requireCode(t, booking.CodeOrderExpired, err)
		}
		w.requireOrder(o.ID, booking.OrderExpired, booking.ReasonTimeout)
	}, briefPayment)
}

func TestOrganizersRefund(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		o := w.bought(alice, 0, 1)
		for range 2 {
			ended, err := w.service.Cancel(w.ctx, olga, o.ID)
			require.NoError(t, err)
			require.Equal(t, ended, w.requireOrder(o.ID, booking.OrderRefunding, booking.ReasonOrganizer))
			require.Equal(t, []string{o.Checkout.ID + " refund_due organizer"}, payments(ended))
			require.Equal(t, o.Seats, ended.Seats, "what was bought stays on record")
			w.requireSeats("")
		}
		w.bought(bob, 1, 2)
		_, err := w.service.Cancel(w.ctx, olga, o.ID)
		require.NoError(t, err)
		w.deliver(success(o))
		w.requireSeats(".ss")
		ended, err := w.service.Cancel(w.ctx, alice, o.ID)
		require.NoError(t, err, "it is over already")
		require.Equal(t, booking.OrderRefunding, ended.Status)
	})
}

// An organizer who buys is a customer while pending, the organizer once paid.
func TestOrganizersOwnPurchase(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		pending, paid := w.pending(olga, 0), w.bought(olga, 1)
		_, err := w.service.Cancel(w.ctx, olga, pending.ID)
		require.NoError(t, err)
		w.requireOrder(pending.ID, booking.OrderCancelled, booking.ReasonCustomer)
		_, err = w.service.Cancel(w.ctx, olga, paid.ID)
		require.NoError(t, err)
		o, err := w.store.Order(w.ctx, paid.ID)
		require.NoError(t, err)
		require.Equal(t, booking.OrderRefunding, o.Status)
		w.requireSeats("")
	})
}

func TestCancelSurvivesAFaultAtEveryCall(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.atEveryCall(func(broken func(func())) {
			o := w.pending(alice, 0)
			cancel := func() error { _, err := w.service.Cancel(w.ctx, alice, o.ID); return err }
			broken(func() { requireFault(t, cancel()) })
			require.NoError(t, cancel())
			w.requireOrder(o.ID, booking.OrderCancelled, booking.ReasonCustomer)
			w.requireSeats("")
		})
	})
}

// The organizer does not repeat a refund that failed halfway: the repair that
// was asked for frees the seats.
func TestRefundHalfDoneIsRepaired(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.atEveryCall(func(broken func(func())) {
			o := w.bought(alice, 0)
			var err error
			broken(func() { _, err = w.service.Cancel(w.ctx, olga, o.ID) })
			stored, readErr := w.store.Order(w.ctx, o.ID)
			require.NoError(t, readErr)
			if stored.Status == booking.OrderRefunding && err != nil {
				require.True(t, w.loadAsked())
				w.load()
				w.requireSeats("")
			}
			if stored.Status == booking.OrderPaid {
				w.requireSeats("s")
				w.giveBack(o)
			}
		})
	})
}

func TestCancelWithoutTheHoldStore(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		o := w.bought(alice, 0)
		w.tap.all("Holds.", away)
		_, err := w.service.Cancel(w.ctx, olga, o.ID)
		requireCode(t, booking.CodeUnavailable, err)
		w.requireOrder(o.ID, booking.OrderRefunding, booking.ReasonOrganizer)
		w.tap.clear()
		w.giveBack(o)
	})
}

func TestCancelWhileTheEventIsNotLoaded(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		o := w.bought(alice, 0)
		w.flush()
		_, err := w.service.Cancel(w.ctx, olga, o.ID)
		require.NoError(t, err)
		require.True(t, w.loadAsked())
		w.load()
		w.requireSeats("")
	})
}
