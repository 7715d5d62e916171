package booking

import (
	"context"
	"slices"
	"sync"
	"time"
)

const (
	// endpointsFresh is how long what is known of an organizer's endpoints is
	// believed. A change made through another instance shows after this time.
	endpointsFresh = time.Second
	// endpointsTimeout bounds a reading that an order waits for.
	endpointsTimeout = 500 * time.Millisecond
	// endpointsKeep is how long an unused entry stays in memory.
	endpointsKeep = 10 * time.Minute
)

// endpointCache knows which types of notice an organizer's endpoints want, so
// that an order of an organizer without any costs nothing.
type endpointCache struct {
	read func(ctx context.Context, ownerID string) ([]Endpoint, error)
	now  func() time.Time // for freshness only

	mu      sync.Mutex
	entries map[string]*endpointEntry // by owner
}

type endpointEntry struct {
	reading sync.Mutex // held while reading the store: one reader an owner

	mu      sync.Mutex // guards what follows
	known   bool       // the store answered when it was asked last
	wanted  []string
	checked time.Time // when it was asked last; zero: never
}

func newEndpointCache(read func(context.Context, string) ([]Endpoint, error)) *endpointCache {
	return &endpointCache{read: read, now: time.Now, entries: map[string]*endpointEntry{}}
}

// wants reports whether an endpoint of the owner wants one of the types. A yes
// that is out of date is good enough while it is being read again: it costs a
// notice too many. A no is not: what it leaves out is lost. So where the store
// does not say, the answer is yes.
func (c *endpointCache) wants(ctx context.Context, ownerID string, types ...string) bool {
	entry := c.entry(ownerID)
	yes, age := entry.wants(c.now(), types)
	switch {
	case age < endpointsFresh:
		return yes
	case yes && age < endpointsKeep:
		c.refresh(ctx, ownerID, entry)
		return true
	}
	entry.reading.Lock()
	defer entry.reading.Unlock()
	if yes, age = entry.wants(c.now(), types); age < endpointsFresh {
		return yes // someone else has just read it
	}
	ctx, cancel := context.WithTimeout(ctx, endpointsTimeout)
	defer cancel()
	c.update(ctx, ownerID, entry)
	yes, _ = entry.wants(c.now(), types)
	return yes
}

// mayWant is wants for what nobody minds to lose: it never waits, and answers
// as was known last.
func (c *endpointCache) mayWant(ctx context.Context, ownerID string, types ...string) bool {
	entry := c.entry(ownerID)
	yes, age := entry.wants(c.now(), types)
	if age >= endpointsFresh {
		c.refresh(ctx, ownerID, entry)
	}
	return yes
}

// refresh reads the endpoints again in the background.
func (c *endpointCache) refresh(ctx context.Context, ownerID string, entry *endpointEntry) {
	if !entry.reading.TryLock() {
		return // someone is at it
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), refreshTimeout)
	go func() {
		defer entry.reading.Unlock()
		defer cancel()
		c.update(ctx, ownerID, entry)
	}()
}

// update reads the endpoints. What the store says is as old as the question.
// The caller holds reading.
func (c *endpointCache) update(ctx context.Context, ownerID string, entry *endpointEntry) {
	asked := c.now()
	endpoints, err := c.read(ctx, ownerID)
	var wanted []string
	for _, t := range NoticeTypes {
		if slices.ContainsFunc(endpoints, func(e Endpoint) bool { return e.wants(t) }) {
			wanted = append(wanted, t)
		}
	}
	entry.mu.Lock()
	defer entry.mu.Unlock()
	entry.known, entry.wanted, entry.checked = err == nil, wanted, asked
}

// wants answers by what is known, and says how old that is.
func (entry *endpointEntry) wants(now time.Time, types []string) (yes bool, age time.Duration) {
	entry.mu.Lock()
	defer entry.mu.Unlock()
	yes = !entry.known || slices.ContainsFunc(types, func(t string) bool { return slices.Contains(entry.wanted, t) })
	return yes, now.Sub(entry.checked)
}

func (c *endpointCache) entry(ownerID string) *endpointEntry {
	c.mu.Lock()
	defer c.mu.Unlock()
	entry := c.entries[ownerID]
	if entry == nil {
		entry = &endpointEntry{}
		c.entries[ownerID] = entry
	}
	return entry
}

// forget makes a change of this instance visible to it at once. A reading that
// is under way notes what it finds in the entry that is forgotten.
func (c *endpointCache) forget(ownerID string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.entries, ownerID)
}

// forgetUnused lets go of what no call has asked for in a while.
func (c *endpointCache) forgetUnused() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for owner, entry := range c.entries {
		entry.mu.Lock()
		unused := c.now().Sub(entry.checked) > endpointsKeep
		entry.mu.Unlock()
		if unused {
			delete(c.entries, owner)
		}
	}
}
