package auth

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"seathold/internal/booking"
	"seathold/internal/redisstore"
)

var (
	errWrong = booking.Errorf(booking.CodeInvalidCredentials, "wrong")
	wrong    = func() error { return errWrong }
	right    = func() error { return nil }
)

// watch is a guard whose clock the test moves.
type watch struct {
	Guard
	server *miniredis.Miniredis
	now    time.Time
}

func newWatch(t *testing.T) *watch {
	t.Helper()
	w := &watch{server: miniredis.RunT(t), now: start}
	w.server.SetTime(w.now)
	store, err := redisstore.Open(redisstore.Options{Addrs: []string{w.server.Addr()}}, func() string { return "id-00000001" })
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	w.Throttle = booking.NewThrottle(store, booking.NoMetrics{}, slog.New(slog.DiscardHandler))
	return w
}

func (w *watch) advance(d time.Duration) {
	w.now = w.now.Add(d)
	w.server.SetTime(w.now)
	w.server.FastForward(d)
}

func requireLimited(t *testing.T, err error, wait time.Duration) {
	t.Helper()
	var refusal *booking.Error
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, booking.CodeRateLimited, refusal.Code)
	require.Equal(t, wait, refusal.RetryAfter)
}

func TestFailedLoginsAreSlowedDownBeforeHashing(t *testing.T) {
	for _, email := range []string{"anna@example.com", "nobody@example.com", "no address"} {
		w := newWatch(t)
		tried := 0
		try := func() error { tried++; return errWrong }
		for range 5 {
			require.ErrorIs(t, w.Login(t.Context(), "192.0.2.1", email, try), errWrong)
		}
		for _, same := range []string{email, " " + strings.ToUpper(email) + " "} {
			requireLimited(t, w.Login(t.Context(), "192.0.2.1", same, try), time.Minute)
		}
		require.Equal(t, 5, tried)
		w.advance(time.Minute)
		require.ErrorIs(t, w.Login(t.Context(), "192.0.2.1", email, try), errWrong)
		requireLimited(t, w.Login(t.Context(), "192.0.2.1", email, try), time.Minute)
	}
}

func TestOnlyFailuresCount(t *testing.T) {
	w := newWatch(t)
	busy := booking.Unavailable("hashing", errors.New("queue is full"))
	for range 100 {
		require.NoError(t, w.Login(t.Context(), "192.0.2.1", "anna@example.com", right))
		require.ErrorIs(t, w.Login(t.Context(), "192.0.2.1", "bob@example.com", func() error { return busy }), busy)
		require.NoError(t, w.Password(t.Context(), "account-1", right))
	}
	require.Len(t, w.server.Keys(), 1, "the known place: %v", w.server.Keys())
}

// Parallel tries are taken first: no more than the quota are ever compared.
func TestParallelTriesDoNotGetMoreThrough(t *testing.T) {
	race := func(login func(try func() error) error) int64 {
		var tried atomic.Int64
		hold := make(chan struct{})
		var group, all errgroup.Group
		for range 100 {
			all.Go(func() error {
				_ = login(func() error { tried.Add(1); <-hold; return errWrong })
				return nil
			})
		}
		group.Go(func() error { close(hold); return all.Wait() })
		require.NoError(t, group.Wait())
		return tried.Load()
	}
	w := newWatch(t)
	require.LessOrEqual(t, race(func(try func() error) error {
		return w.Login(t.Context(), "192.0.2.1", "anna@example.com", try)
	}), int64(5))
	require.LessOrEqual(t, race(func(try func() error) error { return w.Password(t.Context(), "account-1", try) }), int64(5))
	require.EqualValues(t, 100, race(func(try func() error) error { return Guard{}.Password(t.Context(), "account-1", try) }), "control")
}

// An attacker from many addresses bounds themselves together, and keeps the
// owner out nowhere that the owner was before.
func TestAnAttackElsewhereDoesNotLockTheOwnerOut(t *testing.T) {
	w := newWatch(t)
	const home = "198.51.100.7"
	require.NoError(t, w.Login(t.Context(), home, "anna@example.com", right))
	tried := 0
	attack := func() {
		for i := range 60 {
			_ = w.Login(t.Context(), "203.0.113."+strconv.Itoa(i), "anna@example.com", func() error { tried++; return errWrong })
		}
	}
	attack()
	require.Equal(t, 50, tried)
	for range 3 {
		attack()
		require.NoError(t, w.Login(t.Context(), home, "anna@example.com", right))
	}
	require.Equal(t, 50, tried)
	requireLimited(t, w.Login(t.Context(), "192.0.2.99", "anna@example.com", right), 12*time.Second)
	require.NoError(t, w.Login(t.Context(), "192.0.2.99", "bob@example.com", right), "others are not meant")

	// A known place is slowed down as any other where it guesses.
	for range 5 {
		require.ErrorIs(t, w.Login(t.Context(), home, "anna@example.com", wrong), errWrong)
	}
	requireLimited(t, w.Login(t.Context(), home, "anna@example.com", right), time.Minute)

	w.advance(30 * 24 * time.Hour)
	attack()
	requireLimited(t, w.Login(t.Context(), home, "anna@example.com", right), 12*time.Second) // control: it is known no more
}

