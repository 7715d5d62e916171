package e2e

import (
	"bytes"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"

	"seathold/internal/testserver"
)

// session is what a login and a refresh answer.
type session struct {
	AccessToken  string `json:"access_token"`
	TokenType    string `json:"token_type"`
	ExpiresIn    int    `json:"expires_in"`
	RefreshToken string `json:"refresh_token"`
}

const ada = "ada@shop.example"

func (c *client) session(t *testing.T, with string) session {
	t.Helper()
	return read[session](t, c.post("/v1/auth/login", map[string]any{"email": ada, "password": with}), http.StatusOK)
}

func (c *client) refresh(token string) answer {
	return c.post("/v1/auth/refresh", map[string]any{"refresh_token": token})
}

func (c *client) bearing(token string) *client { return c.with("Authorization", "Bearer "+token) }

// tokenKey is a signing key in files, as operators have it.
type tokenKey struct {
	key             ed25519.PrivateKey
	private, public string // paths
}

func newTokenKey(t *testing.T, seed byte) tokenKey {
	t.Helper()
	k := tokenKey{key: ed25519.NewKeyFromSeed(bytes.Repeat([]byte{seed}, ed25519.SeedSize))}
	private, err := x509.MarshalPKCS8PrivateKey(k.key)
	require.NoError(t, err)
	public, err := x509.MarshalPKIXPublicKey(k.key.Public())
	require.NoError(t, err)
	folder := t.TempDir()
	write := func(name, kind string, der []byte) string {
		path := filepath.Join(folder, name)
		require.NoError(t, os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600))
		return path
	}
	k.private, k.public = write("private", "PRIVATE KEY", private), write("public", "PUBLIC KEY", public)
	return k
}

// verifies reports whether a published key verifies the token, as another
// service would find out.
func (c *client) verifies(t *testing.T, token string) bool {
	t.Helper()
	a := c.get("/.well-known/jwks.json")
	require.Equal(t, "public, max-age=300", a.header.Get("Cache-Control"))
	set := read[struct {
		Keys []struct{ Kid, X, Kty, Crv, Alg, Use string }
	}](t, a, http.StatusOK)
	for _, published := range set.Keys {
		public, err := base64.RawURLEncoding.DecodeString(published.X)
		require.NoError(t, err)
		_, err = jwt.Parse(token, func(read *jwt.Token) (any, error) {
			require.Equal(t, "EdDSA", read.Header["alg"])
			return ed25519.PublicKey(public), nil
		})
		if err == nil {
			return true
		}
	}
	return false
}

// TestSigningKeysRotate restarts the service with the next key. Nobody's token
// is lost by it, and the withdrawn key's count no more after the last step.
func TestSigningKeysRotate(t *testing.T) {
	t.Parallel()
	first, second := newTokenKey(t, 1), newTokenKey(t, 2)
	s := newService(t, seathold, quick())
	s.start(t, settings{"SEATHOLD_JWT_KEY_FILE": first.private, "SEATHOLD_JWT_KEY_NEXT_FILE": second.public})
	s.register(t, ada)
	c := s.nobody()
	before := c.session(t, password)
	require.True(t, c.verifies(t, before.AccessToken))
	s.stop(t)

	s.start(t, settings{"SEATHOLD_JWT_KEY_FILE": second.private, "SEATHOLD_JWT_KEY_PREVIOUS_FILE": first.public})
	requireStatus(t, c.bearing(before.AccessToken).get("/v1/me"), http.StatusOK)
	require.True(t, c.verifies(t, before.AccessToken))
	after := read[session](t, c.refresh(before.RefreshToken), http.StatusOK)
	requireStatus(t, c.bearing(after.AccessToken).get("/v1/me"), http.StatusOK)
	require.True(t, c.verifies(t, after.AccessToken))
	s.stop(t)

	s.start(t, settings{"SEATHOLD_JWT_KEY_FILE": second.private})
	requireProblem(t, c.bearing(before.AccessToken).get("/v1/me"), http.StatusUnauthorized, "unauthenticated")
	requireStatus(t, c.bearing(after.AccessToken).get("/v1/me"), http.StatusOK)
	require.False(t, c.verifies(t, before.AccessToken))
	s.stop(t)

	log := s.logText(t)
	for _, token := range []string{before.AccessToken, before.RefreshToken, after.AccessToken, after.RefreshToken} {
		for part := range strings.SplitSeq(token, ".") {
			require.True(t, len(part) == 36 || !strings.Contains(log, part), "a token is in the log")
		}
	}
}

