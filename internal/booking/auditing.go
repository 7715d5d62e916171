package booking

import (
	"context"
	"slices"
	"time"
)

// MaxMismatches is how many seats an audit looks at again: more than that are
// only counted.
const MaxMismatches = 1000

// What differs is read again, so many times at most. What is found to be the
// same so many times in a row is a mismatch: a sale, whose two halves are a few
// milliseconds apart, has gone on meanwhile, also on a machine that stalls.
const (
	auditPause   = 200 * time.Millisecond
	auditStands  = 5
	auditRereads = 15
)

// Audit is what the hold store has of an event, held against the orders.
type Audit struct {
	Seats      SeatCounts // as the hold store has them, at one moment
	Mismatches []Mismatch // in plan order
	Unchecked  int        // further seats that differed once and were not read again
}

// Mismatch is a seat that the hold store has otherwise than the orders.
type Mismatch struct {
	Seat     int // index in the plan
	Shown    SeatStatus
	ShownFor string     // the order for which the hold store has it; "" for none
	Owned    SeatStatus // what the orders say; SeatHeld: an order waits for its payment
	OrderID  string     // the order that says so; "" for none
}

// Audit compares the hold store with the orders and changes nothing. It may run
// during a sale: what differs only because something happens at this moment is
// no mismatch, and so is a seat whose payment has arrived and is being stored.
// CodeForbidden, CodeNotFound, CodeEventLoading, CodeUnavailable.
func (s *Service) Audit(ctx context.Context, by Actor, eventID string) (Audit, *Event, error) {
	e, err := s.operated(ctx, by, eventID)
	if err != nil {
		return Audit{}, nil, err
	}
	audit, err := s.audit(ctx, e)
	return audit, e, s.loading(e, err)
}

func (s *Service) audit(ctx context.Context, e *Event) (Audit, error) {
	a := &auditor{s: s, e: e, orders: map[string]*claimant{}, claims: map[int][]string{}}
	if err := a.readAll(ctx); err != nil {
		return Audit{}, err
	}
	suspects, unchecked := a.suspects()
	for n := 0; n < auditRereads && !suspects.stand(); n++ {
		if err := pause(ctx, auditPause); err != nil {
			return Audit{}, err
		}
		if err := a.readAgain(ctx, suspects); err != nil {
			return Audit{}, err
		}
		a.judgeAgain(suspects)
	}
	return Audit{Seats: a.count(), Mismatches: suspects.mismatches(), Unchecked: unchecked}, nil
}

// suspects are the seats that differed when they were read last.
type suspects map[int]suspect

type suspect struct {
	Mismatch
	stood int // how many times in a row it was found so again
}

// suspects judges all seats. Of those that differ beyond MaxMismatches it
// returns the number.
func (a *auditor) suspects() (found suspects, more int) {
	found = suspects{}
	for i := range a.seats {
		m, ok := a.judge(i)
		switch {
		case ok:
		case len(found) == MaxMismatches:
			more++
		default:
			found[i] = suspect{Mismatch: m}
		}
	}
	return found, more
}

func (a *auditor) judgeAgain(found suspects) {
	for i, before := range found {
		switch m, ok := a.judge(i); {
		case ok:
			delete(found, i)
		case m == before.Mismatch:
			found[i] = suspect{m, before.stood + 1}
		default:
			found[i] = suspect{Mismatch: m} // something happened
		}
	}
}

// stand reports whether nothing is left to find out.
func (found suspects) stand() bool {
	for _, f := range found {
		if f.stood < auditStands {
			return false
		}
	}
	return true
}

// mismatches are those that stand; the others have changed all the while.
func (found suspects) mismatches() []Mismatch {
	list := []Mismatch{}
	for _, f := range found {
		if f.stood >= auditStands {
			list = append(list, f.Mismatch)
		}
	}
	slices.SortFunc(list, func(a, b Mismatch) int { return a.Seat - b.Seat })
	return list
}
