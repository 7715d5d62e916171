package worker

import (
	"context"
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

// repairEvery is how long what an instance left half done lasts when that
// instance does not come back.
const repairEvery = 30 * time.Second

// Repairer compares all events with their orders and mends what differs. A
// start has its own repair (booking.Service.RequestLoads).
func Repairer(s *booking.Service, log *slog.Logger) Round {
	return Round{Name: "repairer", Interval: repairEvery, Later: true, Log: log, Once: s.RepairAll}
}

// Ender expires orders past their payment deadline and ends blocks past their
// time.
func Ender(s *booking.Service, log *slog.Logger) Round {
	return Round{
		Name: "ender", Interval: announceWithin / 2, Log: log,
		Once: func(ctx context.Context) error {
			for {
				n, err := s.EndOverdue(ctx)
				if err != nil || n == 0 {
					return err
				}
			}
		},
	}
}
