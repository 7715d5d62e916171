package bookingtest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

var bindTests = []holdsTest{
	{"the first order binds, for good, and sets the deadline once", bindOnce},
	{"of orders offered at once all learn of the same one", bindRace},
	{"an ended or another's hold is not bound, a sold one is shown", bindRefused},
}

var confirmTests = []holdsTest{
	{"a live hold becomes paying and lives at least for the grace", confirmLive},
	{"a lapsed hold is taken again if its seats are free", confirmLapsed},
	{"a lapsed hold whose seats are taken is too late", confirmTooLate},
	{"a forgotten hold is taken again", confirmForgotten},
	{"a hold whose binding was lost is still its order's", confirmUnbound},
	{"a confirmation never replaces another hold of the same id", confirmOtherHold},
	{"a released hold can be taken again for its payment", confirmReleased},
	{"confirming what is sold changes nothing", confirmSold},
}

func bindOnce(t *testing.T, s *Show) {
	taken := s.Take("customer-1", 1, 2)
	before := s.Clock()
	var h booking.Hold
	s.requireUnchanged(func() { // for the map it stays a hold
		var err error
		h, err = s.Bind(s.Ctx, s.Event, taken.ID, "customer-1", "order-1", 3*time.Minute)
		require.NoError(t, err)
	})
	require.Equal(t, "order-1", h.OrderID)
	require.Equal(t, 3*time.Minute, h.Left)
	require.False(t, h.ExpiresAt.Before(before.Add(3*time.Minute)))
	for _, order := range []string{"order-2", "order-1"} {
		again, err := s.Bind(s.Ctx, s.Event, taken.ID, "customer-1", order, time.Hour)
		require.NoError(t, err)
		require.Equal(t, "order-1", again.OrderID)
		require.Equal(t, h.ExpiresAt, again.ExpiresAt)
	}
	s.requireStands(h, booking.SeatHeld)
}

func bindRace(t *testing.T, s *Show) { require.NoError(t, RaceForOrder(s, 32)) }

func bindRefused(t *testing.T, s *Show) {
	ended := s.ended()
	s.requireUnchanged(func() {
		for id, code := range ended {
			h, err := s.Bind(s.Ctx, s.Event, id, "customer-1", "order-new", time.Minute)
			if code == booking.CodeHoldSold {
				require.NoError(t, err)
				require.Equal(t, booking.HoldSold, h.State)
				require.NotEqual(t, "order-new", h.OrderID)
				require.True(t, h.ExpiresAt.IsZero())
				continue
			}
			requireCode(t, code, err)
		}
	})
}

func confirmLive(t *testing.T, s *Show) {
	h := s.TakeBound("customer-1", time.Minute, 1, 2)
	c := confirmation(h)
	s.requireUnchanged(func() { require.NoError(t, s.Confirm(s.Ctx, s.Event, c)) })
	h.State = booking.HoldPaying
	s.requireStands(h, booking.SeatHeld) // its deadline is later than the grace

	c.Grace = time.Hour
	before := s.Clock()
	s.requireUnchanged(func() { require.NoError(t, s.Confirm(s.Ctx, s.Event, c)) })
	longer := s.Get(h.ID)
	require.False(t, longer.ExpiresAt.Before(before.Add(time.Hour)))
	c.Grace = brief
	require.NoError(t, s.Confirm(s.Ctx, s.Event, c))
	s.requireStands(longer, booking.SeatHeld)
}

func confirmLapsed(t *testing.T, s *Show) {
	h := s.TakeBoundLapsed("customer-1", 1, 2)
	c := confirmation(h)
	c.Grace = time.Minute
	require.NoError(t, s.Confirm(s.Ctx, s.Event, c))
	again := s.Get(h.ID)
	require.Equal(t, booking.HoldPaying, again.State)
	require.Equal(t, h.OrderID, again.OrderID)
	swept, err := s.Sweep(s.Ctx, s.Event, 10)
	require.NoError(t, err)
	require.Empty(t, swept.Expired)
	s.requireStands(again, booking.SeatHeld)
	s.requireRoom("customer-1", 4) // it counts again

	announced := s.TakeBoundLapsed("customer-2", 5)
	_, err = s.Sweep(s.Ctx, s.Event, 10)
	require.NoError(t, err)
	s.Pay(announced)
	s.requireSeats(".hh..h")
}

