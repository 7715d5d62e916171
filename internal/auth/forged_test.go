package auth

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

// The controls of the table below: what it varies is good unvaried, and so are
// variations that do not matter.
func TestWhatTheForgerStartsFromIsValid(t *testing.T) {
	for name, f := range forgers(t) {
		t.Run(name, func(t *testing.T) {
			tokens := f.tokens(&clock{start})
			for what, token := range map[string]string{
				"good":                    f.good(),
				"several audiences":       f.claim("aud", `["other","shop"]`),
				"valid from now":          f.claim("nbf", fmt.Sprint(start.Unix())),
				"valid within the leeway": f.claim("nbf", fmt.Sprint(start.Add(leeway).Unix())),
				"issued within it":        f.claim("iat", fmt.Sprint(start.Add(leeway).Unix())),
				"expired within it":       f.claim("exp", fmt.Sprint(start.Add(-leeway+time.Second).Unix())),
				"an expiry with fraction": f.claim("exp", fmt.Sprint(start.Add(time.Hour).Unix())+".75"),
				"the last expiry":         f.claim("exp", fmt.Sprint(lastDate)),
				"no id and no issue time": f.raw(f.header().text(""), f.claims().with("jti", "").with("iat", "").text("")),
				"a long id":               f.claim("jti", quoted(strings.Repeat("x", 2000))),
				"another claim":           f.moreClaims(`"azp":{"a":[1]}`),
				"another header member":   f.moreHead(`"cty":"x"`),
				"no type":                 f.head("typ", ""),
				"an access token's type":  f.head("typ", `"at+jwt"`),
				"a type in lower case":    f.head("typ", `"jwt"`),
			} {
				actor, err := tokens.Verify(token)
				require.NoError(t, err, what)
				require.Equal(t, booking.Actor{ID: "acc-1", Role: booking.RoleOperator}, actor)
			}
		})
	}
}

