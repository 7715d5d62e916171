// Package worker runs what happens without a request: announcing lapsed holds,
// ending overdue orders and loading events. Nothing here decides anything: a
// seat is free and an order is late whether or not a worker has said so.
package worker

import (
	"context"
	"log/slog"
	"time"
)

// Round is work that is done again and again.
type Round struct {
	Name     string
	Interval time.Duration
	Wake     <-chan struct{} // does a round at once; may be nil
	Later    bool            // the first round is not at once but an interval later
	Log      *slog.Logger
	// Once does one round. Its error is logged; the next round tries again.
	Once func(context.Context) error
}

// Run does rounds until ctx ends. The first fault of a row is logged, and
// their end: an outage is two lines, not thousands.
func (r Round) Run(ctx context.Context) {
	tick := time.NewTicker(r.Interval)
	defer tick.Stop()
	if r.Later && !r.pause(ctx, tick.C) {
		return
	}
	failing := false
	for {
		err := r.Once(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil && !failing:
			r.Log.Error("worker fails; it goes on trying", "worker", r.Name, "err", err)
		case err == nil && failing:
			r.Log.Info("worker works again", "worker", r.Name)
		}
		failing = err != nil
		if !r.pause(ctx, tick.C) {
			return
		}
	}
}

// pause waits for the next round; false where ctx ended.
func (r Round) pause(ctx context.Context, tick <-chan time.Time) bool {
	select {
	case <-ctx.Done():
		return false
	case <-tick:
	case <-r.Wake:
	}
	return true
}
