// Package client calls a Seathold service from Go. Its types and calls are
// generated from the API's OpenAPI document (make generate); this file adds what
// no document says: the token, the time that a call gets, and an error that
// carries the problem document.
package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	// defaultTimeout is longer than the service itself gives a call.
	defaultTimeout = 30 * time.Second
	// maxAnswer bounds what is read of an answer, in bytes: a plan and some more.
	maxAnswer = 32 << 20
	// maxRefusal bounds what is read of a refusal, in bytes.
	maxRefusal = 64 << 10
)

// Config says whom to call, and as whom.
type Config struct {
	URL       string            // of the service, such as http://127.0.0.1:8080
	Token     string            // an access token; "" makes only public calls
	Timeout   time.Duration     // of one call; 0: 30 s
	Transport http.RoundTripper // nil: http.DefaultTransport
}

// New returns a client. Its calls end with …WithResponse and return an *Error
// where the service refuses, whatever the status.
func New(c Config) (*ClientWithResponses, error) {
	u, err := url.Parse(c.URL)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return nil, fmt.Errorf("%q is no URL like http://127.0.0.1:8080", c.URL)
	}
	if c.Timeout == 0 {
		c.Timeout = defaultTimeout
	}
	caller := caller{maxAnswer: maxAnswer, client: &http.Client{
		Transport: c.Transport, Timeout: c.Timeout,
		// The API redirects nobody: whoever does is someone else.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	return NewClientWithResponses(c.URL, WithHTTPClient(caller), WithRequestEditorFn(authorize(c.Token)))
}

func authorize(token string) RequestEditorFn {
	return func(_ context.Context, r *http.Request) error {
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		return nil
	}
}

// Error is a call that the service refused.
type Error struct {
	Status    int
	Problem   Problem // empty where the answer was no problem document
	RequestID string  // finds the call in the service's log
}

func (e *Error) Error() string {
	if e.Problem.Code == "" {
		return fmt.Sprintf("the service answered %d %s", e.Status, http.StatusText(e.Status))
	}
	return e.Problem.Code + ": " + e.Problem.Detail
}

// CodeOf returns the code of the problem that err carries, or "".
func CodeOf(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Problem.Code
	}
	return ""
}

// errNotSeathold is an answer that is none of a Seathold service.
var errNotSeathold = errors.New("what answers there does not answer as Seathold does")

// Answered returns what a call answered. An error where that is not what the
// document says: the address may be another service's.
func Answered[T any](answer *T) (T, error) {
	if answer == nil {
		var none T
		return none, errNotSeathold
	}
	return *answer, nil
}

// caller makes calls, and an Error of each that is refused.
type caller struct {
	client    *http.Client
	maxAnswer int64 // bytes
}

// Do implements HttpRequestDoer.
func (c caller) Do(r *http.Request) (*http.Response, error) {
	answer, err := c.client.Do(r) //nolint:gosec // the address is the caller's own
	if err != nil {
		return nil, fmt.Errorf("the service does not answer: %w", err)
	}
	if answer.StatusCode < 300 || answer.StatusCode == http.StatusNotModified {
		answer.Body = bounded{io.LimitReader(answer.Body, c.maxAnswer), answer.Body}
		return answer, nil
	}
	return nil, errors.Join(refusal(answer), answer.Body.Close())
}

// bounded is a body of which no more than so much is read.
type bounded struct {
	io.Reader
	io.Closer
}

func refusal(answer *http.Response) error {
	e := &Error{Status: answer.StatusCode, RequestID: answer.Header.Get("X-Request-Id")}
	if contentType, _, _ := mime.ParseMediaType(answer.Header.Get("Content-Type")); !strings.HasSuffix(contentType, "json") {
		return e
	}
	// A body that breaks off or is something else says nothing: the status does.
	if err := json.NewDecoder(io.LimitReader(answer.Body, maxRefusal)).Decode(&e.Problem); err != nil {
		e.Problem = Problem{}
	}
	return e
}
