package redisstore

import (
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

// frozen is a show whose server's clock stands still until the test moves it.
func frozen(t *testing.T) (s *show, at func(d time.Duration)) {
	t.Helper()
	server := miniredis.RunT(t)
	start := time.Date(2031, 5, 17, 19, 30, 0, int(123*time.Millisecond), time.UTC)
	server.SetTime(start)
	at = func(d time.Duration) { server.SetTime(start.Add(d)) }
	return newShow(t, openAt(t, server.Addr()), 12), at
}

const minute = time.Minute

func TestDeadlinesAreExactToTheMillisecond(t *testing.T) {
	s, at := frozen(t)
	h := s.Take("customer-1", 1, 2)
	require.Equal(t, s.Clock().Add(minute), h.ExpiresAt)
	next := s.Request("customer-2", 2)

	at(minute - time.Microsecond)
	_, _, err := s.Hold(s.Ctx, s.Event, next)
	require.Equal(t, booking.CodeSeatsTaken, booking.CodeOf(err))
	require.Equal(t, time.Millisecond, s.Get(h.ID).Left)
	require.Equal(t, booking.HoldHeld, s.Get(h.ID).State)
	require.Empty(t, s.sweep().Expired)

	at(minute)
	require.Equal(t, booking.HoldExpired, s.Get(h.ID).State)
	_, err = s.Bind(s.Ctx, s.Event, h.ID, "customer-1", "order-1", minute)
	require.Equal(t, booking.CodeHoldExpired, booking.CodeOf(err))
	_, _, err = s.Hold(s.Ctx, s.Event, next)
	require.NoError(t, err)
	require.Equal(t, []booking.Ended{{HoldID: h.ID, Seats: 2, Life: minute}}, s.sweep().Expired)
	status, err := s.Seat(s.Ctx, s.Event, 1)
	require.NoError(t, err)
	require.Equal(t, booking.SeatFree, status)
}

func TestSeatShowsItsDeadlineExactly(t *testing.T) {
	s, at := frozen(t)
	s.Take("customer-1", 1)
	for d, want := range map[time.Duration]booking.SeatStatus{
		minute - time.Millisecond: booking.SeatHeld, minute: booking.SeatFree, 2 * minute: booking.SeatFree,
	} {
		at(d)
		status, err := s.Seat(s.Ctx, s.Event, 1)
		require.NoError(t, err)
		require.Equal(t, string(want), string(status), d)
	}
}

func TestBlocksAndPaymentsTakeALapsedSeatAtItsDeadline(t *testing.T) {
	s, at := frozen(t)
	s.Take("customer-1", 1)
	s.Take("customer-1", 2)
	c := booking.ConfirmRequest{HoldID: "hold-1", OrderID: "order-1", CustomerID: "customer-2", Seats: []int{2}, Grace: minute}
	at(minute - time.Millisecond)
	require.Equal(t, booking.CodeSeatsTaken, booking.CodeOf(s.Block(s.Ctx, s.Event, "block-1", "organizer-1", []int{1})))
	require.Equal(t, booking.CodeSeatsTaken, booking.CodeOf(s.Confirm(s.Ctx, s.Event, c)))
	at(minute)
	require.NoError(t, s.Block(s.Ctx, s.Event, "block-1", "organizer-1", []int{1}))
	require.NoError(t, s.Confirm(s.Ctx, s.Event, c))
}

func TestSaleWindowIsExact(t *testing.T) {
	s, at := frozen(t)
	opens, closes := s.Clock().Add(minute), s.Clock().Add(2*minute)
	for _, c := range []struct {
		at   time.Duration
		code booking.Code
	}{
		{minute - time.Millisecond, booking.CodeNotOnSale},
		{minute, ""},
		{2*minute - time.Millisecond, ""},
		{2 * minute, booking.CodeNotOnSale},
	} {
		at(c.at)
		r := s.Request("customer-1", 1)
		r.OpensAt, r.ClosesAt, r.TTL = opens, closes, time.Millisecond
		_, _, err := s.Hold(s.Ctx, s.Event, r)
		require.Equal(t, c.code, booking.CodeOf(err), c.at)
	}
}

func TestGraceAndLongestLifeAreExact(t *testing.T) {
	s, at := frozen(t)
	start := s.Clock()
	h := s.TakeBound("customer-1", minute, 1)
	at(minute - time.Second)
	c := booking.ConfirmRequest{HoldID: h.ID, OrderID: h.OrderID, CustomerID: "customer-1", Seats: h.Seats, Grace: 30 * time.Second}
	require.NoError(t, s.Confirm(s.Ctx, s.Event, c))
	require.Equal(t, start.Add(minute+29*time.Second), s.Get(h.ID).ExpiresAt)
	at(minute + 29*time.Second)
	require.Equal(t, booking.HoldExpired, s.Get(h.ID).State)

	at(0)
	long := s.Take("customer-1", 2)
	at(minute / 2)
	got, err := s.Extend(s.Ctx, s.Event, long.ID, "customer-1", minute, 80*time.Second)
	require.NoError(t, err)
	require.Equal(t, start.Add(80*time.Second), got.ExpiresAt)
	at(79 * time.Second)
	_, err = s.Extend(s.Ctx, s.Event, long.ID, "customer-1", minute, 80*time.Second)
	require.Equal(t, booking.CodeExtensionLimit, booking.CodeOf(err))
}

func TestEndedRecordsStayForAnHourExactly(t *testing.T) {
	s, at := frozen(t)
	h := s.Take("customer-1", 1)
	_, _, err := s.Release(s.Ctx, s.Event, h.ID, "customer-1", nil)
	require.NoError(t, err)
	at(time.Hour - time.Millisecond)
	require.Zero(t, s.sweep().Removed)
	require.Equal(t, booking.HoldReleased, s.Get(h.ID).State)
	at(time.Hour)
	require.Equal(t, 1, s.sweep().Removed)
	left := s.raw()
	require.Empty(t, left.Due)
	require.Len(t, left.Holds, 3, "what is known of the event: %v", left.Holds)
}

func TestLeaseIsExact(t *testing.T) {
	s, at := frozen(t)
	token := uuid.NewString()
	_, err := s.BeginLoad(s.Ctx, s.Event, token)
	require.NoError(t, err)
	at(loadLease - time.Millisecond)
	_, err = s.BeginLoad(s.Ctx, s.Event, uuid.NewString())
	require.ErrorIs(t, err, booking.ErrLoadBusy)
	_, err = s.RestoreSeats(s.Ctx, s.Event, token, nil) // renews
	require.NoError(t, err)
	at(2*loadLease - 2*time.Millisecond)
	_, err = s.RestoreSeats(s.Ctx, s.Event, token, nil)
	require.NoError(t, err)
	at(3*loadLease - 2*time.Millisecond)
	_, err = s.CommitLoad(s.Ctx, s.Event, token)
	require.ErrorIs(t, err, booking.ErrConflict)
	_, err = s.BeginLoad(s.Ctx, s.Event, uuid.NewString())
	require.NoError(t, err)
}
