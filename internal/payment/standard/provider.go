// Package standard lets any payment provider that speaks Standard Webhooks
// (https://www.standardwebhooks.com) drive orders, or a small bridge in front of
// one that does not. It needs no code here, only this:
//
// # What the provider sends
//
// Signed POSTs to /v1/webhooks/standard, repeated until the answer is 2xx, each
// with the same webhook-id:
//
//		{"type": TYPE, "timestamp": "2026-03-01T21:00:00Z",
//		 "data": {"payment_id": ID, "order_id": ID, "amount": 4500, "currency": "EUR"}}
//
//	  - payment.succeeded: amount has arrived by payment_id, the provider's own id
//	    of this payment. Another payment of the same order has another id.
//	  - payment.failed, payment.cancelled: no payment will come for order_id any
//	    more. A declined card, after which another may follow, is neither.
//	  - refund.succeeded: amount has gone back of payment_id, in all so far.
//	  - refund.failed: a refund of payment_id did not reach the customer, nor did
//	    an earlier one. data.key says which, the one of its refund.requested: without
//	    it a message that comes late could have a refund made once more.
//
// Amounts are in the currency's minor units, currencies ISO 4217 codes. order_id
// is the one from the payment URL or the command; a message without it is
// matched by its payment_id, which must then be known: "std_" and the order id,
// or of a payment that has succeeded. Other types are answered 200 and ignored.
// A 400 means that the signature, the clock or the body is wrong.
//
// # Where the customer pays
//
// At the payment URL of the configuration, in which {order_id}, {payment_id},
// {amount}, {currency}, {expires_at} (RFC 3339) and {return_url} are filled in,
// escaped as in a query. {return_url} is the order's page, to send the customer
// back to, paid or not. Such a link is not signed: the provider must not take the amount from
// it on trust, though a wrong amount never buys seats here, it is refunded.
//
// # What the provider is told
//
// With a command URL, signed POSTs with the same secrets and in the same form.
// A 2xx says that the command was taken on. A repeat has the same webhook-id,
// which is made of data.key: it must have no second effect.
//
//   - payment.requested {payment_id: "std_…", order_id, amount, currency, key,
//     description, expires_at, return_url}, before the customer gets the link. The answer
//     may be JSON with the address where to pay: {"url": "https://…"}.
//   - payment.cancel_requested {payment_id: "std_…", order_id, key}: nobody is
//     to pay any more. Answer 409 where somebody has, and send that webhook.
//   - refund.requested {payment_id, order_id, amount, currency, key, reason},
//     repeated every some minutes until refund.succeeded says that it is done.
//     After a refund.failed or a refusal it comes again with a new key.
//
// A 4xx refuses the command, but 408, 425 and 429, like all else, mean: later.
//
// Without a command URL refunds are made by hand at the provider, whose
// refund.succeeded then completes the order here; until then it is listed with
// the refunds that are due. Payments then cannot be cancelled either: one that
// comes too late is refunded in the same way.
package standard

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"seathold/internal/booking"
	"seathold/internal/payment/standardwebhook"
)

// Name is the provider's name in the configuration and in its webhook's path.
const Name = "standard"

// Config is what New needs. Secrets are required.
type Config struct {
	// Secrets are the webhook secrets (`whsec_…`), the current one first, for
	// both directions.
	Secrets []string
	// PaymentURL is where customers pay, see the package comment; empty: the
	// provider sends them there, or answers payment.requested with a URL.
	PaymentURL string
	CommandURL string // where commands go; empty: nowhere
	// PublicURL returns where customers reach the service.
	PublicURL func() string
	Client    *http.Client     // sends the commands; nil: one of its own
	Now       func() time.Time // nil: time.Now
	Log       *slog.Logger     // nil: slog.Default()
}

// Provider implements booking.Provider. It is safe for concurrent use and keeps
// nothing.
type Provider struct {
	keys       *standardwebhook.Keys
	paymentURL string
	commandURL string
	publicURL  func() string
	client     *http.Client
	now        func() time.Time
	log        *slog.Logger
}

var _ booking.Provider = (*Provider)(nil)

// New checks the configuration. It starts nothing, and nothing is to be closed.
func New(c Config) (*Provider, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	keys, err := standardwebhook.New(c.Secrets, c.Now)
	if err != nil {
		return nil, err
	}
	if err := checkTemplate(c.PaymentURL); err != nil {
		return nil, fmt.Errorf("the payment URL %w", err)
	}
	if c.CommandURL != "" {
		if err := checkURL(c.CommandURL); err != nil {
			return nil, fmt.Errorf("the command URL %w", err)
		}
	}
	if c.PublicURL == nil {
		return nil, errors.New("no public URL is given")
	}
	return &Provider{
		keys: keys, paymentURL: c.PaymentURL, commandURL: c.CommandURL, publicURL: c.PublicURL,
		client: commandClient(c.Client), now: c.Now, log: c.Log,
	}, nil
}

