package app

import (
	"context"
	"log/slog"

	"seathold/internal/tracing"
)

// Option changes how the service is opened.
type Option func(*Core)

// Version names the release that runs, for metrics.
func Version(v string) Option { return func(c *Core) { c.version = v } }

// Tracing makes traces of what is done; nil: there are none.
func Tracing(t *tracing.Tracing) Option { return func(c *Core) { c.tracing = t } }

// TracingFrom makes traces where the environment asks for them, by the
// variables of OpenTelemetry. The error names the one that is wrong.
func TracingFrom(ctx context.Context, getenv func(string) string, version string, log *slog.Logger) (Option, error) {
	t, err := tracing.Open(ctx, version, getenv, log)
	return Tracing(t), err
}