// It is the last login that counts, not the first.
func TestAKnownPlaceStaysKnownByLogins(t *testing.T) {
	w := newWatch(t)
	const home = "198.51.100.7"
	for range 4 {
		require.NoError(t, w.Login(t.Context(), home, "anna@example.com", right))
		w.advance(29 * 24 * time.Hour)
	}
	for i := range 60 {
		_ = w.Login(t.Context(), "203.0.113."+strconv.Itoa(i), "anna@example.com", wrong)
	}
	require.NoError(t, w.Login(t.Context(), home, "anna@example.com", right))
}

func TestOnePasswordOnManyAccountsIsSlowedDown(t *testing.T) {
	w := newWatch(t)
	for i := range 60 {
		require.ErrorIs(t, w.Login(t.Context(), "192.0.2.1", fmt.Sprintf("a%d@example.com", i), wrong), errWrong)
	}
	for range 10 { // refusals cost nobody anything
		requireLimited(t, w.Login(t.Context(), "192.0.2.1", "anna@example.com", right), 10*time.Second)
	}
	require.NoError(t, w.Login(t.Context(), "192.0.2.2", "anna@example.com", right))
	w.advance(10 * time.Second)
	require.NoError(t, w.Login(t.Context(), "192.0.2.1", "anna@example.com", right))
}

func TestWrongOldPasswordsAreSlowedDown(t *testing.T) {
	w := newWatch(t)
	for range 5 {
		require.ErrorIs(t, w.Password(t.Context(), "account-1", wrong), errWrong)
	}
	requireLimited(t, w.Password(t.Context(), "account-1", right), time.Minute)
	require.NoError(t, w.Password(t.Context(), "account-2", right))
	w.advance(time.Minute)
	require.NoError(t, w.Password(t.Context(), "account-1", right))
}

func TestAGuardWithoutItsStoreLetsThrough(t *testing.T) {
	w := newWatch(t)
	w.server.Close()
	for range 20 {
		require.ErrorIs(t, w.Login(t.Context(), "192.0.2.1", "anna@example.com", wrong), errWrong)
		require.NoError(t, w.Password(t.Context(), "account-1", right))
	}
}

func TestTheStoreOfTheLimitsLearnsNoAddresses(t *testing.T) {
	w := newWatch(t)
	require.ErrorIs(t, w.Login(t.Context(), "192.0.2.1", "anna@example.com", wrong), errWrong)
	require.NotContains(t, w.server.Dump(), "anna")
}

// TestWhoHangsUpGivesNothingBack has calls come whose caller has left, and whose
// try ends as that of a store does then: the failures before stay counted.
func TestWhoHangsUpGivesNothingBack(t *testing.T) {
	w := newWatch(t)
	const from, email = "192.0.2.1", "anna@example.com"
	for range 5 {
		require.ErrorIs(t, w.Login(t.Context(), from, email, wrong), errWrong)
		require.ErrorIs(t, w.Password(t.Context(), "anna", wrong), errWrong)
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	tried := 0
	away := func() error { tried++; return booking.Unavailable("the order store", gone.Err()) }
	for range 10 {
		requireLimited(t, w.Login(gone, from, email, away), time.Minute)
		requireLimited(t, w.Password(gone, "anna", away), time.Minute)
	}
	requireLimited(t, w.Login(t.Context(), from, email, right), time.Minute)
	require.Zero(t, tried)
}

// TestWhatWasNotTakenIsNotGivenBack has the limiter away at the take and back
// at the giving back.
func TestWhatWasNotTakenIsNotGivenBack(t *testing.T) {
	const from, email = "192.0.2.1", "anna@example.com"
	for name, call := range map[string]func(w *watch, try func() error) error{
		"login":    func(w *watch, try func() error) error { return w.Login(t.Context(), from, email, try) },
		"password": func(w *watch, try func() error) error { return w.Password(t.Context(), "anna", try) },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWatch(t)
			for range 5 {
				require.ErrorIs(t, call(w, wrong), errWrong)
			}
			w.server.SetError("ERR away")
			require.NoError(t, call(w, func() error { w.server.SetError(""); return nil }))
			requireLimited(t, call(w, right), time.Minute)
		})
	}
}
