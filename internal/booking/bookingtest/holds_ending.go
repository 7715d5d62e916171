package bookingtest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

var extendTests = []holdsTest{
	{"an extension gives the full time again, to the longest life at most", extendHold},
	{"an extension never shortens", extendNeverShortens},
	{"a bound hold is not extended", extendBound},
	{"an ended or another's hold is not extended", extendRefused},
}

var releaseTests = []holdsTest{
	{"a released hold's seats are free at once", releaseWhole},
	{"a part is released and the rest stays", releasePart},
	{"a bound, sold or another's hold is not released", releaseRefused},
	{"releasing what is over changes nothing", releaseOver},
}

func extendHold(t *testing.T, s *Show) {
	taken := s.Take("customer-1", 1, 2)
	before := s.Clock()
	h, err := s.Extend(s.Ctx, s.Event, taken.ID, "customer-1", 10*time.Minute, time.Hour)
	require.NoError(t, err)
	require.Equal(t, 10*time.Minute, h.Left)
	require.False(t, h.ExpiresAt.Before(before.Add(10*time.Minute)))
	s.requireStands(h, booking.SeatHeld)
	s.requireUnchanged(func() {
		h, err = s.Extend(s.Ctx, s.Event, taken.ID, "customer-1", 2*time.Hour, time.Hour)
		require.NoError(t, err)
	})
	require.Equal(t, taken.ExpiresAt.Add(-time.Minute+time.Hour), h.ExpiresAt, "an hour from the first taking")
	_, err = s.Extend(s.Ctx, s.Event, taken.ID, "customer-1", 2*time.Hour, time.Hour)
	requireCode(t, booking.CodeExtensionLimit, err)
	s.requireStands(h, booking.SeatHeld)
}

func extendNeverShortens(t *testing.T, s *Show) {
	h := s.Take("customer-1", 1)
	for range 20 { // some of these fall into one millisecond
		next, err := s.Extend(s.Ctx, s.Event, h.ID, "customer-1", time.Minute, time.Hour)
		require.NoError(t, err)
		require.False(t, next.ExpiresAt.Before(h.ExpiresAt))
		h = next
	}
	short, err := s.Extend(s.Ctx, s.Event, h.ID, "customer-1", time.Second, time.Hour)
	require.NoError(t, err)
	require.Equal(t, h.ExpiresAt, short.ExpiresAt)
	s.requireStands(short, booking.SeatHeld)
}

func extendBound(t *testing.T, s *Show) {
	h := s.TakeBound("customer-1", time.Minute, 1)
	_, err := s.Extend(s.Ctx, s.Event, h.ID, "customer-1", time.Hour, 2*time.Hour)
	requireCode(t, booking.CodeExtensionLimit, err)
	s.requireStands(h, booking.SeatHeld)
	s.Pay(h)
	_, err = s.Extend(s.Ctx, s.Event, h.ID, "customer-1", time.Hour, 2*time.Hour)
	requireCode(t, booking.CodeExtensionLimit, err)
}

// ended makes a hold of customer-1 in each state that is over or not theirs to
// change, with the code that calls on it answer.
func (s *Show) ended() map[string]booking.Code {
	s.T.Helper()
	released := s.Take("customer-1", 0)
	_, _, err := s.Release(s.Ctx, s.Event, released.ID, "customer-1", nil)
	require.NoError(s.T, err)
	block := "block-" + newID()
	require.NoError(s.T, s.Block(s.Ctx, s.Event, block, "customer-1", []int{3}))
	return map[string]booking.Code{
		released.ID:                                  booking.CodeHoldReleased,
		s.TakeLapsed("customer-1", 1).ID:             booking.CodeHoldExpired,
		s.TakeSold("customer-1", 2).ID:               booking.CodeHoldSold,
		block:                                        booking.CodeNotFound,
		s.Take("customer-2", 4).ID:                   booking.CodeNotFound,
		"nothing":                                    booking.CodeNotFound,
		s.TakeSold("customer-2", 5).ID:               booking.CodeNotFound,
		s.TakeLapsed("customer-2", 6).ID:             booking.CodeNotFound,
		s.TakeBound("customer-2", time.Minute, 7).ID: booking.CodeNotFound,
	}
}

