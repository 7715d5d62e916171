package booking_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

func (w *world) block(seats ...int) booking.Order {
	w.t.Helper()
	b, err := w.service.Block(w.ctx, olga, w.event.ID, w.names(seats...), "", noEnd)
	require.NoError(w.t, err)
	return b
}

func (w *world) blocks() []booking.Order {
	w.t.Helper()
	list, err := w.service.Blocks(w.ctx, olga, w.event.ID, booking.Page{Limit: 10})
	require.NoError(w.t, err)
	return list
}

func TestBlockKeepsSeatsFromSale(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		b, err := w.service.Block(w.ctx, olga, w.event.ID, w.names(0, 2), "  sight lines ", noEnd)
		require.NoError(t, err)
		require.Equal(t, "sight lines", b.Reason)
		require.Equal(t, []booking.Order{b}, w.blocks())
		w.requireSeats("x.x")
		_, _, err = w.service.Hold(w.ctx, alice, w.event.ID, w.names(1, 2), "")
		requireCode(t, booking.CodeSeatsTaken, err)
		_, err = w.service.GetHold(w.ctx, olga, w.event.ID, b.HoldID)
		requireCode(t, booking.CodeNotFound, err)

		w.flush()
		w.load()
		w.requireSeats("x.x")
		for range 2 {
			require.NoError(t, w.service.EndBlock(w.ctx, olga, w.event.ID, b.ID))
			require.Empty(t, w.blocks())
			w.requireSeats("")
		}
		w.hold(alice, 0)
		require.NoError(t, w.service.EndBlock(w.ctx, olga, w.event.ID, b.ID))
		w.requireSeats("h")
	})
}

func TestBlockTakesAllOrNone(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.hold(alice, 0)
		w.bought(alice, 1)
		first := w.block(2)
		_, err := w.service.Block(w.ctx, olga, w.event.ID, w.names(3, 0), "", noEnd)
		requireTaken(t, w.names(0), err)
		_, err = w.service.Block(w.ctx, olga, w.event.ID, w.names(4, 2, 1, 0), "", noEnd)
		requireTaken(t, w.names(2, 1, 0), err)
		w.requireSeats("hsx")
		require.Equal(t, []booking.Order{first}, w.blocks(), "a refused block leaves no document in force")
		w.bought(bob, 3, 4)
	})
}

func requireTaken(t *testing.T, seats []string, err error) {
	t.Helper()
	requireCode(t, booking.CodeSeatsTaken, err)
	var refusal *booking.Error
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, seats, refusal.Seats)
}

func TestBlockRefuses(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		name := w.names(0)
		long := strings.Repeat("ü", booking.MaxReasonLength+1)
		for what, c := range map[string]struct {
			by     booking.Actor
			event  string
			seats  []string
			reason string
			until  time.Time
			code   booking.Code
		}{
			"a customer":         {by: alice, event: w.event.ID, seats: name, code: booking.CodeForbidden},
			"another organizer":  {by: oscar, event: w.event.ID, seats: name, code: booking.CodeNotFound},
			"an unknown event":   {by: olga, event: "none", seats: name, code: booking.CodeNotFound},
			"an unknown seat":    {by: olga, event: w.event.ID, seats: []string{"none"}, code: booking.CodeUnknownSeat},
			"a seat twice":       {by: olga, event: w.event.ID, seats: w.names(0, 0), code: booking.CodeDuplicateSeat},
			"no seat":            {by: olga, event: w.event.ID, code: booking.CodeNoSeats},
			"a long reason":      {by: olga, event: w.event.ID, seats: name, reason: long, code: booking.CodeInvalidValue},
			"an end in the past": {by: olga, event: w.event.ID, seats: name, until: time.Now().Add(-time.Minute), code: booking.CodeInvalidValue},
		} {
			_, err := w.service.Block(w.ctx, c.by, c.event, c.seats, c.reason, c.until)
			require.Equal(t, c.code, booking.CodeOf(err), what)
		}
		require.Empty(t, ordersOf(w.ctx, t, w.store, w.event.ID))
		w.requireSeats("")
	})
}

