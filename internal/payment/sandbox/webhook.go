package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"seathold/internal/payment/standardwebhook"
)

const (
	attemptTimeout = 15 * time.Second // the specification advises 15 to 30 s
	maxRetryAfter  = time.Minute
	// What is read of an answer, so that its connection can be used again.
	answerMaxBytes = 64 << 10
	idleConns      = 64
)

// refused is an answer other than 2xx.
type refused struct {
	status     int
	retryAfter time.Duration // 0: the shop named none
}

func (r *refused) Error() string { return fmt.Sprintf("the shop answered %d", r.status) }

// retryAfter returns how long the shop wants to be left alone, at most a minute.
func retryAfter(err error) time.Duration {
	var r *refused
	if !errors.As(err, &r) {
		return 0
	}
	return min(r.retryAfter, maxRetryAfter)
}

// webhookClient follows no redirect: a POST would become a GET, whose 200
// confirms nothing.
func webhookClient(given *http.Client) *http.Client {
	c := http.Client{} // each attempt brings its own deadline
	if given != nil {
		c = *given
	} else if t, ok := http.DefaultTransport.(*http.Transport); ok {
		t = t.Clone()
		t.MaxIdleConnsPerHost = idleConns // all of them go to one host
		c.Transport = t
	}
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &c
}

// Send delivers a message to the shop's webhook, once, and returns nil if the
// shop confirmed it with a 2xx. It is for tests and tools that need a message
// that no button sends; a person's choice goes out by the page.
func (p *Provider) Send(ctx context.Context, id string, m standardwebhook.Message) error {
	body, err := m.Encode()
	if err != nil {
		return err
	}
	return p.post(ctx, id, body)
}

// post makes one attempt, signed with the time of this attempt.
func (p *Provider) post(ctx context.Context, id string, body []byte) error {
	base, err := p.baseURL()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, attemptTimeout)
	defer cancel()
	request, err := p.keys.Request(ctx, base+webhookPath, id, body)
	if err != nil {
		return err
	}
	request.Header.Set("User-Agent", "seathold-sandbox")
	response, err := p.client.Do(request)
	if err != nil {
		return fmt.Errorf("webhook: %w", err)
	}
	defer func() { _ = response.Body.Close() }() // its status is known by then
	drain(response.Body)
	return confirmation(response)
}

// drain makes the connection usable again. What goes wrong here changes
// nothing: the answer's status is known.
func drain(body io.Reader) {
	_, _ = io.CopyN(io.Discard, body, answerMaxBytes)
}

func confirmation(r *http.Response) error {
	if r.StatusCode >= 200 && r.StatusCode <= 299 {
		return nil
	}
	seconds, err := strconv.ParseUint(r.Header.Get("Retry-After"), 10, 16)
	if err != nil { // none, or a date: the backoff alone decides
		seconds = 0
	}
	return &refused{status: r.StatusCode, retryAfter: time.Duration(seconds) * time.Second}
}