func confirmTooLate(t *testing.T, s *Show) {
	h := s.TakeBoundLapsed("customer-1", 1, 2, 3)
	next := s.Take("customer-2", 3)
	s.TakeSold("customer-2", 1)
	s.requireUnchanged(func() { s.requireTaken(s.Confirm(s.Ctx, s.Event, confirmation(h)), 1, 3) })
	require.Equal(t, booking.HoldExpired, s.Get(h.ID).State)
	s.requireStands(next, booking.SeatHeld)
	s.Take("customer-2", 2)
}

func confirmForgotten(t *testing.T, s *Show) {
	c := booking.ConfirmRequest{
		HoldID: "hold-lost", OrderID: "order-lost", CustomerID: "customer-1", Seats: []int{2, 1}, Grace: time.Minute,
	}
	require.NoError(t, s.Confirm(s.Ctx, s.Event, c))
	h := s.Get("hold-lost")
	require.Equal(t, booking.Hold{
		ID: "hold-lost", EventID: s.Event.ID, CustomerID: "customer-1", Seats: []int{2, 1},
		State: booking.HoldPaying, OrderID: "order-lost", ExpiresAt: h.ExpiresAt, Left: h.Left, Age: h.Age,
	}, h)
	require.LessOrEqual(t, h.Left, time.Minute)
	s.requireStands(h, booking.SeatHeld)
	s.requireRoom("customer-1", 4)
}

// confirmUnbound: a replica that took over may know the hold and not the order
// that was bound to it a moment before.
func confirmUnbound(t *testing.T, s *Show) {
	h := s.Take("customer-1", 1, 2)
	c := confirmation(h)
	c.OrderID = "order-1"
	s.requireUnchanged(func() { require.NoError(t, s.Confirm(s.Ctx, s.Event, c)) })
	h.State, h.OrderID = booking.HoldPaying, "order-1"
	s.requireStands(h, booking.SeatHeld)
	_, changed, err := s.Sell(s.Ctx, s.Event, h.ID, "order-1")
	require.NoError(t, err)
	require.True(t, changed)
}

// confirmOtherHold: an id that follows from an idempotency key comes again
// when the key is used again after the ended hold was forgotten.
func confirmOtherHold(t *testing.T, s *Show) {
	unbound, bound := s.Take("customer-1", 1, 2), s.TakeBound("customer-1", time.Minute, 3)
	sold := s.TakeSold("customer-1", 4)
	for _, h := range []booking.Hold{unbound, bound, sold} {
		c := confirmation(h)
		c.OrderID, c.Seats = "order-of-before", []int{9, 8}
		s.requireUnchanged(func() { s.requireTaken(s.Confirm(s.Ctx, s.Event, c), 9, 8) })
	}
	s.requireStands(unbound, booking.SeatHeld)
	s.requireStands(bound, booking.SeatHeld)
	s.requireStands(sold, booking.SeatSold)

	lapsed := s.TakeLapsed("customer-1", 10, 11) // one that is over does not matter, and leaves no seat marked
	c := confirmation(lapsed)
	c.OrderID, c.Seats = "order-of-before", []int{6}
	require.NoError(t, s.Confirm(s.Ctx, s.Event, c))
	s.requireSeats(".hhhs.h")
}

func confirmReleased(t *testing.T, s *Show) {
	h := s.TakeBound("customer-1", time.Minute, 1)
	_, _, err := s.Free(s.Ctx, s.Event, h.ID, h.OrderID) // the provider reported a failure first
	require.NoError(t, err)
	s.Pay(h)
	require.Equal(t, booking.HoldPaying, s.Get(h.ID).State)
	s.requireSeats(".h")
}

func confirmSold(t *testing.T, s *Show) {
	h := s.TakeSold("customer-1", 1)
	s.requireUnchanged(func() { s.Pay(h) })
	s.requireStands(h, booking.SeatSold)
}
