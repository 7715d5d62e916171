package seatmap

import (
	"bytes"
	"context"
	"sync"
	"sync/atomic"
	"time"

	"seathold/internal/booking"
)

const (
	// roundWait is how long a round waits for changes. So late, at most, it
	// shows that the whole state of the event was lost.
	roundWait = 400 * time.Millisecond
	// heardFresh is how old the store's last word may be for memory to be
	// believed: beyond it the store is away or the reader behind.
	heardFresh = time.Second
	// retryEvery is when the map is read anew after a fault.
	retryEvery = 200 * time.Millisecond
	// readTimeout bounds reading a whole map.
	readTimeout = 3 * time.Second
)

// feed is one event's map, kept current by one reader.
type feed struct {
	hub   *Hub
	event *booking.Event
	tried chan struct{} // closed when the map was read for the first time, or could not be

	used    atomic.Int64 // when someone last looked, in ns of Unix time
	written atomic.Int64 // changes made through this instance

	mu        sync.Mutex
	version   booking.MapVersion
	seats     []byte          // nil before the first reading
	fault     error           // why memory is not current
	shown     booking.SeatMap // a copy of the two that never changes; Seats nil: to be made
	snapshot  []byte          // the same as a frame, nil: to be made
	heard     time.Time       // when the store last said that there is nothing more; zero: not current
	latest    time.Time       // the same, and it stays while memory is not current; at first when the feed began
	seen      int64           // how many of written memory surely has
	listeners map[*listener]struct{}

	sent    memory                     // frames
	pending map[int]booking.SeatStatus // changes that no frame has yet
	flushed time.Time
	timer   *time.Timer // flushes them
}

func newFeed(h *Hub, e *booking.Event) *feed {
	return &feed{
		hub: h, event: e, tried: make(chan struct{}), latest: time.Now(),
		listeners: map[*listener]struct{}{}, pending: map[int]booking.SeatStatus{},
	}
}

func (f *feed) use() { f.used.Store(time.Now().UnixNano()) }

func (f *feed) unused() bool {
	if time.Since(time.Unix(0, f.used.Load())) < f.hub.Keep {
		return false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.listeners) == 0
}

// run reads until ctx ends or nobody looks at the event any more.
func (f *feed) run(ctx context.Context) {
	defer f.stopTimer()
	retry := time.NewTicker(retryEvery)
	defer retry.Stop()
	for {
		err := f.follow(ctx)
		if err == nil {
			return
		}
		f.hub.Log.Debug("the seat map is read anew", "event", f.event.ID, "err", err)
		f.lose(err)
		select {
		case <-retry.C:
		case <-ctx.Done():
			return
		}
		if f.hub.retire(f) {
			return
		}
	}
}

// follow reads the map and then its changes until something is wrong: nil where
// there is nobody to do it for.
func (f *feed) follow(ctx context.Context) error {
	if err := f.readWhole(ctx); err != nil {
		return err
	}
	for {
		if err := f.round(ctx); err != nil || ctx.Err() != nil {
			return err
		}
		if f.hub.retire(f) {
			return nil
		}
	}
}

func (f *feed) readWhole(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	written := f.written.Load()
	m, err := f.hub.Holds.SeatMap(ctx, f.event, "")
	if err != nil {
		return err
	}
	version, ok := booking.ParseMapVersion(m.Version)
	if !ok {
		return booking.Errorf(booking.CodeInvalidValue, "%q is no version of a map", m.Version)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.replace(version, m.Seats)
	f.caughtUp(written)
	f.haveTried()
	return nil
}

// haveTried lets those go on who wait for the first reading.
func (f *feed) haveTried() {
	select {
	case <-f.tried:
	default:
		close(f.tried)
	}
}

// replace makes memory this map. Where it had another, what came between is
// not known: everyone gets the whole.
func (f *feed) replace(version booking.MapVersion, seats []byte) {
	if version == f.version && bytes.Equal(seats, f.seats) {
		return
	}
	f.version, f.seats = version, bytes.Clone(seats)
	f.changed()
	clear(f.pending)
	f.sent.forget(version)
	f.broadcast(f.snapshotFrame())
}

// changed forgets what was made of the map before.
func (f *feed) changed() { f.shown, f.snapshot = booking.SeatMap{}, nil }

// round asks for what changed. It waits for it only where nothing is known to
// have changed.
func (f *feed) round(ctx context.Context) error {
	f.mu.Lock()
	after, written, wait := f.version, f.written.Load(), roundWait
	if written > f.seen {
		wait = 0
	}
	f.mu.Unlock()
	changes, more, err := f.hub.Changes.SeatChanges(ctx, f.event.ID, after, wait)
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.apply(changes); err != nil {
		return err
	}
	if !more {
		f.caughtUp(written)
	}
	return nil
}

// caughtUp notes that memory is as the store is, with so many changes of this
// instance. The caller holds mu.
func (f *feed) caughtUp(written int64) {
	now := time.Now()
	f.seen, f.heard, f.latest = written, now, now
}

// lag returns for how long memory is not known to be as the store is.
func (f *feed) lag() time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	return time.Since(f.latest)
}

// apply notes changes and has them sent.
func (f *feed) apply(changes []booking.SeatChange) error {
	for _, c := range changes {
		for _, i := range c.Seats {
			if i >= len(f.seats) {
				return booking.ErrVersionGone // of another plan: the whole will tell
			}
			f.seats[i] = byte(c.Status)
			f.pending[i] = c.Status
		}
		f.version.Number = c.Number
	}
	if len(changes) > 0 {
		f.changed()
		f.flushSoon()
	}
	return nil
}

// lose notes that memory is not current.
func (f *feed) lose(why error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.heard, f.fault = time.Time{}, why
	f.haveTried()
}

// wrote notes that this instance has just changed the map: who looks now wants
// to see it.
func (f *feed) wrote() { f.written.Add(1) }

// current returns the map where memory has all that it should.
func (f *feed) current(known string) (booking.SeatMap, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.seen < f.written.Load() || time.Since(f.heard) > heardFresh {
		return booking.SeatMap{}, false
	}
	if f.shown.Seats == nil {
		f.shown = booking.SeatMap{Version: f.version.String(), Seats: bytes.Clone(f.seats)}
	}
	if known == f.shown.Version {
		return booking.SeatMap{Version: known}, true
	}
	return f.shown, true
}
