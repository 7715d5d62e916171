package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"seathold/internal/auth"
	"seathold/internal/config"
	"seathold/internal/httpapi"
	"seathold/internal/metrics"
	"seathold/internal/webui"
	"seathold/internal/worker"
)

// Times that a client gets; a slow one must not hold a connection for good.
const (
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 10 * time.Second // the API gives an event with its plan more
	writeTimeout      = 60 * time.Second
	idleTimeout       = 2 * time.Minute
	maxHeaderBytes    = 32 << 10
)

// App is the running service.
type App struct {
	*Core
	Demo *Demo // nil where there is none

	api      *httpapi.API
	listener net.Listener
	server   *http.Server
	ops      *http.Server
	opsOn    net.Listener
	loader   *worker.Loader
	rounds   []worker.Round // of every instance
	leased   []worker.Round // of one instance at a time
	lease    *worker.Lease  // nil: no other instance can exist
}

// New opens the stores and listens; it serves once Run is called. The caller
// ends with Run, or with Close where Run was never called.
func New(ctx context.Context, c config.Config, log *slog.Logger, options ...Option) (a *App, err error) {
	a = &App{}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.Close(context.WithoutCancel(ctx)))
		}
	}()
	var listen net.ListenConfig
	if a.listener, err = listen.Listen(ctx, "tcp", c.Addr); err != nil {
		return a, fmt.Errorf("SEATHOLD_ADDR: %w", err)
	}
	a.listener = limited(a.listener, c.TrustedProxies, log)
	if a.opsOn, err = listen.Listen(ctx, "tcp", c.OpsAddr); err != nil {
		return a, fmt.Errorf("SEATHOLD_OPS_ADDR: %w", err)
	}
	if a.Core, err = Open(ctx, c, log, a.baseURL(c), options...); err != nil {
		return a, err
	}
	a.api = a.newAPI()
	a.registerOperation()
	a.server = newServer(a.traced(a.api), log)
	a.ops = newServer(opsHandler(a.registry), log)
	a.hireWorkers()
	return a, nil
}

func (a *App) baseURL(c config.Config) func() string {
	return func() string { return c.BaseURL(a.Addr()) }
}

// Addr is the host:port of the API.
func (a *App) Addr() string { return a.listener.Addr().String() }

// URL is where customers and providers reach the service.
func (a *App) URL() string { return a.Core.baseURL() }

func (a *App) newAPI() *httpapi.API {
	return httpapi.New(httpapi.Config{
		Booking: a.Service, Accounts: accounts{a.Accounts}, Tokens: a.verifier,
		Log: a.Log, NewID: newID, VerificationKeys: a.publicKeys,
		Checks: map[string]httpapi.Check{
			"holds":  a.holds.Ping,
			"orders": a.store.Ping,
		},
		Metrics: requests{metrics.NewHTTP(a.registry)},
		Streams: a.maps, Throttle: a.throttle, Guard: auth.Guard{Throttle: a.throttle},
		Origins: a.Config.CORSOrigins, TrustedProxies: a.Config.TrustedProxies,
		HTTPS:  strings.HasPrefix(a.Config.PublicURL, "https://"),
		Mounts: a.provider.pages, Pages: webui.Pages(),
	})
}

func newServer(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler: h, ReadHeaderTimeout: readHeaderTimeout, ReadTimeout: readTimeout,
		WriteTimeout: writeTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeaderBytes,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}

// opsHandler is for operators only and has a listener of its own.
func opsHandler(registry *prometheus.Registry) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{EnableOpenMetrics: true}))
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	return mux
}

// Run serves until ctx ends, then shuts down: all is served on for the delay, then
// there are no new requests, those under way and the sandbox's deliveries come to
// their end within the grace, then the workers, then the stores. ready is called once the service answers.
func (a *App) Run(ctx context.Context, ready func()) error {
	work, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	var workers sync.WaitGroup
	workers.Go(func() { a.work(work) })

	failed := make(chan error, 2)
	go func() { failed <- a.server.Serve(a.listener) }()
	go func() { failed <- a.ops.Serve(a.opsOn) }()

	// What another life of the service left half done, it repairs now.
	err := a.Service.RequestLoads(ctx)
	if err == nil && a.Config.Demo {
		a.Demo, err = a.seedDemo(ctx)
	}
	switch {
	case err == nil:
		ready()
		if err = a.waitForEnd(ctx, failed); err == nil {
			err = a.linger(failed)
		}
	case ctx.Err() != nil:
		err = nil // told to end while starting
	}
	err = errors.Join(err, a.drain(context.WithoutCancel(ctx)))
	stopWork()
	workers.Wait()
	return errors.Join(err, a.Core.Close(context.WithoutCancel(ctx)))
}

func (a *App) waitForEnd(ctx context.Context, failed <-chan error) error {
	select {
	case <-ctx.Done():
		a.Log.Info("shutting down", "delay", time.Duration(a.Config.ShutdownDelay), "grace", a.Config.ShutdownGrace)
		return nil
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	}
}

// linger says on /readyz that the service ends, and serves on for as long as
// balancers take to look there: what they send until then is answered.
func (a *App) linger(failed <-chan error) error {
	a.api.SetDraining()
	select {
	case <-time.After(time.Duration(a.Config.ShutdownDelay)):
		return nil
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	}
}

// drain lets go of everything that runs for a client. Streams would never end,
// so they are ended first; then the sandbox is, whose deliveries come in through
// our own listener.
func (a *App) drain(ctx context.Context) error {
	a.api.SetDraining() // seen on connections that are open already
	a.maps.EndListeners()
	ctx, cancel := context.WithTimeout(ctx, a.Config.ShutdownGrace)
	defer cancel()
	var err error
	if a.provider.close != nil {
		err = a.provider.close(ctx)
	}
	return errors.Join(err, a.shutdown(ctx), a.ops.Close())
}

// shutdown waits for the requests under way. One that is not whole when the
// grace is over, such as a slow client's, is cut off: it was never answered, so
// nothing that was promised is lost.
func (a *App) shutdown(ctx context.Context) error {
	err := a.server.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		a.Log.Warn("requests were cut off at the end of the grace (SEATHOLD_SHUTDOWN_GRACE)", "grace", a.Config.ShutdownGrace)
		return a.server.Close()
	}
	return err
}

// Close lets go of what New opened; for an App that never ran.
func (a *App) Close(ctx context.Context) error {
	var errs []error
	for _, l := range []net.Listener{a.listener, a.opsOn} {
		if l != nil {
			errs = append(errs, l.Close())
		}
	}
	if a.Core != nil {
		errs = append(errs, a.Core.Close(ctx))
	}
	return errors.Join(errs...)
}
