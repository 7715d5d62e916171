// Package stripe takes payments through Stripe (https://docs.stripe.com): a
// Checkout Session for each order, and refunds of its PaymentIntent, whose id is
// the payment's id here.
//
// Stripe's sessions live at least 30 minutes, which is longer than a hold: so an
// order's session is ended by the API when the order ends. A session bears the
// order's id, and so does its PaymentIntent, so that every webhook about either
// names the order.
//
// What Stripe says in a webhook is read by few fields of our own, not by the
// SDK's types: an endpoint keeps the API version that it was made with, and
// these fields are the same in all of them. The endpoint needs these events:
// checkout.session.completed, checkout.session.async_payment_succeeded,
// checkout.session.async_payment_failed, checkout.session.expired,
// payment_intent.succeeded, payment_intent.payment_failed, charge.refunded,
// refund.updated, refund.failed.
package stripe

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	sdk "github.com/stripe/stripe-go/v85"

	"seathold/internal/booking"
)

// Name is the provider's name in the configuration and in its webhook's path.
const Name = "stripe"

const (
	defaultCallTimeout = 10 * time.Second
	// Each repeat comes half a second or more after the call before it.
	defaultRetries = 1
)

// Config is what New needs. APIKey, WebhookSecrets and PublicURL are required.
type Config struct {
	// APIKey is a secret or restricted key (sk_…, rk_…). A restricted one may
	// write Checkout Sessions and refunds (charges), and read PaymentIntents.
	APIKey string
	// WebhookSecrets are the endpoint's signing secrets (whsec_…), several while
	// one is being replaced.
	WebhookSecrets []string
	// APIBase is where the API is, without /v1; empty: at Stripe.
	APIBase string
	// PublicURL returns where customers reach the service, "" as long as it is
	// not known. The same order must always get the same one: see CreatePayment.
	PublicURL func() string
	Client    *http.Client     // nil: one of its own
	Log       *slog.Logger     // nil: slog.Default()
	Now       func() time.Time // nil: time.Now
	// CallTimeout bounds one call with its repeats, whatever time the caller's
	// context leaves; 0: 10 s.
	CallTimeout time.Duration
	// Retries is how often a call is repeated after a lost connection, under the
	// same idempotency key; 0: once; negative: never.
	Retries int
}

// Provider implements booking.Provider. It is safe for concurrent use and keeps
// nothing between calls.
type Provider struct {
	client      *sdk.Client
	secrets     []string
	publicURL   func() string
	now         func() time.Time
	callTimeout time.Duration
	log         *slog.Logger
}

var _ booking.Provider = (*Provider)(nil)

// New makes a provider. It calls nobody: a wrong key shows at the first call.
func New(c Config) (*Provider, error) {
	if err := c.check(); err != nil {
		return nil, fmt.Errorf("stripe: %w", err)
	}
	c = withDefaults(c)
	return &Provider{
		client: newClient(c), secrets: c.WebhookSecrets, publicURL: c.PublicURL,
		now: c.Now, callTimeout: c.CallTimeout, log: c.Log,
	}, nil
}

// Name returns "stripe".
func (p *Provider) Name() string { return Name }

func (c Config) check() error {
	if c.PublicURL == nil {
		return errors.New("no public URL is given")
	}
	if err := checkKey(c.APIKey); err != nil {
		return err
	}
	if err := checkSecrets(c.WebhookSecrets); err != nil {
		return err
	}
	if c.APIBase == "" {
		return nil
	}
	u, err := url.Parse(c.APIBase)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return fmt.Errorf("the API base %q is not an absolute http or https URL", c.APIBase)
	}
	return nil
}

// checkKey names the usual mistakes. It never quotes the key.
func checkKey(key string) error {
	switch {
	case key == "":
		return errors.New("no API key is given")
	case !visible(key):
		return errors.New("the API key has a space or another character that no key has")
	case strings.HasPrefix(key, "pk_"):
		return errors.New("the API key is the publishable one (pk_…); give the secret or a restricted one (sk_…, rk_…)")
	case strings.HasPrefix(key, webhookSecretPrefix):
		return errors.New("the API key is a webhook secret (whsec_…); give the secret or a restricted key (sk_…, rk_…)")
	default:
		return nil
	}
}

// visible reports whether s has visible ASCII characters only.
func visible(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

func withDefaults(c Config) Config {
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.CallTimeout <= 0 {
		c.CallTimeout = defaultCallTimeout
	}
	if c.Retries == 0 {
		c.Retries = defaultRetries
	}
	if c.APIBase == "" {
		c.APIBase = sdk.APIURL
	}
	return c
}
