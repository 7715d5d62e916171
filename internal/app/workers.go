package app

import (
	"context"
	"sync"
	"time"

	"seathold/internal/worker"
)

// hireWorkers makes what runs without a request. What asks the provider or
// compares all orders is done by one instance at a time, under a lease in the
// order store; the embedded one has no other instance.
func (a *App) hireWorkers() {
	a.loader = worker.NewLoader(a.Service, a.Log)
	a.rounds = []worker.Round{
		worker.Sweeper(a.Service, a.holds.Connected(), a.Log),
		worker.Deliverer(a.Service, a.Log),
		worker.Purger(a.Service, a.Log),
	}
	if a.provider.deliver != nil {
		a.rounds = append(a.rounds, worker.ProviderDeliverer(a.provider.deliver, a.Log))
	}
	a.leased = []worker.Round{
		worker.Settler(a.Service, a.Log),
		worker.Reconciler(a.Service, a.holds.Back(), a.Log),
		worker.Auditor(a.Service, a.Log),
	}
	if !a.Config.MongoDB.Embedded() {
		a.lease = &worker.Lease{Records: a.store, Name: "settling", Holder: newID(), Log: a.Log}
	}
}

// work runs all workers until ctx ends, and returns when the last has.
func (a *App) work(ctx context.Context) {
	var workers sync.WaitGroup
	workers.Go(func() { a.loader.Run(ctx) })
	workers.Go(func() { runAll(ctx, a.rounds) })
	if a.lease == nil {
		runAll(ctx, a.leased)
	} else {
		a.lease.Run(ctx, func(ctx context.Context) {
			defer func() { // whoever goes on tells them
				a.Service.Metrics.RefundsDue(0, 0, time.Time{})
				a.Service.Metrics.EventsAudited(nil, false)
			}()
			runAll(ctx, a.leased)
		})
	}
	workers.Wait()
}

func runAll(ctx context.Context, rounds []worker.Round) {
	var all sync.WaitGroup
	for _, r := range rounds {
		all.Go(func() { r.Run(ctx) })
	}
	all.Wait()
}
