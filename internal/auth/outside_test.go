package auth

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/MicahParks/jwkset"
	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

// countingAccounts counts what is asked of the accounts.
type countingAccounts struct {
	booking.Accounts
	reads, inserts atomic.Int64
}

func (a *countingAccounts) Account(ctx context.Context, id string) (booking.Account, error) {
	a.reads.Add(1)
	return a.Accounts.Account(ctx, id)
}

func (a *countingAccounts) InsertAccount(ctx context.Context, account booking.Account) error {
	a.inserts.Add(1)
	return a.Accounts.InsertAccount(ctx, account)
}

// lockedBuffer is a log that many write.
type lockedBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// admits verifies the token and returns the account that it stands for.
func (w *outsideWorld) admits(token string) (booking.Actor, booking.Account) {
	w.t.Helper()
	actor, err := w.Verify(w.t.Context(), token)
	require.NoError(w.t, err)
	account, err := w.accounts.Accounts.Account(w.t.Context(), actor.ID)
	require.NoError(w.t, err)
	return actor, account
}

func (w *outsideWorld) answers(code booking.Code, token string) {
	w.t.Helper()
	actor, err := w.Verify(w.t.Context(), token)
	require.Equal(w.t, code, booking.CodeOf(err), "%v", err)
	require.Zero(w.t, actor)
	requireNothingOf(w.t, token, err)
}

var guestForm = regexp.MustCompile(`^oidc-[0-9a-f]{40}$`)

func TestAGuestGetsAnAccountAtFirstSight(t *testing.T) {
	w := newOutsideWorld(t)
	actor, account := w.admits(w.issuer.token(map[string]any{"email": "Ada@Example.org", "email_verified": true}))
	require.Regexp(t, guestForm, actor.ID)
	require.NotContains(t, actor.ID, "user-1")
	require.Equal(t, booking.RoleCustomer, actor.Role)
	require.Equal(t, booking.Account{
		ID: actor.ID, Email: "ada@example.org", Name: "Ada Lovelace", Role: booking.RoleCustomer,
		CreatedAt: start.Truncate(time.Millisecond),
	}, account)
	require.NoError(t, uuid.Validate("01a20909-f2de-7087-9668-9699997a8359"), "control: the form of our own ids")
	require.Error(t, uuid.Validate(actor.ID))

	again, _ := w.admits(w.issuer.token(map[string]any{"name": "Ada King", "jti": "x"}))
	require.Equal(t, actor, again)
	other, _ := w.admits(w.issuer.token(map[string]any{"sub": "user-2"}))
	require.NotEqual(t, actor.ID, other.ID)
}

func TestAGuestsIDIsOfIssuerAndSubject(t *testing.T) {
	id := guestID("https://a.example", "b")
	require.Equal(t, "oidc-485127793219d923f480c1553501b2ebfa27478e", id, "accounts are found again by it: it never changes")
	seen := map[string]bool{id: true}
	for _, pair := range [][2]string{
		{"https://a.exampl", "eb"}, {"https://a.exampleb", ""}, {"https://b.example", "b"}, {"https://a.example", "B"}, {"", "https://a.exampleb"},
	} {
		other := guestID(pair[0], pair[1])
		require.False(t, seen[other], pair)
		seen[other] = true
	}
}

func TestLaterRequestsCostNothing(t *testing.T) {
	w := newOutsideWorld(t)
	token := w.issuer.token(nil)
	for range 10 {
		w.admits(token)
	}
	for i := range 10 { // other tokens of the same person
		w.admits(w.issuer.token(map[string]any{"jti": fmt.Sprint(i)}))
	}
	require.EqualValues(t, 1, w.accounts.reads.Load())
	require.EqualValues(t, 1, w.accounts.inserts.Load())
	require.Equal(t, 1, w.issuer.fetches("/.well-known/openid-configuration"))
	require.Equal(t, 1, w.issuer.fetches("/keys"))

	w.outside.guests.known.Purge() // as after a start
	w.admits(w.issuer.token(map[string]any{"jti": "later"}))
	require.EqualValues(t, 2, w.accounts.reads.Load())
	require.EqualValues(t, 1, w.accounts.inserts.Load())
}

