package bookingtest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

var repeatTests = []holdsTest{
	{"a repeat is the same hold, in whatever order it names the seats", sameHold},
	{"a repeat with other seats, or by another customer, is refused", keyReused},
	{"a repeat of an ended hold says how it ended", endedRepeat},
	{"after a partial release the first request is still the same hold", repeatAfterPart},
	{"a repeat finds the hold at any stage", repeatAtEveryStage},
	{"a refusal is not remembered", refusalForgotten},
}

// requireRepeated asserts that a request is answered with the hold as it stands.
func (s *Show) requireRepeated(r booking.HoldRequest, want booking.Hold) {
	s.T.Helper()
	s.requireUnchanged(func() {
		h, repeated, err := s.Hold(s.Ctx, s.Event, r)
		require.NoError(s.T, err)
		require.True(s.T, repeated)
		h.Left, h.Age, want.Left, want.Age = 0, 0, 0, 0
		require.Equal(s.T, want, h)
	})
}

func (s *Show) requireRefused(code booking.Code, r booking.HoldRequest) {
	s.T.Helper()
	s.requireUnchanged(func() {
		_, _, err := s.Hold(s.Ctx, s.Event, r)
		requireCode(s.T, code, err)
	})
}

func sameHold(_ *testing.T, s *Show) {
	r := s.Request("customer-1", 3, 1, 10)
	r.MaxSeats = 3 // its own seats do not count against it
	h := s.must(r)
	s.requireRepeated(r, h)
	for _, seats := range [][]int{{1, 3, 10}, {10, 3, 1}} {
		r.Seats = seats
		s.requireRepeated(r, h)
	}
	s.requireStands(h, booking.SeatHeld)
}

func keyReused(_ *testing.T, s *Show) {
	r := s.Request("customer-1", 1, 10)
	h := s.must(r)
	for _, seats := range [][]int{{1}, {10}, {1, 11}, {0, 1}, {1, 10, 2}, {2}, {0}} {
		again := r
		again.Seats = seats
		s.requireRefused(booking.CodeIdempotencyKeyReused, again)
	}
	r.CustomerID = "customer-2"
	s.requireRefused(booking.CodeIdempotencyKeyReused, r)
	s.requireStands(h, booking.SeatHeld)
}

func endedRepeat(t *testing.T, s *Show) {
	released := s.Request("customer-1", 1, 2)
	s.must(released)
	_, _, err := s.Release(s.Ctx, s.Event, released.HoldID, "customer-1", nil)
	require.NoError(t, err)
	s.requireRefused(booking.CodeHoldReleased, released)

	lapsed := s.Request("customer-1", 3)
	lapsed.TTL = brief
	s.Await(s.must(lapsed))
	s.requireRefused(booking.CodeHoldExpired, lapsed)
	_, err = s.Sweep(s.Ctx, s.Event, 10)
	require.NoError(t, err)
	s.requireRefused(booking.CodeHoldExpired, lapsed)

	lapsed.Seats = []int{4}
	s.requireRefused(booking.CodeIdempotencyKeyReused, lapsed)
}

func repeatAfterPart(t *testing.T, s *Show) {
	r := s.Request("customer-1", 1, 2, 3)
	s.must(r)
	for _, part := range []int{2, 3} { // the second must not forget what was first asked for
		_, changed, err := s.Release(s.Ctx, s.Event, r.HoldID, "customer-1", []int{part})
		require.NoError(t, err)
		require.True(t, changed)
		s.requireRepeated(r, s.Get(r.HoldID))
	}
	rest := r
	rest.Seats = []int{1}
	s.requireRefused(booking.CodeIdempotencyKeyReused, rest)
	s.requireSeats(".h")
}

func repeatAtEveryStage(t *testing.T, s *Show) {
	r := s.Request("customer-1", 1, 2)
	s.must(r)
	bound, err := s.Bind(s.Ctx, s.Event, r.HoldID, "customer-1", "order-1", time.Minute)
	require.NoError(t, err)
	s.requireRepeated(r, bound)
	s.Pay(bound)
	s.requireRepeated(r, s.Get(r.HoldID))
	sold, _, err := s.Sell(s.Ctx, s.Event, r.HoldID, "order-1")
	require.NoError(t, err)
	s.requireRepeated(r, sold)
	_, _, err = s.Free(s.Ctx, s.Event, r.HoldID, "order-1")
	require.NoError(t, err)
	s.requireRefused(booking.CodeHoldReleased, r)
}

func refusalForgotten(t *testing.T, s *Show) {
	h := s.Take("customer-1", 2)
	r := s.Request("customer-2", 1, 2)
	s.requireRefused(booking.CodeSeatsTaken, r)
	_, _, err := s.Release(s.Ctx, s.Event, h.ID, "customer-1", nil)
	require.NoError(t, err)
	s.must(r)

	tight := s.Request("customer-2", 5)
	tight.MaxSeats = 2
	s.requireRefused(booking.CodeCustomerLimit, tight)
	tight.MaxSeats = 3
	tight.Seats = []int{6} // not remembered means: not its seats either
	s.must(tight)
}
