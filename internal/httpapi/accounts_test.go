package httpapi

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

func discard() *slog.Logger { return slog.New(slog.DiscardHandler) }

const annaBody = `{"email": "Anna@Example.org", "password": "correct horse", "name": "Anna"}`

func TestRegisterAndLogIn(t *testing.T) {
	w := newWorld(t)
	a := w.do(nobody, post, "/v1/auth/register", annaBody).ok(http.StatusCreated)
	account := a.object()
	require.Equal(t, map[string]any{
		"id": account["id"], "email": "anna@example.org", "name": "Anna", "role": "customer",
	}, account)
	require.Equal(t, "no-store", a.Header().Get("Cache-Control"))
	stored, err := w.store.AccountByEmail(context.Background(), "anna@example.org")
	require.NoError(t, err)
	require.Equal(t, account["id"], stored.ID)

	login := w.do(nobody, post, "/v1/auth/login", `{"email": "anna@example.org", "password": "correct horse"}`).ok(http.StatusOK)
	session := login.object()
	require.Equal(t, "Bearer", session["token_type"])
	require.InEpsilon(t, 14*60+1, session["expires_in"], 0, "whole seconds, rounded up")
	require.Len(t, strings.Split(session["access_token"].(string), "."), 3)
	require.Equal(t, "no-store", login.Header().Get("Cache-Control"))
}

func TestMe(t *testing.T) {
	w := newWorld(t)
	w.do(alice, get, "/v1/me", "").problem(http.StatusUnauthorized, booking.CodeUnauthenticated)
	require.NoError(t, w.store.InsertAccount(context.Background(), booking.Account{
		ID: "alice", Email: "alice@example.org", Name: "Alice", Role: booking.RoleCustomer, PasswordHash: []byte("hash"),
	}))
	require.Equal(t, map[string]any{
		"id": "alice", "email": "alice@example.org", "name": "Alice", "role": "customer",
	}, w.do(alice, get, "/v1/me", "").ok(http.StatusOK).object())

	// Who comes from an outside issuer has the role that their token says.
	require.NoError(t, w.store.InsertAccount(context.Background(), booking.Account{
		ID: "olga", Email: "olga@example.org", Name: "Olga", Role: booking.RoleCustomer,
	}))
	require.Equal(t, "organizer", w.do(olga, get, "/v1/me", "").ok(http.StatusOK).object()["role"])
}

func TestAWrongPasswordAndAnUnknownAddressLookTheSame(t *testing.T) {
	w := newWorld(t)
	w.do(nobody, post, "/v1/auth/register", annaBody).ok(http.StatusCreated)
	wrong := w.do(nobody, post, "/v1/auth/login", `{"email": "anna@example.org", "password": "wrong horse"}`)
	unknown := w.do(nobody, post, "/v1/auth/login", `{"email": "nobody@example.org", "password": "wrong horse"}`)
	wrong.problem(http.StatusUnauthorized, booking.CodeInvalidCredentials)
	require.Equal(t, wrong.Body.String(), unknown.Body.String())
	require.Equal(t, "Bearer", wrong.Header().Get("WWW-Authenticate"))
}

func TestBadRegistrationsAndLogins(t *testing.T) {
	w := newWorld(t)
	w.do(nobody, post, "/v1/auth/register", annaBody).ok(http.StatusCreated)
	register, login := "/v1/auth/register", "/v1/auth/login"
	w.refuses([]refusal{
		{"no body", nobody, post, register, "", nil, 400, codeInvalidBody, "not JSON"},
		{"a role of one's own", nobody, post, register, `{"email": "eve@example.org", "password": "correct horse", "name": "Eve", "role": "operator"}`, nil, 400, codeInvalidBody, "role: this call has no such field; there are email, password, name"},
		{"a number for a name", nobody, post, register, `{"email": "eve@example.org", "password": "correct horse", "name": 1}`, nil, 400, codeInvalidBody, "name: must be a string"},
		{"two passwords", nobody, post, register, `{"email": "eve@example.org", "password": "correct horse", "password": "x", "name": "Eve"}`, nil, 400, codeInvalidBody, "password twice"},
		{"nothing given", nobody, post, register, `{}`, nil, 422, booking.CodeInvalidEmail, "e-mail"},
		{"no password", nobody, post, register, `{"email": "eve@example.org", "name": "Eve"}`, nil, 422, booking.CodeWeakPassword, "password"},
		{"a short password", nobody, post, register, `{"email": "eve@example.org", "password": "123456789", "name": "Eve"}`, nil, 422, booking.CodeWeakPassword, "10 characters"},
		{"a long password", nobody, post, register, `{"email": "eve@example.org", "password": "` + strings.Repeat("x", 73) + `", "name": "Eve"}`, nil, 422, booking.CodeWeakPassword, "72 bytes"},
		{"no name", nobody, post, register, `{"email": "eve@example.org", "password": "correct horse"}`, nil, 422, booking.CodeInvalidValue, "name"},
		{"no address", nobody, post, register, `{"email": "eve", "password": "correct horse", "name": "Eve"}`, nil, 422, booking.CodeInvalidEmail, "e-mail"},
		{"a taken address", nobody, post, register, strings.ToLower(annaBody), nil, 409, booking.CodeEmailTaken, ""},
		{"login without a body", nobody, post, login, "", nil, 400, codeInvalidBody, "not JSON"},
		{"login with a list", nobody, post, login, `[]`, nil, 400, codeInvalidBody, "must be a JSON object"},
		{"login without an address", nobody, post, login, `{"password": "correct horse"}`, nil, 422, booking.CodeInvalidValue, "email"},
		{"login without a password", nobody, post, login, `{"email": "anna@example.org"}`, nil, 422, booking.CodeInvalidValue, "password"},
		{"login with null", nobody, post, login, `{"email": "anna@example.org", "password": null}`, nil, 400, codeInvalidBody, "password: must be a string"},
		{"a wrong password", nobody, post, login, `{"email": "anna@example.org", "password": "x"}`, nil, 401, booking.CodeInvalidCredentials, ""},
	})
	_, err := w.store.AccountByEmail(context.Background(), "eve@example.org")
	require.Equal(t, booking.CodeNotFound, booking.CodeOf(err))
}
