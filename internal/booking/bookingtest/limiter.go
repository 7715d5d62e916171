package bookingtest

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"seathold/internal/booking"
)

// Limiter is the contract suite of booking.Limiter.
func Limiter(t *testing.T, open func(t *testing.T) booking.Limiter) {
	for name, run := range map[string]func(*testing.T, booking.Limiter){
		"a quota is used up, and says so":               limiterUsedUp,
		"looking takes nothing":                         limiterLooks,
		"what is given back can be taken again":         limiterGivesBack,
		"rates and subjects are apart":                  limiterApart,
		"several are taken at once, each by itself":     limiterSeveral,
		"parallel calls never take more than the burst": func(t *testing.T, l booking.Limiter) { require.NoError(t, RaceForRate(t, l, 200, 17)) },
		"a caller that left gets an error": func(t *testing.T, l booking.Limiter) {
			_, err := l.Take(cancelledContext(), []booking.Take{slow(1).Of(newID())})
			requireCode(t, booking.CodeUnavailable, err)
		},
	} {
		t.Run(name, func(t *testing.T) { run(t, open(t)) })
	}
}

// slow is a rate that does not refill while a test runs.
func slow(burst int) booking.Rate {
	return booking.Rate{Name: "test_" + newID(), Burst: burst, Every: time.Hour}
}

func takeOne(t *testing.T, l booking.Limiter, take booking.Take) booking.Standing {
	t.Helper()
	s, err := l.Take(testContext(t), []booking.Take{take})
	require.NoError(t, err)
	require.Len(t, s, 1)
	return s[0]
}

// requireAbout asserts a time that has passed by a little.
func requireAbout(t *testing.T, want, got time.Duration) {
	t.Helper()
	require.LessOrEqual(t, got, want)
	require.Greater(t, got, want-patience)
}

func limiterUsedUp(t *testing.T, l booking.Limiter) {
	rate := slow(3)
	for i := range 3 {
		s := takeOne(t, l, rate.Of("a"))
		require.False(t, s.Refused)
		require.Equal(t, 2-i, s.Left)
		requireAbout(t, time.Duration(i+1)*time.Hour, s.Whole)
		require.Zero(t, s.Wait)
	}
	for range 2 { // being refused costs nothing
		s := takeOne(t, l, rate.Of("a"))
		require.True(t, s.Refused)
		require.Zero(t, s.Left)
		requireAbout(t, 3*time.Hour, s.Whole)
		requireAbout(t, time.Hour, s.Wait)
	}
}

func limiterLooks(t *testing.T, l booking.Limiter) {
	rate := slow(1)
	look := booking.Take{Rate: rate, Subject: "a"}
	for range 3 {
		require.Equal(t, booking.Standing{Left: 1}, takeOne(t, l, look))
	}
	takeOne(t, l, rate.Of("a"))
	for range 3 {
		s := takeOne(t, l, look)
		require.False(t, s.Refused)
		require.Zero(t, s.Left)
	}
}

func limiterGivesBack(t *testing.T, l booking.Limiter) {
	rate := slow(2)
	back := booking.Take{Rate: rate, Subject: "a", Calls: -1}
	for range 5 {
		require.Equal(t, 1, takeOne(t, l, rate.Of("a")).Left)
		require.Equal(t, booking.Standing{Left: 2}, takeOne(t, l, back))
	}
	for range 3 { // never more than the whole quota
		require.Equal(t, booking.Standing{Left: 2}, takeOne(t, l, back))
	}
}

func limiterApart(t *testing.T, l booking.Limiter) {
	first, second := slow(1), slow(1)
	for _, take := range []booking.Take{first.Of("a"), first.Of("b"), second.Of("a"), first.Of("{a}")} {
		require.False(t, takeOne(t, l, take).Refused)
		require.True(t, takeOne(t, l, take).Refused)
	}
}

func limiterSeveral(t *testing.T, l booking.Limiter) {
	tight, wide := slow(1), slow(5)
	for i := range 5 {
		s, err := l.Take(testContext(t), []booking.Take{wide.Of("a"), tight.Of("a")})
		require.NoError(t, err)
		require.Len(t, s, 2)
		require.Equal(t, 4-i, s[0].Left)
		require.Equal(t, i > 0, s[1].Refused)
	}
	s, err := l.Take(testContext(t), nil)
	require.NoError(t, err)
	require.Empty(t, s)
}

// RaceForRate lets n calls at once take from a quota, and returns an error
// where not exactly the burst was allowed.
func RaceForRate(t *testing.T, l booking.Limiter, n, burst int) error {
	ctx, rate := testContext(t), slow(burst)
	var allowed atomic.Int64
	start := make(chan struct{})
	var group errgroup.Group
	for range n {
		group.Go(func() error {
			<-start
			s, err := l.Take(ctx, []booking.Take{rate.Of("a")})
			if err == nil && !s[0].Refused {
				allowed.Add(1)
			}
			return err
		})
	}
	close(start)
	if err := group.Wait(); err != nil {
		return err
	}
	if got := allowed.Load(); got != int64(burst) {
		return fmt.Errorf("%d calls were allowed, not %d", got, burst)
	}
	return nil
}
