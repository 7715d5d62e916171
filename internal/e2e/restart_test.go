package e2e

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestRestartInBetween ends the service between an order and its payment,
// politely and not.
func TestRestartInBetween(t *testing.T) {
	inBothWorldsAtOnce(t, func(t *testing.T, w world) {
		s := openShop(t, w, seathold, 60)
		for i, end := range []struct {
			name string
			end  func(*testing.T)
		}{
			{"SIGTERM", func(t *testing.T) { s.stop(t) }},
			{"SIGKILL", func(t *testing.T) { s.kill(t) }},
		} {
			t.Run(end.name, func(t *testing.T) {
				seats := s.guids[10*i : 10*i+5]
				restartInBetween(t, s, seats, func() { end.end(t); s.start(t) })
			})
		}
	})
}

// restartInBetween has one seat sold, two ordered and two held when the
// service ends.
func restartInBetween(t *testing.T, s *shop, seats []string, restart func()) {
	buyer, orderer, holder, late := s.customer(t), s.customer(t), s.customer(t), s.customer(t)
	sold, ordered, held := seats[:1], seats[1:3], seats[3:]
	bought := s.bought(t, buyer, sold...)
	o := s.ordered(t, orderer, ordered...)
	h := s.held(t, holder, held...)
	require.Equal(t, "shhhh", s.shows(t, seats...))

	restart()

	afterwards := "shhhh"
	if s.world.embedded() {
		afterwards = "shh.."
	}
	require.Equal(t, afterwards, s.shows(t, seats...))
	s.requireOrder(t, buyer, bought.ID, "paid")
	s.requireOrder(t, orderer, o.ID, "pending_payment")
	back := read[hold](t, orderer.getHold(s.event.ID, o.HoldID), http.StatusOK)
	require.Equal(t, o.ID, back.OrderID)
	require.True(t, o.Payment.ExpiresAt.Equal(back.ExpiresAt), "the deadline moved from %s to %s", o.Payment.ExpiresAt, back.ExpiresAt)
	for _, guid := range seats[:3] {
		requireProblem(t, late.hold(s.event.ID, guid), http.StatusConflict, "seats_taken")
	}
	requireHoldAfterRestart(t, s, holder, late, h)

	requireStatus(t, orderer.press(o, "pay"), http.StatusOK)
	s.requireOrder(t, orderer, o.ID, "paid")
	require.Equal(t, "sss", s.shows(t, seats[:3]...))
	s.requireSoldOnce(t)
}

// requireHoldAfterRestart: a hold without an order survives on real servers;
// embedded its seats are free.
func requireHoldAfterRestart(t *testing.T, s *shop, holder, late *client, h hold) {
	t.Helper()
	if s.world.embedded() {
		requireProblem(t, holder.getHold(s.event.ID, h.ID), http.StatusNotFound, "not_found")
		s.held(t, late, h.Seats...)
		return
	}
	back := read[hold](t, holder.getHold(s.event.ID, h.ID), http.StatusOK)
	require.Equal(t, "held", back.Status)
	require.True(t, h.ExpiresAt.Equal(back.ExpiresAt))
	requireProblem(t, late.hold(s.event.ID, h.Seats...), http.StatusConflict, "seats_taken")
}
