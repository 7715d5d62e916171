package app

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"seathold/internal/config"
	"seathold/internal/tracing"
)

// openApp opens a service, embedded whole, that listens and does not run.
func openApp(t *testing.T, options ...Option) *App {
	t.Helper()
	c, _, err := config.Load([]string{
		"SEATHOLD_ADDR=127.0.0.1:0", "SEATHOLD_OPS_ADDR=127.0.0.1:0", "SEATHOLD_DEMO=off",
		"SEATHOLD_BCRYPT_COST=4", "SEATHOLD_DATA_DIR=" + filepath.Join(t.TempDir(), "data"),
	}, "")
	require.NoError(t, err)
	a, err := New(t.Context(), c, slog.New(slog.DiscardHandler), options...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, a.Close(context.WithoutCancel(t.Context()))) })
	return a
}

// ask has the service answer a call that goes to the order store and to Redis.
func ask(t *testing.T, a *App, from string) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/v1/auth/register",
		strings.NewReader(`{"email": "someone@example.org", "password": "a long enough password", "name": "Someone"}`))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("traceparent", "00-"+strangersTrace+"-b7ad6b7169203331-01")
	r.RemoteAddr = from
	answer := httptest.NewRecorder()
	a.server.Handler.ServeHTTP(answer, r)
	require.Equal(t, http.StatusCreated, answer.Code, answer.Body)
}

const strangersTrace = "0af7651916cd43dd8448eb211c80319c"

// Whoever wants no traces pays for none: nothing is wrapped, and nobody starts a
// span, also not by the providers that libraries share.
func TestWithoutTracesThereIsNoWorkForThem(t *testing.T) {
	shared := tracetest.NewInMemoryExporter()
	before := otel.GetTracerProvider()
	otel.SetTracerProvider(sdk.NewTracerProvider(sdk.WithSyncer(shared)))
	t.Cleanup(func() { otel.SetTracerProvider(before) })

	off := openApp(t)
	require.Same(t, off.api, off.server.Handler)
	require.Nil(t, off.client())
	ask(t, off, "127.0.0.1:1")
	require.Empty(t, shared.GetSpans())

	made := tracetest.NewInMemoryExporter()
	on := openApp(t, Tracing(tracing.New(sdk.NewSimpleSpanProcessor(made))))
	ask(t, on, "127.0.0.1:1")
	names := []string{}
	for _, s := range made.GetSpans() {
		names = append(names, s.Name)
	}
	require.Subset(t, names, []string{"script limit", "store insert_account", "POST /v1/auth/register"}, "the control")
	require.Empty(t, shared.GetSpans())
}

func TestWhoMayGoOnWithATrace(t *testing.T) {
	for from, goesOn := range map[string]bool{"127.0.0.1:1": true, "10.1.2.3:1": true, "203.0.113.7:1": false, "odd": false} {
		made := tracetest.NewInMemoryExporter()
		ask(t, openApp(t, Tracing(tracing.New(sdk.NewSimpleSpanProcessor(made)))), from)
		spans := made.GetSpans()
		require.Equal(t, goesOn, spans[len(spans)-1].SpanContext.TraceID().String() == strangersTrace, from)
	}
}

// A scrape never takes an answer from the stores for granted.
func TestAScrapeWhileTheStoresAreAway(t *testing.T) {
	a := openApp(t)
	a.embedded.server.Close()
	start := time.Now()
	families, err := a.registry.Gather()
	require.NoError(t, err)
	require.NotEmpty(t, families)
	require.Less(t, time.Since(start), time.Minute)
}
