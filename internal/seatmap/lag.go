package seatmap

import (
	"sync/atomic"
	"time"
)

// lag measures how long it takes until listeners are told. The log has no times:
// so what is measured are the changes of this instance, which knows when it made
// them.
type lag struct {
	untold atomic.Pointer[time.Time] // the oldest change that memory need not have yet
	owed   *time.Time                // one that memory has, and no frame yet
}

// wrote notes that a change has just been made.
func (l *lag) wrote() {
	if l.untold.Load() == nil {
		now := time.Now()
		l.untold.CompareAndSwap(nil, &now)
	}
}

// caughtUp notes that memory has what was untold when it was asked for.
func (l *lag) caughtUp(untold *time.Time) {
	if untold == nil {
		return
	}
	l.untold.CompareAndSwap(untold, nil)
	if l.owed == nil {
		l.owed = untold
	}
}

// told returns how long that took which a frame has told just now; false: there
// was nothing to tell.
func (l *lag) told() (time.Duration, bool) {
	if l.owed == nil {
		return 0, false
	}
	took := time.Since(*l.owed)
	l.owed = nil
	return took, true
}
