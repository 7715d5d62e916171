package booking

import (
	"context"
	"time"
)

// Rate is a quota of calls that refills one by one: Burst calls at once, and
// one more every Every, which is whole milliseconds. Name stands in answers and
// metrics.
type Rate struct {
	Name  string
	Burst int
	Every time.Duration
}

// Window is the time in which a used-up quota is whole again.
func (r Rate) Window() time.Duration { return time.Duration(r.Burst) * r.Every }

// Take asks for one call of a rate for a subject: a customer, an address.
type Take struct {
	Rate    Rate
	Subject string
	// Calls is 1 to take one, 0 to look only, -1 to give one back.
	Calls int
}

// Of is a Take of one call.
func (r Rate) Of(subject string) Take { return Take{Rate: r, Subject: subject, Calls: 1} }

// Standing is where a subject stands with a rate after a Take.
type Standing struct {
	Refused bool          // nothing was taken
	Left    int           // calls that may come at once
	Whole   time.Duration // until the quota is whole
	Wait    time.Duration // until a call is allowed; 0 where one was
}

// Limiter counts calls. Parallel calls, of any number of instances, never take
// more than a rate allows.
type Limiter interface {
	// Take takes each, in one round trip, and returns where each stands, in the
	// same order. Each is taken by itself: where one is refused the others are
	// taken all the same. CodeUnavailable: they may or may not be taken.
	Take(ctx context.Context, takes []Take) ([]Standing, error)
}