func extendRefused(t *testing.T, s *Show) {
	ended := s.ended()
	s.requireUnchanged(func() {
		for id, code := range ended {
			_, err := s.Extend(s.Ctx, s.Event, id, "customer-1", time.Hour, 2*time.Hour)
			requireCode(t, code, err)
		}
	})
}

func releaseWhole(t *testing.T, s *Show) {
	h := s.Take("customer-1", 1, 2)
	got, changed, err := s.Release(s.Ctx, s.Event, h.ID, "customer-1", nil)
	require.NoError(t, err)
	require.True(t, changed)
	require.Equal(t, booking.HoldReleased, got.State)
	require.Equal(t, []int{1, 2}, got.Seats)
	s.requireSeats("")
	s.requireStands(got, booking.SeatFree)
	s.Take("customer-2", 2, 1)
	holds, err := s.HoldsOf(s.Ctx, s.Event, "customer-1")
	require.NoError(t, err)
	require.Empty(t, holds)
}

func releasePart(t *testing.T, s *Show) {
	h := s.Take("customer-1", 4, 1, 2, 3)
	other := s.Take("customer-2", 6)
	got, changed, err := s.Release(s.Ctx, s.Event, h.ID, "customer-1", []int{6, 1, 9, 3})
	require.NoError(t, err)
	require.True(t, changed)
	require.Equal(t, []int{4, 2}, got.Seats)
	require.Equal(t, h.ExpiresAt, got.ExpiresAt)
	s.requireSeats("..h.h.h")
	s.requireStands(got, booking.SeatHeld)
	s.requireStands(other, booking.SeatHeld)
	s.requireUnchanged(func() { // seats that it does not have (any more) do not matter
		_, changed, err := s.Release(s.Ctx, s.Event, h.ID, "customer-1", []int{1, 3, 6, 9})
		require.NoError(t, err)
		require.False(t, changed)
	})

	s.Take("customer-2", 1, 3)
	got, changed, err = s.Release(s.Ctx, s.Event, h.ID, "customer-1", []int{1, 2, 3, 4}) // all that is left
	require.NoError(t, err)
	require.True(t, changed)
	require.Equal(t, booking.HoldReleased, got.State)
	s.requireSeats(".h.h..h")
}

func releaseRefused(t *testing.T, s *Show) {
	bound, paying := s.TakeBound("customer-1", time.Minute, 8), s.TakeBound("customer-1", time.Minute, 9)
	s.Pay(paying)
	ended := s.ended()
	s.requireUnchanged(func() {
		for _, part := range [][]int{nil, {8}, {9}, {4}} {
			for _, h := range []booking.Hold{bound, paying} {
				_, _, err := s.Release(s.Ctx, s.Event, h.ID, "customer-1", part)
				requireCode(t, booking.CodeOrderPending, err)
			}
			for id, code := range ended {
				_, changed, err := s.Release(s.Ctx, s.Event, id, "customer-1", part)
				require.False(t, changed)
				if code == booking.CodeHoldReleased || code == booking.CodeHoldExpired {
					require.NoError(t, err)
					continue
				}
				requireCode(t, code, err)
			}
		}
	})
	s.requireStands(bound, booking.SeatHeld)
}

func releaseOver(t *testing.T, s *Show) {
	released, lapsed := s.Take("customer-1", 1), s.TakeLapsed("customer-1", 2)
	_, _, err := s.Release(s.Ctx, s.Event, released.ID, "customer-1", nil)
	require.NoError(t, err)
	s.Take("customer-2", 1, 2)
	s.requireUnchanged(func() {
		for id, state := range map[string]booking.HoldState{
			released.ID: booking.HoldReleased, lapsed.ID: booking.HoldExpired,
		} {
			h, changed, err := s.Release(s.Ctx, s.Event, id, "customer-1", nil)
			require.NoError(t, err)
			require.False(t, changed)
			require.Equal(t, state, h.State)
		}
	})
}
