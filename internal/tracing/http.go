package tracing

import (
	"context"
	"net/http"
	"strings"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/attribute"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"
)

// attrRequestID is a span's attribute with the id that the log has for a request.
const attrRequestID = "seathold.request_id"

// Handler makes a span of each request, but of probes and of streams, which
// would last for hours. A request of someone who is not trusted begins a trace
// of its own, linked to the one that it names: strangers must not decide what
// is kept.
func (t *Tracing) Handler(h http.Handler, trusted func(*http.Request) bool) http.Handler {
	if t == nil {
		return h
	}
	return otelhttp.NewHandler(h, "", otelhttp.WithTracerProvider(t.provider), otelhttp.WithPropagators(propagator()),
		otelhttp.WithFilter(isTraced),
		otelhttp.WithPublicEndpointFn(func(r *http.Request) bool { return !trusted(r) }))
}

func isTraced(r *http.Request) bool {
	path := r.URL.Path
	return path != "/livez" && path != "/readyz" && !strings.HasSuffix(path, "/stream")
}

// Describe says in a request's span by which route it is answered, which is
// known only then, and which id it has in the log. The span's name follows
// http.Request.Pattern.
func Describe(ctx context.Context, route, requestID string) {
	span := trace.SpanFromContext(ctx)
	if !span.IsRecording() {
		return
	}
	span.SetAttributes(attribute.String(attrRequestID, requestID))
	if route != "" {
		span.SetAttributes(semconv.HTTPRoute(route))
	}
}

// Transport makes a span of each request that is sent, and passes the trace on.
func (t *Tracing) Transport(base http.RoundTripper) http.RoundTripper {
	if t == nil {
		return base
	}
	return otelhttp.NewTransport(base, otelhttp.WithTracerProvider(t.provider), otelhttp.WithPropagators(propagator()))
}
