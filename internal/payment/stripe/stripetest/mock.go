package stripetest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"time"
)

// mock sends requests on to a stripe-mock and remembers what it did not accept.
type mock struct {
	base string

	mu       sync.Mutex
	accepted int
	rejected []string
}

// check sends a copy of the request to the stripe-mock, if there is one.
func (m *mock) check(r *http.Request, body []byte) {
	if m.base == "" {
		return
	}
	err := m.send(r, body)
	m.mu.Lock()
	defer m.mu.Unlock()
	if err == nil {
		m.accepted++
		return
	}
	m.rejected = append(m.rejected, fmt.Sprintf("%s %s %s: %v", r.Method, r.URL, body, err))
}

// send does not stop where the caller gives up: every request is to be checked.
func (m *mock) send(r *http.Request, body []byte) error {
	base, err := url.Parse(m.base)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), 10*time.Second)
	defer cancel()
	copied := r.Clone(ctx)
	copied.Body = io.NopCloser(bytes.NewReader(body))
	said := httptest.NewRecorder()
	httputil.NewSingleHostReverseProxy(base).ServeHTTP(said, copied)
	if said.Code != http.StatusOK {
		return fmt.Errorf("%d: %s", said.Code, said.Body)
	}
	return nil
}

// Checked returns how many requests the stripe-mock has accepted, and what it
// said to each of the others.
func (s *Server) Checked() (accepted int, rejected []string) {
	s.mock.mu.Lock()
	defer s.mock.mu.Unlock()
	return s.mock.accepted, append([]string(nil), s.mock.rejected...)
}
