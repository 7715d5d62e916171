package seatmap

import (
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/stretchr/testify/require"
)

// told notes what is counted.
type told struct {
	mu    sync.Mutex
	count count
}

type count struct {
	listeners, frames int
	cut               map[string]int
	lags              []time.Duration
}

func (m *told) Listeners(n int) { m.note(func(c *count) { c.listeners = n }) }

func (m *told) ListenerCut(why string) { m.note(func(c *count) { c.cut[why]++ }) }

func (m *told) FrameTold(n int) { m.note(func(c *count) { c.frames += n }) }

func (m *told) ChangeTold(lag time.Duration) { m.note(func(c *count) { c.lags = append(c.lags, lag) }) }

func (m *told) note(change func(*count)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	change(&m.count)
}

// now returns what was counted so far.
func (m *told) now() (c count) {
	m.note(func(noted *count) {
		c = *noted
		c.cut, c.lags = maps.Clone(noted.cut), slices.Clone(noted.lags)
	})
	return c
}

// requireFrames waits: listeners have a frame a moment before it is counted.
func (m *told) requireFrames(t *testing.T, want int) {
	t.Helper()
	require.Eventually(t, func() bool { return m.now().frames == want }, patience, time.Millisecond)
}

func counted(t *testing.T, change ...func(*Config)) (*world, *told) {
	t.Helper()
	m := &told{count: count{cut: map[string]int{}}}
	return newWorld(t, miniredis.RunT(t).Addr(), append(change, func(c *Config) { c.Metrics = m })...), m
}

func TestListenersAndFramesAreCounted(t *testing.T) {
	w, m := counted(t)
	one, other := w.listen("", nil), w.listen("", nil)
	require.Equal(t, 2, m.now().listeners)
	require.Zero(t, m.now().frames, "what they begin with is no news")
	w.Take("customer-1", 1)
	w.catchUp(one)
	w.catchUp(other)
	m.requireFrames(t, 2)
	one.from.Close()
	one.from.Close()
	require.Equal(t, 1, m.now().listeners)
	w.Take("customer-1", 2)
	w.catchUp(other)
	m.requireFrames(t, 3)
	require.Empty(t, m.now().cut, "who leaves is not cut")
}

func TestWhoIsCutIsCountedByWhy(t *testing.T) {
	w, m := counted(t, func(c *Config) { c.Listeners, c.PerAddress, c.Events = 3, 1, 1 })
	slow, quick := w.listen("", nil), w.listen("", nil)
	for i := range queued + 1 {
		w.Take("customer-1", i)
		w.catchUp(quick) // a frame each
	}
	require.Eventually(t, slow.cut.Load, patience, time.Millisecond)
	require.Equal(t, map[string]int{CutSlow: 1}, m.now().cut)
	slow.from.Close()
	require.Equal(t, map[string]int{CutSlow: 1}, m.now().cut, "once")

	listen := func(event, address string) {
		e := *w.Event
		e.ID = event
		l, err := w.hub.Listen(w.Ctx, &e, "", address, func() {})
		if err == nil {
			t.Cleanup(l.Close)
		}
	}
	listen("another", "")
	listen(w.Event.ID, "a")
	listen(w.Event.ID, "a")
	listen(w.Event.ID, "b")
	require.Equal(t, 3, m.now().listeners)
	listen(w.Event.ID, "c")
	require.Equal(t, map[string]int{CutSlow: 1, CutLimit: 3}, m.now().cut, "too many events, of an address, and in all")

	w.hub.EndListeners()
	listen(w.Event.ID, "d")
	require.Equal(t, map[string]int{CutSlow: 1, CutLimit: 3, CutShutdown: 4}, m.now().cut, "three listened, one came too late")
}

// TestTheLagIsFromTheChangeToTheFrame holds the log back: what was changed
// meanwhile is told no sooner than it goes on.
func TestTheLagIsFromTheChangeToTheFrame(t *testing.T) {
	log := &heldBack{asked: make(chan struct{}, 1), free: make(chan struct{})}
	w, m := counted(t, func(c *Config) { log.SeatLog, c.Changes = c.Changes, log })
	one := w.listen("", nil)
	<-log.asked
	w.Take("customer-1", 1)
	made := time.Now()
	w.Take("customer-1", 2)
	require.Empty(t, m.now().lags)
	free := time.Now()
	close(log.free)
	w.catchUp(one)
	require.Eventually(t, func() bool { return len(m.now().lags) > 0 }, patience, time.Millisecond)
	require.GreaterOrEqual(t, m.now().lags[0], free.Sub(made), "from the oldest change")
	require.Less(t, m.now().lags[0], patience)
}

// TestTheLagOfManyChanges: all are told, and nothing is left to be.
func TestTheLagOfManyChanges(t *testing.T) {
	w, m := counted(t)
	one := w.listen("", nil)
	begin := time.Now()
	for i := range 20 {
		w.Take("customer-1", i)
		w.catchUp(one)
	}
	f := w.hub.known(w.Event.ID)
	require.Eventually(t, func() bool { return f.lag.untold.Load() == nil }, patience, time.Millisecond)
	lags := m.now().lags
	require.NotEmpty(t, lags)
	require.LessOrEqual(t, len(lags), 20)
	for _, lag := range lags {
		require.GreaterOrEqual(t, lag, time.Duration(0))
		require.LessOrEqual(t, lag, time.Since(begin))
	}
}

// TestAChangeThatIsToldBeforeItIsNotedCountsOnce: the log may be quicker than the
// answer to who made the change.
func TestAChangeThatIsToldBeforeItIsNotedCountsOnce(t *testing.T) {
	var l lag
	l.caughtUp(l.untold.Load())
	_, ok := l.told()
	require.False(t, ok, "nothing was noted")
	l.wrote()
	first := l.untold.Load()
	l.wrote()
	require.Same(t, first, l.untold.Load(), "the oldest counts")
	l.caughtUp(first)
	_, ok = l.told()
	require.True(t, ok)
	_, ok = l.told()
	require.False(t, ok)
	require.Nil(t, l.untold.Load())
}
