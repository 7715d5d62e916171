package tracing

import (
	"context"
	"errors"

	"go.mongodb.org/mongo-driver/event"
	"go.opentelemetry.io/contrib/instrumentation/go.mongodb.org/mongo-driver/mongo/otelmongo"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"seathold/internal/booking"
)

// Begin begins a call's span and returns what ends it.
type Begin = func(ctx context.Context, call string) (context.Context, func(error))

// Scripts makes spans of the scripts in Redis; nil where tracing is off.
func (t *Tracing) Scripts() Begin {
	return t.calls("script", false, semconv.DBSystemNameRedis)
}

// Stores makes spans of the order store's calls; nil where tracing is off.
func (t *Tracing) Stores() Begin { return t.calls("store", false) }

// Providers makes spans of a payment provider's calls, also where no request
// has asked for them; nil where tracing is off.
func (t *Tracing) Providers() Begin { return t.calls("provider", true) }

// Deliveries makes spans of sending webhooks to organizers; nil where tracing
// is off.
func (t *Tracing) Deliveries() Begin { return t.calls("delivery", true) }

// calls makes spans named after a kind and the call. alone: also of a call that
// belongs to no trace yet.
func (t *Tracing) calls(kind string, alone bool, attributes ...attribute.KeyValue) Begin {
	if t == nil {
		return nil
	}
	return func(ctx context.Context, call string) (context.Context, func(error)) {
		if !alone && !inTrace(ctx) {
			return ctx, func(error) {}
		}
		ctx, span := t.tracer.Start(ctx, kind+" "+call, trace.WithSpanKind(trace.SpanKindClient),
			trace.WithAttributes(attributes...), trace.WithAttributes(semconv.DBOperationName(call)))
		return ctx, func(err error) { end(span, err) }
	}
}

func inTrace(ctx context.Context) bool { return trace.SpanContextFromContext(ctx).IsValid() }

// end ends a span. Of an error it says the kind only: its text may quote.
func end(span trace.Span, err error) {
	defer span.End()
	if err == nil || !span.IsRecording() {
		return
	}
	kind := kindOf(err)
	span.SetAttributes(semconv.ErrorTypeKey.String(kind))
	if kind == kindFault || kind == string(booking.CodeUnavailable) {
		span.SetStatus(codes.Error, "")
	}
}

const kindFault = "fault"

func kindOf(err error) string {
	switch {
	case booking.CodeOf(err) != "":
		return string(booking.CodeOf(err))
	case errors.Is(err, booking.ErrConflict):
		return "conflict"
	case errors.Is(err, booking.ErrSeatSold):
		return "seat_sold"
	case errors.Is(err, booking.ErrRefused):
		return "refused"
	default:
		return kindFault
	}
}

// Monitor makes spans of MongoDB's commands; nil where tracing is off.
func (t *Tracing) Monitor() *event.CommandMonitor {
	if t == nil {
		return nil
	}
	all := otelmongo.NewMonitor(otelmongo.WithTracerProvider(t.provider))
	return &event.CommandMonitor{
		Started: func(ctx context.Context, e *event.CommandStartedEvent) {
			if inTrace(ctx) {
				all.Started(ctx, e)
			}
		},
		Succeeded: all.Succeeded, Failed: all.Failed,
	}
}
