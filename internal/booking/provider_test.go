package booking_test

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"seathold/internal/booking"
)

const providerName = "fake"

// fakeProvider makes one payment an order, and reads a webhook whose body is
// the event itself. The header Signature: bad refuses it.
type fakeProvider struct {
	mu    sync.Mutex
	asked map[string]int // by order id
}

func newProvider() *fakeProvider { return &fakeProvider{asked: map[string]int{}} }

func (p *fakeProvider) Name() string { return providerName }

func (p *fakeProvider) CreatePayment(_ context.Context, r booking.PaymentRequest) (booking.Checkout, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked[r.OrderID]++
	return booking.Checkout{
		ID: "pay-" + r.OrderID, Provider: providerName, URL: "https://pay.example/" + r.OrderID, ExpiresAt: r.ExpiresAt,
	}, nil
}

// payments returns how many orders have a payment here.
func (p *fakeProvider) payments() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.asked)
}

func (p *fakeProvider) ReadWebhook(body []byte, header booking.Header) (ev booking.PaymentEvent, err error) {
	if header.Get("Signature") == "bad" {
		return ev, booking.Errorf(booking.CodeInvalidSignature, "no signature fits")
	}
	if err := json.Unmarshal(body, &ev); err != nil {
		return ev, booking.Errorf(booking.CodeInvalidValue, "not a message")
	}
	return ev, nil
}

type tappedProvider struct {
	booking.Provider
	tap *tap
}

func (p tappedProvider) CreatePayment(ctx context.Context, r booking.PaymentRequest) (booking.Checkout, error) {
	return tapped(p.tap, "Provider.CreatePayment", func() (booking.Checkout, error) {
		return p.Provider.CreatePayment(ctx, r)
	})
}

// counters remembers what the service counted.
type counters struct {
	mu    sync.Mutex
	count map[string]int
}

func (c *counters) add(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.count == nil {
		c.count = map[string]int{}
	}
	c.count[name]++
}

func (c *counters) of(name string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.count[name]
}

func (c *counters) HoldAsked(outcome string)                 { c.add("asked " + outcome) }
func (c *counters) HoldEnded(how string, _ time.Duration)    { c.add("ended " + how) }
func (c *counters) OrderChanged(to booking.OrderStatus)      { c.add("order " + string(to)) }
func (c *counters) WebhookAnswered(_, outcome string)        { c.add("webhook " + outcome) }
func (c *counters) GuardHit()                                { c.add("guard") }
func (c *counters) EventLoaded(changed int, _ time.Duration) { c.add("loaded") }
func (c *counters) ExpiryLag(time.Duration)                  { c.add("lag") }
