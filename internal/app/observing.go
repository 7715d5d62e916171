package app

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"time"

	"seathold/internal/booking"
	"seathold/internal/httpapi"
	"seathold/internal/metrics"
	"seathold/internal/observed"
	"seathold/internal/tracing"
)

// traceGrace is what the last traces get to be sent at the end.
const traceGrace = 3 * time.Second

// closeTracing sends the last traces. A collector that does not take them is no
// fault of the service.
func (c *Core) closeTracing(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, traceGrace)
	defer cancel()
	if err := c.tracing.Close(ctx); err != nil {
		c.Log.Warn("the last traces could not be sent", "err", err)
	}
}

// observeStore has the order store's calls measured, and in traces.
func (c *Core) observeStore(s orderStore) orderStore {
	return observed.NewStores(s, observed.All(c.tracing.Stores(), metrics.NewStoreCalls(c.registry).Begin))
}

func (c *Core) observeScripts() observed.Observe {
	return observed.All(c.tracing.Scripts(), metrics.NewScriptCalls(c.registry).Begin)
}

func (c *Core) observeProvider(p booking.Provider) booking.Provider {
	return observed.NewProvider(p, observed.All(c.tracing.Providers(), metrics.NewProviderCalls(c.registry).Begin))
}

func (c *Core) observeSender(s booking.Sender) booking.Sender {
	return observed.NewSender(s, observed.All(c.tracing.Deliveries(), metrics.NewDeliveryCalls(c.registry).Begin))
}

// client returns a client that passes traces on, nil where tracing is off:
// whoever gets it has one of its own then. All its calls go to one host.
func (c *Core) client() *http.Client {
	base, ok := http.DefaultTransport.(*http.Transport)
	if c.tracing == nil || !ok {
		return nil
	}
	base = base.Clone()
	base.MaxIdleConnsPerHost = 64
	return &http.Client{Transport: c.tracing.Transport(base)}
}

// registerOperation registers what is asked when the metrics are.
func (a *App) registerOperation() {
	metrics.RegisterProcess(a.registry, a.version)
	metrics.RegisterPools(a.registry, a.holds.Pools())
	metrics.RegisterLive(a.registry, liveSource{a.Core})
	if a.embedded == nil {
		metrics.RegisterRedis(a.registry, a.holds)
	}
}

// liveSource counts by one reading of each event's map.
type liveSource struct{ *Core }

// EventsOnSale implements metrics.LiveSource.
func (l liveSource) EventsOnSale(ctx context.Context) ([]string, error) {
	now := time.Now()
	events, err := l.store.EventsEndingAfter(ctx, now)
	if err != nil {
		return nil, fmt.Errorf("list the events on sale: %w", err)
	}
	var ids []string
	for _, e := range events {
		if e.StatusAt(now) == booking.EventOnSale {
			ids = append(ids, e.ID)
		}
	}
	return ids, nil
}

// CountLive implements metrics.LiveSource.
func (l liveSource) CountLive(ctx context.Context, eventID string) (booking.SeatCounts, time.Duration, error) {
	return l.holds.Count(ctx, eventID)
}

// requests counts requests, and names their spans.
type requests struct{ counted *metrics.HTTP }

// RequestBegan implements httpapi.Metrics.
func (r requests) RequestBegan() { r.counted.RequestBegan() }

// RequestEnded implements httpapi.Metrics.
func (r requests) RequestEnded(ctx context.Context, a httpapi.Answered) {
	tracing.Describe(ctx, a.Route, a.ID)
	r.counted.RequestEnded(ctx, a.Route, a.Method, a.Status, a.Streamed, a.Took)
}

// traced makes a span of each request. The trace that a request names goes on
// where it comes from ourselves, or through a proxy that is trusted.
func (a *App) traced(h http.Handler) http.Handler {
	return a.tracing.Handler(h, func(r *http.Request) bool {
		from, err := netip.ParseAddrPort(r.RemoteAddr)
		if err != nil {
			return false
		}
		return isInside(from.Addr().Unmap(), a.Config.TrustedProxies)
	})
}
