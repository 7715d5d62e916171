package seatmap

import "sync"

// queued is how many frames a listener may be behind: some seconds of a busy
// sale.
const queued = 64

// listener is one who listens.
type listener struct {
	feed   *feed
	begin  []byte
	frames chan []byte // closed by the feed
	cut    func()
	leave  func()
	once   sync.Once
}

// Begin implements booking.SeatListener.
func (l *listener) Begin() []byte { return l.begin }

// Frames implements booking.SeatListener.
func (l *listener) Frames() <-chan []byte { return l.frames }

// Close implements booking.SeatListener.
func (l *listener) Close() {
	l.once.Do(func() {
		l.feed.end(l, "")
		l.leave()
	})
}
