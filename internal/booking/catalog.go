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
	// catalogServe is how long it is served while it is being read again: a
	// store that is slow or away holds up nobody who holds seats.
	catalogServe = 30 * time.Second
	// catalogKeep is how long an unused event's plan stays in memory.
	catalogKeep = 10 * time.Minute
	// refreshTimeout bounds a reading that nobody waits for.
	refreshTimeout = 5 * time.Second
	// openTimeout bounds reading which events are open, where that is known
	// from before.
	openTimeout = 500 * time.Millisecond
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
	reading sync.Mutex // held while reading the store: one reader an event

	mu      sync.Mutex // guards what follows
	event   *Event
	checked time.Time
	used    time.Time
}

func newCatalog(store Events) *catalog {
	return &catalog{store: store, now: time.Now, entries: map[string]*catalogEntry{}}
}

// get returns the event with its plan. A store that does not answer does not
// matter while the event is in memory: holds and payments go on. CodeNotFound.
func (c *catalog) get(ctx context.Context, id string) (*Event, error) {
	entry := c.entry(id)
	e, age := entry.use(c.now())
	switch {
	case e != nil && age < catalogFresh:
		return e, nil
	case e != nil && age < catalogServe:
		if entry.reading.TryLock() {
			go c.refresh(context.WithoutCancel(ctx), id, entry)
		}
		return e, nil
	}
	entry.reading.Lock()
	defer entry.reading.Unlock()
	if e, age = entry.use(c.now()); e != nil && age < catalogFresh {
		return e, nil // someone else has just read it
	}
	return c.update(ctx, id, entry)
}

// refresh reads the event again in the background. The caller holds reading.
func (c *catalog) refresh(ctx context.Context, id string, entry *catalogEntry) {
	defer entry.reading.Unlock()
	ctx, cancel := context.WithTimeout(ctx, refreshTimeout)
	defer cancel()
	_, _ = c.update(ctx, id, entry) // a fault shows where the store is needed
}

// update reads the event from the store. The caller holds reading.
func (c *catalog) update(ctx context.Context, id string, entry *catalogEntry) (*Event, error) {
	old, _ := entry.use(c.now())
	e, err := c.read(ctx, id, old)
	switch {
	case CodeOf(err) == CodeNotFound:
		c.drop(id)
		return nil, err
	case err != nil && old == nil:
		return nil, err
	case err != nil:
		e = old // ask again after the usual time, not at every call
	}
	entry.set(e, c.now())
	return e, nil
}

// use returns the event, nil where it was never read, and the age of what is
// known of it.
func (entry *catalogEntry) use(now time.Time) (e *Event, age time.Duration) {
	entry.mu.Lock()
	defer entry.mu.Unlock()
	entry.used = now
	return entry.event, now.Sub(entry.checked)
}

// set notes the event, unless a later revision is known by now.
func (entry *catalogEntry) set(e *Event, now time.Time) {
	entry.mu.Lock()
	defer entry.mu.Unlock()
	if entry.event == nil || entry.event.Revision <= e.Revision {
		entry.event = e
	}
	entry.checked = now
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
func (c *catalog) put(e *Event) { c.entry(e.ID).set(e, c.now()) }

// forgetUnused lets go of plans that no call has used for a while.
func (c *catalog) forgetUnused() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for id, entry := range c.entries {
		entry.mu.Lock()
		unused := c.now().Sub(entry.used) > catalogKeep
		entry.mu.Unlock()
		if unused {
			delete(c.entries, id)
		}
	}
}

// open returns the events, without plans, whose sale is not long over, and
// notes what changed in those that are in memory. While the store does not
// answer it returns those it named last, with the error.
func (c *catalog) open(ctx context.Context) ([]*Event, error) {
	c.mu.Lock()
	known := c.lastOpen != nil
	c.mu.Unlock()
	if known { // a slow store must not keep the sweeper from its rounds
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, openTimeout)
		defer cancel()
	}
	events, err := c.store.EventsEndingAfter(ctx, c.now().Add(-afterSale))
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil {
		return c.lastOpen, err
	}
	for _, e := range events {
		if entry := c.entries[e.ID]; entry != nil {
			entry.renew(*e, c.now())
		}
	}
	c.lastOpen = events
	return events, nil
}

// renew notes the event as the store has it, where its plan is known.
func (entry *catalogEntry) renew(e Event, now time.Time) {
	entry.mu.Lock()
	defer entry.mu.Unlock()
	if entry.event == nil {
		return
	}
	if entry.event.Revision < e.Revision {
		e.Plan = entry.event.Plan
		entry.event = &e
	}
	entry.checked = now
}
