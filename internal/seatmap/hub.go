// Package seatmap keeps the seat maps that people look at in memory, and tells
// listeners what changes in them.
//
// An event that is looked at has one reader, whoever many look. It reads the
// map as a whole, then follows the log of its changes; what it finds out is
// encoded once, in frames that all listeners are sent. Where the log does not
// go on (another epoch, a store that was away) the map is read anew, and where
// it is another then, all listeners get it as a snapshot.
package seatmap

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"seathold/internal/booking"
)

// Config is what New needs; the limits and times may be left out.
type Config struct {
	Holds   booking.Holds   // where maps are read as a whole
	Changes booking.SeatLog // where they are followed
	Log     *slog.Logger
	Metrics Metrics // nil: nobody counts

	Listeners  int // most at once; 20,000
	PerAddress int // of them from one address; 500
	Events     int // most followed at once; 1,000

	Keep time.Duration // how long an event is followed that nobody looks at; 30 s
	Gap  time.Duration // from one frame to the next, at least; 100 ms
}

func (c *Config) fill() {
	if c.Metrics == nil {
		c.Metrics = noMetrics{}
	}
	fill(&c.Listeners, 20_000)
	fill(&c.PerAddress, 500)
	fill(&c.Events, 1000)
	fill(&c.Keep, 30*time.Second)
	fill(&c.Gap, 100*time.Millisecond)
}

func fill[T comparable](field *T, usual T) {
	var zero T
	if *field == zero {
		*field = usual
	}
}

// joinTimeout bounds how long a listener waits for the first reading of a map.
const joinTimeout = 5 * time.Second

// Hub has the maps and their listeners. It is safe for concurrent use.
type Hub struct {
	Config
	ctx     context.Context
	stop    context.CancelFunc
	readers sync.WaitGroup

	mu        sync.Mutex
	feeds     map[string]*feed // by event
	addresses map[string]int   // listeners from each
	listeners int
	ending    bool // no listeners any more
	closed    bool // no readers any more
}

var _ booking.LiveSeats = (*Hub)(nil)

// New returns a Hub. It reads nothing until someone looks at a map. The caller
// ends with Close.
func New(c Config) *Hub {
	c.fill()
	h := &Hub{Config: c, feeds: map[string]*feed{}, addresses: map[string]int{}}
	h.ctx, h.stop = context.WithCancel(context.Background())
	return h
}

// EndListeners ends all listeners, and lets nobody in from now on. Maps are
// still answered.
func (h *Hub) EndListeners() {
	h.mu.Lock()
	h.ending = true
	h.mu.Unlock()
	for _, f := range h.following() {
		f.endAll()
	}
}

// Close ends all listeners and readers, and returns when they have.
func (h *Hub) Close() {
	h.EndListeners()
	h.mu.Lock()
	h.closed = true
	h.mu.Unlock()
	h.stop()
	h.readers.Wait()
}

// LiveMap implements booking.LiveSeats. The first call for an event has it
// followed from now on.
func (h *Hub) LiveMap(e *booking.Event, known string) (booking.SeatMap, bool) {
	f := h.feedOf(e)
	if f == nil {
		return booking.SeatMap{}, false
	}
	return f.current(known)
}

// Lag returns for how long the map that is furthest behind is not known to be as
// the store is, 0 where none is followed. Up to the wait of a round, 400 ms, is
// usual: in a quiet sale the store is silent for so long.
func (h *Hub) Lag() (most time.Duration) {
	for _, f := range h.following() {
		most = max(most, f.lag())
	}
	return most
}

// following returns the feeds that there are, so that each can be asked while
// nobody who looks at another waits.
func (h *Hub) following() []*feed {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Collect(maps.Values(h.feeds))
}

// feedOf returns the event's feed, started where there was none; nil where no
// more events can be followed.
func (h *Hub) feedOf(e *booking.Event) *feed {
	h.mu.Lock()
	defer h.mu.Unlock()
	f := h.feeds[e.ID]
	if f == nil {
		if h.closed || len(h.feeds) >= h.Events {
			return nil
		}
		f = newFeed(h, e)
		h.feeds[e.ID] = f
		h.readers.Go(func() { f.run(h.ctx) })
	}
	f.use()
	return f
}

// known returns the event's feed, nil where it is not followed.
func (h *Hub) known(eventID string) *feed {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.feeds[eventID]
}

// retire forgets a feed that nobody looks at, and reports whether it did.
func (h *Hub) retire(f *feed) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !f.unused() {
		return false
	}
	delete(h.feeds, f.event.ID)
	return true
}

// Listen lets someone listen to an event's changes. after is the version that
// they have, "" for none. address counts for the limit of listeners from one
// address, "" is not counted. cut is called, once at most and from another
// goroutine, when the listener is too slow: a write that waits is to be given
// up then. CodeUnavailable: too many listen, or the map cannot be read.
// ErrNotLoaded.
func (h *Hub) Listen(
	ctx context.Context, e *booking.Event, after, address string, cut func(),
) (booking.SeatListener, error) {
	if why, err := h.admit(address); err != nil {
		h.Metrics.ListenerCut(why)
		return nil, err
	}
	l, err := h.join(ctx, e, after, cut)
	if err != nil {
		h.leave(address)
		return nil, err
	}
	l.leave = func() { h.leave(address) }
	if h.isEnding() { // it may have joined after all others were ended
		l.feed.end(l, CutShutdown)
	}
	return l, nil
}

func (h *Hub) join(ctx context.Context, e *booking.Event, after string, cut func()) (*listener, error) {
	f := h.feedOf(e)
	if f == nil {
		h.Metrics.ListenerCut(CutLimit)
		return nil, busy("too many events are followed at the moment")
	}
	ctx, cancel := context.WithTimeout(ctx, joinTimeout)
	defer cancel()
	select {
	case <-f.tried:
		return f.join(after, cut)
	case <-h.ctx.Done():
		return nil, busy("the service ends")
	case <-ctx.Done():
		return nil, booking.Unavailable("the hold store", ctx.Err())
	}
}

// retryAfter is what a listener is told who is not let in.
const retryAfter = 5 * time.Second

func busy(why string) error {
	return &booking.Error{Code: booking.CodeUnavailable, RetryAfter: retryAfter, Detail: why + "; try again, or read the seats now and then"}
}

// admit counts a listener, or says why it is not let in.
func (h *Hub) admit(address string) (why string, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.ending:
		return CutShutdown, busy("the service ends")
	case h.listeners >= h.Listeners:
		return CutLimit, busy("too many listen at the moment")
	case address != "" && h.addresses[address] >= h.PerAddress:
		return CutLimit, busy("too many listen from this address")
	}
	h.listeners++
	h.Metrics.Listeners(h.listeners)
	if address != "" {
		h.addresses[address]++
	}
	return "", nil
}

func (h *Hub) leave(address string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.listeners--
	h.Metrics.Listeners(h.listeners)
	if address == "" {
		return
	}
	if h.addresses[address]--; h.addresses[address] == 0 {
		delete(h.addresses, address)
	}
}

func (h *Hub) isEnding() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.ending
}
