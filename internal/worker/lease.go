package worker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"seathold/internal/booking"
)

// leaseTTL is how long a lease that nobody renews keeps others from the work.
const leaseTTL = 5 * time.Second

// Lease keeps a piece of work to one instance at a time. It is a record in the
// order store, whose revision the holder raises three times within the TTL.
// Who sees the same revision for a whole TTL, by a clock of its own, takes the
// lease over: so the clocks of the machines need not agree.
//
// A holder that stalls for longer than the TTL may find another at work. What
// is done under a lease must be harmless twice; the lease is there so that it
// is not done twice.
type Lease struct {
	Records booking.Records
	Name    string
	Holder  string // this instance, unlike any other
	Log     *slog.Logger
	TTL     time.Duration // 0: 5 s

	record booking.Record // as it was last seen
	since  time.Time      // when it was first seen so
}

// leaseData is what a lease's record says.
type leaseData struct {
	Holder string `json:"holder"` // empty: nobody
}

// Run does the work whenever this instance has the lease, until ctx ends. The
// context of the work ends where the lease is lost; Run returns when the work
// has, and lets go of the lease.
func (l *Lease) Run(ctx context.Context, work func(context.Context)) {
	if l.TTL == 0 {
		l.TTL = leaseTTL
	}
	tick := time.NewTicker(l.TTL / 3)
	defer tick.Stop()
	for {
		if taken, err := l.take(ctx); err != nil && ctx.Err() == nil {
			l.Log.Debug("lease cannot be asked for", "lease", l.Name, "err", err)
		} else if taken {
			l.Log.Info("this instance does the work now", "lease", l.Name)
			l.hold(ctx, tick.C, work)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// hold works and renews until ctx ends or the lease may soon be another's: the
// work is told to end a third of the TTL before, even while the store is slow.
func (l *Lease) hold(ctx context.Context, tick <-chan time.Time, work func(context.Context)) {
	working, stop := context.WithCancel(ctx)
	defer stop()
	limit := time.AfterFunc(l.TTL*2/3, stop)
	defer limit.Stop()
	done := make(chan struct{})
	go func() { defer close(done); work(working) }()
	for working.Err() == nil {
		select {
		case <-working.Done():
		case <-tick:
			start := time.Now()
			taken, err := l.take(working)
			switch {
			case err == nil && taken:
				limit.Reset(l.TTL*2/3 - time.Since(start))
			case err == nil:
				stop()
			}
		}
	}
	<-done
	if ctx.Err() != nil {
		l.release(context.WithoutCancel(ctx))
		return
	}
	l.Log.Warn("lease lost", "lease", l.Name)
}

// take takes or renews the lease and reports whether this instance has it.
func (l *Lease) take(ctx context.Context) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, l.TTL/3)
	defer cancel()
	r, err := l.Records.Record(ctx, booking.RecordLease, l.Name)
	if booking.CodeOf(err) == booking.CodeNotFound {
		return l.put(func(r booking.Record) error { return l.Records.InsertRecord(ctx, booking.RecordLease, r) },
			booking.Record{ID: l.Name}, l.Holder)
	}
	if err != nil {
		return false, err
	}
	var data leaseData
	if err := json.Unmarshal(r.Data, &data); err != nil {
		return false, fmt.Errorf("lease %s is damaged: %w", l.Name, err)
	}
	now := time.Now()
	if r.Revision != l.record.Revision || l.since.IsZero() {
		l.record, l.since = r, now
	}
	if data.Holder != l.Holder && data.Holder != "" && now.Sub(l.since) < l.TTL {
		return false, nil
	}
	return l.put(func(r booking.Record) error { return l.Records.ReplaceRecord(ctx, booking.RecordLease, r) }, r, l.Holder)
}

// put stores the record with a holder, false where somebody was quicker.
func (l *Lease) put(store func(booking.Record) error, r booking.Record, holder string) (bool, error) {
	data, err := json.Marshal(leaseData{holder})
	if err != nil {
		return false, err
	}
	r.Data = data
	switch err := store(r); {
	case errors.Is(err, booking.ErrConflict):
		return false, nil
	case err != nil:
		return false, err
	}
	r.Revision++
	l.record, l.since = r, time.Now()
	return true, nil
}

// release lets others take the lease at once.
func (l *Lease) release(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, l.TTL/3)
	defer cancel()
	_, err := l.put(func(r booking.Record) error { return l.Records.ReplaceRecord(ctx, booking.RecordLease, r) }, l.record, "")
	if err != nil {
		l.Log.Debug("lease lasts until its time is over", "lease", l.Name, "err", err)
	}
}
