package tracing

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLinesSayWhichTraceAndRequest(t *testing.T) {
	traces, _ := recorded(t)
	var text bytes.Buffer
	log := slog.New(LogHandler(slog.NewJSONHandler(&text, nil), func(ctx context.Context) string {
		id, _ := ctx.Value(t).(string)
		return id
	})).With("with", 1)
	line := func() (said map[string]any) {
		require.NoError(t, json.Unmarshal(text.Bytes(), &said))
		text.Reset()
		return said
	}

	ctx, span := traces.tracer.Start(context.WithValue(t.Context(), t, "req-1"), "whole")
	defer span.End()
	log.InfoContext(ctx, "inside")
	said := line()
	require.Equal(t, span.SpanContext().TraceID().String(), said["trace_id"])
	require.Equal(t, span.SpanContext().SpanID().String(), said["span_id"])
	require.Equal(t, "req-1", said["request_id"])
	require.InDelta(t, 1, said["with"], 0)

	log.InfoContext(ctx, "inside", "request_id", "said already")
	require.Equal(t, 1, strings.Count(text.String(), "request_id"), "once")
	text.Reset()

	log.Info("outside")
	said = line()
	require.NotContains(t, said, "trace_id")
	require.NotContains(t, said, "request_id")
}

// A collector that is away must not fill the log.
func TestFaultsAreToldNowAndThen(t *testing.T) {
	var text bytes.Buffer
	f := faults{log: slog.New(slog.NewTextHandler(&text, nil))}
	for range 100 {
		f.Handle(errors.New("connection refused"))
	}
	require.Equal(t, 1, strings.Count(text.String(), "connection refused"))
}
