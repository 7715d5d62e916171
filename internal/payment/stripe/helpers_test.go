package stripe

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
	"seathold/internal/payment/stripe/stripetest"
)

const (
	shopURL   = "https://tickets.example"
	oldSecret = "whsec_oldoldoldoldoldold"
	newSecret = "whsec_newnewnewnewnewnew"
	orderID   = "ord-1"
)

var (
	ctx  = context.Background()
	cost = booking.Money{Amount: 4500, Currency: "EUR"}
)

// newProvider fills in what the test does not care for. Connections are not
// used again: net/http would repeat on its own what a broken one did not answer.
func newProvider(t *testing.T, c Config) *Provider {
	t.Helper()
	if c.APIKey == "" {
		c.APIKey = stripetest.APIKey
	}
	if c.WebhookSecrets == nil {
		c.WebhookSecrets = []string{stripetest.WebhookSecret}
	}
	if c.PublicURL == nil {
		c.PublicURL = func() string { return shopURL }
	}
	if c.Client == nil {
		c.Client = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	}
	if c.Retries == 0 {
		c.Retries = -1
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	p, err := New(c)
	require.NoError(t, err)
	return p
}

// newFake returns a provider of a fake Stripe.
func newFake(t *testing.T) (*Provider, *stripetest.Server) {
	t.Helper()
	fake := stripetest.Start(stripetest.Options{})
	t.Cleanup(fake.Close)
	return newProvider(t, Config{APIBase: fake.URL}), fake
}

// request is of an order that is to be paid within a quarter of an hour.
func request() booking.PaymentRequest {
	return booking.PaymentRequest{
		OrderID: orderID, Description: "Harbour Lights: A2, A3", Total: cost,
		ExpiresAt: time.Now().Add(15 * time.Minute).Truncate(time.Millisecond),
	}
}

// create makes the order's checkout.
func create(t *testing.T, p *Provider) booking.Checkout {
	t.Helper()
	c, err := p.CreatePayment(ctx, request())
	require.NoError(t, err)
	return c
}

// paid makes a checkout and has it paid.
func paid(t *testing.T, p *Provider, fake *stripetest.Server) (paymentID string) {
	t.Helper()
	paymentID, err := fake.Pay(create(t, p).ID)
	require.NoError(t, err)
	return paymentID
}

// read delivers an event to the provider.
func read(t *testing.T, p *Provider, fake *stripetest.Server, e stripetest.Event) booking.PaymentEvent {
	t.Helper()
	h := http.Header{}
	h.Set("Stripe-Signature", fake.Sign(e.Body))
	got, err := p.ReadWebhook(e.Body, h)
	require.NoError(t, err, "%s", e.Body)
	require.Equal(t, e.ID, got.WebhookID)
	require.Equal(t, e.Type, got.Type)
	return got
}

// readAll delivers all events that wait, by their type.
func readAll(t *testing.T, p *Provider, fake *stripetest.Server) map[string]booking.PaymentEvent {
	t.Helper()
	events := map[string]booking.PaymentEvent{}
	for _, e := range fake.Take() {
		events[e.Type] = read(t, p, fake, e)
	}
	return events
}

// message is an event's body with this object.
func message(t *testing.T, kind, object string) []byte {
	t.Helper()
	require.True(t, json.Valid([]byte(object)), object)
	return []byte(`{"id":"evt_1","object":"event","type":` + strconv.Quote(kind) + `,"data":{"object":` + object + `}}`)
}

func requireRefused(t *testing.T, err error) {
	t.Helper()
	require.ErrorIs(t, err, booking.ErrRefused)
	require.Empty(t, booking.CodeOf(err))
}

func requireUnavailable(t *testing.T, err error) {
	t.Helper()
	require.Equal(t, booking.CodeUnavailable, booking.CodeOf(err), "%v", err)
	require.NotErrorIs(t, err, booking.ErrRefused)
}
