package booking

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// eventStore is an order store with one event, as far as the catalog asks it.
type eventStore struct {
	Events
	mu    sync.Mutex
	event Event
	plan  []byte
	fault error         // of every call
	hangs chan struct{} // not nil: calls wait until it is closed
	asked int           // how often for the event
	plans int           // how often for the plan
}

func (s *eventStore) Event(_ context.Context, id string) (*Event, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
	if s.hangs != nil {
		<-s.hangs
	}
	if s.fault == nil && id != s.event.ID {
		return nil, Errorf(CodeNotFound, "none")
	}
	e := s.event
	return &e, s.fault
}

func (s *eventStore) Plan(context.Context, string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.plans++
	return s.plan, s.fault
}

func (s *eventStore) EventsEndingAfter(context.Context, time.Time) ([]*Event, error) {
	e := s.event
	return []*Event{&e}, s.fault
}

// patch is a change made through another instance.
func (s *eventStore) patch(name string) {
	s.event.Name = name
	s.event.Revision++
}

// clock is a time that tests move.
type clock struct{ time.Time }

func newTestCatalog(t *testing.T) (*catalog, *eventStore, *clock) {
	t.Helper()
	plan, err := GeneratePlan("theatre", 4)
	require.NoError(t, err)
	store := &eventStore{event: Event{ID: "e", Name: "first", Revision: 1}, plan: plan}
	now := &clock{time.Now()}
	c := newCatalog(store)
	c.now = func() time.Time { return now.Time }
	return c, store, now
}

// mustGet returns what a call gets, once the reading that it may have begun is over.
func (c *catalog) mustGet(t *testing.T) *Event {
	t.Helper()
	e, err := c.get(t.Context(), "e")
	require.NoError(t, err)
	c.settle()
	return e
}

func (c *catalog) settle() {
	entry := c.entry("e")
	entry.reading.Lock()
	defer entry.reading.Unlock()
}

func TestCatalogReadsThePlanOnce(t *testing.T) {
	c, store, now := newTestCatalog(t)
	first := c.mustGet(t)
	require.Len(t, first.Plan.Seats, 4)
	require.Same(t, first, c.mustGet(t))
	require.Equal(t, 1, store.asked)
	now.Time = now.Add(catalogFresh)
	require.Same(t, first, c.mustGet(t))
	require.Same(t, first, c.mustGet(t), "unchanged")
	require.Equal(t, 2, store.asked)
	require.Equal(t, 1, store.plans)
}

// A change through another instance shows once the event was read again: in
// the background while what is known is not old, else by the call itself.
func TestCatalogSeesAnotherInstancesChange(t *testing.T) {
	c, store, now := newTestCatalog(t)
	first := c.mustGet(t)
	store.patch("second")
	now.Time = now.Add(catalogFresh - 1)
	require.Same(t, first, c.mustGet(t))
	require.Equal(t, 1, store.asked)
	now.Time = now.Add(1)
	require.Same(t, first, c.mustGet(t))
	second := c.mustGet(t)
	require.Equal(t, "second", second.Name)
	require.Same(t, first.Plan, second.Plan)
	require.Equal(t, "first", first.Name, "what callers have does not change under them")

	store.patch("third")
	now.Time = now.Add(catalogServe)
	require.Equal(t, "third", c.mustGet(t).Name)
	require.Equal(t, 1, store.plans)
}

// The sweeper's list renews what is in memory, so that even the first call
// after a change sees it.
func TestCatalogRenewsByTheListOfOpenEvents(t *testing.T) {
	c, store, now := newTestCatalog(t)
	first := c.mustGet(t)
	store.patch("second")
	now.Time = now.Add(catalogFresh)
	open, err := c.open(t.Context())
	require.NoError(t, err)
	require.Nil(t, open[0].Plan)
	second := c.mustGet(t)
	require.Equal(t, "second", second.Name)
	require.Same(t, first.Plan, second.Plan)
	require.Equal(t, 1, store.asked)
	_, err = c.get(t.Context(), "other")
	require.Equal(t, CodeNotFound, CodeOf(err))
}

