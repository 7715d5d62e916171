package bookingtest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

var restoreTests = []holdsTest{
	{"claims come back on an event that was lost", restoreLost},
	{"claims are repaired on a loaded event", restoreLoaded},
	{"restoring twice changes nothing", restoreTwice},
	{"sold wins over a live hold", soldWins},
	{"of pending orders the first restored wins", olderPendingWins},
	{"a pending order past its deadline does not come back", lapsedPending},
	{"a pending order gets its lost binding back", pendingBoundAgain},
	{"an order that owns nothing gives back what it has here", releasedClaim},
	{"a claim without seats or in a passing state is refused", claimRefused},
}

// pending is a claim of an order that waits for its payment for ten minutes.
func (s *Show) pending(seats ...int) booking.Restore {
	s.T.Helper()
	c := newClaim(booking.HoldHeld, seats...)
	c.ExpiresAt = s.Clock().Add(10 * time.Minute)
	return c
}

// requireRestored asserts that a claim has its seats, under its hold's id.
func (s *Show) requireRestored(c booking.Restore, status booking.SeatStatus) {
	s.T.Helper()
	h := s.Get(c.HoldID)
	s.requireStands(booking.Hold{
		ID: c.HoldID, EventID: s.Event.ID, CustomerID: c.CustomerID, Seats: c.Seats,
		State: c.State, OrderID: c.OrderID, ExpiresAt: c.ExpiresAt, Left: h.Left, Age: h.Age,
	}, status)
}

func restoreLost(t *testing.T, s *Show) {
	n := s.unloaded()
	sold, block, pending := newClaim(booking.HoldSold, 3, 1), newClaim(booking.HoldBlocked, 5), n.pending(7, 8)
	gone := newClaim(booking.HoldReleased, 9)
	require.Equal(t, 3, n.Load(sold, block, pending, gone))
	n.requireSeats(".s.s.x.hh")
	n.requireRestored(sold, booking.SeatSold)
	n.requireRestored(block, booking.SeatBlocked)
	n.requireRestored(pending, booking.SeatHeld)
	n.requireRoom(sold.CustomerID, 4)
	n.requireRoom(pending.CustomerID, 4)

	_, changed, err := n.Sell(n.Ctx, n.Event, pending.HoldID, pending.OrderID) // its payment arrives
	require.NoError(t, err)
	require.True(t, changed)
	for _, c := range []booking.Restore{sold, block, pending} {
		_, changed, err := n.Free(n.Ctx, n.Event, c.HoldID, c.OrderID)
		require.NoError(t, err)
		require.True(t, changed)
	}
	n.requireSeats("")
}

func restoreLoaded(t *testing.T, s *Show) {
	stands, lost := s.TakeSold("customer-1", 1), newClaim(booking.HoldSold, 2)
	block, pending := newClaim(booking.HoldBlocked, 3), s.pending(4)
	before := s.Map()
	require.Equal(t, 3, s.Load(Claim(stands, booking.HoldSold), lost, block, pending))
	s.requireSeats(".ssxh")
	require.NotEqual(t, before.Version, s.Map().Version)
	require.Equal(t, epochOf(t, before), epochOf(t, s.Map()))
	s.requireStands(stands, booking.SeatSold)
	s.requireRestored(lost, booking.SeatSold)
	s.requireRestored(block, booking.SeatBlocked)
	s.requireRestored(pending, booking.SeatHeld)
}

func restoreTwice(t *testing.T, s *Show) {
	n := s.unloaded()
	claims := []booking.Restore{
		newClaim(booking.HoldSold, 1), newClaim(booking.HoldBlocked, 2), n.pending(3), newClaim(booking.HoldReleased, 4),
	}
	token, _ := n.begin()
	require.Equal(t, 3, n.restore(token, claims...))
	require.Zero(t, n.restore(token, claims...))
	n.commit(token)
	n.requireUnchanged(func() { require.Zero(t, n.Load(claims...)) })
	n.requireSeats(".sxh")
}

func soldWins(t *testing.T, s *Show) {
	held, paying := s.Take("customer-1", 1, 2), s.TakeBound("customer-1", time.Minute, 3, 4)
	s.Pay(paying)
	owner := newClaim(booking.HoldSold, 2, 3)
	require.Equal(t, 1, s.Load(owner))
	s.requireSeats("..ss")
	require.Equal(t, booking.HoldReleased, s.Get(held.ID).State)
	require.Equal(t, booking.HoldReleased, s.Get(paying.ID).State)

	n := s.unloaded() // and where the pending one was restored before it
	pending, sold := n.pending(1, 2), newClaim(booking.HoldSold, 2)
	token, _ := n.begin()
	n.restore(token, pending)
	n.restore(token, sold)
	n.commit(token)
	n.requireSeats("..s")
	n.requireRestored(sold, booking.SeatSold)
	require.Equal(t, booking.HoldReleased, n.Get(pending.HoldID).State)
}

func olderPendingWins(t *testing.T, s *Show) {
	n := s.unloaded()
	older, younger := n.pending(1, 2), n.pending(2, 3)
	require.Equal(t, 1, n.Load(older, younger))
	n.requireSeats(".hh")
	n.requireRestored(older, booking.SeatHeld)
	_, err := n.GetHold(n.Ctx, n.Event, younger.HoldID)
	requireCode(t, booking.CodeNotFound, err)
}

func lapsedPending(t *testing.T, s *Show) {
	c := s.pending(1)
	c.ExpiresAt = s.Clock()
	s.requireUnchanged(func() { require.Zero(t, s.Load(c)) })
}

// pendingBoundAgain: as confirmUnbound, found by the repair that follows a failover.
func pendingBoundAgain(t *testing.T, s *Show) {
	h := s.Take("customer-1", 1, 2)
	h.OrderID, h.ExpiresAt = "order-1", h.ExpiresAt.Add(10*time.Minute)
	require.Equal(t, 1, s.Load(Claim(h, booking.HoldHeld)))
	s.requireStands(h, booking.SeatHeld)
	require.Zero(t, s.Load(Claim(h, booking.HoldHeld)))

	other := s.Take("customer-1", 3) // of the same id, but not on the order's seats
	c := Claim(other, booking.HoldHeld)
	c.OrderID, c.Seats = "order-2", []int{4}
	require.Zero(t, s.Load(c))
	s.requireStands(other, booking.SeatHeld)
}

func releasedClaim(t *testing.T, s *Show) {
	sold, bound := s.TakeSold("customer-1", 1), s.TakeBound("customer-1", time.Minute, 2)
	other := s.TakeSold("customer-2", 3)
	wrong := Claim(other, booking.HoldReleased)
	wrong.OrderID = "order-other"
	require.Equal(t, 2, s.Load(Claim(sold, booking.HoldReleased), Claim(bound, booking.HoldReleased), wrong))
	s.requireSeats("...s")
	s.requireStands(other, booking.SeatSold)
}

func claimRefused(t *testing.T, s *Show) {
	token, _ := s.begin()
	s.requireUnchanged(func() {
		for _, c := range []booking.Restore{newClaim(booking.HoldSold), newClaim(booking.HoldPaying, 1), newClaim("", 1)} {
			_, err := s.RestoreSeats(s.Ctx, s.Event, token, []booking.Restore{newClaim(booking.HoldSold, 2), c})
			require.ErrorContains(t, err, c.OrderID)
		}
	})
}
