package booking

import (
	"sync"
	"time"
)

const (
	// stuckAfter failures in a row a document is left alone for stuckFor: one
	// that nobody can bring on, such as of an event that is gone, must not fill
	// the rounds and keep the others from theirs.
	stuckAfter = 3
	stuckFor   = 30 * time.Second
	// stuckKept bounds how many are remembered.
	stuckKept = 10_000
)

// stuckOrders remembers which documents failed to be settled, by this process
// and its clock alone. The zero value is empty. It is safe for concurrent use.
type stuckOrders struct {
	mu     sync.Mutex
	failed map[string]*failedOrder
}

type failedOrder struct {
	times int
	until time.Time // zero: it is not left alone yet
}

// note counts a failure, or forgets the earlier ones.
func (s *stuckOrders) note(id string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		delete(s.failed, id)
		return
	}
	if s.failed == nil {
		s.failed = map[string]*failedOrder{}
	}
	f := s.failed[id]
	if f == nil {
		if len(s.failed) >= stuckKept {
			return
		}
		f = &failedOrder{}
		s.failed[id] = f
	}
	if f.times++; f.times >= stuckAfter {
		f.until = time.Now().Add(stuckFor)
	}
}

// has reports whether the document is left alone now.
func (s *stuckOrders) has(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.failed[id]
	return f != nil && time.Now().Before(f.until)
}

// count is how many are left alone now: the reading of what is due goes as far
// behind them.
func (s *stuckOrders) count() (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	for _, f := range s.failed {
		if now.Before(f.until) {
			n++
		}
	}
	return n
}
