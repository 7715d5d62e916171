package booking

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"
)

// How the throttle behaves while the limiter is away. What it guards must not
// wait for it.
const (
	limiterPatience = 250 * time.Millisecond
	limiterRest     = time.Second // no call asks it so long after one that failed
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

	mu    sync.Mutex
	away  bool
	retry time.Time // while away: when to ask again
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

// ask returns nothing where the limiter is away.
func (t *Throttle) ask(ctx context.Context, takes []Take) []Standing {
	if t == nil || len(takes) == 0 {
		return nil
	}
	if t.resting() {
		t.metrics.LimiterAway()
		return nil
	}
	asking, cancel := context.WithTimeout(ctx, limiterPatience)
	defer cancel()
	standings, err := t.limiter.Take(asking, takes)
	if err != nil && ctx.Err() != nil {
		return nil // the caller has left, which says nothing of the limiter
	}
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
	if !t.away {
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
	switch {
	case err != nil && !t.away:
		t.log.Warn("rate limits are off until Redis answers: calls are let through", "err", errors.Unwrap(err))
	case err == nil && t.away:
		t.log.Info("rate limits are on again")
	}
	t.away = err != nil
	if t.away {
		t.retry = t.now().Add(limiterRest)
	}
}
