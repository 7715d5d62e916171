package bookingtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

var lookTests = []holdsTest{
	{"seats are counted as they are at this moment", countSeats},
	{"each seat tells whom it is for", seatClaims},
	{"live holds are visited, each as its customer sees it", eachLive},
	{"a visitor's error ends the visit of live holds", eachLiveError},
	{"nothing is told of an event that is not loaded", lookNotLoaded},
}

// stand leaves something of everything, and returns what is live.
func (s *Show) stand() (unbound, bound, paying booking.Hold) {
	s.T.Helper()
	released := s.Take("customer-1", 0)
	_, _, err := s.Release(s.Ctx, s.Event, released.ID, "customer-1", nil)
	require.NoError(s.T, err)
	s.TakeLapsed("customer-1", 1)      // not announced
	s.TakeBoundLapsed("customer-1", 2) // nor is this
	unbound = s.Take("customer-1", 4, 3)
	bound, paying = s.TakeBound("customer-2", time.Minute, 5), s.TakeBound("customer-3", time.Minute, 6)
	s.Pay(paying)
	s.TakeSold("customer-3", 7, 8)
	require.NoError(s.T, s.Block(s.Ctx, s.Event, "block-1", "organizer-1", []int{9}))
	return unbound, bound, s.Get(paying.ID)
}

func countSeats(t *testing.T, s *Show) {
	got, err := s.CountSeats(s.Ctx, s.Event)
	require.NoError(t, err)
	require.Equal(t, booking.SeatCounts{Free: 12}, got)
	s.stand()
	for range 2 {
		s.requireUnchanged(func() {
			got, err = s.CountSeats(s.Ctx, &booking.Event{ID: s.Event.ID})
			require.NoError(t, err)
			require.Equal(t, booking.SeatCounts{Free: 5, Held: 4, Sold: 2, Blocked: 1, Holds: 3}, got)
			require.Equal(t, 12, got.All())
		})
		_, err = s.Sweep(s.Ctx, s.Event, 10) // what has lapsed is counted so, announced or not
		require.NoError(t, err)
	}
}

func seatClaims(t *testing.T, s *Show) {
	_, bound, paying := s.stand()
	sold := s.TakeSold("customer-4", 10)
	var got []booking.SeatClaim
	before := s.Clock()
	s.requireUnchanged(func() {
		var at time.Time
		var err error
		got, at, err = s.SeatClaims(s.Ctx, s.Event)
		require.NoError(t, err)
		require.False(t, at.Before(before) || at.After(s.Clock()), "%s is not now", at)
	})
	shown := make([]byte, 0, len(got))
	for _, c := range got {
		shown = append(shown, byte(c.Status))
	}
	require.Equal(t, "...hhhhssxs.", string(shown))
	require.Equal(t, booking.SeatClaim{Status: booking.SeatFree}, got[1])
	require.Equal(t, booking.SeatClaim{Status: booking.SeatFree}, got[2])
	require.Equal(t, booking.SeatClaim{Status: booking.SeatHeld}, got[3])
	require.Equal(t, booking.SeatClaim{Status: booking.SeatHeld, OrderID: bound.OrderID}, got[5])
	require.Equal(t, booking.SeatClaim{Status: booking.SeatHeld, OrderID: paying.OrderID, Paying: true}, got[6])
	require.Equal(t, booking.SeatClaim{Status: booking.SeatBlocked, OrderID: "block-1"}, got[9])
	require.Equal(t, booking.SeatClaim{Status: booking.SeatSold, OrderID: sold.OrderID}, got[10])
	require.NotEqual(t, got[7].OrderID, got[10].OrderID)
	require.Equal(t, got[7], got[8])

	// A hold that lapsed and one that has its seat now are told apart.
	next := s.TakeSold("customer-5", 2)
	got, _, err := s.SeatClaims(s.Ctx, s.Event)
	require.NoError(t, err)
	require.Equal(t, booking.SeatClaim{Status: booking.SeatSold, OrderID: next.OrderID}, got[2])
}

// visitLive returns the live holds by id, as they are told.
func (s *Show) visitLive() map[string]booking.LiveHold {
	s.T.Helper()
	got := map[string]booking.LiveHold{}
	require.NoError(s.T, s.EachLive(s.Ctx, s.Event, func(h booking.LiveHold) error {
		got[h.ID] = h
		return nil
	}))
	return got
}

func eachLive(t *testing.T, s *Show) {
	require.Empty(t, s.visitLive())
	from := s.Clock()
	unbound, bound, paying := s.stand()
	var got map[string]booking.LiveHold
	s.requireUnchanged(func() { got = s.visitLive() })
	require.Len(t, got, 3)
	for _, want := range []booking.Hold{unbound, bound, paying} {
		h := got[want.ID]
		require.False(t, h.TakenAt.Before(from) || h.TakenAt.After(s.Clock()), "%s", h.TakenAt)
		require.Positive(t, h.Left)
		h.Left, h.Age, want.Left, want.Age = 0, 0, 0, 0
		require.Equal(t, want, h.Hold)
	}
	_, err := s.Extend(s.Ctx, s.Event, unbound.ID, "customer-1", 2*time.Minute, time.Hour)
	require.NoError(t, err)
	again := s.visitLive()[unbound.ID]
	require.Equal(t, got[unbound.ID].TakenAt, again.TakenAt, "it stays where it is in the list")
	first, second := got[unbound.ID], got[bound.ID]
	require.Less(t, first.Cursor(), second.Cursor())
}

// More holds than one part of the visit looks at.
func eachLiveOfMany(t *testing.T, s *Show) {
	want := make([]string, 0, len(s.Event.Plan.Seats)/2)
	for i := range s.Event.Plan.Seats {
		customer := fmt.Sprint("customer-", i%50)
		h := s.Take(customer, i)
		if i%2 == 0 {
			_, _, err := s.Release(s.Ctx, s.Event, h.ID, customer, nil)
			require.NoError(t, err)
			continue
		}
		want = append(want, h.ID)
	}
	got := []string{}
	for id := range s.visitLive() {
		got = append(got, id)
	}
	slices.Sort(got)
	slices.Sort(want)
	require.Equal(t, want, got)
}

func eachLiveError(t *testing.T, s *Show) {
	s.stand()
	enough, calls := errors.New("enough"), 0
	err := s.EachLive(s.Ctx, s.Event, func(booking.LiveHold) error { calls++; return enough })
	require.ErrorIs(t, err, enough)
	require.Equal(t, 1, calls)
}

func lookNotLoaded(t *testing.T, s *Show) {
	other := *s.Event
	other.ID = "event-" + newID()
	for _, look := range []func(context.Context) error{
		func(ctx context.Context) error { _, err := s.CountSeats(ctx, &other); return err },
		func(ctx context.Context) error { _, _, err := s.SeatClaims(ctx, &other); return err },
		func(ctx context.Context) error {
			return s.EachLive(ctx, &other, func(booking.LiveHold) error { return errors.New("visited") })
		},
	} {
		require.ErrorIs(t, look(s.Ctx), booking.ErrNotLoaded)
		requireCancelled(t, look(cancelledContext()))
	}
}
