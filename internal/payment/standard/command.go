package standard

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"time"
)

// The commands, by the type of their message.
const (
	commandPayment = "payment.requested"
	commandCancel  = "payment.cancel_requested"
	commandRefund  = "refund.requested"
)

const (
	commandTimeout = 10 * time.Second
	answerMaxBytes = 64 << 10
)

// commandData is what a command says. Amount is in minor units; Key is its
// idempotency key.
type commandData struct {
	PaymentID   string `json:"payment_id"`
	OrderID     string `json:"order_id"`
	Amount      int64  `json:"amount,omitempty"`
	Currency    string `json:"currency,omitempty"`
	Key         string `json:"key"`
	Reason      string `json:"reason,omitempty"`
	Description string `json:"description,omitempty"`
	ExpiresAt   string `json:"expires_at,omitempty"`
	ReturnURL   string `json:"return_url,omitempty"`
}

// answered is an answer other than 2xx.
type answered struct{ status int }

func (a *answered) Error() string { return fmt.Sprintf("it answered %d", a.status) }

// refused reports whether the answer is the provider's plain no.
func (a *answered) refused() bool {
	switch a.status {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return false
	default:
		return a.status >= 400 && a.status <= 499
	}
}

// commandClient follows no redirect: a POST would become a GET, whose 200 takes
// nothing on.
func commandClient(given *http.Client) *http.Client {
	c := http.Client{} // each command brings its own deadline
	if given != nil {
		c = *given
	}
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &c
}

// command sends one, once, and returns the URL of the answer, "" where it has
// none. An answer other than 2xx is *answered; any other error leaves open
// whether the command arrived.
func (p *Provider) command(ctx context.Context, kind string, data commandData) (url string, err error) {
	body, err := json.Marshal(struct {
		Type      string      `json:"type"`
		Timestamp string      `json:"timestamp"`
		Data      commandData `json:"data"`
	}{kind, formatTime(p.now()), data})
	if err != nil {
		return "", fmt.Errorf("encode command: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, commandTimeout)
	defer cancel()
	request, err := p.keys.Request(ctx, p.commandURL, commandID(kind, data.Key), body)
	if err != nil {
		return "", err
	}
	request.Header.Set("User-Agent", "seathold")
	response, err := p.client.Do(request)
	if err != nil {
		return "", err
	}
	defer func() { _ = response.Body.Close() }() // all that is wanted of it has been read by then
	answer, err := io.ReadAll(io.LimitReader(response.Body, answerMaxBytes))
	if response.StatusCode < 200 || response.StatusCode > 299 {
		return "", &answered{response.StatusCode}
	}
	if err != nil {
		return "", fmt.Errorf("read the answer: %w", err)
	}
	if kind != commandPayment {
		return "", nil
	}
	return answeredURL(response.Header, answer)
}

// answeredURL reads where the customer is to pay. An answer that is not JSON, or
// has no url, names no place.
func answeredURL(header http.Header, answer []byte) (string, error) {
	if kind, _, err := mime.ParseMediaType(header.Get("Content-Type")); err != nil || kind != "application/json" || len(answer) == 0 {
		return "", nil //nolint:nilerr // a content type that is none is not JSON
	}
	var a struct {
		URL string `json:"url"`
	}
	if err := json.Unmarshal(answer, &a); err != nil {
		return "", fmt.Errorf("its answer is not the JSON that it says: %w", err)
	}
	if a.URL == "" {
		return "", nil
	}
	if err := checkURL(a.URL); err != nil {
		return "", fmt.Errorf("the url of its answer %w", err)
	}
	return a.URL, nil
}

// commandID is the same for a repeat, and another for any other command.
func commandID(kind, key string) string {
	sum := sha256.Sum256([]byte(kind + "\x00" + key))
	return "cmd_" + hex.EncodeToString(sum[:16])
}

func formatTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z07:00") }
