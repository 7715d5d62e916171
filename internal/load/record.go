package load

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"seathold/internal/client"
)

// record is what came of all calls. Each is timed twice:
//
//   - its latency counts from when it was meant to start, so what it waited for
//     its turn, here or at a connection, counts. Whoever measures from the actual
//     start leaves out just the calls that a stall kept from starting, and finds
//     percentiles that nobody had: coordinated omission (Gil Tene, "How NOT to
//     Measure Latency", 2013).
//   - its service time counts from when it had a connection.
//
// Calls that failed are in both: a timeout is a time that somebody waited.
type record struct {
	mu       sync.Mutex
	steps    map[string]*step
	recent   *hdrhistogram.Histogram // latencies of holds since the last look
	calls    int
	errors   int
	examples []string // of errors, the first of each sort
}

// step is one kind of call.
type step struct {
	count, ok       int
	refused, errors map[string]int // by code; by what was wrong
	latency         *hdrhistogram.Histogram
	service         *hdrhistogram.Histogram
}

const (
	// maxTracked bounds the times that are told apart, in µs; what takes longer
	// counts as this.
	maxTracked = int64(10 * time.Minute / time.Microsecond)
	// maxExamples bounds the errors that are shown in full.
	maxExamples = 10
)

func newHistogram() *hdrhistogram.Histogram { return hdrhistogram.New(1, maxTracked, 3) }

func newRecord() *record {
	return &record{steps: map[string]*step{}, recent: newHistogram()}
}

// timing is when a call was meant to start, when it had a connection (else when
// it began to wait for one), and when it was over.
type timing struct{ due, began, end time.Time }

func (t timing) latency() time.Duration { return t.end.Sub(t.due) }
func (t timing) service() time.Duration { return t.end.Sub(t.began) }

// add notes what came of a call.
func (r *record) add(name string, t timing, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.step(name)
	tally(s.latency, t.latency())
	tally(s.service, t.service())
	if name == stepHold {
		tally(r.recent, t.latency())
	}
	r.outcome(name, s, err)
}

// fail notes that a call which had gone well came to nothing after all.
func (r *record) fail(name string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.step(name)
	r.calls--
	s.count--
	s.ok--
	r.outcome(name, s, err)
}

func (r *record) step(name string) *step {
	if r.steps[name] == nil {
		r.steps[name] = &step{refused: map[string]int{}, errors: map[string]int{}, latency: newHistogram(), service: newHistogram()}
	}
	return r.steps[name]
}

func (r *record) outcome(name string, s *step, err error) {
	r.calls++
	s.count++
	code, expected := judge(err)
	switch {
	case err == nil:
		s.ok++
	case expected:
		s.refused[code]++
	default:
		if r.errors++; s.errors[code] == 0 && len(r.examples) < maxExamples {
			r.examples = append(r.examples, name+": "+err.Error())
		}
		s.errors[code]++
	}
}

func tally(h *hdrhistogram.Histogram, took time.Duration) {
	// Within the range, which is the only thing that it refuses.
	_ = h.RecordValue(min(max(took.Microseconds(), 0), maxTracked))
}

// errNotDone is what a step did not come to, as the service's own words say.
type errNotDone struct{ code, detail string }

func (e *errNotDone) Error() string { return e.code + ": " + e.detail }

// judge names what came of a call. Expected is what a sale has in the ordinary
// course: seats that someone else was quicker to take, a hold that ran out, a limit.
func judge(err error) (code string, expected bool) {
	var refused *client.Error
	var notDone *errNotDone
	var network net.Error
	switch {
	case errors.As(err, &refused):
		code = cmp.Or(refused.Problem.Code, fmt.Sprint(refused.Status))
		return code, slices.Contains([]int{http.StatusConflict, http.StatusGone, http.StatusTooManyRequests}, refused.Status)
	case errors.As(err, &notDone):
		return notDone.code, false
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return "timeout", false
	default:
		return "no_answer", false
	}
}

// Percentiles of times, in milliseconds.
type Percentiles struct {
	P50  float64 `json:"p50_ms"`
	P90  float64 `json:"p90_ms"`
	P99  float64 `json:"p99_ms"`
	P999 float64 `json:"p99_9_ms"`
	Max  float64 `json:"max_ms"`
}

func percentiles(h *hdrhistogram.Histogram) Percentiles {
	at := func(p float64) float64 { return float64(h.ValueAtPercentile(p)) / 1000 }
	return Percentiles{P50: at(50), P90: at(90), P99: at(99), P999: at(99.9), Max: float64(h.Max()) / 1000}
}

// Step is what came of one kind of call.
type Step struct {
	Name    string         `json:"name"`
	Count   int            `json:"count"`
	OK      int            `json:"ok"`
	Refused map[string]int `json:"refused"` // by code
	Errors  map[string]int `json:"errors"`  // by code, or what was wrong
	Latency Percentiles    `json:"latency"` // from the intended start
	Service Percentiles    `json:"service"` // from the connection on
}

// summary returns the steps in the order of a visit.
func (r *record) summary() []Step {
	r.mu.Lock()
	defer r.mu.Unlock()
	steps := []Step{}
	for _, name := range stepNames {
		s := r.steps[name]
		if s == nil {
			continue
		}
		steps = append(steps, Step{
			Name: name, Count: s.count, OK: s.ok,
			Refused: maps.Clone(s.refused), Errors: maps.Clone(s.errors),
			Latency: percentiles(s.latency), Service: percentiles(s.service),
		})
	}
	return steps
}

// granted returns how often a step went well.
func (r *record) granted(name string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	if s := r.steps[name]; s != nil {
		return s.ok
	}
	return 0
}

// look returns the calls, the errors and the holds' latencies since the last look.
func (r *record) look() (calls, failed int, holds Percentiles) {
	r.mu.Lock()
	defer r.mu.Unlock()
	holds = percentiles(r.recent)
	r.recent.Reset()
	return r.calls, r.errors, holds
}

// shown are examples of what went wrong.
func (r *record) shown() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string{}, r.examples...)
}
