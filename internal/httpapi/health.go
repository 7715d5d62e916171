package httpapi

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"seathold/internal/booking"
)

// checkTimeout is what one dependency has to answer.
const checkTimeout = time.Second

const (
	statusOK          = "ok"
	statusUnavailable = "unavailable"
	statusDraining    = "draining"
)

type healthJSON struct {
	Status string            `json:"status"`
	Checks map[string]string `json:"checks,omitempty"` // by dependency: "ok", or what is wrong
}

// livez answers GET /livez: the process runs.
func (a *API) livez(w http.ResponseWriter, _ *request) error {
	return writeJSON(w, http.StatusOK, healthJSON{Status: statusOK})
}

// readyz answers GET /readyz. It names the dependencies when asked to
// (?verbose), and always when one does not answer.
func (a *API) readyz(w http.ResponseWriter, r *request) error {
	health := healthJSON{Status: statusOK}
	var faults int
	health.Checks, faults = a.runChecks(r.Context())
	switch {
	case a.draining.Load():
		health.Status = statusDraining
	case faults > 0:
		health.Status = statusUnavailable
	}
	if faults == 0 && !r.query.Has("verbose") {
		health.Checks = nil
	}
	if health.Status != statusOK {
		return writeJSON(w, http.StatusServiceUnavailable, health)
	}
	return writeJSON(w, http.StatusOK, health)
}

// endWhenDraining ends the connection with the answer: a proxy that kept it could
// send the next request at the moment when it is closed.
func (a *API) endWhenDraining(w http.ResponseWriter) {
	if a.draining.Load() {
		w.Header().Set("Connection", "close")
	}
}

// runChecks asks all dependencies at once.
func (a *API) runChecks(ctx context.Context) (results map[string]string, faults int) {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	results = make(map[string]string, len(a.Checks))
	var mu sync.Mutex
	var all sync.WaitGroup
	for name, check := range a.Checks {
		all.Go(func() {
			err := check(ctx)
			mu.Lock()
			defer mu.Unlock()
			results[name] = a.showCheck(name, err)
			if err != nil {
				faults++
			}
		})
	}
	all.Wait()
	return results, faults
}

// showCheck says what is wrong without addresses and the like, which only the
// log gets: the call is public.
func (a *API) showCheck(name string, err error) string {
	if err == nil {
		return statusOK
	}
	a.Log.Warn("dependency does not answer", "dependency", name, "err", err)
	var e *booking.Error
	switch {
	case errors.As(err, &e):
		return e.Detail
	case errors.Is(err, context.DeadlineExceeded):
		return "does not answer within " + checkTimeout.String()
	default:
		return "does not answer"
	}
}
