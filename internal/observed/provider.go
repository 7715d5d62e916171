package observed

import (
	"context"

	"seathold/internal/booking"
)

type provider struct {
	booking.Provider
	observe Observe
}

// NewProvider observes a payment provider. Reading a webhook calls nobody and is
// not told.
func NewProvider(p booking.Provider, o Observe) booking.Provider { return &provider{p, o} }

// CreatePayment implements booking.Provider.
func (p *provider) CreatePayment(ctx context.Context, r booking.PaymentRequest) (booking.Checkout, error) {
	ctx, end := p.observe(ctx, "create_payment")
	c, err := p.Provider.CreatePayment(ctx, r)
	end(err)
	return c, err
}

// LookUpCheckout implements booking.Provider.
func (p *provider) LookUpCheckout(ctx context.Context, orderID, checkoutID string) (booking.CheckoutReport, error) {
	ctx, end := p.observe(ctx, "look_up_checkout")
	r, err := p.Provider.LookUpCheckout(ctx, orderID, checkoutID)
	end(err)
	return r, err
}

// CancelCheckout implements booking.Provider.
func (p *provider) CancelCheckout(ctx context.Context, orderID, checkoutID string) error {
	ctx, end := p.observe(ctx, "cancel_checkout")
	err := p.Provider.CancelCheckout(ctx, orderID, checkoutID)
	end(err)
	return err
}

// LookUpRefund implements booking.Provider.
func (p *provider) LookUpRefund(ctx context.Context, orderID, paymentID string) (booking.RefundReport, error) {
	ctx, end := p.observe(ctx, "look_up_refund")
	r, err := p.Provider.LookUpRefund(ctx, orderID, paymentID)
	end(err)
	return r, err
}

// Refund implements booking.Provider.
func (p *provider) Refund(ctx context.Context, r booking.RefundRequest) (booking.RefundReport, error) {
	ctx, end := p.observe(ctx, "refund")
	report, err := p.Provider.Refund(ctx, r)
	end(err)
	return report, err
}

type sender struct {
	booking.Sender
	observe Observe
}

// NewSender observes the sender of webhooks.
func NewSender(s booking.Sender, o Observe) booking.Sender { return &sender{s, o} }

// Send implements booking.Sender.
func (s *sender) Send(ctx context.Context, url string, secrets []string, id string, body []byte) (booking.SendReport, error) {
	ctx, end := s.observe(ctx, "send")
	report, err := s.Sender.Send(ctx, url, secrets, id, body)
	end(err)
	return report, err
}
