package auth

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
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

func (c *clock) Now() time.Time { return c.now }

func testTokens(t *testing.T, c *clock) *Tokens {
	t.Helper()
	tokens, err := NewTokens(TokenConfig{
		Secret: secret, Issuer: "seathold", Audience: "shop", TTL: 15 * time.Minute,
		Now: c.Now, NewID: func() string { return "token-1" },
	})
	require.NoError(t, err)
	return tokens
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
	requireRefused(t, err, "the access token has expired; log in again")
}

func requireRefused(t *testing.T, err error, detail string) {
	t.Helper()
	var refusal *booking.Error
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, booking.CodeUnauthenticated, refusal.Code)
	require.Equal(t, detail, refusal.Detail)
}

// forger makes tokens that differ from a good one in what a case says.
type forger struct {
	t      *testing.T
	header map[string]any
	claims jwt.MapClaims
}

func newForger(t *testing.T) forger {
	return forger{
		t:      t,
		header: map[string]any{"kid": keyID(secret)},
		claims: jwt.MapClaims{
			"sub": "acc-1", "role": "operator", "iss": "seathold", "aud": "shop", "jti": "x",
			"iat": start.Unix(), "exp": start.Add(time.Hour).Unix(),
		},
	}
}

func (f forger) sign(method jwt.SigningMethod, key any) string {
	f.t.Helper()
	token := jwt.NewWithClaims(method, f.claims)
	maps.Copy(token.Header, f.header)
	for name, value := range f.header {
		if value == nil {
			delete(token.Header, name)
		}
	}
	text, err := token.SignedString(key)
	require.NoError(f.t, err)
	return text
}

// with returns a token signed by our key with one claim set; nil drops it.
func (f forger) with(name string, value any) string {
	f.claims[name] = value
	if value == nil {
		delete(f.claims, name)
	}
	return f.sign(jwt.SigningMethodHS256, secret)
}

func (f forger) withHeader(name string, value any) string {
	f.header[name] = value
	return f.sign(jwt.SigningMethodHS256, secret)
}

// raw joins any header and claims with a signature by our key.
func (f forger) raw(header, claims string) string {
	encode := base64.RawURLEncoding.EncodeToString
	text := encode([]byte(header)) + "." + encode([]byte(claims))
	signature, err := jwt.SigningMethodHS256.Sign(text, secret)
	require.NoError(f.t, err)
	return text + "." + encode(signature)
}

// The controls of the table below: what it varies is good unvaried.
func TestWhatTheForgerStartsFromIsValid(t *testing.T) {
	tokens := testTokens(t, &clock{start})
	f := newForger(t)
	for _, token := range []string{
		f.sign(jwt.SigningMethodHS256, secret),
		newForger(t).with("aud", []string{"other", "shop"}),
		newForger(t).with("nbf", start.Unix()),
		newForger(t).with("nbf", start.Add(leeway).Unix()),
		newForger(t).with("exp", start.Add(-leeway+time.Second).Unix()),
		newForger(t).with("jti", strings.Repeat("x", 2000)),
		f.raw(`{"alg":"HS256","kid":"`+keyID(secret)+`"}`,
			`{"sub":"acc-1","role":"operator","iss":"seathold","aud":"shop","exp":4102444800}`),
	} {
		actor, err := tokens.Verify(token)
		require.NoError(t, err)
		require.Equal(t, booking.Actor{ID: "acc-1", Role: booking.RoleOperator}, actor)
	}
}

