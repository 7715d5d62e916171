// Package stripetest is a small Stripe to test against: it keeps the state of
// sessions, payments and refunds, repeats answers by idempotency key as Stripe
// does, and lets a test play the customer, the bank and the network.
//
// What it makes known as events waits until the test takes it: a test delivers
// events, or loses, repeats and reorders them. Given a stripe-mock it sends each
// request there too, and remembers what Stripe's description of its API forbids.
package stripetest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"sync"
	"time"
)

// What a Server accepts and signs with where the Options say nothing.
const (
	APIKey        = "sk_test_fake"
	WebhookSecret = "whsec_stripetestsigningsecret"
)

// Options of a Server; the zero value will do.
type Options struct {
	WebhookSecret string           // signs events; empty: WebhookSecret
	Mock          string           // base URL of a stripe-mock; empty: none
	Now           func() time.Time // nil: time.Now
}

// Server is a Stripe with one account. Its methods may be called at any time.
type Server struct {
	URL string // the API's base

	secret string
	now    func() time.Time
	mock   mock
	http   *httptest.Server
	mux    *http.ServeMux

	mu       sync.Mutex
	numbers  int // of ids
	sessions map[string]*session
	intents  map[string]*intent
	refunds  []*refund // the oldest first
	stored   map[string]storedAnswer
	faults   []Fault
	outcomes []string // of the refunds to come
	events   []Event
	calls    []Call
}

// Call is a request that arrived, and how it was answered.
type Call struct {
	Method, Path string
	Key          string // Idempotency-Key
	Form         url.Values
	Status       int // 0: it was not executed, and not answered
}

// Start starts a server on a free loopback port. Close ends it.
func Start(o Options) *Server {
	s := &Server{
		secret: o.WebhookSecret, now: o.Now, mock: mock{base: o.Mock},
		sessions: map[string]*session{}, intents: map[string]*intent{}, stored: map[string]storedAnswer{},
	}
	if s.secret == "" {
		s.secret = WebhookSecret
	}
	if s.now == nil {
		s.now = time.Now
	}
	s.mux = s.routes()
	s.http = httptest.NewServer(http.HandlerFunc(s.serve))
	s.URL = s.http.URL
	return s
}

// Close ends the server and what is under way there.
func (s *Server) Close() {
	s.http.CloseClientConnections()
	s.http.Close()
}

// Calls returns all requests so far.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Call(nil), s.calls...)
}

func (s *Server) routes() *http.ServeMux {
	mux := http.NewServeMux()
	for pattern, handle := range map[string]func(request) answer{
		"POST /v1/checkout/sessions":             s.createSession,
		"GET /v1/checkout/sessions/{id}":         s.retrieveSession,
		"POST /v1/checkout/sessions/{id}/expire": s.expireSession,
		"GET /v1/payment_intents/{id}":           s.retrieveIntent,
		"POST /v1/refunds":                       s.createRefund,
		"GET /v1/refunds":                        s.listRefunds,
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { s.answer(w, r, handle) })
	}
	return mux
}

// request is what a handler needs of one.
type request struct {
	id   string // of the path
	form url.Values
}

// serve takes the body off the request, so that it can be read more than once.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	if err != nil {
		refuse(http.StatusBadRequest, "invalid_request_error", "", "the body cannot be read").write(w)
		return
	}
	s.mock.check(r, body)
	r.Form, err = url.ParseQuery(string(body))
	if r.Method == http.MethodGet {
		r.Form, err = r.URL.Query(), nil
	}
	if err != nil {
		refuse(http.StatusBadRequest, "invalid_request_error", "", "the body is no form").write(w)
		return
	}
	_, pattern := s.mux.Handler(r)
	if s.breaks(w, r, pattern) {
		return
	}
	if r.Header.Get("Authorization") != "Bearer "+APIKey {
		s.note(r, http.StatusUnauthorized)
		refuse(http.StatusUnauthorized, "invalid_request_error", "", "Invalid API Key provided").write(w)
		return
	}
	s.mux.ServeHTTP(w, r)
}

func (s *Server) answer(w http.ResponseWriter, r *http.Request, handle func(request) answer) {
	a := s.idempotent(r, handle)
	s.note(r, a.status)
	a.write(w)
}

func (s *Server) note(r *http.Request, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, Call{
		Method: r.Method, Path: r.URL.Path, Key: r.Header.Get("Idempotency-Key"), Form: r.Form, Status: status,
	})
}

// newID makes an id that looks like Stripe's. The caller holds the lock.
func (s *Server) newID(prefix string) string {
	s.numbers++
	return prefix + "_test_" + strconv.Itoa(s.numbers)
}
