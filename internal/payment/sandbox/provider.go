// Package sandbox is the built-in payment provider. It moves no money: its
// hosted page lets a person choose how a payment ends, and it tells the shop so
// the way a real provider would, by a signed webhook over HTTP that is repeated
// until the shop confirms it.
//
// It keeps no state. A payment's id follows from its order's id, and everything
// that its page shows travels in the page's URL, sealed with a key made of the
// webhook secret. So a restart loses no payment, and any instance that has the
// secret serves the page.
//
// Two things of a real provider are missing for that reason. The outcomes of a
// payment do not exclude each other: who presses Fail and then Pay sends both
// messages, and the shop must make sense of them. And a message that was not
// delivered when the process ended is not sent again by itself: pressing the
// button once more sends it, as the same delivery.
package sandbox

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"seathold/internal/booking"
	"seathold/internal/payment/standardwebhook"
)

// Name is the provider's name in the configuration and in its webhook's path.
const Name = "sandbox"

const (
	webhookPath     = "/v1/webhooks/" + Name
	defaultPageWait = 5 * time.Second
	// The description travels in a URL, which proxies cut at some 8 KB.
	descriptionMaxRunes = 300
)

// Config is what New needs. Secrets and PublicURL are required.
type Config struct {
	// Secrets are the webhook secrets (`whsec_…`), the current one first.
	Secrets []string
	// PublicURL returns where customers and webhooks reach the service, "" as
	// long as it is not known.
	PublicURL func() string
	Client    *http.Client     // sends the webhooks; nil: one of its own
	Log       *slog.Logger     // nil: slog.Default()
	Now       func() time.Time // nil: time.Now
	Backoff   Backoff          // nil: DefaultBackoff
	// PageWait is how long an answer to the customer waits for the shop's
	// confirmation; 0: 5 s. The delivery goes on after it.
	PageWait time.Duration
}

// Provider implements booking.Provider. It is safe for concurrent use.
type Provider struct {
	keys      *standardwebhook.Keys
	seal      seal
	courier   *courier
	client    *http.Client
	publicURL func() string
	now       func() time.Time
	pageWait  time.Duration
	log       *slog.Logger
}

var _ booking.Provider = (*Provider)(nil)

// New makes a provider. It starts nothing; Close ends what its pages start.
func New(c Config) (*Provider, error) {
	if c.PublicURL == nil {
		return nil, errors.New("sandbox: no public URL is given")
	}
	c = withDefaults(c)
	keys, err := standardwebhook.New(c.Secrets, c.Now)
	if err != nil {
		return nil, err
	}
	p := &Provider{
		keys: keys, seal: newSeal(keys), client: webhookClient(c.Client),
		publicURL: c.PublicURL, now: c.Now, pageWait: c.PageWait, log: c.Log,
	}
	p.courier = newCourier(p.post, c.Backoff, c.Log)
	return p, nil
}

func withDefaults(c Config) Config {
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Backoff == nil {
		c.Backoff = DefaultBackoff
	}
	if c.PageWait == 0 {
		c.PageWait = defaultPageWait
	}
	return c
}

// Name returns "sandbox".
func (p *Provider) Name() string { return Name }

// CreatePayment returns the payment of an order and the URL of its page. It is
// pure: the same request gives the same answer, on any instance.
// CodeUnavailable: the service does not know its public URL yet.
func (p *Provider) CreatePayment(_ context.Context, r booking.PaymentRequest) (booking.Checkout, error) {
	base, err := p.baseURL()
	if err != nil {
		return booking.Checkout{}, booking.Unavailable("the sandbox's payment page", err)
	}
	pay := payment{
		ID: "pay_" + r.OrderID, OrderID: r.OrderID, Description: shorten(r.Description),
		Amount: r.Total.Amount, Currency: r.Total.Currency, ExpiresAt: r.ExpiresAt.UTC(),
	}
	token, err := p.seal.token(pay)
	if err != nil {
		return booking.Checkout{}, err
	}
	return booking.Checkout{ID: pay.ID, Provider: Name, URL: base + pagePath + token, ExpiresAt: r.ExpiresAt}, nil
}

// ReadWebhook verifies and reads one of this provider's own webhooks.
func (p *Provider) ReadWebhook(body []byte, header booking.Header) (booking.PaymentEvent, error) {
	return p.keys.ReadWebhook(body, header)
}

// baseURL returns the public URL without a slash at its end.
func (p *Provider) baseURL() (string, error) {
	base := strings.TrimRight(p.publicURL(), "/")
	if base == "" {
		return "", errors.New("the public URL is not known yet")
	}
	return base, nil
}

func shorten(s string) string {
	runes := []rune(s)
	if len(runes) <= descriptionMaxRunes {
		return s
	}
	return string(runes[:descriptionMaxRunes-1]) + "…"
}
