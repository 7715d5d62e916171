package tracing

import (
	"context"
	"log/slog"

	"go.opentelemetry.io/otel/trace"
)

// The names in a log line.
const (
	logTraceID   = "trace_id"
	logSpanID    = "span_id"
	logRequestID = "request_id"
)

// LogHandler returns a handler whose lines say to which request and trace they
// belong, where they were written for one. requestID returns a request's id, ""
// for none; it may be nil.
func LogHandler(h slog.Handler, requestID func(context.Context) string) slog.Handler {
	return logHandler{h, requestID}
}

type logHandler struct {
	slog.Handler
	requestID func(context.Context) string
}

// Handle implements slog.Handler.
func (h logHandler) Handle(ctx context.Context, r slog.Record) error {
	var more []slog.Attr
	if span := trace.SpanContextFromContext(ctx); span.IsValid() {
		more = append(more, slog.String(logTraceID, span.TraceID().String()), slog.String(logSpanID, span.SpanID().String()))
	}
	if h.requestID != nil && !has(r, logRequestID) {
		if id := h.requestID(ctx); id != "" {
			more = append(more, slog.String(logRequestID, id))
		}
	}
	if len(more) > 0 {
		r = r.Clone()
		r.AddAttrs(more...)
	}
	return h.Handler.Handle(ctx, r)
}

func has(r slog.Record, name string) (found bool) {
	r.Attrs(func(a slog.Attr) bool {
		found = a.Key == name
		return !found
	})
	return found
}

// WithAttrs implements slog.Handler.
func (h logHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return logHandler{h.Handler.WithAttrs(attrs), h.requestID}
}

// WithGroup implements slog.Handler.
func (h logHandler) WithGroup(name string) slog.Handler {
	return logHandler{h.Handler.WithGroup(name), h.requestID}
}