// Name returns "standard".
func (p *Provider) Name() string { return Name }

func checkoutID(orderID string) string { return "std_" + orderID }

// CreatePayment fills in the payment URL and, where there is a command URL,
// announces the payment to the provider, who may answer with another URL.
// CodeUnavailable, booking.ErrRefused.
func (p *Provider) CreatePayment(ctx context.Context, r booking.PaymentRequest) (booking.Checkout, error) {
	back := p.returnURL(r.OrderID)
	c := booking.Checkout{
		ID: checkoutID(r.OrderID), Provider: Name, ExpiresAt: r.ExpiresAt,
		URL: fill(p.paymentURL, r, back),
	}
	if p.commandURL == "" {
		return c, nil
	}
	url, err := p.command(ctx, commandPayment, commandData{
		PaymentID: c.ID, OrderID: r.OrderID, Amount: r.Total.Amount, Currency: r.Total.Currency,
		Description: r.Description, ExpiresAt: formatTime(r.ExpiresAt), Key: r.OrderID,
		ReturnURL: back,
	})
	if err != nil {
		return booking.Checkout{}, p.fault(err)
	}
	if url != "" {
		c.URL = url
	}
	return c, nil
}

// LookUpCheckout says that this provider cannot be asked.
func (p *Provider) LookUpCheckout(context.Context, string, string) (booking.CheckoutReport, error) {
	return booking.CheckoutReport{State: booking.CheckoutUnknown}, nil
}

// CancelCheckout tells the provider that nobody is to pay any more. Without a
// command URL there is nobody to tell, and after a refusal nothing to be done:
// a payment that comes all the same is refunded. CodeAlreadyPaid,
// CodeUnavailable.
func (p *Provider) CancelCheckout(ctx context.Context, orderID, checkoutID string) error {
	if p.commandURL == "" {
		return nil
	}
	_, err := p.command(ctx, commandCancel, commandData{PaymentID: checkoutID, OrderID: orderID, Key: checkoutID})
	var no *answered
	switch {
	case errors.As(err, &no) && no.status == http.StatusConflict:
		return &booking.Error{Code: booking.CodeAlreadyPaid, Detail: "the payment provider has a payment already", Err: err}
	case errors.As(err, &no) && no.refused():
		p.log.WarnContext(ctx, "the payment provider does not cancel a payment", "order", orderID, "err", err)
		return nil
	case err != nil:
		return p.fault(err)
	}
	return nil
}

// LookUpRefund says that this provider cannot be asked.
func (p *Provider) LookUpRefund(context.Context, string, string) (booking.RefundReport, error) {
	return booking.RefundReport{Unknown: true}, nil
}

// Refund tells the provider to give money back. What comes of it, its webhooks
// say. CodeUnavailable; booking.ErrRefused, also where there is nobody to tell.
func (p *Provider) Refund(ctx context.Context, r booking.RefundRequest) (booking.RefundReport, error) {
	if p.commandURL == "" {
		return booking.RefundReport{}, fmt.Errorf("%w: there is no command URL to ask it by; refund payment %s of order %s "+
			"by hand there, and its refund.succeeded webhook completes the order", booking.ErrRefused, r.PaymentID, r.OrderID)
	}
	_, err := p.command(ctx, commandRefund, commandData{
		PaymentID: r.PaymentID, OrderID: r.OrderID, Amount: r.Amount.Amount, Currency: r.Amount.Currency,
		Key: r.Key, Reason: r.Reason,
	})
	if err != nil {
		return booking.RefundReport{}, p.fault(err)
	}
	return booking.RefundReport{Pending: r.Amount.Amount, Unknown: true}, nil
}

// ReadWebhook verifies and reads a webhook. The provider has payment ids of its
// own: that a payment ends which never was one says the order's id alone. Money
// for an order came by its checkout, the only one that it has here.
func (p *Provider) ReadWebhook(body []byte, header booking.Header) (booking.PaymentEvent, error) {
	ev, err := p.keys.ReadWebhook(body, header)
	ended := ev.Kind == booking.PaymentFailed || ev.Kind == booking.PaymentCancelled
	if ended && ev.OrderID == "" {
		ev.CheckoutID = ev.PaymentID // else it could be of money that has arrived
	}
	if ev.Kind == booking.PaymentSucceeded && ev.OrderID != "" {
		ev.CheckoutID = checkoutID(ev.OrderID)
	}
	return ev, err
}

// fault puts what went wrong with a command into the domain's words.
func (p *Provider) fault(err error) error {
	var no *answered
	if errors.As(err, &no) && no.refused() {
		return fmt.Errorf("%w: %w", booking.ErrRefused, err)
	}
	return booking.Unavailable("the payment provider", err)
}
