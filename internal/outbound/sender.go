// Package outbound brings webhooks to the endpoints that organizers have named:
// signed by the Standard Webhooks specification, and never to an address inside
// our own network.
//
// Whoever may name a URL could otherwise have this service call what only it can
// reach: its own ports, a cloud's metadata, a database (server-side request
// forgery). So the address is judged when the connection is made, after the
// name was resolved: a name that resolves differently the second time, or a
// number in an unusual form, makes no difference. Redirects are not followed, no
// proxy is used, and no connection is used twice. Any port may be named: what
// listens at a public address is reachable for everybody anyway.
package outbound

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"time"

	"seathold/internal/booking"
	"seathold/internal/payment/standardwebhook"
)

const (
	// attemptTimeout bounds one attempt: the specification advises 15 to 30 s.
	attemptTimeout = 15 * time.Second
	dialTimeout    = 10 * time.Second
	// What is read of an answer: nothing of it is used but its status.
	answerMaxBytes       = 64 << 10
	answerHeaderMaxBytes = 16 << 10
	userAgent            = "seathold"
)

// Config is what New needs.
type Config struct {
	// AllowedNetworks are networks that would not be sent to otherwise, such as a
	// private one; http is allowed too where there are any.
	AllowedNetworks []netip.Prefix
	// Now is the clock of the signatures, nil for time.Now.
	Now func() time.Time
	// Wrap is put around what sends, such as to observe it; nil: nothing is.
	Wrap func(http.RoundTripper) http.RoundTripper
}

// Sender implements booking.Sender. It is safe for concurrent use.
type Sender struct {
	networks networks
	plain    bool // http is allowed
	now      func() time.Time
	client   *http.Client
}

var _ booking.Sender = (*Sender)(nil)

// New returns a Sender.
func New(c Config) *Sender {
	s := &Sender{networks: newNetworks(c.AllowedNetworks), plain: len(c.AllowedNetworks) > 0, now: c.Now}
	if s.now == nil {
		s.now = time.Now
	}
	dialer := &net.Dialer{Timeout: dialTimeout, Control: s.networks.control}
	var transport http.RoundTripper = &http.Transport{
		Proxy:                  nil, // it would connect in our place, unjudged
		DialContext:            dialer.DialContext,
		DisableKeepAlives:      true,
		MaxResponseHeaderBytes: answerHeaderMaxBytes,
	}
	if c.Wrap != nil {
		transport = c.Wrap(transport)
	}
	s.client = &http.Client{
		Timeout: attemptTimeout, Transport: transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return s
}

// Send implements booking.Sender.
func (s *Sender) Send(ctx context.Context, url string, secrets []string, id string, body []byte) (booking.SendReport, error) {
	if err := s.CheckURL(url); err != nil { // it was allowed when it was registered
		return booking.SendReport{}, inWords(err)
	}
	keys, err := standardwebhook.New(secrets, s.now)
	if err != nil {
		return booking.SendReport{}, err
	}
	request, err := keys.Request(ctx, url, id, body)
	if err != nil {
		return booking.SendReport{}, err
	}
	request.Header.Set("User-Agent", userAgent)
	answer, err := s.client.Do(request)
	if err != nil {
		return booking.SendReport{}, inWords(err)
	}
	report := booking.SendReport{StatusCode: answer.StatusCode, RetryAfter: s.retryAfter(answer.Header)}
	// Its status is all that counts. Whoever sends a body gets to send it, up to a
	// bound, so that it sees no broken connection.
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, answerMaxBytes))
	_ = answer.Body.Close()
	return report, nil
}

// retryAfter reads how long the endpoint wants to be left alone, in seconds or
// as a date; 0 where it does not say or is not understood.
func (s *Sender) retryAfter(h http.Header) time.Duration {
	const most = 1 << 30 // seconds: more than anybody means, and no overflow
	text := h.Get("Retry-After")
	if seconds, err := strconv.ParseUint(text, 10, 63); err == nil {
		return time.Duration(min(seconds, most)) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(at.Sub(s.now()), 0)
	}
	return 0
}

// inWords says why there was no answer, for the endpoint's owner: without the
// URL, which they know, and without what our own network looks like.
func inWords(err error) error {
	var refusal *booking.Error
	var dns *net.DNSError
	var timeout net.Error
	switch {
	case errors.As(err, &refusal):
		return errors.New(refusal.Detail)
	case errors.Is(err, errNotPublic):
		return errNotPublic
	case errors.Is(err, context.Canceled):
		return err
	case errors.As(err, &dns) && dns.IsNotFound:
		return errors.New("its host name does not exist")
	case errors.As(err, &dns):
		return errors.New("its host name could not be looked up")
	case errors.As(err, &timeout) && timeout.Timeout():
		return errors.New("there was no answer in time")
	default:
		return fmt.Errorf("there was no answer: %w", innermost(err))
	}
}

// innermost strips what the HTTP client and the connection put around an error:
// the URL and addresses.
func innermost(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}
