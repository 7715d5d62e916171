package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"seathold/internal/load"
)

// register makes the customers' accounts, and tells how far it is: of each on a
// terminal, of every tenth part elsewhere.
func (f *loadFlags) register(cmd *cobra.Command, sale *load.Sale, customers int) error {
	if customers == 0 {
		return nil
	}
	parts := min(customers, 10)
	if onTerminal(cmd.ErrOrStderr()) {
		parts = customers
	}
	p := newProgress(cmd.ErrOrStderr(), "customers", parts, f.asJSON)
	defer p.end()
	made := 0
	return sale.Register(cmd.Context(), func() {
		if made++; made*parts/customers > (made-1)*parts/customers {
			p.part(fmt.Sprintf("%d registered", made))
		}
	})
}

// loadProgress tells how a sale stands, a part of the work each.
type loadProgress struct {
	*progress
	every time.Duration
	last  load.Now
}

// newLoadProgress tells every second on a terminal, ten times elsewhere. The last part is
// the final check.
func newLoadProgress(cmd *cobra.Command, duration time.Duration, quiet bool) *loadProgress {
	every := max(time.Second, duration/10)
	if onTerminal(cmd.ErrOrStderr()) {
		every = time.Second
	}
	p := newProgress(cmd.ErrOrStderr(), "load", int(duration/every)+1, quiet)
	p.narrow()
	return &loadProgress{progress: p, every: every}
}

// watch tells how the sale stands until it is stopped, or the time is over.
func (p *loadProgress) watch(sale *load.Sale) (stop func()) {
	stopped, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(p.every)
		defer tick.Stop()
		for p.begun < p.total-1 {
			select {
			case <-tick.C:
				p.part(p.line(sale.Now()))
			case <-stopped:
				return
			}
		}
	}()
	return func() {
		close(stopped)
		<-done
	}
}

// line tells of what happened since the line before.
func (p *loadProgress) line(now load.Now) string {
	arrivals := float64(now.Arrived-p.last.Arrived) / max((now.Elapsed-p.last.Elapsed).Seconds(), 0.001)
	p.last = now
	said := fmt.Sprintf("%.1f arrivals/s, %d here, holds p50 %s p99 %s, %d errors",
		arrivals, now.InFlight, milliseconds(now.Recent.P50), milliseconds(now.Recent.P99), now.Errors)
	if now.Dropped > 0 {
		said += fmt.Sprintf(", %d dropped", now.Dropped)
	}
	return said
}

// milliseconds is a time in three digits or so.
func milliseconds(ms float64) string {
	switch {
	case ms >= 10_000:
		return fmt.Sprintf("%.1fs", ms/1000)
	case ms >= 100:
		return fmt.Sprintf("%.0fms", ms)
	default:
		return fmt.Sprintf("%.1fms", ms)
	}
}
