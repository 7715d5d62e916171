package client

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// answering is a service that answers every call in the same way.
func answering(t *testing.T, answer http.HandlerFunc, more ...func(*Config)) *ClientWithResponses {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	c := Config{URL: server.URL, Token: "token"}
	for _, change := range more {
		change(&c)
	}
	client, err := New(c)
	require.NoError(t, err)
	return client
}

func saying(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.Header().Set("X-Request-Id", "r1")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func TestACallSendsItsTokenAndItsBody(t *testing.T) {
	var got *http.Request
	var body NewHold
	c := answering(t, func(w http.ResponseWriter, r *http.Request) {
		got = r
		_ = json.NewDecoder(r.Body).Decode(&body)
		saying(201, "application/json", `{"id": "h", "event_id": "e/1", "seats": ["A1"], "status": "held",
			"expires_at": "2027-05-01T19:30:00.000Z", "expires_in": 600, "total": {"amount": 4500, "currency": "EUR"}}`)(w, r)
	})
	answer, err := c.CreateHoldWithResponse(context.Background(), "e/1",
		&CreateHoldParams{IdempotencyKey: new("k")}, NewHold{Seats: []string{"A1"}})
	require.NoError(t, err)
	require.Equal(t, "/v1/events/e%2F1/holds", got.URL.EscapedPath())
	require.Equal(t, "Bearer token", got.Header.Get("Authorization"))
	require.Equal(t, "k", got.Header.Get("Idempotency-Key"))
	require.Equal(t, NewHold{Seats: []string{"A1"}}, body)
	h, err := Answered(answer.JSON201)
	require.NoError(t, err)
	require.Equal(t, HoldStatusHeld, h.Status)
	require.EqualValues(t, 600, *h.ExpiresIn)
	require.Equal(t, 2027, h.ExpiresAt.Year())
	require.Equal(t, Money{Amount: 4500, Currency: "EUR"}, h.Total)
}

func TestWhatIsLeftOutIsNotSent(t *testing.T) {
	var query string
	c := answering(t, func(w http.ResponseWriter, r *http.Request) {
		query = r.URL.RawQuery
		saying(200, "application/json", `{"items": [], "next_cursor": null}`)(w, r)
	})
	_, err := c.ListOrdersWithResponse(context.Background(), &ListOrdersParams{Limit: new(3)})
	require.NoError(t, err)
	require.Equal(t, "limit=3", query)
}

func TestARefusalCarriesItsProblem(t *testing.T) {
	c := answering(t, saying(409, "application/problem+json",
		`{"type": "/problems/seats_taken", "title": "Seats are taken", "status": 409, "detail": "not free: A1", "code": "seats_taken", "seats": ["A1"]}`))
	_, err := c.CreateHoldWithResponse(context.Background(), "e", nil, NewHold{Seats: []string{"A1"}})
	require.EqualError(t, err, "seats_taken: not free: A1")
	var refused *Error
	require.ErrorAs(t, err, &refused)
	require.Equal(t, 409, refused.Status)
	require.Equal(t, "r1", refused.RequestID)
	require.Equal(t, []string{"A1"}, *refused.Problem.Seats)
	require.Equal(t, "seats_taken", CodeOf(err))
	require.Empty(t, CodeOf(io.EOF))
}

func TestRefusalsThatAreNoProblems(t *testing.T) {
	for name, c := range map[string]struct {
		status            int
		contentType, body string
		says              string
	}{
		"a proxy's page":   {502, "text/html", "<h1>Bad Gateway</h1>", "the service answered 502 Bad Gateway"},
		"broken off":       {500, "application/problem+json", `{"code": "inter`, "the service answered 500 Internal Server Error"},
		"of another shape": {503, "application/json", `{"code": 7}`, "the service answered 503 Service Unavailable"},
		"a redirect":       {302, "text/html", "", "the service answered 302 Found"},
	} {
		t.Run(name, func(t *testing.T) {
			client := answering(t, saying(c.status, c.contentType, c.body))
			_, err := client.GetMeWithResponse(context.Background())
			require.EqualError(t, err, c.says)
		})
	}
}

func TestAnotherServiceIsToldApart(t *testing.T) {
	c := answering(t, saying(200, "text/html", "<h1>Welcome</h1>"))
	answer, err := c.GetMeWithResponse(context.Background())
	require.NoError(t, err)
	_, err = Answered(answer.JSON200)
	require.ErrorContains(t, err, "does not answer as Seathold does")
	c = answering(t, saying(200, "application/json", "welcome"))
	_, err = c.GetMeWithResponse(context.Background())
	require.Error(t, err)
}

func TestALongAnswerIsNotReadWhole(t *testing.T) {
	server := httptest.NewServer(saying(200, "application/json", strings.Repeat(" ", 5000)))
	t.Cleanup(server.Close)
	r, err := http.NewRequest(http.MethodGet, server.URL, nil)
	require.NoError(t, err)
	answer, err := caller{client: server.Client(), maxAnswer: 1000}.Do(r)
	require.NoError(t, err)
	body, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Len(t, body, 1000)
}

func TestACallEndsWithItsTime(t *testing.T) {
	held := make(chan struct{})
	defer close(held)
	c := answering(t, func(http.ResponseWriter, *http.Request) { <-held }, func(c *Config) { c.Timeout = 10 * time.Millisecond })
	t.Cleanup(http.DefaultTransport.(*http.Transport).CloseIdleConnections)
	_, err := c.GetMeWithResponse(context.Background())
	require.ErrorContains(t, err, "the service does not answer")
}

func TestAnAddressMustBeOne(t *testing.T) {
	for _, address := range []string{"", "127.0.0.1:8080", "ftp://x", "http://", "http://[", "://"} {
		_, err := New(Config{URL: address})
		require.ErrorContains(t, err, "no URL like")
	}
}
