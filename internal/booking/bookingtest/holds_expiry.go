package bookingtest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

var expiryTests = []holdsTest{
	{"a seat is free the moment its hold is over, without any sweep", expiryExact},
	{"a lapsed hold shows as expired, and its seats are exactly free", lapsedShows},
	{"what comes late for a lapsed hold never touches the new holder", lateCalls},
	{"a sweep announces the lapsed holds, once, and no other", sweepAnnounces},
	{"a sweep never touches seats that someone else has by then", sweepComparesNumbers},
	{"a sweep is bounded", sweepBounded},
	{"an extended hold is not swept", sweepRechecks},
}

// promptness is ten times what is promised: a lapsed seat can be taken 50 ms
// after its deadline. That a request made after the deadline succeeds is
// asserted without any slack.
const promptness = 10 * 50 * time.Millisecond

func expiryExact(t *testing.T, s *Show) {
	r := s.Request("customer-1", 2, 3)
	r.TTL = 4 * brief
	first := s.must(r)
	next := s.Request("customer-2", 3, 4)
	s.pollAcross(first.ExpiresAt, func() bool {
		_, _, err := s.Hold(s.Ctx, s.Event, next)
		if err != nil {
			s.requireTaken(err, 3)
		}
		return err == nil
	})
	second := s.Get(next.HoldID)
	at := second.ExpiresAt.Add(-next.TTL)
	require.False(t, at.Before(first.ExpiresAt), "taken %s before the deadline", first.ExpiresAt.Sub(at))
	require.Less(t, at.Sub(first.ExpiresAt), promptness)
	s.requireStands(second, booking.SeatHeld)
}

func lapsedShows(t *testing.T, s *Show) {
	h := s.TakeLapsed("customer-1", 1, 2)
	s.requireSeats(".hh") // the map is as of its version
	got := s.Get(h.ID)
	require.Equal(t, booking.HoldExpired, got.State)
	require.LessOrEqual(t, got.Left, time.Duration(0))
	h.State = booking.HoldExpired
	s.requireStands(h, booking.SeatFree)
	holds, err := s.HoldsOf(s.Ctx, s.Event, "customer-1")
	require.NoError(t, err)
	require.Empty(t, holds)

	_, err = s.Sweep(s.Ctx, s.Event, 10)
	require.NoError(t, err)
	s.requireSeats("")
	s.requireStands(h, booking.SeatFree)
}

// lateCalls: everything a customer, the sweeper or a payment may still do for
// a hold whose seats someone else has now.
func lateCalls(t *testing.T, s *Show) {
	late := s.TakeBoundLapsed("customer-1", 1, 2)
	unbound := s.TakeLapsed("customer-1", 5)
	one, two := s.Take("customer-2", 2), s.Take("customer-2", 5)
	for _, h := range []booking.Hold{late, unbound} {
		_, err := s.Extend(s.Ctx, s.Event, h.ID, "customer-1", time.Minute, time.Hour)
		requireCode(t, booking.CodeHoldExpired, err)
		_, err = s.Bind(s.Ctx, s.Event, h.ID, "customer-1", "order-late", time.Minute)
		requireCode(t, booking.CodeHoldExpired, err)
		for _, part := range [][]int{nil, {2}, {5}} {
			_, changed, err := s.Release(s.Ctx, s.Event, h.ID, "customer-1", part)
			require.NoError(t, err)
			require.False(t, changed)
		}
		_, _, err = s.Sell(s.Ctx, s.Event, h.ID, h.OrderID)
		require.ErrorIs(t, err, booking.ErrHoldMismatch)
	}
	s.requireTaken(s.Confirm(s.Ctx, s.Event, confirmation(late)), 2)
	_, _, err := s.Free(s.Ctx, s.Event, late.ID, late.OrderID)
	require.NoError(t, err)
	s.requireStands(one, booking.SeatHeld)
	s.requireStands(two, booking.SeatHeld)
	s.Take("customer-3", 1) // its other seat is free
}

func sweepAnnounces(t *testing.T, s *Show) {
	alive := s.Take("customer-1", 0)
	sold := s.TakeSold("customer-1", 9)
	r := s.Request("customer-1", 1, 2)
	r.TTL = brief
	lapsed := s.must(r)
	bound := s.TakeBoundLapsed("customer-2", 3)
	s.Await(lapsed)

	swept, err := s.Sweep(s.Ctx, s.Event, 10)
	require.NoError(t, err)
	require.False(t, swept.More || swept.Stale)
	require.Zero(t, swept.Removed)
	ended := map[string]booking.Ended{}
	for _, e := range swept.Expired {
		require.GreaterOrEqual(t, e.Lag, time.Duration(0))
		require.Less(t, e.Lag, 10*time.Second)
		e.Lag = 0
		ended[e.HoldID] = e
	}
	require.Equal(t, map[string]booking.Ended{
		lapsed.ID: {HoldID: lapsed.ID, Seats: 2, Life: r.TTL},
		bound.ID:  {HoldID: bound.ID, OrderID: bound.OrderID, Seats: 1, Life: bound.Age + brief},
	}, ended)
	s.requireSeats("h........s")
	s.requireStands(alive, booking.SeatHeld)
	s.requireStands(sold, booking.SeatSold)
	s.requireUnchanged(func() {
		swept, err := s.Sweep(s.Ctx, s.Event, 10)
		require.NoError(t, err)
		require.Equal(t, booking.Swept{}, swept)
	})
}

func sweepComparesNumbers(t *testing.T, s *Show) {
	s.TakeLapsed("customer-1", 1, 2, 3)
	taker := s.Take("customer-2", 2)
	sold := s.TakeSold("customer-2", 3)
	swept, err := s.Sweep(s.Ctx, s.Event, 10)
	require.NoError(t, err)
	require.Len(t, swept.Expired, 1)
	s.requireSeats("..hs")
	s.requireStands(taker, booking.SeatHeld)
	s.requireStands(sold, booking.SeatSold)
}

func sweepBounded(t *testing.T, s *Show) {
	var last booking.Hold
	for i := range 5 {
		r := s.Request("customer-1", i)
		r.TTL = brief
		last = s.must(r)
	}
	s.Await(last)
	seen := map[string]bool{}
	for _, want := range []int{2, 2, 1} {
		swept, err := s.Sweep(s.Ctx, s.Event, 2)
		require.NoError(t, err)
		require.Len(t, swept.Expired, want)
		require.Equal(t, want == 2, swept.More)
		for _, e := range swept.Expired {
			seen[e.HoldID] = true
		}
	}
	require.Len(t, seen, 5)
	s.requireSeats("")
}

func sweepRechecks(t *testing.T, s *Show) {
	r := s.Request("customer-1", 1)
	r.TTL = time.Second
	short := s.must(r)
	long, err := s.Extend(s.Ctx, s.Event, short.ID, "customer-1", time.Minute, time.Hour)
	require.NoError(t, err)
	s.Await(short)
	swept, err := s.Sweep(s.Ctx, s.Event, 10)
	require.NoError(t, err)
	require.Empty(t, swept.Expired)
	s.requireStands(long, booking.SeatHeld)
}
