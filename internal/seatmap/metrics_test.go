package seatmap

import (
	"maps"
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
}

func (m *told) Listeners(n int) { m.note(func(c *count) { c.listeners = n }) }

func (m *told) ListenerCut(why string) { m.note(func(c *count) { c.cut[why]++ }) }

func (m *told) FrameTold(n int) { m.note(func(c *count) { c.frames += n }) }

func (m *told) note(change func(*count)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	change(&m.count)
}

// now returns what was counted so far.
func (m *told) now() (c count) {
	m.note(func(noted *count) {
		c = *noted
		c.cut = maps.Clone(noted.cut)
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

func TestLagIsThatOfTheMapFurthestBehind(t *testing.T) {
	server := miniredis.RunT(t)
	w := newWorld(t, server.Addr())
	require.Zero(t, w.hub.Lag(), "nobody looks")
	w.follow()
	require.Eventually(t, func() bool { return w.hub.Lag() < 2*roundWait }, patience, time.Millisecond)

	server.SetError("LOADING Redis is loading the dataset in memory")
	require.Eventually(t, func() bool { return w.hub.Lag() > 5*roundWait }, patience, time.Millisecond, "it goes on while the store is away")
	require.Less(t, w.hub.Lag(), patience, "since the last word, not since ever")
	server.SetError("")
	require.Eventually(t, func() bool { return w.hub.Lag() < 2*roundWait }, patience, time.Millisecond)
}