// forgeries are tokens that no verifier may take, by what is wrong with them.
func forgeries(t testing.TB, f forger) map[string]string {
	good := f.good()
	parts := strings.Split(good, ".")
	signatureAt := len(parts[0]) + len(parts[1]) + 2
	soon := func(d time.Duration) string { return fmt.Sprint(start.Add(d).Unix()) }
	cases := map[string]string{
		"empty":             "",
		"no token":          "hello",
		"only dots":         "..",
		"one part":          parts[0],
		"two parts":         parts[0] + "." + parts[1],
		"no signature":      parts[0] + "." + parts[1] + ".",
		"no claims":         parts[0] + ".." + parts[2],
		"no header":         "." + parts[1] + "." + parts[2],
		"four parts":        good + ".x",
		"a dot behind":      good + ".",
		"five parts, a JWE": strings.Join([]string{encoded(`{"alg":"dir","enc":"A256GCM"}`), "", parts[0], parts[1], parts[2]}, "."),
		"as JSON":           `{"payload":"` + parts[1] + `","protected":"` + parts[0] + `","signature":"` + parts[2] + `"}`,

		"with the scheme":             "Bearer " + good,
		"a line end behind":           good + "\n",
		"a line end within":           good[:10] + "\n" + good[10:],
		"a carriage return":           good[:signatureAt] + "\r" + good[signatureAt:],
		"a space behind":              good + " ",
		"NUL behind":                  good + "\x00",
		"truncated":                   good[:len(good)-1],
		"one digit more":              good + "A",
		"padded":                      good + "=",
		"padded in full":              good + strings.Repeat("=", 3),
		"header padded":               parts[0] + "=." + parts[1] + "." + parts[2],
		"the other alphabet":          parts[0] + "." + parts[1] + "." + strings.NewReplacer("-", "+", "_", "/").Replace(parts[2]) + "+",
		"a bit of the header":         flip(good, 3),
		"a bit of the claims":         flip(good, len(parts[0])+8),
		"a bit of the signature":      flip(good, signatureAt+4),
		"the signature's last bit":    flip(good, len(good)-1),
		"claims of another token":     parts[0] + "." + strings.Split(f.claim("sub", `"acc-2"`), ".")[1] + "." + parts[2],
		"header of another token":     strings.Split(f.head("typ", ""), ".")[0] + "." + parts[1] + "." + parts[2],
		"a signature of zeros":        parts[0] + "." + parts[1] + "." + base64.RawURLEncoding.EncodeToString(make([]byte, 64)),
		"very long and meaningless":   strings.Repeat("a.", 1<<20),
		"longer than any of ours":     f.claim("jti", quoted(strings.Repeat("x", maxToken))),
		"alg none, no signature":      f.alg("none", jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType),
		"alg none, good signature":    f.alg("none", f.method, f.key),
		"alg missing":                 f.head("alg", ""),
		"alg null":                    f.head("alg", "null"),
		"alg a number":                f.head("alg", "256"),
		"alg a list":                  f.head("alg", `["HS256"]`),
		"alg empty":                   f.head("alg", `""`),
		"alg in lower case":           f.head("alg", quoted(strings.ToLower(f.method.Alg()))),
		"alg ES256 named":             f.head("alg", `"ES256"`),
		"kid absent":                  f.head("kid", ""),
		"kid empty":                   f.head("kid", `""`),
		"kid null":                    f.head("kid", "null"),
		"kid a list":                  f.head("kid", `["`+f.kid+`"]`),
		"kid a number":                f.head("kid", "0"),
		"kid unknown":                 f.head("kid", `"0000000000000000"`),
		"kid in capitals":             f.head("kid", quoted(strings.ToUpper(f.kid)+"X")),
		"kid a path":                  f.head("kid", `"../../../../dev/null"`),
		"kid a path to itself":        f.head("kid", quoted("./"+f.kid)),
		"kid in SQL":                  f.head("kid", quoted(f.kid+"' OR '1'='1")),
		"kid a command":               f.head("kid", quoted("$("+f.kid+")")),
		"kid with NUL":                f.head("kid", quoted(f.kid+"\x00")),
		"kid with a space":            f.head("kid", quoted(f.kid+" ")),
		"kid a URL":                   f.head("kid", `"https://evil.example/key"`),
		"typ another":                 f.head("typ", `"id_token"`),
		"typ of an ID token":          f.head("typ", `"dpop+jwt"`),
		"typ empty":                   f.head("typ", `""`),
		"typ null":                    f.head("typ", "null"),
		"typ nested":                  f.head("typ", `{"typ":"JWT"}`),
		"typ a list":                  f.head("typ", `["JWT"]`),
		"crit":                        f.moreHead(`"crit":["exp"]`),
		"crit, of an unknown rule":    f.moreHead(`"crit":["x"],"x":true`),
		"crit empty":                  f.moreHead(`"crit":[]`),
		"crit null":                   f.moreHead(`"crit":null`),
		"crit and b64":                f.moreHead(`"crit":["b64"],"b64":false`),
		"jku":                         f.moreHead(`"jku":"https://evil.example/jwks.json"`),
		"x5u":                         f.moreHead(`"x5u":"https://evil.example/chain"`),
		"x5c":                         f.moreHead(`"x5c":["MIIB"]`),
		"jwk":                         f.moreHead(`"jwk":{"kty":"oct","k":"eA"}`),
		"two alg in the header":       f.raw(`{"alg":"none",`+f.header().text("")[1:], f.claims().text("")),
		"two kid in the header":       f.moreHead(`"kid":"` + f.kid + `"`),
		"a header that is null":       f.raw(`null`, f.claims().text("")),
		"a header that is a list":     f.raw(`[]`, f.claims().text("")),
		"a header and more":           f.raw(f.header().text("")+"{}", f.claims().text("")),
		"a header that is no UTF-8":   f.moreHead("\"x\":\"\xff\""),
		"iss another":                 f.claim("iss", `"elsewhere"`),
		"iss in capitals":             f.claim("iss", `"Seathold"`),
		"iss absent":                  f.claim("iss", ""),
		"iss empty":                   f.claim("iss", `""`),
		"iss null":                    f.claim("iss", "null"),
		"iss a list":                  f.claim("iss", `["seathold"]`),
		"aud another":                 f.claim("aud", `"elsewhere"`),
		"aud others":                  f.claim("aud", `["elsewhere","shops"]`),
		"aud absent":                  f.claim("aud", ""),
		"aud empty":                   f.claim("aud", `""`),
		"aud an empty list":           f.claim("aud", `[]`),
		"aud null":                    f.claim("aud", "null"),
		"aud a list in a list":        f.claim("aud", `[["shop"]]`),
		"aud with a number":           f.claim("aud", `["shop",1]`),
		"aud an object":               f.claim("aud", `{"shop":true}`),
		"exp absent":                  f.claim("exp", ""),
		"exp null":                    f.claim("exp", "null"),
		"exp in words":                f.claim("exp", `"tomorrow"`),
		"exp a number in quotes":      f.claim("exp", `"`+soon(time.Hour)+`"`),
		"exp that overflows a float":  f.claim("exp", "1e400"),
		"exp that overflows a time":   f.claim("exp", "1e300"),
		"exp that overflows an int64": f.claim("exp", "9223372036854775808"),
		"exp beyond all years":        f.claim("exp", fmt.Sprint(lastDate+1)),
		"exp negative":                f.claim("exp", "-"+soon(time.Hour)),
		"exp a list":                  f.claim("exp", "["+soon(time.Hour)+"]"),
		"exp true":                    f.claim("exp", "true"),
		"nbf in the future":           f.claim("nbf", soon(leeway+time.Second)),
		"nbf in words":                f.claim("nbf", `"now"`),
		"iat in the future":           f.claim("iat", soon(leeway+time.Second)),
		"iat negative":                f.claim("iat", "-1"),
		"sub absent":                  f.claim("sub", ""),
		"sub empty":                   f.claim("sub", `""`),
		"sub null":                    f.claim("sub", "null"),
		"sub a number":                f.claim("sub", "1"),
		"sub a list":                  f.claim("sub", `["acc-1"]`),
		"sub in capitals":             f.raw(f.header().text(""), f.claims().with("sub", "").with("SUB", `"acc-1"`).text("")),
		"role absent":                 f.claim("role", ""),
		"role unknown":                f.claim("role", `"admin"`),
		"role in capitals":            f.claim("role", `"Operator"`),
		"role a list":                 f.claim("role", `["operator"]`),
		"role null":                   f.claim("role", "null"),
		"role with a space":           f.claim("role", `"operator "`),
		"two sub":                     f.moreClaims(`"sub":"acc-2"`),
		"two role":                    f.moreClaims(`"role":"operator"`),
		"two exp":                     f.moreClaims(`"exp":` + soon(time.Hour)),
		"two of any":                  f.moreClaims(`"x":1,"x":2`),
		"claims that are null":        f.raw(f.header().text(""), `null`),
		"claims that are a list":      f.raw(f.header().text(""), `[]`),
		"claims that are a text":      f.raw(f.header().text(""), `"x"`),
		"claims and more":             f.raw(f.header().text(""), f.claims().text("")+"{}"),
		"claims that are no UTF-8":    f.claim("jti", "\"\xff\""),
	}
	for name, more := range otherKeys(t, f) {
		cases[name] = more
	}
	for _, none := range []string{"None", "NONE", "nOnE", "none ", " none", "NoNe"} {
		cases["alg "+none] = f.alg(none, f.method, f.key)
		cases["alg "+none+", no signature"] = f.alg(none, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType)
	}
	return cases
}

