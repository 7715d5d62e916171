//go:build !race

package auth

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"

	"seathold/internal/booking"
)

// timingCost is bcrypt's cost in real use.
const timingCost = 10

// try is one login and how long its refusal took.
type try struct {
	known bool
	took  time.Duration
}

// timingService is the accounts' service on the embedded store, with one
// account.
func timingService(t *testing.T) *Service {
	t.Helper()
	hasher, err := NewHasher(timingCost)
	require.NoError(t, err)
	store, c := openStore(t), &clock{start}
	s := &Service{
		Accounts: store, Hasher: hasher, Tokens: testTokens(t, c), RefreshTokens: testRefreshTokens(t, store, c),
		NewID: func() string { return "acc-1" }, Now: c.Now,
	}
	_, err = s.Register(t.Context(), "anna@example.com", annasPassword, "Anna")
	require.NoError(t, err)
	return s
}

// tryLogins fails to log in that often for each kind, in an order without
// pattern.
func tryLogins(t *testing.T, s *Service, each int) []try {
	t.Helper()
	tries := make([]try, 2*each)
	for i := range tries {
		tries[i].known = i < each
	}
	rand.Shuffle(len(tries), func(i, j int) { tries[i], tries[j] = tries[j], tries[i] })
	for i := range tries {
		email := fmt.Sprintf("nobody%d@example.com", i)
		if tries[i].known {
			email = "anna@example.com"
		}
		began := time.Now()
		_, err := s.Login(t.Context(), email, "a wrong password")
		tries[i].took = time.Since(began)
		require.Equal(t, booking.CodeInvalidCredentials, booking.CodeOf(err))
	}
	return tries
}

// auc is the probability that a try for a known address took longer than one
// for an unknown one (Mann-Whitney): 0.5 where time tells nothing.
func auc(tries []try) float64 {
	slices.SortFunc(tries, func(a, b try) int { return int(a.took - b.took) })
	var ranks, known float64
	for i := 0; i < len(tries); {
		end := i // those that took as long share their mean rank
		for end < len(tries) && tries[end].took == tries[i].took {
			end++
		}
		for _, one := range tries[i:end] {
			if one.known {
				ranks += float64(i+end+1) / 2
				known++
			}
		}
		i = end
	}
	return (ranks - known*(known+1)/2) / (known * (float64(len(tries)) - known))
}

func TestKnownAndUnknownAddressesTakeAsLong(t *testing.T) {
	if testing.Short() {
		t.Skip("2,000 hashes take minutes")
	}
	got := auc(tryLogins(t, timingService(t), 1000))
	t.Logf("2,000 failed logins at cost %d: AUC %.3f", timingCost, got)
	require.InDelta(t, 0.5, got, 0.05)
}

// TestControlWithoutTheStandInTimeTells answers at once where there is no
// account, as a service would that does not compare with anything then.
func TestControlWithoutTheStandInTimeTells(t *testing.T) {
	if testing.Short() {
		t.Skip("hashes at cost 10 take a while")
	}
	s := timingService(t)
	compare := s.Hasher.compare
	s.Hasher.compare = func(hash, password []byte) error {
		if bytes.Equal(hash, s.Hasher.absent) {
			return bcrypt.ErrMismatchedHashAndPassword
		}
		return compare(hash, password)
	}
	require.Greater(t, auc(tryLogins(t, s, 30)), 0.95)
}

func TestTheAreaOfRanks(t *testing.T) {
	at := func(known bool, took ...time.Duration) (tries []try) {
		for _, d := range took {
			tries = append(tries, try{known, d})
		}
		return tries
	}
	for _, c := range []struct {
		known, unknown []time.Duration
		want           float64
	}{
		{[]time.Duration{1, 2}, []time.Duration{3, 4}, 0},
		{[]time.Duration{3, 4}, []time.Duration{1, 2}, 1},
		{[]time.Duration{1, 4}, []time.Duration{2, 3}, 0.5},
		{[]time.Duration{5, 5}, []time.Duration{5, 5}, 0.5},
		{[]time.Duration{2, 3}, []time.Duration{1, 3}, 0.625},
	} {
		require.InDelta(t, c.want, auc(slices.Concat(at(true, c.known...), at(false, c.unknown...))), 1e-9)
	}
}