func TestAGuestsEmail(t *testing.T) {
	own := func(t *testing.T, w *outsideWorld) {
		require.NoError(t, w.accounts.Accounts.InsertAccount(t.Context(), booking.Account{ID: "acc-1", Email: "ada@example.org", Name: "Ada"}))
	}
	placeholder := regexp.MustCompile(`^id-\d+@outside\.invalid$`)
	for name, c := range map[string]struct {
		email, verified any
		before          func(*testing.T, *outsideWorld)
		want            string // "": a placeholder
	}{
		"verified":           {"ada@example.org", true, nil, "ada@example.org"},
		"not verified":       {"ada@example.org", false, nil, ""},
		"not said":           {"ada@example.org", nil, nil, ""},
		"verified in words":  {"ada@example.org", "true", nil, ""},
		"verified by number": {"ada@example.org", 1, nil, ""},
		"none":               {nil, true, nil, ""},
		"not an address":     {"ada", true, nil, ""},
		"not a text":         {[]string{"ada@example.org"}, true, nil, ""},
		"taken":              {"ada@example.org", true, own, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newOutsideWorld(t)
			if c.before != nil {
				c.before(t, w)
			}
			_, account := w.admits(w.issuer.token(map[string]any{"email": c.email, "email_verified": c.verified}))
			if c.want == "" {
				require.Regexp(t, placeholder, account.Email)
			} else {
				require.Equal(t, c.want, account.Email)
			}
			require.Empty(t, account.PasswordHash)
			if c.before != nil {
				mine, err := w.accounts.AccountByEmail(t.Context(), "ada@example.org")
				require.NoError(t, err)
				require.Equal(t, "acc-1", mine.ID, "the account here stays its owner's")
			}
		})
	}
}

func TestAGuestsName(t *testing.T) {
	for name, c := range map[string]struct {
		claim any
		want  string
	}{
		"a name": {" Ada ", "Ada"}, "none": {nil, "Guest"}, "empty": {"", "Guest"}, "a list": {[]string{"Ada"}, "Guest"},
		"too long": {strings.Repeat("x", 201), "Guest"}, "two lines": {"Ada\nBcc: all", "Guest"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newOutsideWorld(t)
			_, account := w.admits(w.issuer.token(map[string]any{"name": c.claim}))
			require.Equal(t, c.want, account.Name)
		})
	}
}

func TestAGuestsRole(t *testing.T) {
	w := newOutsideWorld(t, func(c *OutsideConfig) { c.RoleClaim = "https://seathold.example/role" })
	claim := func(role any) string {
		return w.issuer.token(map[string]any{"https://seathold.example/role": role, "seathold_role": "operator"})
	}
	for _, role := range []booking.Role{booking.RoleOrganizer, booking.RoleOperator, booking.RoleCustomer} {
		actor, _ := w.admits(claim(role))
		require.Equal(t, role, actor.Role, "the token's role, whatever the account was made with")
	}
	actor, _ := w.admits(w.issuer.token(nil))
	require.Equal(t, booking.RoleCustomer, actor.Role)
	before := w.accounts.inserts.Load()
	for _, role := range []any{"admin", "", "Operator", "operator ", []string{"operator"}, 1, true, json.RawMessage("null")} {
		w.answers(booking.CodeUnauthenticated, w.issuer.token(map[string]any{"sub": "user-9", "https://seathold.example/role": role}))
	}
	require.Equal(t, before, w.accounts.inserts.Load(), "whoever is refused gets no account")
}

func TestTheAlgorithmsOfAnOutsideIssuer(t *testing.T) {
	w := newOutsideWorld(t)
	rsaKey, ecKey := someKeys(t)
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	require.NoError(t, err)
	w.issuer.publish("rsa", rsaKey, jwkset.JWKMetadataOptions{})
	w.issuer.publish("ec", ecKey, jwkset.JWKMetadataOptions{USE: jwkset.UseSig})
	w.issuer.publish("ec384", p384, jwkset.JWKMetadataOptions{ALG: jwkset.AlgES384})
	for _, c := range []struct {
		kid    string
		method jwt.SigningMethod
		key    any
	}{
		{"rsa", jwt.SigningMethodRS256, rsaKey},
		{"rsa", jwt.SigningMethodRS512, rsaKey},
		{"rsa", jwt.SigningMethodPS256, rsaKey},
		{"ec", jwt.SigningMethodES256, ecKey},
		{"ec384", jwt.SigningMethodES384, p384},
		{"ed", jwt.SigningMethodEdDSA, edKey(7)},
	} {
		w.admits(w.issuer.sign(c.kid, c.method, c.key, map[string]any{"jti": c.method.Alg()}))
	}
}

