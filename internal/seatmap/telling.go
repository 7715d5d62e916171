package seatmap

import (
	"errors"
	"maps"
	"time"

	"seathold/internal/booking"
)

// What a feed tells its listeners. Where a function does not lock mu, its
// caller holds it.

// flushSoon sends what is pending, at once where the last frame is long enough
// ago.
func (f *feed) flushSoon() {
	if f.timer != nil || len(f.pending) == 0 {
		return
	}
	if wait := f.hub.Gap - time.Since(f.flushed); wait > 0 {
		f.timer = time.AfterFunc(wait, f.flushLate)
		return
	}
	f.flush()
}

func (f *feed) flushLate() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.timer = nil
	f.flush()
}

func (f *feed) flush() {
	if len(f.pending) == 0 {
		return
	}
	frame := changeFrame(f.version.String(), f.pending)
	clear(f.pending)
	f.flushed = time.Now()
	f.sent.add(f.version.Number, frame)
	f.broadcast(frame)
	f.measure()
}

// measure says how long it took to tell what no frame had yet.
func (f *feed) measure() {
	if took, ok := f.lag.told(); ok {
		f.hub.Metrics.ChangeTold(took)
	}
}

func (f *feed) stopTimer() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.timer != nil {
		f.timer.Stop()
	}
}

func (f *feed) snapshotFrame() []byte {
	if f.snapshot == nil {
		f.snapshot = snapshotFrame(f.event.ID, f.version.String(), f.seats)
	}
	return f.snapshot
}

// join adds a listener who has the map of a version. Where the store is away
// the listener hears what is new once it is back, but a map that was lost is
// not given out. The fault of the last reading.
func (f *feed) join(after string, cut func()) (*listener, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.heard.IsZero() && (f.seats == nil || errors.Is(f.fault, booking.ErrNotLoaded)) {
		return nil, f.fault
	}
	l := &listener{feed: f, frames: make(chan []byte, queued), cut: cut}
	if begin, ok := f.missed(after); ok {
		l.begin = begin
	} else {
		l.begin = f.snapshotFrame()
	}
	f.listeners[l] = struct{}{}
	return l, nil
}

// missed returns what a listener missed since a version; false: that is not
// known. What is pending comes with the next frame.
func (f *feed) missed(after string) ([]byte, bool) {
	v, ok := booking.ParseMapVersion(after)
	if !ok || v.Epoch != f.version.Epoch || v.Number > f.version.Number {
		return nil, false
	}
	return f.sent.since(v.Number)
}

// broadcast sends a frame to all listeners, and cuts those whose queue is full:
// nobody is waited for.
func (f *feed) broadcast(frame []byte) {
	told := 0
	for l := range f.listeners {
		select {
		case l.frames <- frame:
			told++
		default:
			f.remove(l, CutSlow)
			go l.cut()
		}
	}
	f.hub.Metrics.FrameTold(told)
}

// remove ends a listener. why is one of the Cut…, "" where it left.
func (f *feed) remove(l *listener, why string) {
	if _, there := f.listeners[l]; !there {
		return
	}
	delete(f.listeners, l)
	close(l.frames)
	f.use()
	if why != "" {
		f.hub.Metrics.ListenerCut(why)
	}
}

func (f *feed) end(l *listener, why string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.remove(l, why)
}

func (f *feed) endAll() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for l := range maps.Clone(f.listeners) {
		f.remove(l, CutShutdown)
	}
}
