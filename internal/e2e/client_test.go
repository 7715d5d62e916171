package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// client calls the API as one person, or as nobody. It is safe for concurrent
// use, and works on after a restart of the service.
type client struct {
	url     string
	account account
	headers map[string]string
	http    *http.Client
}

// callPatience is longer than the service itself gives a call.
const callPatience = 30 * time.Second

// nobody calls without a token.
func (s *service) nobody() *client { return &client{url: s.url, http: s.newHTTPClient()} }

// with returns a client that sends one header more.
func (c *client) with(name, value string) *client {
	changed := *c
	changed.headers = maps.Clone(c.headers)
	if changed.headers == nil {
		changed.headers = map[string]string{}
	}
	changed.headers[name] = value
	return &changed
}

func (c *client) withKey(key string) *client { return c.with("Idempotency-Key", key) }

// answer is what came of a call.
type answer struct {
	call      string
	requestID string
	status    int
	header    http.Header
	body      []byte
	err       error // no answer came
	asked     time.Time
	answered  time.Time
}

// problem is a problem document.
type problem struct {
	Code       string   `json:"code"`
	Detail     string   `json:"detail"`
	Status     int      `json:"status"`
	Seats      []string `json:"seats"`
	RetryAfter int      `json:"retry_after"`
}

var lastRequest atomic.Uint64

// newRequestID names a request in the service's log.
func newRequestID() string { return "e2e-" + strconv.FormatUint(lastRequest.Add(1), 10) }

// call makes a call; it never fails a test, so that goroutines may use it.
func (c *client) call(method, path string, body any) answer {
	a := answer{call: method + " " + path, requestID: newRequestID()}
	request, err := c.request(method, path, body)
	if err != nil {
		a.err = err
		return a
	}
	request.Header.Set("X-Request-Id", a.requestID)
	return a.of(c.http, request)
}

func (c *client) request(method, path string, body any) (*http.Request, error) {
	var content io.Reader
	if raw, asItIs := body.([]byte); asItIs {
		content = bytes.NewReader(raw)
	} else if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		content = bytes.NewReader(raw)
	}
	request, err := http.NewRequest(method, c.url+path, content)
	if err != nil {
		return nil, err
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	for name, value := range c.headers {
		request.Header.Set(name, value)
	}
	return request, nil
}

func (a answer) of(c *http.Client, request *http.Request) answer {
	a.asked = time.Now()
	response, err := c.Do(request)
	if err != nil {
		a.err = err
		return a
	}
	a.status, a.header = response.StatusCode, response.Header
	a.body, a.err = io.ReadAll(response.Body)
	if err := response.Body.Close(); a.err == nil {
		a.err = err
	}
	a.answered = time.Now()
	return a
}

func (c *client) get(path string) answer            { return c.call(http.MethodGet, path, nil) }
func (c *client) post(path string, body any) answer { return c.call(http.MethodPost, path, body) }
func (c *client) delete(path string) answer         { return c.call(http.MethodDelete, path, nil) }
func (a answer) is(status int) bool                 { return a.err == nil && a.status == status }
func (a answer) done() bool                         { return a.err == nil && a.status/100 == 2 }
func (a answer) refused(status int, code string) bool {
	return a.is(status) && a.problem().Code == code
}

func (a answer) unavailable() bool { return a.err != nil || a.status == http.StatusServiceUnavailable }

// problem reads the answer as a problem document, empty where it is none.
func (a answer) problem() (p problem) {
	if strings.HasPrefix(a.header.Get("Content-Type"), "application/problem+json") {
		_ = json.Unmarshal(a.body, &p) // what it is not is seen by its code
	}
	return p
}

func (a answer) String() string {
	if a.err != nil {
		return fmt.Sprintf("%s: no answer: %v", a.call, a.err)
	}
	return fmt.Sprintf("%s: %d %s", a.call, a.status, a.body)
}

// read requires the status and decodes the body.
func read[T any](t *testing.T, a answer, status int) (v T) {
	t.Helper()
	require.True(t, a.is(status), "want %d, got %s", status, a)
	require.NoError(t, json.Unmarshal(a.body, &v), "%s", a)
	return v
}

// requireStatus is for answers without a body of interest.
func requireStatus(t *testing.T, a answer, status int) {
	t.Helper()
	require.True(t, a.is(status), "want %d, got %s", status, a)
}

// requireProblem requires a refusal and returns it.
func requireProblem(t *testing.T, a answer, status int, code string) problem {
	t.Helper()
	require.True(t, a.refused(status, code), "want %d %s, got %s", status, code, a)
	return a.problem()
}

// patiently repeats a call as long as the service is away or loads, as a
// client that heeds Retry-After does.
func patiently(t *testing.T, call func() answer) answer {
	t.Helper()
	var a answer
	within(t, startPatience, "an answer other than 503", func() bool {
		a = call()
		return !a.unavailable()
	})
	return a
}
