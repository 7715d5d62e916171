// Package sandbox is the built-in payment provider. It moves no money: its
// hosted page lets a person choose how a payment ends, and it tells the shop so
// the way a real provider would, by a signed webhook over HTTP that is repeated
// until the shop confirms it.
//
// A checkout is a record (booking.Records), so it survives a restart and is
// shared by all instances: what was paid, what was given back, and what the
// shop is still to be told. Every change of it is a compare-and-set. The page's
// URL has the checkout's id, sealed with a key made of the webhook secret:
// whoever has the URL may choose.
//
// Beside paying, failing and cancelling, the page offers what real providers do
// to a shop: money that comes late, twice or in the wrong amount, or after a
// failure; messages that come twice, late, in the wrong order or never; refunds
// that are refused, fail or take a while, or that the shop never asked for. All
// of it is forms of that page (choice.go), for people and for tests.
//
// Messages wait in the records (message.go). DeliverDue sends what is due; the
// page sends at once what a choice brings, in the same way (sending.go).
package sandbox

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
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
	// The description is for one glance at a small page.
	descriptionMaxRunes = 300
)

// Config is what New needs. Records, Secrets and PublicURL are required.
type Config struct {
	Records booking.Records
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
	records   booking.Records
	instance  string // apart from all others, also from an earlier life of this one
	sending   *sending
	backoff   Backoff
	client    *http.Client
	publicURL func() string
	now       func() time.Time
	pageWait  time.Duration
	log       *slog.Logger
}

var _ booking.Provider = (*Provider)(nil)

// New makes a provider. It starts nothing: DeliverDue is to be called each
// second, and Close ends what the pages start.
func New(c Config) (*Provider, error) {
	if c.Records == nil {
		return nil, errors.New("sandbox: no records are given")
	}
	if c.PublicURL == nil {
		return nil, errors.New("sandbox: no public URL is given")
	}
	c = withDefaults(c)
	keys, err := standardwebhook.New(c.Secrets, c.Now)
	if err != nil {
		return nil, err
	}
	return &Provider{
		keys: keys, seal: newSeal(keys), records: c.Records, instance: rand.Text(),
		sending: newSending(), backoff: c.Backoff, client: webhookClient(c.Client),
		publicURL: c.PublicURL, now: c.Now, pageWait: c.PageWait, log: c.Log,
	}, nil
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

// CreatePayment returns an order's checkout and the URL of its page; the first
// time it makes the checkout. CodeUnavailable: the records are away, or the
// service does not know its public URL yet. booking.ErrRefused: the order id
// was used for other money.
func (p *Provider) CreatePayment(ctx context.Context, r booking.PaymentRequest) (booking.Checkout, error) {
	base, err := p.baseURL()
	if err != nil {
		return booking.Checkout{}, booking.Unavailable("the sandbox's payment page", err)
	}
	c := checkout{
		ID: checkoutID(r.OrderID), OrderID: r.OrderID, Description: shorten(r.Description),
		Amount: r.Total.Amount, Currency: r.Total.Currency,
		ExpiresAt: r.ExpiresAt.UTC().Truncate(time.Millisecond), State: stateOpen,
	}
	if err := p.open(ctx, c); err != nil {
		return booking.Checkout{}, err
	}
	return booking.Checkout{ID: c.ID, Provider: Name, URL: base + pagePath + p.seal.token(c.ID), ExpiresAt: r.ExpiresAt}, nil
}

// open stores a new checkout, once.
func (p *Provider) open(ctx context.Context, c checkout) error {
	err := p.insert(ctx, c)
	if !errors.Is(err, booking.ErrConflict) {
		return err
	}
	_, err = p.change(ctx, c.ID, func(known *checkout) error {
		if known.State == stateNone { // of a refund that was sooner
			c.Payments, c.Refunds, c.Messages = known.Payments, known.Refunds, known.Messages
			*known = c
			return nil
		}
		if known.Amount != c.Amount || known.Currency != c.Currency {
			return fmt.Errorf("%w: order %s has a checkout over another amount", booking.ErrRefused, c.OrderID)
		}
		return nil
	})
	return err
}

// LookUpCheckout says what became of an order's checkout. One past its deadline
// is open all the same: a real provider takes late money as well.
// CodeUnavailable.
func (p *Provider) LookUpCheckout(ctx context.Context, _, checkoutID string) (booking.CheckoutReport, error) {
	c, err := p.read(ctx, checkoutID)
	if booking.CodeOf(err) == booking.CodeNotFound {
		return booking.CheckoutReport{State: booking.CheckoutUnknown}, nil
	}
	if err != nil {
		return booking.CheckoutReport{}, err
	}
	switch c.State {
	case stateNone:
		return booking.CheckoutReport{State: booking.CheckoutUnknown}, nil
	case stateOpen:
		return booking.CheckoutReport{State: booking.CheckoutOpen}, nil
	case statePaid:
		first := c.firstPayment()
		return booking.CheckoutReport{
			State: booking.CheckoutPaid, PaymentID: first.ID,
			Received: booking.Money{Amount: first.Amount, Currency: c.Currency},
		}, nil
	default:
		return booking.CheckoutReport{State: booking.CheckoutEnded}, nil
	}
}

// CancelCheckout withdraws a checkout that is open: its page takes no ordinary
// payment any more. One that has ended, or is unknown, stays so.
// CodeAlreadyPaid, CodeUnavailable.
func (p *Provider) CancelCheckout(ctx context.Context, _, checkoutID string) error {
	_, err := p.change(ctx, checkoutID, func(c *checkout) error {
		if c.State == statePaid {
			return booking.Errorf(booking.CodeAlreadyPaid, "the order has been paid already")
		}
		c.withdraw()
		return nil
	})
	if booking.CodeOf(err) == booking.CodeNotFound {
		return nil
	}
	return err
}

// ReadWebhook verifies and reads one of this provider's own webhooks. The
// checkout is named where the payment's id shows that it is the order's.
func (p *Provider) ReadWebhook(body []byte, header booking.Header) (booking.PaymentEvent, error) {
	ev, err := p.keys.ReadWebhook(body, header)
	switch ev.Kind {
	case booking.PaymentFailed, booking.PaymentCancelled:
		ev.CheckoutID = ev.PaymentID // it ends without a payment and has no other id
	case booking.PaymentSucceeded, booking.RefundSucceeded, booking.RefundFailed:
		if id := checkoutID(ev.OrderID); ev.OrderID != "" && isPaymentOf(ev.PaymentID, id) {
			ev.CheckoutID = id
		}
	}
	return ev, err
}

// isPaymentOf reports whether paymentID made this id.
func isPaymentOf(id, checkoutID string) bool {
	if id == checkoutID {
		return true
	}
	n, err := strconv.Atoi(strings.TrimPrefix(id, checkoutID+"_"))
	return err == nil && n > 1 && id == paymentID(checkoutID, n)
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
