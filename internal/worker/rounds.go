package worker

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"seathold/internal/booking"
)

// announceWithin is how long after its deadline a hold's end is announced at
// the latest, on a server that answers; the rounds come twice as often.
const announceWithin = time.Second

// Sweeper announces lapsed holds and has events loaded that are not. It also
// runs when a connection to the hold store was made: another server instance
// may be behind it.
func Sweeper(s *booking.Service, connected <-chan struct{}, log *slog.Logger) Round {
	return Round{
		Name: "sweeper", Interval: announceWithin / 2, Wake: connected, Log: log, Once: s.SweepAll,
	}
}

// Settler takes up orders that are due: expiry, closing checkouts, refunds,
// notices. One instance at a time does it (Lease).
func Settler(s *booking.Service, log *slog.Logger) Round {
	return Round{
		Name: "settler", Interval: announceWithin / 2, Wake: s.SettleRequests(), Log: log,
		Once: func(ctx context.Context) error {
			for {
				n, err := s.Settle(ctx)
				if err != nil || n == 0 {
					return err
				}
			}
		},
	}
}

// reconcileEvery is how long what an instance left half done lasts when that
// instance does not come back.
const reconcileEvery = 30 * time.Second

// Reconciler compares all events with their orders and mends what differs,
// also when the hold store answers again (back), and watches the refunds. One
// instance at a time does it (Lease). A start has a repair of its own
// (booking.Service.RequestLoads).
func Reconciler(s *booking.Service, back <-chan struct{}, log *slog.Logger) Round {
	return Round{
		Name: "reconciler", Interval: reconcileEvery, Wake: back, Later: true, Log: log,
		Once: func(ctx context.Context) error {
			return errors.Join(s.RepairAll(ctx), s.WatchRefunds(ctx))
		},
	}
}

// auditEvery is how soon a mismatch is known that no repair has mended.
const auditEvery = 5 * time.Minute

// Auditor holds all events against their orders and changes nothing. One instance
// at a time does it (Lease).
func Auditor(s *booking.Service, log *slog.Logger) Round {
	return Round{Name: "auditor", Interval: auditEvery, Later: true, Log: log, Once: s.AuditAll}
}

// deliverEvery is how soon a notice is on its way to the organizer's systems.
const deliverEvery = 500 * time.Millisecond

// Deliverer delivers notices to organizers' webhook endpoints. Each attempt is
// claimed, so every instance does it.
func Deliverer(s *booking.Service, log *slog.Logger) Round {
	return Round{
		Name: "deliverer", Interval: deliverEvery, Log: log,
		Once: func(ctx context.Context) error { _, err := s.DeliverDue(ctx); return err },
	}
}

// Purger removes what is older than the log of deliveries goes back, and
// sessions that have lapsed.
func Purger(s *booking.Service, log *slog.Logger) Round {
	return Round{
		Name: "purger", Interval: time.Hour, Log: log,
		Once: func(ctx context.Context) error {
			return errors.Join(s.PurgeDeliveries(ctx), s.PurgeSessions(ctx))
		},
	}
}

// ProviderDeliverer has the built-in provider deliver its own webhooks.
func ProviderDeliverer(deliver func(context.Context) error, log *slog.Logger) Round {
	return Round{Name: "sandbox", Interval: deliverEvery, Log: log, Once: deliver}
}