// TestInstancesRenewOneSession asks two instances for the same successor at the
// same moment, and changes the password at one while the other goes on.
func TestInstancesRenewOneSession(t *testing.T) {
	t.Parallel()
	servers := realServers(testserver.Redis(t), testserver.Mongo(t))
	one := newService(t, seathold, servers, quick())
	one.start(t)
	two := newService(t, seathold, servers, quick(), settings{"SEATHOLD_PUBLIC_URL": one.url})
	two.start(t)
	one.register(t, ada)
	at := []*client{one.nobody(), two.nobody()}
	current := at[0].session(t, password)
	for range 5 {
		answers := make([]answer, 16)
		atOnce(len(answers), func(i int) { answers[i] = at[i%2].refresh(current.RefreshToken) })
		successors := make([]string, len(answers))
		for i, a := range answers {
			next := read[session](t, a, http.StatusOK)
			successors[i] = next.RefreshToken
			current.AccessToken = next.AccessToken
		}
		require.Len(t, slices.Compact(successors), 1)
		require.NotEqual(t, current.RefreshToken, successors[0])
		current.RefreshToken = successors[0]
	}
	requireStatus(t, at[1].bearing(current.AccessToken).post("/v1/me/password",
		map[string]any{"old_password": password, "new_password": "another long password"}), http.StatusNoContent)
	requireProblem(t, at[0].refresh(current.RefreshToken), http.StatusUnauthorized, "invalid_refresh_token")
	requireProblem(t, at[0].post("/v1/auth/login", map[string]any{"email": ada, "password": password}),
		http.StatusUnauthorized, "invalid_credentials")
	fresh := at[0].session(t, "another long password")
	requireStatus(t, at[1].post("/v1/auth/logout", map[string]any{"refresh_token": fresh.RefreshToken}), http.StatusNoContent)
	requireProblem(t, at[0].refresh(fresh.RefreshToken), http.StatusUnauthorized, "invalid_refresh_token")
}

// TestGuestsOfAnOutsideIssuer sells seats to someone who logs in elsewhere, and
// starts while that elsewhere is away.
func TestGuestsOfAnOutsideIssuer(t *testing.T) {
	t.Parallel()
	key := newTokenKey(t, 3).key
	outside := httptest.NewUnstartedServer(nil)
	issuer := "http://" + outside.Listener.Addr().String()
	outside.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var document any = map[string]any{"issuer": issuer, "jwks_uri": issuer + "/keys"}
		if r.URL.Path == "/keys" {
			x := base64.RawURLEncoding.EncodeToString(key.Public().(ed25519.PublicKey))
			document = map[string]any{"keys": []any{map[string]any{"kty": "OKP", "crv": "Ed25519", "x": x, "kid": "k"}}}
		}
		_ = json.NewEncoder(w).Encode(document)
	})
	t.Cleanup(outside.Close)
	s := openShop(t, embeddedWorld, seathold, 20, settings{
		"SEATHOLD_OIDC_ISSUER": issuer, "SEATHOLD_OIDC_AUDIENCE": "tickets",
	})
	bearer := func(role any) *client {
		c := jwt.MapClaims{
			"iss": issuer, "aud": "tickets", "sub": "ada", "exp": time.Now().Add(time.Hour).Unix(),
			"email": ada, "email_verified": true, "name": "Ada",
		}
		if role != nil {
			c["seathold_role"] = role
		}
		token := jwt.NewWithClaims(jwt.SigningMethodEdDSA, c)
		token.Header["kid"] = "k"
		text, err := token.SignedString(key)
		require.NoError(t, err)
		return s.nobody().bearing(text)
	}
	guest := bearer(nil)
	// The address is listened on, and nobody answers there yet.
	requireProblem(t, guest.get("/v1/me"), http.StatusServiceUnavailable, "unavailable")
	requireStatus(t, s.organizer.get("/v1/me"), http.StatusOK)

	outside.Start()
	me := read[account](t, patiently(t, func() answer { return guest.get("/v1/me") }), http.StatusOK)
	require.Equal(t, account{me.ID, ada, "Ada", "customer"}, me)
	held := read[hold](t, guest.hold(s.event.ID, s.guids[0]), http.StatusCreated)
	requireStatus(t, guest.orderHold(s.event.ID, held.ID), http.StatusCreated)
	requireProblem(t, guest.get("/v1/ops/refunds"), http.StatusForbidden, "forbidden")
	requireStatus(t, bearer("operator").get("/v1/ops/refunds"), http.StatusOK)
	requireProblem(t, bearer("root").get("/v1/me"), http.StatusUnauthorized, "unauthenticated")
	requireProblem(t, s.nobody().post("/v1/auth/login", map[string]any{"email": ada, "password": password}),
		http.StatusUnauthorized, "invalid_credentials")
}
