package booking_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

// fakeLimiter answers what it is told to, and counts.
type fakeLimiter struct {
	standings []booking.Standing
	err       error
	hangs     bool
	heedful   bool // of a context that is over
	asked     int
}

func (l *fakeLimiter) Take(ctx context.Context, _ []booking.Take) ([]booking.Standing, error) {
	l.asked++
	if l.hangs {
		<-ctx.Done()
		return nil, booking.Unavailable("the hold store", ctx.Err())
	}
	if l.heedful && ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return l.standings, l.err
}

func newThrottle(l booking.Limiter) (*booking.Throttle, *counters, *bytes.Buffer) {
	counted, log := &counters{}, &bytes.Buffer{}
	return booking.NewThrottle(l, counted, slog.New(slog.NewTextHandler(log, nil))), counted, log
}

var (
	quick = booking.Rate{Name: "quick", Burst: 5, Every: time.Second}
	slack = booking.Rate{Name: "slack", Burst: 50, Every: time.Minute}
)

func TestTheThrottleRefusesForTheLongestWait(t *testing.T) {
	l := &fakeLimiter{standings: []booking.Standing{
		{Refused: true, Wait: time.Second}, {Refused: true, Wait: 40 * time.Second}, {Left: 3},
	}}
	throttle, counted, _ := newThrottle(l)
	standings, err := throttle.Take(t.Context(), quick.Of("a"), slack.Of("b"), quick.Of("c"))
	require.Equal(t, l.standings, standings)
	var refusal *booking.Error
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, booking.CodeRateLimited, refusal.Code)
	require.Equal(t, 40*time.Second, refusal.RetryAfter)
	require.Contains(t, refusal.Detail, "limit slack: 50 in 50m0s")
	require.Equal(t, 1, counted.of("refused slack rate_limited"))

	l.standings = []booking.Standing{{Left: 1}}
	standings, err = throttle.Take(t.Context(), quick.Of("a"))
	require.NoError(t, err)
	require.Len(t, standings, 1)
}

func TestNoThrottleAndNoRatesAskNobody(t *testing.T) {
	var none *booking.Throttle
	standings, err := none.Take(t.Context(), quick.Of("a"))
	require.NoError(t, err)
	require.Empty(t, standings)
	none.Adjust(t.Context(), quick.Of("a"))

	l := &fakeLimiter{}
	throttle, _, _ := newThrottle(l)
	_, err = throttle.Take(t.Context())
	require.NoError(t, err)
	require.Zero(t, l.asked)
}

func TestALimiterThatIsAwayLetsThrough(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &fakeLimiter{err: booking.Unavailable("the hold store", errors.New("connection refused"))}
		throttle, counted, log := newThrottle(l)
		for range 100 {
			standings, err := throttle.Take(t.Context(), quick.Of("a"))
			require.NoError(t, err)
			require.Empty(t, standings)
		}
		require.Equal(t, 3, l.asked, "nobody waits for it again so soon")
		require.Equal(t, 100, counted.of("unlimited"))
		require.Equal(t, 1, strings.Count(log.String(), "rate limits are off"))
		require.Contains(t, log.String(), "connection refused")

		time.Sleep(time.Second)
		_, err := throttle.Take(t.Context(), quick.Of("a"))
		require.NoError(t, err)
		require.Equal(t, 4, l.asked)
		require.Equal(t, 1, strings.Count(log.String(), "rate limits are off"), "logged once")

		l.err, l.standings = nil, []booking.Standing{{Refused: true, Wait: time.Second}}
		time.Sleep(time.Second)
		for range 2 {
			_, err = throttle.Take(t.Context(), quick.Of("a"))
			require.Equal(t, booking.CodeRateLimited, booking.CodeOf(err), "it is back at once")
		}
		require.Equal(t, 1, strings.Count(log.String(), "rate limits are on again"))
	})
}

func TestALimiterThatHangsLetsThroughSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		throttle, _, _ := newThrottle(&fakeLimiter{hangs: true})
		start := time.Now()
		for range 10 {
			_, err := throttle.Take(t.Context(), quick.Of("a"))
			require.NoError(t, err)
		}
		require.Equal(t, 6*time.Second, time.Since(start), "the first three wait, the others do not")
	})
}

// A server that has much to do answers some late: the limits stay on.
func TestFaultsBetweenAnswersDoNotSwitchTheLimitsOff(t *testing.T) {
	l := &fakeLimiter{}
	throttle, counted, log := newThrottle(l)
	for range 10 {
		for range 2 {
			l.standings, l.err = nil, errors.New("late")
			_, err := throttle.Take(t.Context(), quick.Of("a"))
			require.NoError(t, err)
		}
		l.standings, l.err = []booking.Standing{{Refused: true}}, nil
		_, err := throttle.Take(t.Context(), quick.Of("a"))
		require.Error(t, err)
	}
	require.Equal(t, 30, l.asked)
	require.Equal(t, 20, counted.of("unlimited"))
	require.Empty(t, log.String())
}

// Otherwise a client that hangs up early would be let through, and would switch
// the limits off for all.
func TestAClientThatLeavesCountsAsAnyOther(t *testing.T) {
	l := &fakeLimiter{standings: []booking.Standing{{Refused: true}}, heedful: true}
	throttle, counted, log := newThrottle(l)
	gone, leave := context.WithCancel(t.Context())
	leave()
	for range 3 {
		_, err := throttle.Take(gone, quick.Of("a"))
		require.Equal(t, booking.CodeRateLimited, booking.CodeOf(err))
	}
	require.Equal(t, 3, l.asked)
	require.Zero(t, counted.of("unlimited"))
	require.Empty(t, log.String())
}
