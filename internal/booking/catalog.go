package booking

import (
	"context"
	"errors"
	"sync"
	"time"
)

const (
	// catalogFresh is how long an event read from the store is believed. A
	// change made through another instance shows here after this time.
	catalogFresh = time.Second
	// catalogKeep is how long an unused event's plan stays in memory.
	catalogKeep = 10 * time.Minute
	// afterSale is how long an event is swept after its sale: payments and
	// records of its last minute end long before.
	afterSale = 24 * time.Hour
)

// catalog keeps the events in use in memory with their plans, which never
// change, so that holding a seat asks the order store nothing.
type catalog struct {
	store Events
	now   func() time.Time // for freshness only; no deadline is judged by it

	mu       sync.Mutex
	entries  map[string]*catalogEntry
	lastOpen []*Event // as the store last said
}

type catalogEntry struct {
	mu      sync.Mutex // held while reading the store: one reader an event
	event   *Event
	checked time.Time
	used    time.Time
}

func newCatalog(store Events) *catalog {
	return &catalog{store: store, now: time.Now, entries: map[string]*catalogEntry{}}
}

// get returns the event with its plan. A store that does not answer does not
// matter while the event is in memory: payments go on. CodeNotFound.
func (c *catalog) get(ctx context.Context, id string) (*Event, error) {
	entry := c.entry(id)
	entry.mu.Lock()
	defer entry.mu.Unlock()
	entry.used = c.now()
	if entry.event != nil && entry.used.Sub(entry.checked) < catalogFresh {
		return entry.event, nil
	}
	fresh, err := c.read(ctx, id, entry.event)
	switch {
	case err == nil:
		entry.event, entry.checked = fresh, entry.used
	case CodeOf(err) == CodeNotFound:
		c.drop(id)
		return nil, err
	case entry.event == nil:
		return nil, err
	default:
		// The store is away: ask it again after the usual time, not at every call.
		entry.checked = entry.used
	}
	return entry.event, nil
}

func (c *catalog) entry(id string) *catalogEntry {
	c.mu.Lock()
	defer c.mu.Unlock()
	entry := c.entries[id]
	if entry == nil {
		entry = &catalogEntry{used: c.now()}
		c.entries[id] = entry
	}
	return entry
}

func (c *catalog) drop(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.entries, id)
}

func (c *catalog) read(ctx context.Context, id string, old *Event) (*Event, error) {
	e, err := c.store.Event(ctx, id)
	if err != nil {
		return nil, err
	}
	if old != nil {
		if old.Revision == e.Revision {
			return old, nil
		}
		e.Plan = old.Plan
		return e, nil
	}
	raw, err := c.store.Plan(ctx, id)
	if err != nil {
		return nil, err
	}
	e.Plan, err = ParsePlan(raw)
	if err != nil {
		return nil, errors.Join(errors.New("the stored plan of event "+id+" is damaged"), err)
	}
	return e, nil
}

// put makes a change of this instance visible to it at once.
func (c *catalog) put(e *Event) {
	entry := c.entry(e.ID)
	entry.mu.Lock()
	defer entry.mu.Unlock()
	entry.event, entry.checked = e, c.now()
}

// forgetUnused lets go of plans that no call has used for a while.
func (c *catalog) forgetUnused() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for id, entry := range c.entries {
		if !entry.mu.TryLock() {
			continue // in use right now
		}
		if c.now().Sub(entry.used) > catalogKeep {
			delete(c.entries, id)
		}
		entry.mu.Unlock()
	}
}

// open returns the events, without plans, whose sale is not long over. While
// the store does not answer it returns those it named last, with the error.
func (c *catalog) open(ctx context.Context) ([]*Event, error) {
	events, err := c.store.EventsEndingAfter(ctx, c.now().Add(-afterSale))
	c.mu.Lock()
	defer c.mu.Unlock()
	if err == nil {
		c.lastOpen = events
	}
	return c.lastOpen, err
}
