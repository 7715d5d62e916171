package httpapi

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

func answers(context.Context) error { return nil }

func TestReadiness(t *testing.T) {
	var fault error
	w := newWorld(t, func(c *Config) {
		c.Checks = map[string]Check{"redis": answers, "orders": func(context.Context) error { return fault }}
	})
	a := w.do(nobody, get, "/readyz", "").ok(http.StatusOK)
	require.Equal(t, map[string]any{"status": "ok"}, a.object())
	require.Equal(t, "no-store", a.Header().Get("Cache-Control"))
	verbose := w.do(nobody, get, "/readyz?verbose", "").ok(http.StatusOK).object()
	require.Equal(t, map[string]any{"redis": "ok", "orders": "ok"}, verbose["checks"])

	fault = errors.New("dial tcp 10.0.0.7:27017: refused")
	for _, path := range []string{"/readyz", "/readyz?verbose"} {
		a = w.do(nobody, get, path, "").ok(http.StatusServiceUnavailable)
		require.Equal(t, map[string]any{
			"status": "unavailable", "checks": map[string]any{"redis": "ok", "orders": "does not answer"},
		}, a.object())
	}
	require.Contains(t, w.log.String(), "10.0.0.7", "the log has the cause")
	fault = booking.Unavailable("the order store", fault)
	checks := w.do(nobody, get, "/readyz", "").object()["checks"]
	require.Equal(t, "the order store does not answer at the moment; try again", checks.(map[string]any)["orders"])
	w.do(nobody, get, "/livez", "").ok(http.StatusOK)
}

func TestDrainingTurnsReadinessOff(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Checks = map[string]Check{"redis": answers} })
	w.api.SetDraining()
	require.Equal(t, "draining", w.do(nobody, get, "/readyz", "").ok(http.StatusServiceUnavailable).object()["status"])
	w.do(nobody, get, "/livez", "").ok(http.StatusOK)
	events := w.do(nobody, get, "/v1/events", "").ok(http.StatusOK)
	require.Equal(t, "close", events.Header().Get("Connection"), "no proxy keeps a connection that is about to end")
}

func TestASilentDependencyIsGivenUpAfterASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		silent := func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
		a := &API{Config: Config{
			Log: discard(), Checks: map[string]Check{"redis": silent, "orders": silent, "mail": answers},
		}}
		start := time.Now()
		results, faults := a.runChecks(context.Background())
		require.Equal(t, time.Second, time.Since(start), "all at once, not one after the other")
		require.Equal(t, 2, faults)
		require.Equal(t, map[string]string{
			"redis": "does not answer within 1s", "orders": "does not answer within 1s", "mail": "ok",
		}, results)
	})
}
