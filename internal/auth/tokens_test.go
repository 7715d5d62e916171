package auth

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

var (
	secret = []byte("a-secret-of-at-least-32-bytes-abc")
	start  = time.Date(2030, 5, 1, 12, 0, 0, 400_000_000, time.UTC)
	anna   = booking.Account{ID: "acc-1", Role: booking.RoleOrganizer}
)

// clock is a time that tests set.
type clock struct{ now time.Time }

// Verify is what the Verifier asks of tokens that are ours.
func (t *Tokens) Verify(token string) (booking.Actor, error) {
	v, err := t.verify(token)
	return v.actor, err
}

func (c *clock) Now() time.Time { return c.now }

func testTokens(t testing.TB, c *clock) *Tokens { return tokensWith(t, secretKeys(t), c) }

func tokensWith(t testing.TB, keys *Keys, c *clock) *Tokens {
	t.Helper()
	tokens, err := NewTokens(TokenConfig{
		Keys: keys, Issuer: "seathold", Audience: "shop", TTL: 15 * time.Minute,
		Now: c.Now, NewID: func() string { return "token-1" },
	})
	require.NoError(t, err)
	return tokens
}

func secretKeys(t testing.TB) *Keys {
	t.Helper()
	keys, err := NewSecretKeys(secret)
	require.NoError(t, err)
	return keys
}

func decodePart(t *testing.T, part string) map[string]any {
	t.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(part)
	require.NoError(t, err)
	var decoded map[string]any
	require.NoError(t, json.Unmarshal(raw, &decoded))
	return decoded
}

func TestATokenSaysExactlyThis(t *testing.T) {
	tokens := testTokens(t, &clock{start})
	token, expiresIn, err := tokens.Issue(anna)
	require.NoError(t, err)
	require.Equal(t, 15*time.Minute, expiresIn)

	parts := strings.Split(token, ".")
	require.Len(t, parts, 3)
	// The first 16 digits of what sha256sum prints for the secret.
	require.Equal(t, map[string]any{"alg": "HS256", "typ": "JWT", "kid": "0d71804c9803ebe6"}, decodePart(t, parts[0]))
	require.Equal(t, map[string]any{
		"sub": "acc-1", "role": "organizer", "iss": "seathold", "aud": []any{"shop"}, "jti": "token-1",
		"iat": float64(start.Unix()), "exp": float64(start.Unix() + 15*60 + 1),
	}, decodePart(t, parts[1]))

	actor, err := tokens.Verify(token)
	require.NoError(t, err)
	require.Equal(t, booking.Actor{ID: "acc-1", Role: booking.RoleOrganizer}, actor)
}

func TestATokenExpires(t *testing.T) {
	c := &clock{start}
	tokens := testTokens(t, c)
	token, expiresIn, err := tokens.Issue(anna)
	require.NoError(t, err)

	c.now = start.Add(expiresIn)
	_, err = tokens.Verify(token)
	require.NoError(t, err, "good for as long as was said")

	end := start.Truncate(time.Second).Add(expiresIn + time.Second + leeway)
	c.now = end.Add(-time.Millisecond)
	_, err = tokens.Verify(token)
	require.NoError(t, err, "within the leeway")

	c.now = end
	_, err = tokens.Verify(token)
	requireRefused(t, err, "the access token has expired; get the next by POST /v1/auth/refresh, or log in")
}

func requireRefused(t *testing.T, err error, detail string) {
	t.Helper()
	var refusal *booking.Error
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, booking.CodeUnauthenticated, refusal.Code)
	require.Equal(t, detail, refusal.Detail)
}

func TestNewTokensChecksItsConfig(t *testing.T) {
	good := TokenConfig{
		Keys: secretKeys(t), Issuer: "i", Audience: "a", TTL: time.Minute,
		Now: time.Now, NewID: func() string { return "" },
	}
	_, err := NewTokens(good)
	require.NoError(t, err)

	for name, spoil := range map[string]func(c *TokenConfig){
		"no keys":     func(c *TokenConfig) { c.Keys = nil },
		"no issuer":   func(c *TokenConfig) { c.Issuer = "" },
		"no audience": func(c *TokenConfig) { c.Audience = "" },
		"no TTL":      func(c *TokenConfig) { c.TTL = 0 },
		"no clock":    func(c *TokenConfig) { c.Now = nil },
		"no ids":      func(c *TokenConfig) { c.NewID = nil },
	} {
		t.Run(name, func(t *testing.T) {
			c := good
			spoil(&c)
			_, err := NewTokens(c)
			require.Error(t, err)
		})
	}
}
