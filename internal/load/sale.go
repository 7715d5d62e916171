// Package load drives a sale against a running service, by its public API alone,
// and judges what came of it.
//
// Visitors arrive at times that are fixed beforehand (Schedule). Each does what
// its kind does (Mix), as a browser would: it looks at the event, its plan and the
// live map, and chooses seats that are free there. What came of each call is
// recorded, timed from when it was meant to start (record). At the end the
// customers' own ledger of what they paid is held against the API, and Redis
// against the orders (Finish).
package load

import (
	"cmp"
	"context"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"seathold/internal/client"
)

// Sale is one event and those who come to it. Its methods are called in the order
// Register, Run, Finish; Now at any time.
type Sale struct {
	config Config
	client *client.ClientWithResponses
	// patient is for what may take long: an audit goes through a whole event.
	patient *client.ClientWithResponses
	pages   *http.Client
	staff   *person            // whose event it is; nil: nobody
	role    client.AccountRole // of the staff; "": there is none
	event   client.Event
	hall    *hall
	people  []*person

	record *record
	ledger *ledger
	slots  chan struct{} // one taken by each visitor

	hurry            context.Context // done: whoever is here is to come to an end
	mu               sync.Mutex      // guards the times
	began, ended     time.Time
	arrived, dropped atomic.Int64
	soldOut, cut     atomic.Int64
	changes          atomic.Int64 // that listeners heard of
	unpayable        atomic.Bool  // an order could not be paid on the sandbox's page
	visits           map[Kind]*atomic.Int64
}

const (
	// defaultLeaveWithin is longer than a call may take, and a payment until it is confirmed.
	defaultLeaveWithin = 45 * time.Second
	// defaultCheckWithin is for tens of thousands of customers.
	defaultCheckWithin = 10 * time.Minute
)

// Run has the visitors arrive, until the schedule or ctx ends, and returns when
// the last one has gone.
func (s *Sale) Run(ctx context.Context) {
	visiting, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	s.hurry = ctx
	mix, start := s.config.mix(), time.Now()
	s.setTimes(start, time.Time{})
	var visits sync.WaitGroup
	for at := range s.config.Schedule.Times() {
		due := start.Add(at)
		if !waitUntil(ctx, due) {
			break
		}
		number := s.arrived.Add(1)
		select {
		case s.slots <- struct{}{}:
		default: // to let it wait would be to send a slow service fewer visitors
			s.dropped.Add(1)
			continue
		}
		v := s.newVisitor(number, due)
		visits.Go(func() {
			defer func() { <-s.slots }()
			kind := mix.pick(v.random)
			s.visits[kind].Add(1)
			v.visit(visiting, kind)
		})
	}
	s.setTimes(start, time.Now())
	defer time.AfterFunc(cmp.Or(s.config.LeaveWithin, defaultLeaveWithin), func() {
		s.cut.Store(int64(len(s.slots)))
		cut()
	}).Stop()
	visits.Wait()
}

func (s *Sale) setTimes(began, ended time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.began, s.ended = began, ended
}

func (s *Sale) times() (began, ended time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.began, s.ended
}

// newVisitor is the visitor of this number. What it wants follows from the seed.
func (s *Sale) newVisitor(number int64, due time.Time) *visitor {
	v := &visitor{
		sale: s, due: due,
		random: rand.New(rand.NewPCG(s.config.Schedule.Seed, uint64(number))), //nolint:gosec // a load is to be repeated, not kept secret
	}
	if len(s.people) > 0 {
		v.person = s.people[number%int64(len(s.people))]
	}
	return v
}

// waitUntil returns true at a time, false where ctx ends before.
func waitUntil(ctx context.Context, at time.Time) bool {
	left := time.Until(at)
	if left <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(left)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// Now is how it stands.
type Now struct {
	Elapsed  time.Duration // since the first arrival
	Arrived  int
	Dropped  int
	InFlight int // visitors
	Calls    int
	Errors   int
	Holds    int         // granted
	Recent   Percentiles // latencies of holds since Now was last asked
}

// Now tells how it stands.
func (s *Sale) Now() Now {
	n := Now{
		Arrived: int(s.arrived.Load()), Dropped: int(s.dropped.Load()), InFlight: len(s.slots), Holds: s.record.granted(stepHold),
	}
	n.Calls, n.Errors, n.Recent = s.record.look()
	if began, _ := s.times(); !began.IsZero() {
		n.Elapsed = time.Since(began)
	}
	return n
}

// Event is the event that is sold.
func (s *Sale) Event() client.Event { return s.event }
