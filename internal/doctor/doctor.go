// Package doctor has the words of an examination: checks that each look at one
// thing, and findings that say what was seen and what to do about it. What is
// looked at is known to whoever makes the checks.
package doctor

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// Severity is how bad a finding is.
type Severity string

// The severities. A problem is to be mended before seats are sold; an advice is
// for somebody to weigh.
const (
	OK      Severity = "ok"
	Advice  Severity = "advice"
	Problem Severity = "problem"
)

// Finding is what one check found.
type Finding struct {
	Check    string   `json:"check"` // what was looked at, such as redis-eviction
	Severity Severity `json:"severity"`
	Saw      string   `json:"saw"`          // one line, without secrets
	Do       string   `json:"do,omitempty"` // what to do; "" only where all is well
}

// Fine is a finding that all is well.
func Fine(check, saw string, args ...any) Finding {
	return Finding{Check: check, Severity: OK, Saw: fmt.Sprintf(saw, args...)}
}

// Advise is a finding to be weighed.
func Advise(check, do, saw string, args ...any) Finding {
	return Finding{Check: check, Severity: Advice, Saw: fmt.Sprintf(saw, args...), Do: do}
}

// Wrong is a finding to be mended.
func Wrong(check, do, saw string, args ...any) Finding {
	return Finding{Check: check, Severity: Problem, Saw: fmt.Sprintf(saw, args...), Do: do}
}

// Check looks at one thing, whose name is that of its findings or the beginning
// of it. Look ends when its context does; one that does not is left behind.
type Check struct {
	Name string
	Look func(context.Context) []Finding
}

// lateness is what a check gets beyond its patience, to say itself what kept it.
const lateness = time.Second

// Report is what all checks found, problems first, and of one severity in the
// order of the checks.
type Report struct {
	Findings []Finding `json:"findings"`
	Problems int       `json:"problems"`
	Advice   int       `json:"advice"`
	OK       int       `json:"ok"`
}

// Examine runs the checks side by side, each for as long as patience allows.
func Examine(ctx context.Context, patience time.Duration, checks []Check) Report {
	found := make([][]Finding, len(checks))
	var all sync.WaitGroup
	for i, c := range checks {
		all.Go(func() { found[i] = c.look(ctx, patience) })
	}
	all.Wait()
	return NewReport(slices.Concat(found...))
}

func (c Check) look(ctx context.Context, patience time.Duration) []Finding {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	found := make(chan []Finding, 1)
	go func() { found <- c.Look(ctx) }()
	select {
	case f := <-found:
		return f
	case <-time.After(patience + lateness):
		return []Finding{Wrong(c.Name, "look at whether what it asks is reached from here at all, then run it again",
			"no answer within %s", patience+lateness)}
	}
}

// NewReport puts findings in order and counts them.
func NewReport(findings []Finding) Report {
	r := Report{Findings: findings}
	rank := map[Severity]int{Problem: 0, Advice: 1, OK: 2}
	slices.SortStableFunc(r.Findings, func(a, b Finding) int { return cmp.Compare(rank[a.Severity], rank[b.Severity]) })
	for _, f := range findings {
		switch f.Severity {
		case Problem:
			r.Problems++
		case Advice:
			r.Advice++
		default:
			r.OK++
		}
	}
	return r
}
