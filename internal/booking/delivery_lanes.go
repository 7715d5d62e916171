package booking

import (
	"sync"
	"time"
)

const (
	// deliverAtOnce bounds what is being sent at one time by this instance,
	// endpointAtOnce what of it goes to one endpoint. An endpoint that answers
	// slowly gets one at a time, and all such together get slowAtOnce: they never
	// keep the others from being sent to.
	deliverAtOnce  = 8
	endpointAtOnce = 4
	slowAtOnce     = 4
	// slowAnswer is how long an answer may take before its endpoint counts as slow.
	slowAnswer = 2 * time.Second
)

// lanes keeps endpoints out of each other's way. It is of this instance, and
// forgotten by a restart.
type lanes struct {
	mu   sync.Mutex
	lane map[string]*lane // by endpoint
}

type lane struct {
	busy  int
	slow  bool      // answered slowly, or asked for less
	until time.Time // wants nothing before
}

func newLanes() *lanes { return &lanes{lane: map[string]*lane{}} }

// enter takes a place for one attempt. held: there is none because of the
// endpoint's own answers.
func (l *lanes) enter(endpointID string, now time.Time) (entered, held bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	all, slow := 0, 0
	for _, other := range l.lane {
		all += other.busy
		if other.slow {
			slow += other.busy
		}
	}
	own := l.lane[endpointID]
	if own == nil {
		own = &lane{}
		l.lane[endpointID] = own
	}
	switch {
	case now.Before(own.until):
		return false, true
	case own.slow && (own.busy > 0 || slow >= slowAtOnce):
		return false, true
	case all >= deliverAtOnce || own.busy >= endpointAtOnce:
		return false, false
	}
	own.busy++
	return true, false
}

// pace is how an endpoint showed that it wants to be treated.
type pace struct {
	shown bool // there was an attempt
	slow  bool
	until time.Time // zero: it did not say
}

// leave gives the place back.
func (l *lanes) leave(endpointID string, p pace) {
	l.mu.Lock()
	defer l.mu.Unlock()
	own := l.lane[endpointID]
	own.busy--
	if !p.shown {
		return
	}
	own.slow = p.slow
	if p.until.After(own.until) {
		own.until = p.until
	}
}

// full reports whether there is no place for anybody.
func (l *lanes) full() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := 0
	for _, lane := range l.lane {
		all += lane.busy
	}
	return all >= deliverAtOnce
}

// forgetIdle forgets the endpoints that nothing is being sent to.
func (l *lanes) forgetIdle() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for id, lane := range l.lane {
		if lane.busy == 0 {
			delete(l.lane, id)
		}
	}
}
