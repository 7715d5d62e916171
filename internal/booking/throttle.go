package booking

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// How the throttle behaves while the limiter is away. What it guards must not
// wait for it for long; but neither may one who sends so many calls that some
// of them wait be let through for that, so that only faults in a row count.
const (
	limiterPatience = 2 * time.Second
	limiterFaults   = 3           // in a row, and it is away
	limiterRest     = time.Second // so long nobody asks it then
)

// Throttle refuses calls that come too fast. While its limiter does not answer
// it lets everything through: holds, which need the same store, are refused
// there anyway, and nobody else is to stand outside for a counter's sake. A nil
// Throttle limits nothing. It is safe for concurrent use.
type Throttle struct {
	limiter Limiter
	metrics Metrics
	log     *slog.Logger
	now     func() time.Time

	mu     sync.Mutex
	faults int       // since the last answer
	retry  time.Time // while away: when to ask again
}

// NewThrottle returns a Throttle on a limiter.
func NewThrottle(l Limiter, m Metrics, log *slog.Logger) *Throttle {
	return &Throttle{limiter: l, metrics: m, log: log, now: time.Now}
}

// Take takes a call from each rate and returns where each stands, nothing where
// there are no limits. CodeRateLimited: a rate refuses; where several do, the
// error is of the one that takes longest.
func (t *Throttle) Take(ctx context.Context, takes ...Take) ([]Standing, error) {
	standings := t.ask(ctx, takes)
	worst := -1
	for i, s := range standings {
		if s.Refused && (worst < 0 || s.Wait > standings[worst].Wait) {
			worst = i
		}
	}
	if worst < 0 {
		return standings, nil
	}
	rate := takes[worst].Rate
	t.metrics.CallRefused(rate.Name, string(CodeRateLimited))
	refusal := Errorf(CodeRateLimited, "too many calls (limit %s: %d in %s); wait, then try again", rate.Name, rate.Burst, rate.Window())
	refusal.RetryAfter = standings[worst].Wait
	return standings, refusal
}

// Adjust takes and gives back, whatever comes of it.
func (t *Throttle) Adjust(ctx context.Context, takes ...Take) { t.ask(ctx, takes) }

// ask returns nothing where the limiter is away.
func (t *Throttle) ask(ctx context.Context, takes []Take) []Standing {
	if t == nil || len(takes) == 0 {
		return nil
	}
	if t.resting() {
		t.metrics.LimiterAway()
		return nil
	}
	// Whoever hangs up meanwhile counts all the same: it must not be a way past
	// the limits, nor pass for a limiter that is away.
	asking, cancel := context.WithTimeout(context.WithoutCancel(ctx), limiterPatience)
	defer cancel()
	standings, err := t.limiter.Take(asking, takes)
	t.note(err)
	if err != nil {
		t.metrics.LimiterAway()
		return nil
	}
	return standings
}

// resting reports whether the limiter was away a moment ago. One call at a time
// finds out whether it is back.
func (t *Throttle) resting() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.faults < limiterFaults {
		return false
	}
	now := t.now()
	if now.Before(t.retry) {
		return true
	}
	t.retry = now.Add(limiterRest)
	return false
}

// note logs that the limiter went away or came back, once each.
func (t *Throttle) note(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err == nil {
		if t.faults >= limiterFaults {
			t.log.Info("rate limits are on again")
		}
		t.faults = 0
		return
	}
	t.faults++
	t.retry = t.now().Add(limiterRest)
	if t.faults == limiterFaults {
		t.log.Warn("rate limits are off until Redis answers: calls are let through", "err", err)
	}
}