func TestBlocksAreTheOrganizers(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		b, o := w.block(0), w.pending(alice, 1)
		end := func(by booking.Actor, id string) error { return w.service.EndBlock(w.ctx, by, w.event.ID, id) }
		requireCode(t, booking.CodeForbidden, end(alice, b.ID))
		requireCode(t, booking.CodeNotFound, end(oscar, b.ID))
		requireCode(t, booking.CodeNotFound, end(olga, o.ID))
		requireCode(t, booking.CodeNotFound, end(olga, "none"))
		other := w.newEvent(olga, w.setup)
		requireCode(t, booking.CodeNotFound, w.service.EndBlock(w.ctx, olga, other.ID, b.ID))
		_, err := w.service.Blocks(w.ctx, alice, w.event.ID, booking.Page{Limit: 1})
		requireCode(t, booking.CodeForbidden, err)
		_, err = w.service.Order(w.ctx, olga, b.ID)
		requireCode(t, booking.CodeNotFound, err)
		w.requireSeats("xh")
		require.NoError(t, end(operator, b.ID))
	})
}

// A block that the caller was told failed is no block: neither here nor there,
// nor after the repair that was asked for.
func TestBlockThatFailsIsUndone(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.atEveryCall(func(broken func(func())) {
			var err error
			broken(func() { _, err = w.service.Block(w.ctx, olga, w.event.ID, w.names(0, 1), "", noEnd) })
			requireFault(t, err)
			if err != nil {
				require.Empty(t, w.blocks())
				if w.loadAsked() {
					w.load()
				}
				w.requireSeats("")
				w.block(0, 1)
			}
			for _, b := range w.blocks() {
				require.NoError(t, w.service.EndBlock(w.ctx, olga, w.event.ID, b.ID))
			}
			w.requireSeats("")
		})
	})
}

func TestBlockWithoutTheHoldStore(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.tap.all("Holds.", away)
		_, err := w.service.Block(w.ctx, olga, w.event.ID, w.names(0), "", noEnd)
		requireCode(t, booking.CodeUnavailable, err)
		require.Empty(t, w.blocks())
		_, err = w.service.Block(w.ctx, olga, w.event.ID, w.names(0), "", time.Now().Add(time.Hour))
		requireCode(t, booking.CodeUnavailable, err)
		require.Empty(t, w.blocks())
	})
}

func TestBlockWhileTheEventIsNotLoaded(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.flush()
		w.block(0)
		require.True(t, w.loadAsked())
		w.load()
		w.requireSeats("x")
		b := w.block(1)
		w.flush()
		require.NoError(t, w.service.EndBlock(w.ctx, olga, w.event.ID, b.ID))
		w.load()
		w.requireSeats("x")
	})
}

func TestBlockEndsByItsTime(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		now, err := w.holds.Now(w.ctx)
		require.NoError(t, err)
		until := now.Add(5 * brief) // there is something to do before
		b, err := w.service.Block(w.ctx, olga, w.event.ID, w.names(0), "", until)
		require.NoError(t, err)
		require.Equal(t, until, b.ExpiresAt)
		lasting := w.block(1)
		n, err := w.service.Settle(w.ctx)
		require.NoError(t, err)
		require.Zero(t, n)
		w.await(until)
		w.requireSeats("xx")
		n, err = w.service.Settle(w.ctx)
		require.NoError(t, err)
		require.Equal(t, 1, n)
		w.requireSeats(".x")
		require.Equal(t, []booking.Order{lasting}, w.blocks())
	})
}

// The hold store did not answer when a block's time was over: nobody ends it
// again, so a repair was asked for.
func TestBlockEndedHalfwayIsRepaired(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.atEveryCall(func(broken func(func())) {
			now, err := w.holds.Now(w.ctx)
			require.NoError(t, err)
			b, err := w.service.Block(w.ctx, olga, w.event.ID, w.names(0), "", now.Add(brief))
			require.NoError(t, err)
			w.await(b.ExpiresAt)
			broken(func() { _, err = w.service.Settle(w.ctx) })
			requireFault(t, err)
			if w.loadAsked() {
				w.load()
			}
			_, err = w.service.Settle(w.ctx)
			require.NoError(t, err)
			w.requireSeats("")
			require.Empty(t, w.blocks())
		})
	})
}

// A block of seats that a customer is about to pay is refused, and the payment
// goes through: a refused block does no harm.
func TestRefusedBlockDoesNotDisturbAPayment(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		o := w.pending(alice, 0)
		// While the block's document is stored and the hold store not asked yet.
		w.tap.next("Holds.Block", before(func() { w.deliver(success(o)) }))
		_, err := w.service.Block(w.ctx, olga, w.event.ID, w.names(0), "", noEnd)
		requireTaken(t, w.names(0), err)
		w.deliver(success(o))
		w.requireOrder(o.ID, booking.OrderPaid, "")
		w.requireSeats("s")
	})
}
