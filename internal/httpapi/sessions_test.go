package httpapi

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

const (
	refreshPath  = "/v1/auth/refresh"
	logoutPath   = "/v1/auth/logout"
	passwordPath = "/v1/me/password"
)

// loggedIn registers Anna and logs her in.
func (w *world) loggedIn() map[string]any {
	w.t.Helper()
	w.do(nobody, post, "/v1/auth/register", annaBody).ok(http.StatusCreated)
	return w.login("correct horse").ok(http.StatusOK).object()
}

func (w *world) login(password string) answer {
	w.t.Helper()
	return w.do(nobody, post, "/v1/auth/login", `{"email": "anna@example.org", "password": "`+password+`"}`)
}

func refreshBody(session map[string]any) string {
	return `{"refresh_token": "` + session["refresh_token"].(string) + `"}`
}

func TestARefreshAnswersAsALogin(t *testing.T) {
	w := newWorld(t)
	session := w.loggedIn()
	require.Len(t, session, 4)
	a := w.do(nobody, post, refreshPath, refreshBody(session)).ok(http.StatusOK)
	require.Equal(t, "no-store", a.Header().Get("Cache-Control"))
	next := a.object()
	require.Len(t, next, 4)
	require.Equal(t, session["token_type"], next["token_type"])
	require.Equal(t, session["expires_in"], next["expires_in"])
	require.Len(t, strings.Split(next["access_token"].(string), "."), 3)
	require.NotEqual(t, session["refresh_token"], next["refresh_token"])

	again := w.do(nobody, post, refreshPath, refreshBody(session)).ok(http.StatusOK).object()
	require.Equal(t, next["refresh_token"], again["refresh_token"], "within ten seconds the same successor")
	w.do(nobody, post, refreshPath, refreshBody(next)).ok(http.StatusOK)
	a = w.do(nobody, post, refreshPath, refreshBody(session))
	a.problem(http.StatusUnauthorized, booking.CodeInvalidRefreshToken)
	require.Equal(t, "Bearer", a.Header().Get("WWW-Authenticate"))
	w.do(nobody, post, refreshPath, refreshBody(next)).problem(http.StatusUnauthorized, booking.CodeInvalidRefreshToken)
}

func TestALogoutEndsTheSession(t *testing.T) {
	w := newWorld(t)
	session := w.loggedIn()
	for range 2 {
		require.Empty(t, w.do(nobody, post, logoutPath, refreshBody(session)).ok(http.StatusNoContent).Body.String())
	}
	w.do(nobody, post, refreshPath, refreshBody(session)).problem(http.StatusUnauthorized, booking.CodeInvalidRefreshToken)
	for _, unknown := range []string{"x", "x.y", strings.Repeat("x", 10_000)} {
		w.do(nobody, post, logoutPath, `{"refresh_token": "`+unknown+`"}`).ok(http.StatusNoContent)
		w.do(nobody, post, refreshPath, `{"refresh_token": "`+unknown+`"}`).
			problem(http.StatusUnauthorized, booking.CodeInvalidRefreshToken)
	}
}

// actAs makes the caller's token speak for the account that Anna registered.
func actAs(w *world) booking.Actor {
	account, err := w.store.AccountByEmail(context.Background(), "anna@example.org")
	require.NoError(w.t, err)
	actor := booking.Actor{ID: account.ID, Role: account.Role}
	w.api.Tokens = one{actor}
	return actor
}

// one is a Tokens that knows one person.
type one struct{ actor booking.Actor }

func (o one) Verify(_ context.Context, token string) (booking.Actor, error) {
	if token != o.actor.ID {
		return booking.Actor{}, booking.Errorf(booking.CodeUnauthenticated, "not valid")
	}
	return o.actor, nil
}

func TestANewPasswordEndsAllSessions(t *testing.T) {
	w := newWorld(t)
	first := w.loggedIn()
	second := w.login("correct horse").ok(http.StatusOK).object()
	anna := actAs(w)
	change := `{"old_password": "correct horse", "new_password": "battery staple"}`
	require.Empty(t, w.do(anna, post, passwordPath, change).ok(http.StatusNoContent).Body.String())
	for _, session := range []map[string]any{first, second} {
		w.do(nobody, post, refreshPath, refreshBody(session)).problem(http.StatusUnauthorized, booking.CodeInvalidRefreshToken)
	}
	w.login("correct horse").problem(http.StatusUnauthorized, booking.CodeInvalidCredentials)
	w.login("battery staple").ok(http.StatusOK)
	w.do(anna, post, passwordPath, change).problem(http.StatusUnauthorized, booking.CodeInvalidCredentials)
}