// otherKeys are tokens signed with another key, or with ours by another
// algorithm.
func otherKeys(t testing.TB, f forger) map[string]string {
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	ecKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	other := []byte("another-secret-of-at-least-32-byte")
	hs := jwt.SigningMethodHS256
	cases := map[string]string{
		"HS256 by another secret":     f.alg("HS256", hs, other),
		"HS256 by an empty secret":    f.alg("HS256", hs, []byte{}),
		"HS256 by the key id":         f.alg("HS256", hs, []byte(f.kid)),
		"HS384 by our secret":         f.alg("HS384", jwt.SigningMethodHS384, secret),
		"HS512 by our secret":         f.alg("HS512", jwt.SigningMethodHS512, secret),
		"RS256":                       f.alg("RS256", jwt.SigningMethodRS256, rsaKey),
		"PS256":                       f.alg("PS256", jwt.SigningMethodPS256, rsaKey),
		"ES256":                       f.alg("ES256", jwt.SigningMethodES256, ecKey),
		"EdDSA by another key":        f.alg("EdDSA", jwt.SigningMethodEdDSA, edKey(9)),
		"EdDSA by our secret":         f.alg("EdDSA", jwt.SigningMethodEdDSA, edKey('a')),
		"RS256 named, signed as ours": f.alg("RS256", f.method, f.key),
		"another secret and its kid": f.signed(f.header().with("alg", `"HS256"`).with("kid", quoted(secretID(other))).text(""),
			f.claims().text(""), hs, other),
		"another key and its kid": f.signed(f.header().with("alg", `"EdDSA"`).with("kid", quoted(edKeys(t, edKey(9)).kid)).text(""),
			f.claims().text(""), jwt.SigningMethodEdDSA, edKey(9)),
		"its own key in the header": f.signed(
			f.header().with("alg", `"EdDSA"`).with("jwk", `{"kty":"OKP","crv":"Ed25519","x":"`+edKeys(t, edKey(9)).set.Keys[0].X+`"}`).text(""),
			f.claims().text(""), jwt.SigningMethodEdDSA, edKey(9)),
	}
	for name, form := range publicForms(edKey(1)) {
		cases["HS256 by the public key's "+name] = f.alg("HS256", hs, form)
	}
	for kind, otherKind := range forgers(t) { // a good token of the other kind of key, and under our kid
		if kind != f.method.Alg() {
			cases["one of the other kind"] = otherKind.good()
			cases["the other kind under our kid"] = otherKind.head("kid", quoted(f.kid))
			cases["our kind under the other's kid"] = f.head("kid", quoted(otherKind.kid))
		}
	}
	return cases
}

