package e2e

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// What is promised to customers, and the slack that a test machine gets.
const (
	freeAgainWithin = 50 * time.Millisecond // after a hold's deadline
	announcedWithin = time.Second           // after a hold's deadline, on the map
	slack           = 10
)

const shortTTL = 400 * time.Millisecond

// TestHoldExpires measures, so it runs alone.
func TestHoldExpires(t *testing.T) {
	inBothWorlds(t, func(t *testing.T, w world) {
		s := openShop(t, w, seathold, 40, settings{"SEATHOLD_HOLD_TTL": shortTTL.String()})
		one, other := s.customer(t), s.customer(t)
		for range 3 {
			takeAtTheDeadline(t, s, one, other)
		}
	})
}

// takeAtTheDeadline has another customer try for two of the first's four seats
// from just before the deadline on. Times are the hold store's: a hold began
// its TTL before its deadline.
func takeAtTheDeadline(t *testing.T, s *shop, one, other *client) {
	t.Helper()
	seats := s.guids[:4]
	first := s.held(t, one, seats...)
	time.Sleep(time.Until(first.ExpiresAt.Add(-40 * time.Millisecond))) // to ask at that moment is the point

	var refusals int
	var got answer
	within(t, slack*freeAgainWithin+shortTTL, "the seats are someone else's", func() bool {
		if got = other.hold(s.event.ID, seats[:2]...); !got.is(http.StatusCreated) {
			refused := requireProblem(t, got, http.StatusConflict, "seats_taken")
			require.Equal(t, seats[:2], refused.Seats)
			refusals++
		}
		return got.is(http.StatusCreated)
	})
	second := read[hold](t, got, http.StatusCreated)
	late := second.ExpiresAt.Add(-shortTTL).Sub(first.ExpiresAt)
	figure(t, "held by someone else %s after the deadline, and refused %d times before", late, refusals)
	require.Positive(t, refusals, "no attempt was made before the deadline")
	require.GreaterOrEqual(t, late, time.Duration(0), "taken before the deadline")
	require.Less(t, late, slack*freeAgainWithin)
	requireProblem(t, one.getHold(s.event.ID, first.ID), http.StatusGone, "hold_expired")

	requireAnnounced(t, s, first.ExpiresAt, seats[2:]...)
	requireAnnounced(t, s, second.ExpiresAt, seats[:2]...)
}

// requireAnnounced waits until the map shows lapsed seats as free.
func requireAnnounced(t *testing.T, s *shop, deadline time.Time, seats ...string) {
	t.Helper()
	within(t, time.Until(deadline)+slack*announcedWithin, "the map shows the seats free", func() bool {
		return s.shows(t, seats...) == dots(len(seats))
	})
	figure(t, "announced %s after the deadline", time.Since(deadline))
	s.requireSeats(t, "free", seats...)
}

// TestOrderWithoutPayment lets orders run out of time. A payment that arrives
// late still buys the seats if they are free, and goes back if they are not.
func TestOrderWithoutPayment(t *testing.T) {
	inBothWorlds(t, func(t *testing.T, w world) {
		s := openShop(t, w, seathold, 40, settings{"SEATHOLD_PAYMENT_TTL": shortTTL.String()})
		one, other := s.customer(t), s.customer(t)
		free, lost := s.guids[:2], s.guids[2:4]
		lucky, unlucky := s.ordered(t, one, free...), s.ordered(t, one, lost...)
		require.Equal(t, "hhhh", s.shows(t, s.guids[:4]...))

		requireAnnounced(t, s, lucky.Payment.ExpiresAt, free...)
		for _, o := range []order{lucky, unlucky} {
			within(t, slack*announcedWithin, "the order expires", func() bool {
				return read[order](t, one.getOrder(o.ID), http.StatusOK).Status == "expired"
			})
			o = s.requireOrder(t, one, o.ID, "expired")
			require.Equal(t, "timeout", o.Reason)
			require.Empty(t, o.Payments)
			requireProblem(t, one.cancel(o.ID), http.StatusConflict, "order_expired")
		}
		s.held(t, other, lost[0])

		requireStatus(t, one.send(paid(t, lucky)), http.StatusOK)
		s.requireOrder(t, one, lucky.ID, "paid")
		requireStatus(t, one.send(paid(t, unlucky)), http.StatusOK)
		o := s.requireRefunded(t, one, unlucky.ID)
		require.Equal(t, "seats_taken", o.Reason)
		require.Equal(t, []payment{{o.Payment.ID, o.Total, "refunded", "seats_taken", o.Total}}, o.Payments)
		requireRefundedOnce(t, one, o)
		require.Equal(t, "ssh.", s.shows(t, s.guids[:4]...))
	})
}
