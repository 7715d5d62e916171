package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"

	"seathold/internal/auth"
	"seathold/internal/boltstore"
	"seathold/internal/booking"
	"seathold/internal/config"
	"seathold/internal/httpapi"
	"seathold/internal/metrics"
	"seathold/internal/mongostore"
	"seathold/internal/observed"
	"seathold/internal/outbound"
	"seathold/internal/payment/standardwebhook"
	"seathold/internal/redisstore"
	"seathold/internal/seatmap"
	"seathold/internal/tracing"
)

// confirmGrace is how long a hold lives at least once its payment has arrived:
// the time that the order store gets to decide.
const confirmGrace = 30 * time.Second

// orderStore is what MongoDB and the embedded store both are.
type orderStore = observed.Stores

// Core is the service on its stores, without anything that listens or runs.
type Core struct {
	Config   config.Config
	Log      *slog.Logger
	Service  *booking.Service
	Accounts *auth.Service

	throttle *booking.Throttle // nil: limits are off
	store    orderStore
	holds    *redisstore.Store
	maps     *seatmap.Hub
	embedded *embeddedRedis // nil where Redis is real
	provider provider
	webhooks *standardwebhook.Keys // the sandbox's; nil with another provider
	registry *prometheus.Registry
	tracing  *tracing.Tracing // nil: there are no traces
	version  string
	secrets  secrets
	baseURL  func() string

	verifier   *auth.Verifier
	outside    *auth.Outside // nil: only our own tokens
	publicKeys []byte
}

// Open joins the stores and the service. baseURL is asked, late, where the
// service can be reached. The caller ends with Close.
func Open(ctx context.Context, c config.Config, log *slog.Logger, baseURL func() string, options ...Option) (core *Core, err error) {
	log = slog.New(tracing.LogHandler(log.Handler(), httpapi.RequestID))
	core = &Core{Config: c, Log: log, baseURL: baseURL, registry: prometheus.NewRegistry()}
	for _, option := range options {
		option(core)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, core.Close(context.WithoutCancel(ctx)))
			core = nil // closed: nobody is to close it again
		}
	}()
	// The order store is first: its lock keeps a second process from the folder.
	if core.store, err = core.openOrderStore(ctx); err != nil {
		return core, err
	}
	if core.secrets, err = openSecrets(c); err != nil {
		return core, err
	}
	if err = core.openHolds(ctx); err != nil {
		return core, err
	}
	if err = core.openAccounts(); err != nil {
		return core, err
	}
	if core.provider, err = core.openProvider(); err != nil {
		return core, err
	}
	counted := metrics.New(core.registry)
	limits := booking.Limits{
		HoldTTL: c.HoldTTL, PaymentTTL: c.PaymentTTL, HoldMaxLife: c.HoldMaxLife,
		ConfirmGrace: confirmGrace, MaxSeatsPerHold: c.MaxSeatsPerHold, MaxSeatsPerCustomer: c.MaxSeatsPerCustomer,
	}
	if c.AbuseLimits {
		core.throttle = booking.NewThrottle(core.holds, counted, log)
		limits.Hoarding = booking.UsualHoarding()
	}
	core.maps = seatmap.New(seatmap.Config{
		Holds: core.holds, Changes: core.holds, Log: log, Metrics: metrics.NewStreams(core.registry),
	})
	metrics.RegisterStreamLag(core.registry, core.maps.Lag)
	core.Service = booking.NewService(booking.Ports{
		Events: core.store, Orders: core.store, Accounts: core.store, Holds: core.maps.Watch(core.holds), Live: core.maps,
		Records: core.store, Provider: core.observeProvider(core.provider), Metrics: counted, Log: log, NewID: newID,
		Sender: core.observeSender(outbound.New(outbound.Config{
			AllowedNetworks: c.WebhookNetworks, Wrap: core.tracing.Transport,
		})),
	}, limits)
	return core, nil
}

// newID makes ids that are unique and sort by the time of their making.
func newID() string { return uuid.Must(uuid.NewV7()).String() }

func (c *Core) openOrderStore(ctx context.Context) (orderStore, error) {
	if !c.Config.MongoDB.Embedded() {
		store, err := mongostore.Open(ctx, c.Config.MongoDB.URI.Reveal(), mongostore.Monitor(c.tracing.Monitor()))
		if err != nil {
			return nil, fmt.Errorf("open the order store (SEATHOLD_MONGODB_URI): %w", err)
		}
		return c.observeStore(store), nil
	}
	if err := os.MkdirAll(c.Config.DataDir, 0o700); err != nil {
		return nil, fmt.Errorf("make the data folder (SEATHOLD_DATA_DIR): %w", err)
	}
	store, err := boltstore.Open(dataFile(c.Config))
	if err != nil {
		return nil, fmt.Errorf("open the embedded order store: %w", err)
	}
	return c.observeStore(store), nil
}

// dataFile is where the embedded order store keeps everything.
func dataFile(c config.Config) string { return filepath.Join(c.DataDir, "orders.db") }

// Close closes the stores. It may be called on a Core that was opened in part.
func (c *Core) Close(ctx context.Context) error {
	var errs []error
	if c.outside != nil {
		c.outside.Close()
	}
	if c.maps != nil {
		c.maps.Close()
	}
	if c.holds != nil {
		errs = append(errs, c.holds.Close())
	}
	if c.embedded != nil {
		c.embedded.close()
	}
	if c.store != nil {
		errs = append(errs, c.store.Close(ctx))
	}
	c.closeTracing(ctx)
	return errors.Join(errs...)
}