// A reading that began before a change must not hide it.
func TestCatalogKeepsTheLaterRevision(t *testing.T) {
	c, _, now := newTestCatalog(t)
	old := c.mustGet(t)
	changed := *old
	changed.Name, changed.Revision = "own", 2
	c.put(&changed)
	c.entry("e").set(old, now.Time)
	require.Equal(t, "own", c.mustGet(t).Name)
}

func TestCatalogShowsItsOwnChangeAtOnce(t *testing.T) {
	c, _, _ := newTestCatalog(t)
	e := *c.mustGet(t)
	e.Name = "own"
	c.put(&e)
	require.Equal(t, "own", c.mustGet(t).Name)
}

func TestCatalogWorksFromMemoryWhileTheStoreIsAway(t *testing.T) {
	c, store, now := newTestCatalog(t)
	store.fault = Unavailable("the order store", errors.New("cut"))
	_, err := c.get(t.Context(), "e")
	require.Equal(t, CodeUnavailable, CodeOf(err), "it was never read")
	store.fault = nil
	first := c.mustGet(t)

	store.fault = Unavailable("the order store", errors.New("cut"))
	now.Time = now.Add(time.Hour)
	asked := store.asked
	for range 3 {
		require.Same(t, first, c.mustGet(t))
	}
	require.Equal(t, asked+1, store.asked, "not at every call")

	store.fault = nil
	store.patch("second")
	now.Time = now.Add(catalogFresh)
	c.mustGet(t)
	require.Equal(t, "second", c.mustGet(t).Name)
}

// A store that hangs holds up nobody, and is asked by one.
func TestCatalogDoesNotHangWithItsStore(t *testing.T) {
	c, store, now := newTestCatalog(t)
	first := c.mustGet(t)
	store.hangs = make(chan struct{})
	now.Time = now.Add(catalogFresh)
	for range 8 {
		e, err := c.get(context.Background(), "e")
		require.NoError(t, err)
		require.Same(t, first, e)
	}
	close(store.hangs)
	c.settle()
	require.Equal(t, 2, store.asked)
}

func TestCatalogKeepsNoUnknownEvents(t *testing.T) {
	c, store, now := newTestCatalog(t)
	_, err := c.get(t.Context(), "none")
	require.Equal(t, CodeNotFound, CodeOf(err))
	require.Empty(t, c.entries)
	c.mustGet(t)
	store.event.ID = "gone"
	now.Time = now.Add(catalogFresh)
	c.mustGet(t) // notices it
	_, err = c.get(t.Context(), "e")
	require.Equal(t, CodeNotFound, CodeOf(err))
	require.Empty(t, c.entries)
}

func TestCatalogForgetsUnusedEvents(t *testing.T) {
	c, store, now := newTestCatalog(t)
	c.mustGet(t)
	now.Time = now.Add(catalogKeep)
	c.forgetUnused()
	require.Len(t, c.entries, 1)
	now.Time = now.Add(1)
	c.forgetUnused()
	require.Empty(t, c.entries)
	c.mustGet(t)
	require.Equal(t, 2, store.plans)
}

func TestCatalogReadsOnceForManyCalls(t *testing.T) {
	c, store, _ := newTestCatalog(t)
	var calls sync.WaitGroup
	for range 16 {
		calls.Go(func() {
			if _, err := c.get(context.Background(), "e"); err != nil {
				t.Error(err)
			}
		})
	}
	calls.Wait()
	require.Equal(t, 1, store.plans)
}

func TestCatalogRefusesADamagedPlan(t *testing.T) {
	c, store, _ := newTestCatalog(t)
	store.plan = []byte("{")
	_, err := c.get(t.Context(), "e")
	require.ErrorContains(t, err, "the stored plan of event e is damaged")
	require.Nil(t, c.entries["e"].event)
}

func TestCatalogNamesOpenEventsFromMemory(t *testing.T) {
	c, store, _ := newTestCatalog(t)
	open, err := c.open(t.Context())
	require.NoError(t, err)
	require.Len(t, open, 1)
	store.fault = errors.New("cut")
	open, err = c.open(t.Context())
	require.Error(t, err)
	require.Len(t, open, 1)
}
