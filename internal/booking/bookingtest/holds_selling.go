package bookingtest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

var sellTests = []holdsTest{
	{"a confirmed hold is sold, once", sellOnce},
	{"a lapsed hold is sold while its seats are nobody else's", sellLapsed},
	{"what is not this order's is not sold", sellMismatch},
	{"selling over ends any other hold and overwrites", sellOver},
	{"selling over what is sold already changes nothing", sellOverAgain},
	{"selling over restores a forgotten hold", sellOverForgotten},
	{"selling over leaves none of the old seats behind", sellOverOtherSeats},
}

func sellOnce(t *testing.T, s *Show) {
	h := s.TakeBound("customer-1", time.Minute, 2, 1)
	s.Pay(h)
	sold, changed, err := s.Sell(s.Ctx, s.Event, h.ID, h.OrderID)
	require.NoError(t, err)
	require.True(t, changed)
	require.Equal(t, booking.HoldSold, sold.State)
	require.True(t, sold.ExpiresAt.IsZero())
	s.requireSeats(".ss")
	s.requireStands(sold, booking.SeatSold)
	s.requireUnchanged(func() {
		again, changed, err := s.Sell(s.Ctx, s.Event, h.ID, h.OrderID)
		require.NoError(t, err)
		require.False(t, changed)
		require.Equal(t, booking.HoldSold, again.State)
	})
	unconfirmed := s.TakeBound("customer-1", time.Minute, 3) // the store was away at its confirmation
	_, changed, err = s.Sell(s.Ctx, s.Event, unconfirmed.ID, unconfirmed.OrderID)
	require.NoError(t, err)
	require.True(t, changed)
	s.requireSeats(".sss")
}

func sellLapsed(t *testing.T, s *Show) {
	h := s.TakeBoundLapsed("customer-1", 1, 2)
	s.Take("customer-1", 9) // by now the lapsed hold does not count any more
	sold, changed, err := s.Sell(s.Ctx, s.Event, h.ID, h.OrderID)
	require.NoError(t, err)
	require.True(t, changed)
	s.requireStands(sold, booking.SeatSold)
	swept, err := s.Sweep(s.Ctx, s.Event, 10)
	require.NoError(t, err)
	require.Empty(t, swept.Expired)
	s.requireRoom("customer-1", 3)
}

func sellMismatch(t *testing.T, s *Show) {
	bound, unbound := s.TakeBound("customer-1", time.Minute, 1), s.Take("customer-1", 2)
	freed := s.TakeBound("customer-1", time.Minute, 3)
	_, _, err := s.Free(s.Ctx, s.Event, freed.ID, freed.OrderID)
	require.NoError(t, err)
	swept := s.TakeBoundLapsed("customer-1", 4)
	_, err = s.Sweep(s.Ctx, s.Event, 10)
	require.NoError(t, err)
	partly := s.TakeBoundLapsed("customer-1", 5, 6)
	next := s.Take("customer-2", 6)
	s.requireUnchanged(func() {
		for _, c := range [][2]string{
			{bound.ID, "order-other"},
			{unbound.ID, "order-other"},
			{"nothing", "order-other"},
			{freed.ID, freed.OrderID},
			{swept.ID, swept.OrderID},
			{partly.ID, partly.OrderID},
		} {
			_, changed, err := s.Sell(s.Ctx, s.Event, c[0], c[1])
			require.ErrorIs(t, err, booking.ErrHoldMismatch)
			require.False(t, changed)
		}
	})
	s.requireStands(next, booking.SeatHeld)
}

func sellOver(t *testing.T, s *Show) {
	h := s.TakeBoundLapsed("customer-1", 1, 2)
	other := s.Take("customer-2", 2, 3)
	paying := s.TakeBound("customer-3", time.Minute, 1)
	s.Pay(paying)
	bystander := s.Take("customer-2", 5)

	require.NoError(t, s.SellOver(s.Ctx, s.Event, Claim(h, booking.HoldSold)))
	s.requireSeats(".ss..h") // seat 3 of the hold that was ended is free
	require.Equal(t, booking.HoldReleased, s.Get(other.ID).State)
	require.Equal(t, booking.HoldReleased, s.Get(paying.ID).State)
	s.requireStands(bystander, booking.SeatHeld)
	sold := s.Get(h.ID)
	require.Equal(t, booking.HoldSold, sold.State)
	require.Equal(t, h.OrderID, sold.OrderID)
	s.requireRoom("customer-1", 4)

	_, _, err := s.Free(s.Ctx, s.Event, paying.ID, paying.OrderID) // late, for seat 1
	require.NoError(t, err)
	s.requireStands(sold, booking.SeatSold)
	_, changed, err := s.Free(s.Ctx, s.Event, h.ID, h.OrderID)
	require.NoError(t, err)
	require.True(t, changed)
	s.requireSeats(".....h")
}

func sellOverAgain(t *testing.T, s *Show) {
	h := s.TakeSold("customer-1", 1, 2)
	s.requireUnchanged(func() { require.NoError(t, s.SellOver(s.Ctx, s.Event, Claim(h, booking.HoldSold))) })
	s.requireStands(h, booking.SeatSold)
}

func sellOverForgotten(t *testing.T, s *Show) {
	c := newClaim(booking.HoldSold, 2, 1)
	require.NoError(t, s.SellOver(s.Ctx, s.Event, c))
	s.requireSeats(".ss")
	s.requireUnchanged(func() {
		h, changed, err := s.Sell(s.Ctx, s.Event, c.HoldID, c.OrderID)
		require.NoError(t, err)
		require.False(t, changed)
		require.Equal(t, []int{2, 1}, h.Seats)
	})
}

// sellOverOtherSeats: the id has a hold on other seats, see confirmOtherHold.
func sellOverOtherSeats(t *testing.T, s *Show) {
	h := s.Take("customer-1", 1, 2)
	c := newClaim(booking.HoldSold, 2, 3)
	c.HoldID, c.CustomerID = h.ID, "customer-1"
	require.NoError(t, s.SellOver(s.Ctx, s.Event, c))
	s.requireSeats("..ss")
	s.requireRoom("customer-1", 4)
}