func TestForgedAndInvalidTokens(t *testing.T) {
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	der, err := x509.MarshalPKIXPublicKey(&rsaKey.PublicKey)
	require.NoError(t, err)
	publicPEM := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	other := []byte("another-secret-of-at-least-32-byte")
	hs := jwt.SigningMethodHS256
	f := func() forger { return newForger(t) }
	good := f().sign(hs, secret)
	parts := strings.Split(good, ".")
	kid := keyID(secret)

	cases := map[string]string{
		"empty":                         "",
		"no token":                      "hello",
		"only dots":                     "..",
		"two parts":                     parts[0] + "." + parts[1],
		"no signature":                  parts[0] + "." + parts[1] + ".",
		"four parts":                    good + ".x",
		"with the scheme":               "Bearer " + good,
		"a line end behind":             good + "\n",
		"truncated":                     good[:len(good)-1],
		"padded":                        good + "=",
		"a bit of the signature":        flip(good, len(parts[0])+len(parts[1])+5),
		"the signature's last bit":      flip(good, len(good)-1),
		"a bit of the claims":           flip(good, len(parts[0])+8),
		"a bit of the header":           flip(good, 3),
		"claims of another token":       parts[0] + "." + strings.Split(f().with("sub", "acc-2"), ".")[1] + "." + parts[2],
		"alg none":                      f().sign(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType),
		"alg none, our signature":       f().raw(`{"alg":"none","kid":"`+kid+`"}`, `{"sub":"a","role":"operator"}`),
		"alg None":                      f().raw(`{"alg":"None","kid":"`+kid+`"}`, `{"sub":"a","role":"operator"}`),
		"alg missing":                   f().raw(`{"kid":"`+kid+`"}`, `{"sub":"a","role":"operator"}`),
		"alg a number":                  f().raw(`{"alg":256,"kid":"`+kid+`"}`, `{"sub":"a","role":"operator"}`),
		"HS384":                         f().sign(jwt.SigningMethodHS384, secret),
		"HS512":                         f().sign(jwt.SigningMethodHS512, secret),
		"RS256":                         f().sign(jwt.SigningMethodRS256, rsaKey),
		"HS256 by a public key":         f().sign(hs, publicPEM),
		"RS256 named, HS256 done":       f().raw(`{"alg":"RS256","kid":"`+kid+`"}`, `{"sub":"a","role":"operator"}`),
		"another secret":                f().sign(hs, other),
		"an empty secret":               f().sign(hs, []byte{}),
		"another secret under its kid":  withKid(t, keyID(other), other),
		"another kid":                   f().withHeader("kid", keyID(other)),
		"no kid":                        f().withHeader("kid", nil),
		"an empty kid":                  f().withHeader("kid", ""),
		"a kid that is a list":          f().withHeader("kid", []string{kid}),
		"another issuer":                f().with("iss", "elsewhere"),
		"no issuer":                     f().with("iss", nil),
		"another audience":              f().with("aud", "elsewhere"),
		"no audience":                   f().with("aud", nil),
		"an empty audience":             f().with("aud", []string{}),
		"not yet valid":                 f().with("nbf", start.Add(leeway+time.Second).Unix()),
		"no expiry":                     f().with("exp", nil),
		"an expiry in words":            f().with("exp", "tomorrow"),
		"no subject":                    f().with("sub", nil),
		"an empty subject":              f().with("sub", ""),
		"a subject that is a number":    f().with("sub", 1),
		"no role":                       f().with("role", nil),
		"an unknown role":               f().with("role", "admin"),
		"a role in capitals":            f().with("role", "Operator"),
		"claims that are null":          f().raw(`{"alg":"HS256","kid":"`+kid+`"}`, `null`),
		"claims that are a list":        f().raw(`{"alg":"HS256","kid":"`+kid+`"}`, `[]`),
		"a header that is null":         f().raw(`null`, `{"sub":"a","role":"operator"}`),
		"longer than any of ours":       f().with("jti", strings.Repeat("x", maxToken)),
		"very long and without meaning": strings.Repeat("a.", 1<<20),
	}
	tokens := testTokens(t, &clock{start})
	for name, token := range cases {
		t.Run(name, func(t *testing.T) {
			actor, err := tokens.Verify(token)
			requireRefused(t, err, "the access token is not valid; log in again")
			require.Zero(t, actor)
		})
	}
	require.GreaterOrEqual(t, len(cases), 25)

	_, err = tokens.Verify(f().with("exp", start.Add(-leeway-time.Second).Unix()))
	requireRefused(t, err, "the access token has expired; log in again")
	expired := f()
	expired.claims["exp"] = start.Add(-time.Hour).Unix()
	_, err = tokens.Verify(expired.sign(hs, other))
	requireRefused(t, err, "the access token is not valid; log in again")
}

func withKid(t *testing.T, kid string, key []byte) string {
	f := newForger(t)
	f.header["kid"] = kid
	return f.sign(jwt.SigningMethodHS256, key)
}

// flip changes the lowest bit of the base64 digit at i.
func flip(token string, i int) string {
	const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	at := strings.IndexByte(digits, token[i])
	return token[:i] + string(digits[at^1]) + token[i+1:]
}

func TestNewTokensChecksItsConfig(t *testing.T) {
	good := TokenConfig{
		Secret: secret[:32], Issuer: "i", Audience: "a", TTL: time.Minute,
		Now: time.Now, NewID: func() string { return "" },
	}
	_, err := NewTokens(good)
	require.NoError(t, err)

	for name, spoil := range map[string]func(c *TokenConfig){
		"short secret": func(c *TokenConfig) { c.Secret = secret[:31] },
		"no issuer":    func(c *TokenConfig) { c.Issuer = "" },
		"no audience":  func(c *TokenConfig) { c.Audience = "" },
		"no TTL":       func(c *TokenConfig) { c.TTL = 0 },
		"no clock":     func(c *TokenConfig) { c.Now = nil },
		"no ids":       func(c *TokenConfig) { c.NewID = nil },
	} {
		t.Run(name, func(t *testing.T) {
			c := good
			spoil(&c)
			_, err := NewTokens(c)
			require.Error(t, err)
			require.NotContains(t, err.Error(), string(c.Secret))
		})
	}
}
