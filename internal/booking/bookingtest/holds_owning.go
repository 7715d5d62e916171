package bookingtest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

var freeTests = []holdsTest{
	{"freeing gives back held, paying, sold and blocked seats", freeAll},
	{"freeing for another order, or again, changes nothing", freeOthers},
	{"freeing a lapsed hold leaves the next holder alone", freeLapsed},
}

var blockTests = []holdsTest{
	{"a block keeps free seats from sale, all or none", blockAllOrNone},
	{"a repeated block is the same block", blockRepeated},
	{"a lapsed hold does not keep a block from its seats", blockLapsed},
	{"an unblocking that comes late does not free a later block", lateUnblock},
	{"a block is no customer's hold", blockIsNoHold},
}

func freeAll(t *testing.T, s *Show) {
	block := booking.Hold{ID: "block-1", OrderID: "block-1", Seats: []int{7, 8}}
	require.NoError(t, s.Block(s.Ctx, s.Event, block.ID, "organizer-1", block.Seats))
	bound, paying := s.TakeBound("customer-1", time.Minute, 1, 2), s.TakeBound("customer-1", time.Minute, 3)
	s.Pay(paying)
	sold := s.TakeSold("customer-1", 5, 4)
	s.requireSeats(".hhhss.xx")
	for _, h := range []booking.Hold{bound, paying, sold, block} {
		got, changed, err := s.Free(s.Ctx, s.Event, h.ID, h.OrderID)
		require.NoError(t, err)
		require.True(t, changed)
		require.Equal(t, booking.HoldReleased, got.State)
		require.Equal(t, h.Seats, got.Seats)
		s.requireStands(got, booking.SeatFree)
	}
	s.requireSeats("")
	s.Take("customer-2", 1, 2, 3, 4, 5, 7, 8)
}

func freeOthers(t *testing.T, s *Show) {
	sold, unbound := s.TakeSold("customer-1", 1), s.Take("customer-1", 2)
	freed := s.TakeSold("customer-1", 3)
	_, _, err := s.Free(s.Ctx, s.Event, freed.ID, freed.OrderID)
	require.NoError(t, err)
	again := s.TakeSold("customer-2", 3)
	s.requireUnchanged(func() {
		for _, c := range [][2]string{
			{sold.ID, "order-other"},
			{unbound.ID, "order-other"},
			{"nothing", sold.OrderID},
			{unbound.ID, sold.OrderID},
			{freed.ID, freed.OrderID},
		} {
			_, changed, err := s.Free(s.Ctx, s.Event, c[0], c[1])
			require.NoError(t, err)
			require.False(t, changed)
		}
	})
	s.requireStands(sold, booking.SeatSold)
	s.requireStands(again, booking.SeatSold)
}

func freeLapsed(t *testing.T, s *Show) {
	lapsed := s.TakeBoundLapsed("customer-1", 1, 2)
	next := s.TakeSold("customer-2", 2)
	_, _, err := s.Free(s.Ctx, s.Event, lapsed.ID, lapsed.OrderID)
	require.NoError(t, err)
	s.requireSeats("..s")
	s.requireStands(next, booking.SeatSold)
}

func (s *Show) requireBlockTaken(taken []int, seats ...int) {
	s.T.Helper()
	s.requireUnchanged(func() {
		s.requireTaken(s.Block(s.Ctx, s.Event, "block-"+newID(), "organizer-1", seats), taken...)
	})
}

func blockAllOrNone(t *testing.T, s *Show) {
	held := s.Take("customer-1", 1)
	s.TakeSold("customer-1", 2)
	s.requireBlockTaken([]int{1}, 0, 1)
	s.requireBlockTaken([]int{2, 1}, 3, 2, 4, 1)
	require.NoError(t, s.Block(s.Ctx, s.Event, "block-1", "organizer-1", []int{3, 0}))
	s.requireSeats("xhsx")
	s.requireBlockTaken([]int{3}, 3, 4)
	_, _, err := s.Hold(s.Ctx, s.Event, s.Request("customer-2", 4, 3))
	s.requireTaken(err, 3)
	status, err := s.Seat(s.Ctx, s.Event, 3)
	require.NoError(t, err)
	require.Equal(t, booking.SeatBlocked, status)
	s.requireStands(held, booking.SeatHeld)
}

func blockRepeated(t *testing.T, s *Show) {
	require.NoError(t, s.Block(s.Ctx, s.Event, "block-1", "organizer-1", []int{3, 0}))
	s.requireUnchanged(func() {
		require.NoError(t, s.Block(s.Ctx, s.Event, "block-1", "organizer-1", []int{3, 0}))
	})
}

func blockLapsed(t *testing.T, s *Show) {
	lapsed := s.TakeLapsed("customer-1", 1, 2)
	require.NoError(t, s.Block(s.Ctx, s.Event, "block-1", "organizer-1", []int{2, 3}))
	_, _, err := s.Release(s.Ctx, s.Event, lapsed.ID, "customer-1", nil)
	require.NoError(t, err)
	_, err = s.Sweep(s.Ctx, s.Event, 10)
	require.NoError(t, err)
	s.requireSeats("..xx")
}

func lateUnblock(t *testing.T, s *Show) {
	require.NoError(t, s.Block(s.Ctx, s.Event, "block-1", "organizer-1", []int{1, 2}))
	_, _, err := s.Free(s.Ctx, s.Event, "block-1", "block-1")
	require.NoError(t, err)
	require.NoError(t, s.Block(s.Ctx, s.Event, "block-2", "organizer-1", []int{2, 3}))
	s.requireUnchanged(func() {
		_, changed, err := s.Free(s.Ctx, s.Event, "block-1", "block-1")
		require.NoError(t, err)
		require.False(t, changed)
		_, changed, err = s.Free(s.Ctx, s.Event, "block-2", "block-1")
		require.NoError(t, err)
		require.False(t, changed)
	})
	s.requireSeats("..xx")
}

func blockIsNoHold(t *testing.T, s *Show) {
	require.NoError(t, s.Block(s.Ctx, s.Event, "block-1", "organizer-1", []int{1}))
	s.requireUnchanged(func() {
		_, err := s.Bind(s.Ctx, s.Event, "block-1", "organizer-1", "order-1", time.Minute)
		requireCode(t, booking.CodeNotFound, err)
		_, _, err = s.Sell(s.Ctx, s.Event, "block-1", "block-1")
		require.ErrorIs(t, err, booking.ErrHoldMismatch)
		holds, err := s.HoldsOf(s.Ctx, s.Event, "organizer-1")
		require.NoError(t, err)
		require.Empty(t, holds)
		swept, err := s.Sweep(s.Ctx, s.Event, 10)
		require.NoError(t, err)
		require.Empty(t, swept.Expired)
	})
	require.Equal(t, booking.HoldBlocked, s.Get("block-1").State)
}