func TestForgedAndInvalidTokens(t *testing.T) {
	for kind, f := range forgers(t) {
		t.Run(kind, func(t *testing.T) {
			c := &clock{start}
			verifier, err := NewVerifier(f.tokens(c), nil, 16)
			require.NoError(t, err)
			cases := forgeries(t, f)
			require.GreaterOrEqual(t, len(cases), 130)
			good := f.good()
			for name, token := range cases {
				t.Run(name, func(t *testing.T) {
					require.NotEqual(t, good, token)
					for range 2 { // also not when it has been seen
						actor, err := verifier.Verify(t.Context(), token)
						requireRefused(t, err, "the access token is not valid; log in again")
						require.Zero(t, actor)
						requireNothingOf(t, token, err)
					}
				})
			}
			require.Zero(t, verifier.held.Len(), "no refused token is remembered")
			_, err = verifier.Verify(t.Context(), good)
			require.NoError(t, err)
		})
	}
}

func TestAnExpiredTokenIsToldSoOnlyIfItWasGood(t *testing.T) {
	for kind, f := range forgers(t) {
		t.Run(kind, func(t *testing.T) {
			tokens := f.tokens(&clock{start})
			for _, expiry := range []time.Time{start.Add(-leeway - time.Second), time.Unix(0, 0)} {
				expired := f.claim("exp", fmt.Sprint(expiry.Unix()))
				_, err := tokens.Verify(expired)
				requireRefused(t, err, "the access token has expired; get the next by POST /v1/auth/refresh, or log in")
				_, err = tokens.Verify(flip(expired, len(expired)-20))
				requireRefused(t, err, "the access token is not valid; log in again")
			}
		})
	}
}

// Every bit of a token counts: there is no second spelling of a good one.
func TestEveryBitOfATokenCounts(t *testing.T) {
	for kind, f := range forgers(t) {
		t.Run(kind, func(t *testing.T) {
			tokens, good := f.tokens(&clock{start}), f.good()
			for i := range len(good) {
				for bit := range 8 {
					flipped := []byte(good)
					flipped[i] ^= 1 << bit
					_, err := tokens.Verify(string(flipped))
					require.Equal(t, booking.CodeUnauthenticated, booking.CodeOf(err), "bit %d of byte %d", bit, i)
				}
			}
			_, err := tokens.Verify(good)
			require.NoError(t, err)
		})
	}
}

// What a refused token says inside is not in the error either, which is logged.
func TestARefusalQuotesNothing(t *testing.T) {
	for kind, f := range forgers(t) {
		t.Run(kind, func(t *testing.T) {
			tokens := f.tokens(&clock{start})
			for name, token := range map[string]string{
				"a number":        f.claim("sub", "1234321"),
				"a name":          f.moreClaims(`"x1234321":1,"x1234321":2`),
				"a syntax":        f.raw(f.header().text(""), `{"sub":1234321x}`),
				"a key id":        f.head("kid", `"1234321"`),
				"an algorithm":    f.head("alg", `"1234321"`),
				"a header":        f.raw(`{"kid":1234321}`, f.claims().text("")),
				"another issuer":  f.claim("iss", `"1234321"`),
				"a claim's value": f.claim("aud", `{"1234321":1}`),
			} {
				_, err := tokens.Verify(token)
				requireRefused(t, err, "the access token is not valid; log in again")
				require.NotContains(t, err.Error(), "1234321", name)
			}
		})
	}
}
