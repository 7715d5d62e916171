package metrics

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/trace"

	"seathold/internal/booking"
)

func TestCallsAreMeasuredByOutcome(t *testing.T) {
	for want, err := range map[string]error{
		"ok":          nil,
		"left":        fmt.Errorf("call: %w", context.Canceled),
		"conflict":    fmt.Errorf("replace: %w", booking.ErrConflict),
		"unavailable": booking.Unavailable("the store", errors.New("connection refused")),
		"refused":     booking.Errorf(booking.CodeNotFound, "there is none"),
		"fault":       errors.New("what is this"),
	} {
		registry := prometheus.NewPedanticRegistry()
		_, end := NewStoreCalls(registry).Begin(t.Context(), "order")
		end(err)
		require.Equal(t, []string{want}, labelsOf(t, registry, "seathold_order_store_seconds", "outcome"), err)
		require.Equal(t, []string{"order"}, labelsOf(t, registry, "seathold_order_store_seconds", "call"))
		requireWellNamed(t, registry)
	}
}

func spanContext(t *testing.T, flags trace.TraceFlags) context.Context {
	t.Helper()
	return trace.ContextWithSpanContext(t.Context(), trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: trace.TraceID{1}, SpanID: trace.SpanID{2}, TraceFlags: flags,
	}))
}

// exemplars returns the traces that a family's buckets point to.
func exemplars(t *testing.T, registry *prometheus.Registry, family string) (ids []string) {
	t.Helper()
	for _, f := range families(t, registry) {
		if f.GetName() != family {
			continue
		}
		for _, m := range f.GetMetric() {
			for _, b := range m.GetHistogram().GetBucket() {
				for _, l := range b.GetExemplar().GetLabel() {
					ids = append(ids, l.GetName()+"="+l.GetValue())
				}
			}
		}
	}
	return ids
}

func TestExemplarsAreOfTracesThatAreKept(t *testing.T) {
	for name, flags := range map[string]trace.TraceFlags{"sampled": trace.FlagsSampled, "not sampled": 0} {
		t.Run(name, func(t *testing.T) {
			registry := prometheus.NewPedanticRegistry()
			m, requests, scripts := New(registry), NewHTTP(registry), NewScriptCalls(registry)
			ctx := spanContext(t, flags)
			m.HoldEnded(ctx, "sold", 1)
			requests.RequestEnded(ctx, "/v1/orders", "POST", 201, false, 1)
			_, end := scripts.Begin(ctx, "hold")
			end(nil)
			var want []string
			if flags != 0 {
				want = []string{"trace_id=01000000000000000000000000000000"}
			}
			for _, family := range []string{"seathold_hold_life_seconds", "seathold_http_request_seconds", "seathold_script_seconds"} {
				require.Equal(t, want, exemplars(t, registry, family), family)
			}
		})
	}
}
