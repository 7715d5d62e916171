package worker

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"seathold/internal/booking"
)

const (
	// loadsAtOnce bounds how many events are loaded side by side.
	loadsAtOnce = 2
	// A failed load is tried again after firstWait, doubled up to longestWait.
	firstWait   = 50 * time.Millisecond
	longestWait = 250 * time.Millisecond // so soon it is seen that a store is back
)

// Loader loads and repairs the events that the service asks for, each until it
// succeeds.
type Loader struct {
	requests <-chan string
	load     func(context.Context, string) error
	log      *slog.Logger
	slots    chan struct{}

	mu    sync.Mutex
	again map[string]bool // events at work; true: asked for again meanwhile
}

// NewLoader returns a Loader for the service's requests.
func NewLoader(s *booking.Service, log *slog.Logger) *Loader {
	return &Loader{
		requests: s.LoadRequests(), load: s.Load, log: log,
		slots: make(chan struct{}, loadsAtOnce), again: map[string]bool{},
	}
}

// Run serves requests until ctx ends, and returns when the last load has.
func (l *Loader) Run(ctx context.Context) {
	var loads sync.WaitGroup
	defer loads.Wait()
	for {
		select {
		case <-ctx.Done():
			return
		case id := <-l.requests:
			if l.take(id) {
				loads.Go(func() { l.serve(ctx, id) })
			}
		}
	}
}

// take reports whether the event is to be served; where it is being served it
// is noted that what was read there may be too old for this request.
func (l *Loader) take(id string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, serving := l.again[id]
	l.again[id] = serving
	return !serving
}

// done reports whether the event was not asked for again meanwhile.
func (l *Loader) done(id string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.again[id] {
		l.again[id] = false
		return false
	}
	delete(l.again, id)
	return true
}

func (l *Loader) serve(ctx context.Context, id string) {
	for {
		l.untilLoaded(ctx, id)
		if l.done(id) || ctx.Err() != nil {
			return
		}
	}
}

func (l *Loader) untilLoaded(ctx context.Context, id string) {
	level := slog.LevelWarn // an outage is one line
	for wait := firstWait; ; wait = min(2*wait, longestWait) {
		err := l.once(ctx, id)
		if err == nil || ctx.Err() != nil || booking.CodeOf(err) == booking.CodeNotFound {
			return
		}
		l.log.Log(ctx, level, "event could not be loaded; trying again until it is", "event", id, "err", err)
		level = slog.LevelDebug
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}

func (l *Loader) once(ctx context.Context, id string) error {
	select {
	case l.slots <- struct{}{}:
		defer func() { <-l.slots }()
		return l.load(ctx, id)
	case <-ctx.Done():
		return ctx.Err()
	}
}
