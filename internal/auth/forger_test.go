package auth

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"
)

// forger makes tokens that differ from a good one in what a case says, signed
// with the key that the verifier goes by.
type forger struct {
	t      testing.TB
	method jwt.SigningMethod
	key    any
	kid    string
}

// forgers are one for each kind of key, by its name.
func forgers(t testing.TB) map[string]forger {
	return map[string]forger{
		"HS256": {t, jwt.SigningMethodHS256, secret, secretKeys(t).kid},
		"EdDSA": {t, jwt.SigningMethodEdDSA, edKey(1), edKeys(t, edKey(1)).kid},
	}
}

// tokens are what the forger attacks.
func (f forger) tokens(c *clock) *Tokens {
	if f.method == jwt.SigningMethodHS256 {
		return tokensWith(f.t, secretKeys(f.t), c)
	}
	return tokensWith(f.t, edKeys(f.t, edKey(1), edKey(2).Public()), c)
}

// members are the members of a JSON object as they are to be written.
type members map[string]string

func (f forger) header() members {
	return members{"alg": quoted(f.method.Alg()), "typ": `"JWT"`, "kid": quoted(f.kid)}
}

func (f forger) claims() members {
	return members{
		"sub": `"acc-1"`, "role": `"operator"`, "iss": `"seathold"`, "aud": `"shop"`, "jti": `"x"`,
		"iat": fmt.Sprint(start.Unix()), "exp": fmt.Sprint(start.Add(time.Hour).Unix()),
	}
}

func quoted(text string) string {
	b, _ := json.Marshal(text)
	return string(b)
}

// text writes the members sorted by name, and behind them what more says.
func (m members) text(more string) string {
	parts := make([]string, 0, len(m))
	for _, name := range slices.Sorted(maps.Keys(m)) {
		parts = append(parts, quoted(name)+":"+m[name])
	}
	return "{" + strings.Join(parts, ",") + more + "}"
}

func (m members) with(name, value string) members {
	changed := maps.Clone(m)
	changed[name] = value
	if value == "" {
		delete(changed, name)
	}
	return changed
}

func (f forger) good() string { return f.raw(f.header().text(""), f.claims().text("")) }

// claim returns a token with one claim set; "" drops it.
func (f forger) claim(name, value string) string {
	return f.raw(f.header().text(""), f.claims().with(name, value).text(""))
}

// moreClaims returns a token with these members behind its claims.
func (f forger) moreClaims(more string) string {
	return f.raw(f.header().text(""), f.claims().text(","+more))
}

// head returns a token with one member of the header set; "" drops it.
func (f forger) head(name, value string) string {
	return f.raw(f.header().with(name, value).text(""), f.claims().text(""))
}

func (f forger) moreHead(more string) string {
	return f.raw(f.header().text(","+more), f.claims().text(""))
}

// alg returns a token that names an algorithm and is signed with any key by any.
func (f forger) alg(name string, method jwt.SigningMethod, key any) string {
	return f.signed(f.header().with("alg", quoted(name)).text(""), f.claims().text(""), method, key)
}

// raw joins any header and claims with a good signature.
func (f forger) raw(header, claims string) string { return f.signed(header, claims, f.method, f.key) }

func (f forger) signed(header, claims string, method jwt.SigningMethod, key any) string {
	f.t.Helper()
	text := encoded(header) + "." + encoded(claims)
	signature, err := method.Sign(text, key)
	require.NoError(f.t, err)
	return text + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func encoded(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

// flip changes the lowest bit of the base64 digit at i.
func flip(token string, i int) string {
	const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	at := strings.IndexByte(digits, token[i])
	return token[:i] + string(digits[at^1]) + token[i+1:]
}

// publicForms are what an Ed25519 public key looks like to somebody who tries it
// as a secret.
func publicForms(key ed25519.PrivateKey) map[string][]byte {
	public := key.Public().(ed25519.PublicKey)
	der := append([]byte("\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00"), public...)
	pem := "-----BEGIN PUBLIC KEY-----\n" + base64.StdEncoding.EncodeToString(der) + "\n-----END PUBLIC KEY-----\n"
	return map[string][]byte{
		"bytes": public, "base64url": []byte(base64.RawURLEncoding.EncodeToString(public)),
		"DER": der, "PEM": []byte(pem), "PEM without its line end": []byte(strings.TrimSpace(pem)),
	}
}
