// Package loadtest is a small service to drive a load against: it keeps seats,
// holds and orders in memory, answers as Seathold does, and lies where a test asks
// for it.
package loadtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"seathold/internal/client"
)

// Options of a Server; the zero value is an honest service.
type Options struct {
	SellsTwice bool               // no seat is ever taken
	Forgets    bool               // a paid order is cancelled once its customer was told
	Limited    string             // calls whose path ends so are limited
	HidesSales bool               // the map never shows a seat as sold
	Role       client.AccountRole // of whoever has a token that it did not give; "": operator
	AccessTTL  time.Duration      // of its tokens, whole seconds; 0: an hour
	LosesLogin bool               // it takes no refresh token
	Mismatches int                // that an audit finds
	Provider   string             // of payments; "": sandbox
	Before     http.HandlerFunc   // is called before each answer; it may wait
}

// Server is a service with one event.
type Server struct {
	URL string

	options Options

	mu        sync.Mutex
	number    int // of ids
	event     client.Event
	plan      json.RawMessage
	taken     map[string]string // by seat: h or s
	seats     []string          // in plan order
	holds     map[string]*held
	refreshed int
	loggedIn  int
}

// held is a hold, and its order once there is one.
type held struct {
	hold  client.Hold
	owner string
	order *client.Order
}

// New starts a server; it ends with the test.
func New(t testing.TB, o Options) *Server {
	t.Helper()
	s := &Server{options: o, taken: map[string]string{}, holds: map[string]*held{}}
	mux := http.NewServeMux()
	s.routes(mux)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if o.Before != nil {
			o.Before(w, r)
		}
		if o.Limited != "" && strings.HasSuffix(r.URL.Path, o.Limited) {
			refuse(w, http.StatusTooManyRequests, "rate_limited")
			return
		}
		mux.ServeHTTP(w, r)
	}))
	s.URL = "http://" + server.Listener.Addr().String()
	server.Start()
	t.Cleanup(server.Close)
	return s
}

// Refreshed is how often a token was replaced.
func (s *Server) Refreshed() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.refreshed
}

// LoggedIn is how often somebody logged in.
func (s *Server) LoggedIn() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.loggedIn
}

// Event is the event that was made.
func (s *Server) Event() client.Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.event
}

// routes has each handler called by one at a time, but for the stream, which lasts.
func (s *Server) routes(mux *http.ServeMux) {
	mux.HandleFunc("GET /v1/events/{event}/stream", s.stream)
	for pattern, handler := range map[string]http.HandlerFunc{
		"POST /v1/auth/register":                 s.register,
		"POST /v1/auth/login":                    s.login,
		"POST /v1/auth/refresh":                  s.refresh,
		"GET /v1/me":                             staffed(s.me),
		"POST /v1/events":                        staffed(s.createEvent),
		"GET /v1/events/{event}":                 s.getEvent,
		"PATCH /v1/events/{event}":               staffed(s.changeEvent),
		"GET /v1/events/{event}/plan":            s.getPlan,
		"GET /v1/events/{event}/seats":           s.getSeats,
		"POST /v1/events/{event}/holds":          s.hold,
		"DELETE /v1/events/{event}/holds/{hold}": s.release,
		"POST /v1/orders":                        s.createOrder,
		"GET /v1/orders":                         s.listOrders,
		"GET /v1/orders/{order}":                 s.getOrder,
		"POST /v1/orders/{order}/cancel":         s.cancelOrder,
		"POST /pay/{order}":                      s.pay,
		"GET /v1/ops/events/{event}/audit":       staffed(s.audit),
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			s.mu.Lock()
			defer s.mu.Unlock()
			handler(w, r)
		})
	}
}

func (s *Server) id(kind string) string {
	s.number++
	return fmt.Sprintf("%s%d", kind, s.number)
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // who has left misses it
}

func refuse(w http.ResponseWriter, status int, code string, seats ...string) {
	problem := client.Problem{Status: status, Code: code, Detail: "the reason"}
	if seats != nil {
		problem.Seats = &seats
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(problem)
}

// read decodes a request's body; what is none is the test's own fault.
func read[T any](r *http.Request) (body T) {
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		panic(err)
	}
	return body
}
