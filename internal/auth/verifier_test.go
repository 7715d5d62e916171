package auth

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

func testVerifier(t testing.TB, tokens *Tokens, size int) *Verifier {
	t.Helper()
	v, err := NewVerifier(tokens, nil, size)
	require.NoError(t, err)
	return v
}

// TestAVerifiedTokenIsRememberedUntilItEnds exchanges the keys behind the
// verifier: what it still takes, it remembers.
func TestAVerifiedTokenIsRememberedUntilItEnds(t *testing.T) {
	c := &clock{start}
	tokens := testTokens(t, c)
	v := testVerifier(t, tokens, 10)
	token, _, err := tokens.Issue(anna)
	require.NoError(t, err)
	want := booking.Actor{ID: anna.ID, Role: anna.Role}
	actor, err := v.Verify(t.Context(), token)
	require.NoError(t, err)
	require.Equal(t, want, actor)

	v.tokens = tokensWith(t, edKeys(t, edKey(1)), c)
	exp := start.Truncate(time.Second).Add(15*time.Minute + time.Second)
	c.now = exp.Add(-time.Nanosecond)
	actor, err = v.Verify(t.Context(), token)
	require.NoError(t, err)
	require.Equal(t, want, actor)
	c.now = exp
	_, err = v.Verify(t.Context(), token)
	requireRefused(t, err, "the access token is not valid; log in again")
	require.Zero(t, v.held.Len(), "it is forgotten")

	v.tokens = tokens
	_, err = v.Verify(t.Context(), token)
	require.NoError(t, err, "control: by its own keys it is good for the leeway yet")
	c.now = exp.Add(leeway)
	_, err = v.Verify(t.Context(), token)
	requireRefused(t, err, "the access token has expired; get the next by POST /v1/auth/refresh, or log in")
	require.Zero(t, v.held.Len())
}

func TestWithoutACacheNothingIsRemembered(t *testing.T) {
	c := &clock{start}
	tokens := testTokens(t, c)
	v := testVerifier(t, tokens, 0)
	token, _, err := tokens.Issue(anna)
	require.NoError(t, err)
	_, err = v.Verify(t.Context(), token)
	require.NoError(t, err)
	v.tokens = tokensWith(t, edKeys(t, edKey(1)), c)
	_, err = v.Verify(t.Context(), token)
	require.Equal(t, booking.CodeUnauthenticated, booking.CodeOf(err))
}

func TestTheCacheIsBounded(t *testing.T) {
	tokens := testTokens(t, &clock{start})
	v := testVerifier(t, tokens, 3)
	for i := range 10 {
		token, _, err := tokens.Issue(booking.Account{ID: strconv.Itoa(i), Role: booking.RoleCustomer})
		require.NoError(t, err)
		_, err = v.Verify(t.Context(), token)
		require.NoError(t, err)
		require.Equal(t, min(i+1, 3), v.held.Len())
	}
}

func TestManyVerifyAtOnce(t *testing.T) {
	tokens := testTokens(t, &clock{start})
	v := testVerifier(t, tokens, 5)
	issued := make([]string, 10)
	for i := range issued {
		var err error
		issued[i], _, err = tokens.Issue(booking.Account{ID: strconv.Itoa(i), Role: booking.RoleCustomer})
		require.NoError(t, err)
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 20 {
				for i, token := range issued {
					actor, err := v.Verify(context.Background(), token)
					if err != nil || actor.ID != strconv.Itoa(i) {
						t.Errorf("token %d: %v, %v", i, actor, err)
					}
					if _, err = v.Verify(context.Background(), token[:len(token)-1]); err == nil {
						t.Error("a broken token was taken")
					}
				}
			}
		})
	}
	all.Wait()
}

// BenchmarkVerify prints what a verification takes, with the token remembered
// and without.
func BenchmarkVerify(b *testing.B) {
	for kind, f := range forgers(b) {
		for name, size := range map[string]int{"cached": CachedTokens, "uncached": 0} {
			b.Run(fmt.Sprintf("%s/%s", kind, name), func(b *testing.B) {
				v := testVerifier(b, f.tokens(&clock{start}), size)
				token := f.good()
				for b.Loop() {
					if _, err := v.Verify(b.Context(), token); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
