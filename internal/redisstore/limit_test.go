package redisstore

import (
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
	"seathold/internal/booking/bookingtest"
	"seathold/internal/testserver"
)

func TestLimiter(t *testing.T) {
	onEachServer(t, func(t *testing.T, s *Store) {
		bookingtest.Limiter(t, func(*testing.T) booking.Limiter { return s })
	})
}

// readThenWrite is the limiter without its script: it looks, then takes.
type readThenWrite struct{ *Store }

func (l readThenWrite) Take(ctx context.Context, takes []booking.Take) ([]booking.Standing, error) {
	key := limitKey(takes[0])
	n, err := l.client.Get(ctx, key).Int()
	if err != nil && err != redis.Nil { //nolint:errorlint // the client's own
		return nil, err
	}
	if n >= takes[0].Rate.Burst {
		return []booking.Standing{{Refused: true}}, nil
	}
	return []booking.Standing{{}}, l.client.Set(ctx, key, n+1, time.Minute).Err()
}

func TestTheRaceForARateIsOne(t *testing.T) {
	onEachServer(t, func(t *testing.T, s *Store) {
		require.ErrorContains(t, bookingtest.RaceForRate(t, readThenWrite{s}, 200, 17), "calls were allowed, not 17")
	})
}

// The quota refills one by one, exactly, and the key lives as long as it says
// anything.
func TestAQuotaRefillsExactly(t *testing.T) {
	server := miniredis.RunT(t)
	start := time.Date(2031, 5, 17, 19, 30, 0, int(123*time.Millisecond), time.UTC)
	at := func(d time.Duration) { server.SetTime(start.Add(d)) }
	at(0)
	s := openAt(t, server.Addr())
	rate := booking.Rate{Name: "r", Burst: 3, Every: 200 * time.Millisecond}
	take := func() booking.Standing {
		got, err := s.Take(t.Context(), []booking.Take{rate.Of("a")})
		require.NoError(t, err)
		return got[0]
	}
	const ms = time.Millisecond
	for i := range 3 {
		require.Equal(t, booking.Standing{Left: 2 - i, Whole: time.Duration(i+1) * 200 * ms}, take())
		require.Equal(t, time.Duration(i+1)*200*ms, server.TTL("seathold:limit:r:a"))
	}
	require.Equal(t, booking.Standing{Refused: true, Whole: 600 * ms, Wait: 200 * ms}, take())
	at(199 * ms)
	require.Equal(t, booking.Standing{Refused: true, Whole: 401 * ms, Wait: 1 * ms}, take())
	at(200 * ms)
	require.Equal(t, booking.Standing{Whole: 600 * ms}, take())
	require.True(t, take().Refused)
	at(620 * ms)
	require.Equal(t, booking.Standing{Left: 1, Whole: 380 * ms}, take())
	at(10 * time.Second)
	require.Equal(t, booking.Standing{Left: 2, Whole: 200 * ms}, take(), "it never holds more than the burst")

	// A server that took over with an earlier clock.
	at(-time.Hour)
	require.Equal(t, booking.Standing{Refused: true, Whole: 600 * ms, Wait: 200 * ms}, take())
	value, err := server.Get("seathold:limit:r:a")
	require.NoError(t, err)
	require.Equal(t, strconv.FormatInt(start.Add(10*time.Second+200*ms).UnixMilli(), 10), value)
}

func TestAnIdleSubjectLeavesNoKey(t *testing.T) {
	onEachServer(t, func(t *testing.T, s *Store) {
		rate := booking.Rate{Name: "idle_" + newTestID(), Burst: 2, Every: time.Hour}
		keys := func() []string {
			found, err := s.client.Keys(t.Context(), "seathold:limit:"+rate.Name+":*").Result()
			require.NoError(t, err)
			return found
		}
		take := func(calls int) {
			_, err := s.Take(t.Context(), []booking.Take{{Rate: rate, Subject: "a", Calls: calls}})
			require.NoError(t, err)
		}
		take(0)
		require.Empty(t, keys(), "looking writes nothing")
		take(1)
		require.Len(t, keys(), 1)
		ttl, err := s.client.PTTL(t.Context(), keys()[0]).Result()
		require.NoError(t, err)
		require.InDelta(t, time.Hour, ttl, float64(time.Minute))
		take(-1)
		require.Empty(t, keys())
	})
}

// A server that forgot its scripts, such as one that took over, is told again.
func TestAForgottenLimitScriptIsToldAgain(t *testing.T) {
	s := openAt(t, testserver.RedisOwn(t).Addr)
	rate := booking.Rate{Name: "r", Burst: 10, Every: time.Hour}
	for i := range 3 {
		got, err := s.Take(t.Context(), []booking.Take{rate.Of("a"), rate.Of("b")})
		require.NoError(t, err)
		for _, standing := range got {
			require.Equal(t, 9-i, standing.Left, "taken once")
		}
		require.NoError(t, s.client.ScriptFlush(t.Context()).Err())
	}
}

func TestALimiterWithoutServerIsUnavailable(t *testing.T) {
	server := miniredis.RunT(t)
	s := openAt(t, server.Addr())
	server.SetError("CLUSTERDOWN The cluster is down")
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err := s.Take(ctx, []booking.Take{booking.CustomerWrites.Of("a")})
	require.Equal(t, booking.CodeUnavailable, booking.CodeOf(err))
	server.Close()
	_, err = s.Take(ctx, []booking.Take{booking.CustomerWrites.Of("a")})
	require.Equal(t, booking.CodeUnavailable, booking.CodeOf(err))
}
