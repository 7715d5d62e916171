package load

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"seathold/internal/client"
)

// Report is what came of a sale.
type Report struct {
	EventID string    `json:"event_id"`
	Seats   int       `json:"seats"` // of the event
	Began   time.Time `json:"began"`
	Seconds float64   `json:"seconds"` // from the first arrival to the end of arrivals

	Arrivals int          `json:"arrivals"`
	Dropped  int          `json:"dropped"` // of them, because too many visitors were there
	Cut      int          `json:"cut"`     // of them, because they did not come to an end
	Visits   map[Kind]int `json:"visits"`
	SoldOut  int          `json:"sold_out"` // visits that found no free seat
	Changes  int          `json:"changes"`  // of the map, that listeners heard of

	Steps          []Step   `json:"steps"`
	Calls          int      `json:"calls"`
	Errors         int      `json:"errors"` // refusals that are no part of a sale, and calls without an answer
	Examples       []string `json:"examples"`
	HoldsGranted   int      `json:"holds_granted"`
	HoldsPerSecond float64  `json:"holds_per_second"`

	Check Check    `json:"check"`
	Audit Audit    `json:"audit"`
	Notes []string `json:"notes"`
}

// Finish holds the ledger against the API and Redis against the orders, closes an
// event of its own, and reports.
func (s *Sale) Finish(ctx context.Context) Report {
	checking, end := context.WithTimeout(ctx, cmp.Or(s.config.CheckWithin, defaultCheckWithin))
	defer end()
	began, ended := s.times()
	r := Report{
		EventID: s.event.ID, Seats: len(s.hall.guids), Began: began.UTC(), Seconds: ended.Sub(began).Seconds(),
		Arrivals: int(s.arrived.Load()), Dropped: int(s.dropped.Load()), Cut: int(s.cut.Load()), Visits: map[Kind]int{},
		SoldOut: int(s.soldOut.Load()), Changes: int(s.changes.Load()),
		Steps: s.record.summary(), HoldsGranted: s.record.granted(stepHold), Examples: s.record.shown(),
		Check: s.check(checking), Audit: s.audit(checking),
	}
	for k, n := range s.visits {
		r.Visits[k] = int(n.Load())
	}
	r.Calls, r.Errors, _ = s.record.look()
	if r.Seconds > 0 {
		r.HoldsPerSecond = float64(r.HoldsGranted) / r.Seconds
	}
	r.Notes = s.notes(r)
	if err := s.Close(ctx); err != nil {
		r.Notes = append(r.Notes, err.Error())
	}
	return r
}

// notes tell what the figures alone do not.
func (s *Sale) notes(r Report) []string {
	notes := []string{}
	switch {
	case s.config.Customers == 0 && s.config.Mix.needsAccounts():
		notes = append(notes, "there are no customers: visitors only looked")
	case s.unpayable.Load():
		notes = append(notes, "orders were not paid: the service's payment provider is not the sandbox, whose page alone a program can press")
	}
	for _, step := range r.Steps {
		if step.Refused["rate_limited"]+step.Refused["cool_down"] > 0 {
			return append(notes, "calls were limited: "+ErrLimited.Error())
		}
	}
	return notes
}

// Close ends the sale of an event of its own, so that nobody else finds it. Finish
// does so too; it is for a sale that never began.
func (s *Sale) Close(ctx context.Context) error {
	if s.config.Event != "" || s.event.ID == "" {
		return nil
	}
	_, err := asStaff(ctx, s, func(as client.RequestEditorFn) (*client.ChangeEventResponse, error) {
		return s.patient.ChangeEventWithResponse(ctx, s.event.ID, client.EventChange{Status: new(client.EventChangeStatusClosed)}, as)
	})
	if err != nil {
		return fmt.Errorf("event %s is still on sale, it could not be closed: %w", s.event.ID, err)
	}
	return nil
}

// ErrorShare is the share of calls that failed, from 0 to 1.
func (r Report) ErrorShare() float64 { return share(r.Errors, r.Calls) }

// lostShare is the share of visitors, from 0 to 1, who found no place or came to no end.
func (r Report) lostShare() float64 { return share(r.Dropped+r.Cut, r.Arrivals) }

// share is 0 of nothing.
func share(part, whole int) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}

// holdsInVain is how many holds were asked for where not one was granted, else 0.
func (r Report) holdsInVain() int {
	for _, step := range r.Steps {
		if step.Name == stepHold && r.HoldsGranted == 0 {
			return step.Count
		}
	}
	return 0
}

// Judge returns an error that says what must not be, nil where all is well: a sale at
// which nobody could buy, or to which many could not come, measured nothing. maxErrors
// is the share, from 0 to 1, of calls that may fail, and of visitors who may be dropped or cut.
func (r Report) Judge(maxErrors float64) error {
	var faults []string
	fault := func(is bool, format string, args ...any) {
		if is {
			faults = append(faults, fmt.Sprintf(format, args...))
		}
	}
	fault(len(r.Check.DoubleSales) > 0, "%d seats were sold twice", len(r.Check.DoubleSales))
	fault(len(r.Check.Lost) > 0, "%d sales are not as their customers were told", len(r.Check.Lost))
	fault(r.Check.Error != "", "the check could not be done: %s", r.Check.Error)
	fault(r.Audit.Error != "", "the audit could not be done: %s", r.Audit.Error)
	if a := r.Audit.Audit; a != nil {
		fault(len(a.Mismatches)+a.Unchecked > 0, "%d seats are in Redis otherwise than in the orders", len(a.Mismatches)+a.Unchecked)
		fault(a.Sold < r.Check.Seats, "%d seats were sold to customers, and the audit finds %d", r.Check.Seats, a.Sold)
	}
	fault(r.ErrorShare() > maxErrors, "%d of %d calls failed (%.2f%%, more than %.2f%%)", r.Errors, r.Calls, 100*r.ErrorShare(), 100*maxErrors)
	fault(r.lostShare() > maxErrors, "%d of %d visitors were dropped and %d did not come to an end (%.2f%%, more than %.2f%%): "+
		"the service is too slow for so many, or max-in-flight too small", r.Dropped, r.Arrivals, r.Cut, 100*r.lostShare(), 100*maxErrors)
	inVain := r.holdsInVain()
	fault(inVain > 0, "%d holds were asked for, and none was granted", inVain)
	if len(faults) == 0 {
		return nil
	}
	return errors.New(strings.Join(faults, "; "))
}
