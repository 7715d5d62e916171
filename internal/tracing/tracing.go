// Package tracing makes traces of requests, by OpenTelemetry, and sends them to
// a collector over HTTP. It is off unless the environment names one, by the
// variables that OpenTelemetry has for that; a *Tracing is nil then, and all its
// methods do nothing.
//
// A trace begins with a request, or where the service by itself calls a payment
// provider or an organizer's endpoint. Scripts and calls of the order store are
// parts of it; what the workers ask several times a second is no trace.
//
// Only what stands on a list leaves the process (see reduced): no e-mail, token,
// address or body is in a span.
package tracing

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"
)

const (
	serviceName = "seathold"
	scope       = "seathold"
)

// Tracing makes spans and sends them. It is safe for concurrent use; nil makes
// none.
type Tracing struct {
	provider *sdk.TracerProvider
	tracer   trace.Tracer
}

// Open returns what makes traces of this version of the service, or nil where
// the environment asks for none. It waits for nobody: a collector that is away
// shows in the log. The error names the variable that is wrong.
func Open(ctx context.Context, version string, getenv func(string) string, log *slog.Logger) (*Tracing, error) {
	on, err := wanted(getenv)
	if !on || err != nil {
		return nil, err
	}
	otel.SetErrorHandler(&faults{log: log})
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		return nil, err
	}
	described, err := resource.New(ctx,
		resource.WithTelemetrySDK(),
		resource.WithAttributes(semconv.ServiceName(serviceName), semconv.ServiceVersion(version)),
		resource.WithFromEnv()) // last: OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES win
	if err != nil {
		return nil, err
	}
	return New(sdk.NewBatchSpanProcessor(Reduced(exporter)), sdk.WithResource(described)), nil
}

// New returns what makes traces for a processor. The sampler is what
// OTEL_TRACES_SAMPLER says, unless an option says otherwise.
func New(to sdk.SpanProcessor, options ...sdk.TracerProviderOption) *Tracing {
	t := &Tracing{provider: sdk.NewTracerProvider(append(options, sdk.WithSpanProcessor(to))...)}
	t.tracer = t.provider.Tracer(scope)
	return t
}

// Close sends what has not been sent, as long as ctx lasts.
func (t *Tracing) Close(ctx context.Context) error {
	if t == nil {
		return nil
	}
	return t.provider.Shutdown(ctx)
}

// propagator reads and writes the header traceparent. Baggage is not passed on:
// who knows what strangers put there.
func propagator() propagation.TextMapPropagator { return propagation.TraceContext{} }

// faultsEvery bounds how often the log tells that traces cannot be sent.
const faultsEvery = time.Minute

// faults logs what goes wrong with traces, the first at once.
type faults struct {
	log    *slog.Logger
	toldAt atomic.Int64 // in ms of Unix time
}

// Handle implements otel.ErrorHandler.
func (f *faults) Handle(err error) {
	now, told := time.Now().UnixMilli(), f.toldAt.Load()
	if now-told >= faultsEvery.Milliseconds() && f.toldAt.CompareAndSwap(told, now) {
		f.log.Warn("traces cannot be sent, or not as the environment says; nothing else is affected", "err", err)
	}
}