func TestBadSessionsAndPasswords(t *testing.T) {
	w := newWorld(t)
	session := w.loggedIn()
	anna := actAs(w)
	var cases []refusal
	for _, path := range []string{refreshPath, logoutPath} {
		cases = append(cases, []refusal{
			{path + " without a body", nobody, post, path, "", nil, 400, codeInvalidBody, "not JSON"},
			{path + " with a text", nobody, post, path, `"x"`, nil, 400, codeInvalidBody, "object"},
			{path + " with null", nobody, post, path, `{"refresh_token": null}`, nil, 400, codeInvalidBody, "must be a string"},
			{path + " with a number", nobody, post, path, `{"refresh_token": 1}`, nil, 400, codeInvalidBody, "must be a string"},
			{path + " with two", nobody, post, path, `{"refresh_token": "x", "refresh_token": "y"}`, nil, 400, codeInvalidBody, "twice"},
			{path + " with more", nobody, post, path, `{"refresh_token": "x", "token": "y"}`, nil, 400, codeInvalidBody, "no such field"},
			{path + " cut short", nobody, post, path, `{"refresh_token": "x`, nil, 400, codeInvalidBody, ""},
			{path + " with none", nobody, post, path, `{}`, nil, 422, booking.CodeInvalidValue, "refresh_token"},
			{path + " with an empty one", nobody, post, path, `{"refresh_token": ""}`, nil, 422, booking.CodeInvalidValue, "refresh_token"},
		}...)
	}
	const path = passwordPath
	w.refuses(append(cases, []refusal{
		{"nobody", nobody, post, path, `{"old_password": "correct horse", "new_password": "battery staple"}`, nil, 401, booking.CodeUnauthenticated, ""},
		{"no body", anna, post, path, "", nil, 400, codeInvalidBody, "not JSON"},
		{"another field", anna, post, path, `{"password": "x"}`, nil, 400, codeInvalidBody, "no such field"},
		{"no old one", anna, post, path, `{"new_password": "battery staple"}`, nil, 422, booking.CodeInvalidValue, "old_password"},
		{"no new one", anna, post, path, `{"old_password": "correct horse"}`, nil, 422, booking.CodeWeakPassword, ""},
		{"a short one", anna, post, path, `{"old_password": "correct horse", "new_password": "123456789"}`, nil, 422, booking.CodeWeakPassword, "10 characters"},
		{"a long one", anna, post, path, `{"old_password": "correct horse", "new_password": "` + strings.Repeat("x", 73) + `"}`, nil, 422, booking.CodeWeakPassword, "72 bytes"},
		{"a wrong old one", anna, post, path, `{"old_password": "correct horsE", "new_password": "battery staple"}`, nil, 401, booking.CodeInvalidCredentials, "old_password"},
	}...))
	w.do(nobody, post, refreshPath, refreshBody(session)).ok(http.StatusOK)
}

func TestNoTokenReachesTheLog(t *testing.T) {
	w := newWorld(t)
	session := w.loggedIn()
	for _, path := range []string{refreshPath, refreshPath, logoutPath, refreshPath} {
		w.do(nobody, post, path, refreshBody(session))
	}
	w.login("wrong password")
	anna := actAs(w)
	w.do(anna, post, passwordPath, `{"old_password": "wrong password", "new_password": "battery staple"}`)
	w.do(nobody, get, "/v1/me", "", "Authorization", "Bearer "+session["access_token"].(string)+"x")
	log := w.log.String()
	require.Contains(t, log, refreshPath, "control: the calls are in it")
	for _, secret := range []string{"correct horse", "wrong password", "battery staple"} {
		require.NotContains(t, log, secret)
	}
	for _, name := range []string{"access_token", "refresh_token"} {
		for part := range strings.SplitSeq(session[name].(string), ".") {
			if len(part) > 20 {
				require.NotContains(t, log, part, name)
			}
		}
	}
}

func TestTheVerificationKeysArePublic(t *testing.T) {
	const keys = `{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",` +
		`"kid":"kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k","alg":"EdDSA","use":"sig"}]}`
	for want, given := range map[string][]byte{noKeys: nil, keys: []byte(keys)} {
		w := newWorld(t, func(c *Config) { c.VerificationKeys = given })
		a := w.do(nobody, get, "/.well-known/jwks.json", "").ok(http.StatusOK)
		require.Equal(t, want, a.Body.String())
		require.Equal(t, "application/json", a.Header().Get("Content-Type"))
		require.Equal(t, "public, max-age=300", a.Header().Get("Cache-Control"))
	}
}
