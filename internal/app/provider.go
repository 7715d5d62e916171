package app

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"seathold/internal/booking"
	"seathold/internal/config"
	"seathold/internal/payment/sandbox"
	"seathold/internal/payment/standard"
	"seathold/internal/payment/standardwebhook"
	"seathold/internal/payment/stripe"
)

// provider is the payment provider that is configured, and what only some have.
type provider struct {
	booking.Provider
	pages   map[string]http.Handler     // by path prefix
	deliver func(context.Context) error // nil: it sends nothing of itself
	close   func(context.Context) error // nil: nothing to close
}

func (c *Core) openProvider() (p provider, err error) {
	switch c.Config.PaymentProvider {
	case config.ProviderStripe:
		return c.openStripe()
	case config.ProviderStandard:
		return c.openStandard()
	default:
		return c.openSandbox()
	}
}

func (c *Core) openSandbox() (p provider, err error) {
	if c.webhooks, err = standardwebhook.New(c.secrets.webhook, time.Now); err != nil {
		return p, err
	}
	s, err := sandbox.New(sandbox.Config{
		Secrets: c.secrets.webhook, PublicURL: c.baseURL, Records: c.store, Log: c.Log, Client: c.client(),
	})
	if err != nil {
		return p, err
	}
	return provider{
		Provider: s, pages: map[string]http.Handler{"/sandbox/": s.Handler()}, deliver: s.DeliverDue, close: s.Close,
	}, nil
}

func (c *Core) openStripe() (p provider, err error) {
	p.Provider, err = stripe.New(stripe.Config{
		APIKey: c.Config.StripeAPIKey.Reveal(), WebhookSecrets: reveal(c.Config.StripeWebhookSecrets),
		APIBase: c.Config.StripeAPIBase, PublicURL: c.baseURL, Log: c.Log, Client: c.client(),
	})
	if err != nil {
		return p, fmt.Errorf("SEATHOLD_STRIPE_…: %w", err)
	}
	return p, nil
}

func (c *Core) openStandard() (p provider, err error) {
	p.Provider, err = standard.New(standard.Config{
		Secrets: reveal(c.Config.StandardWebhookSecrets), PaymentURL: c.Config.StandardPaymentURL,
		CommandURL: c.Config.StandardCommandURL, PublicURL: c.baseURL, Log: c.Log, Client: c.client(),
	})
	if err != nil {
		return p, fmt.Errorf("SEATHOLD_STANDARD_…: %w", err)
	}
	return p, nil
}

func reveal(secrets []config.Secret) []string {
	texts := make([]string, len(secrets))
	for i, s := range secrets {
		texts[i] = s.Reveal()
	}
	return texts
}