func TestForgedOutsideTokens(t *testing.T) {
	w := newOutsideWorld(t)
	rsaKey, ecKey := someKeys(t)
	weak := weakRSA(t)
	shared := []byte("a secret that the issuer should not have published")
	w.issuer.publish("rsa", rsaKey, jwkset.JWKMetadataOptions{ALG: jwkset.AlgRS256})
	w.issuer.publish("ec", ecKey, jwkset.JWKMetadataOptions{USE: jwkset.UseEnc})
	w.issuer.publish("weak", weak, jwkset.JWKMetadataOptions{})
	w.issuer.publish("shared", shared, jwkset.JWKMetadataOptions{ALG: jwkset.AlgHS256})
	own, _, err := w.tokens.Issue(anna)
	require.NoError(t, err)
	at := func(d time.Duration) int64 { return start.Add(d).Unix() }
	good := w.issuer.token(nil)
	parts := strings.Split(good, ".")
	hs := jwt.SigningMethodHS256
	ours := w.issuer.claims(map[string]any{"iss": "seathold", "aud": "shop", "role": "operator"})

	cases := map[string]string{
		"none":                         w.issuer.sign("ed", jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, nil),
		"no signature":                 parts[0] + "." + parts[1] + ".",
		"a bit of the claims":          flip(good, len(parts[0])+12),
		"a bit of the signature":       flip(good, len(good)-9),
		"padded":                       good + "=",
		"a line end":                   good + "\n",
		"another key under its kid":    w.issuer.sign("ed", jwt.SigningMethodEdDSA, edKey(8), nil),
		"our secret":                   w.issuer.sign("ed", hs, secret, nil),
		"our secret under our kid":     w.issuer.sign(secretKeys(t).kid, hs, secret, nil),
		"a published secret":           w.issuer.sign("shared", hs, shared, nil),
		"a key for encrypting":         w.issuer.sign("ec", jwt.SigningMethodES256, ecKey, nil),
		"a key too short":              w.issuer.sign("weak", jwt.SigningMethodRS256, weak, nil),
		"another algorithm of the key": w.issuer.sign("rsa", jwt.SigningMethodPS256, rsaKey, nil),
		"no key id":                    w.issuer.sign("", jwt.SigningMethodEdDSA, edKey(7), nil),
		"an unknown key id":            w.issuer.sign("x", jwt.SigningMethodEdDSA, edKey(7), nil),
		"a key id in SQL":              w.issuer.sign("' OR 1=1 --", jwt.SigningMethodEdDSA, edKey(7), nil),
		"no audience":                  w.issuer.token(map[string]any{"aud": nil}),
		"another audience":             w.issuer.token(map[string]any{"aud": "shop"}),
		"no subject":                   w.issuer.token(map[string]any{"sub": nil}),
		"an empty subject":             w.issuer.token(map[string]any{"sub": ""}),
		"no expiry":                    w.issuer.token(map[string]any{"exp": nil}),
		"not yet valid":                w.issuer.token(map[string]any{"nbf": at(leeway + time.Second)}),
		"issued later":                 w.issuer.token(map[string]any{"iat": at(leeway + time.Second)}),
		"another issuer":               w.issuer.token(map[string]any{"iss": w.issuer.server.URL + "/"}),
		"our issuer, its key":          tokenOf(t, jwt.SigningMethodEdDSA, edKey(7), "ed", ours),
		"its issuer, our signature":    tokenOf(t, hs, secret, secretKeys(t).kid, w.issuer.claims(map[string]any{"aud": "shop", "role": "operator"})),
		"longer than any":              w.issuer.token(map[string]any{"x": strings.Repeat("x", maxOutsideToken)}),
		"its own keys in the header":   withMember(t, good, "jwk", map[string]any{"kty": "OKP"}),
		"an address of keys":           withMember(t, good, "jku", w.issuer.server.URL+"/keys"),
		"crit":                         withMember(t, good, "crit", []string{"exp"}),
	}
	for form, key := range publicForms(edKey(7)) {
		cases["HS256 by the public key's "+form] = w.issuer.sign("ed", hs, key, nil)
	}
	for name, token := range cases {
		t.Run(name, func(t *testing.T) {
			w.t = t
			w.answers(booking.CodeUnauthenticated, token)
		})
	}
	require.Zero(t, w.held.Len())
	require.Zero(t, w.accounts.inserts.Load())
	expired := w.issuer.token(map[string]any{"exp": at(-leeway - time.Second)})
	_, err = w.Verify(t.Context(), expired)
	requireRefused(t, err, "the access token has expired; get the next by POST /v1/auth/refresh, or log in")

	w.t = t
	w.admits(good) // controls
	actor, err := w.Verify(t.Context(), own)
	require.NoError(t, err)
	require.Equal(t, anna.ID, actor.ID)
	require.NotContains(t, w.log.String(), "user-1")
}

