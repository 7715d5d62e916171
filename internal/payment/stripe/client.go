package stripe

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"

	sdk "github.com/stripe/stripe-go/v85"
)

// newClient makes a client of its own for the SDK, which otherwise shares one
// by global variables. It tells Stripe nothing about its own calls.
func newClient(c Config) *sdk.Client {
	return sdk.NewClient(c.APIKey, sdk.WithBackends(sdk.NewBackendsWithConfig(&sdk.BackendConfig{
		URL:               sdk.String(c.APIBase),
		HTTPClient:        httpClient(c),
		LeveledLogger:     sdkLog{c.Log},
		MaxNetworkRetries: sdk.Int64(int64(max(c.Retries, 0))),
		EnableTelemetry:   sdk.Bool(false),
	})))
}

// httpClient follows no redirect: the API has none, and a POST would become a
// GET that does nothing.
func httpClient(c Config) *http.Client {
	client := http.Client{Timeout: c.CallTimeout}
	if c.Client != nil {
		client = *c.Client
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &client
}

// call bounds one call by a time of its own, so that a caller without a deadline
// waits no longer.
func (p *Provider) call(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, p.callTimeout)
}

// sdkLog is the SDK's log: for debugging only, since every failure is also
// returned. It leaves out the bodies of answers, which tell about customers.
type sdkLog struct{ log *slog.Logger }

func (sdkLog) Debugf(context.Context, string, ...any) {}

func (l sdkLog) Infof(ctx context.Context, format string, args ...any) {
	l.log.DebugContext(ctx, "stripe: "+fmt.Sprintf(format, args...))
}

func (l sdkLog) Warnf(ctx context.Context, format string, args ...any) { l.Infof(ctx, format, args...) }

func (l sdkLog) Errorf(ctx context.Context, format string, args ...any) {
	l.Infof(ctx, format, args...)
}
