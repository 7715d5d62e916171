package httpapi

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

// hangUp sends a request whose client has left by the time that it is served. A
// client that closes only its own half of the connection still reads the answer.
func (w *limitedWorld) hangUp(by booking.Actor, method, path, body string) answer {
	w.t.Helper()
	ctx, leave := context.WithCancel(w.t.Context())
	leave()
	r := httptest.NewRequestWithContext(ctx, method, path, strings.NewReader(body))
	if by.ID != "" {
		r.Header.Set("Authorization", "Bearer "+by.ID)
	}
	rec := httptest.NewRecorder()
	w.api.ServeHTTP(rec, r)
	w.requireDocumented(r, rec)
	return answer{rec, w.t}
}

// TestHangingUpIsNoWayPastTheGuard guesses, and hangs up in between: what was
// counted stays so.
func TestHangingUpIsNoWayPastTheGuard(t *testing.T) {
	w := newLimitedWorld(t)
	const path, guess = "/v1/auth/login", `{"email": "anna@example.com", "password": "a wrong password"}`
	for range booking.AccountFailuresHere.Burst {
		w.do(nobody, post, path, guess).problem(http.StatusUnauthorized, booking.CodeInvalidCredentials)
	}
	for range 5 {
		w.hangUp(nobody, post, path, guess).problem(http.StatusTooManyRequests, booking.CodeRateLimited)
		w.do(nobody, post, path, guess).problem(http.StatusTooManyRequests, booking.CodeRateLimited)
	}
}

func TestCallsOfWhoHangsUpCount(t *testing.T) {
	w := newLimitedWorld(t)
	for range booking.CustomerReads.Burst {
		w.hangUp(alice, get, "/v1/orders", "")
	}
	w.hangUp(alice, get, "/v1/orders", "").problem(http.StatusTooManyRequests, booking.CodeRateLimited)
	a := w.do(alice, get, "/v1/orders", "")
	a.problem(http.StatusTooManyRequests, booking.CodeRateLimited)
	require.NotEmpty(t, a.Header().Get("Retry-After"))
}