func tokenOf(t *testing.T, method jwt.SigningMethod, key any, kid string, c jwt.MapClaims) string {
	t.Helper()
	token := jwt.NewWithClaims(method, c)
	token.Header["kid"] = kid
	text, err := token.SignedString(key)
	require.NoError(t, err)
	return text
}

// withMember signs the good token's claims anew, with one member more in the
// header.
func withMember(t *testing.T, good, name string, value any) string {
	t.Helper()
	var c jwt.MapClaims
	parsed, _, err := jwt.NewParser().ParseUnverified(good, &c)
	require.NoError(t, err)
	parsed.Header[name] = value
	text, err := parsed.SignedString(edKey(7))
	require.NoError(t, err)
	return text
}

func weakRSA(t *testing.T) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 1024)
	require.NoError(t, err)
	return key
}

func TestWithoutAnOutsideIssuerItsTokensAreRefused(t *testing.T) {
	w := newOutsideWorld(t)
	v := testVerifier(t, w.tokens, 10)
	_, err := v.Verify(t.Context(), w.issuer.token(nil))
	require.Equal(t, booking.CodeUnauthenticated, booking.CodeOf(err))
	require.Zero(t, w.issuer.fetches("/keys"))
}

func TestManyFirstSightsMakeOneAccount(t *testing.T) {
	w := newOutsideWorld(t)
	var all sync.WaitGroup
	ids := make([]string, 30)
	for i := range ids {
		token := w.issuer.token(map[string]any{"jti": fmt.Sprint(i), "email": "ada@example.org", "email_verified": true})
		all.Go(func() {
			actor, err := w.Verify(context.Background(), token)
			if err != nil {
				t.Error(err)
			}
			ids[i] = actor.ID
		})
	}
	all.Wait()
	for _, id := range ids {
		require.Equal(t, ids[0], id)
	}
	account, err := w.accounts.AccountByEmail(t.Context(), "ada@example.org")
	require.NoError(t, err)
	require.Equal(t, ids[0], account.ID)
	require.Equal(t, 1, w.issuer.fetches("/keys"), "all wait for the one answer")
}

func TestAStoreThatIsAwayAdmitsNobody(t *testing.T) {
	w := newOutsideWorld(t)
	down := &fakeAccounts{err: booking.Unavailable("the order store", context.DeadlineExceeded)}
	w.outside.guests.accounts = down
	w.answers(booking.CodeUnavailable, w.issuer.token(nil))
	require.Zero(t, w.held.Len())
	w.outside.guests.accounts = w.accounts
	w.admits(w.issuer.token(nil))
}

func TestNewOutsideChecksItsConfig(t *testing.T) {
	good := OutsideConfig{
		Issuer: "i", Audience: "a", RoleClaim: "r", Accounts: &fakeAccounts{}, Client: &http.Client{},
		Log: discard(), Now: time.Now, NewID: func() string { return "" },
	}
	o, err := NewOutside(good)
	require.NoError(t, err)
	o.Close()
	for name, spoil := range map[string]func(c *OutsideConfig){
		"no issuer": func(c *OutsideConfig) { c.Issuer = "" }, "no audience": func(c *OutsideConfig) { c.Audience = "" },
		"no role claim": func(c *OutsideConfig) { c.RoleClaim = "" }, "no accounts": func(c *OutsideConfig) { c.Accounts = nil },
		"no client": func(c *OutsideConfig) { c.Client = nil }, "no log": func(c *OutsideConfig) { c.Log = nil },
		"no clock": func(c *OutsideConfig) { c.Now = nil }, "no ids": func(c *OutsideConfig) { c.NewID = nil },
	} {
		c := good
		spoil(&c)
		_, err := NewOutside(c)
		require.Error(t, err, name)
	}
}
