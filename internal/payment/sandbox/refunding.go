package sandbox

import (
	"context"
	"errors"

	"seathold/internal/booking"
)

// LookUpRefund says what has gone back of a payment. CodeUnavailable.
func (p *Provider) LookUpRefund(ctx context.Context, orderID, paymentID string) (booking.RefundReport, error) {
	c, err := p.read(ctx, checkoutID(orderID))
	if booking.CodeOf(err) == booking.CodeNotFound {
		return booking.RefundReport{}, nil // nothing was ever given back by it
	}
	if err != nil {
		return booking.RefundReport{}, err
	}
	return c.report(paymentID), nil
}

// Refund gives money of a payment back, or does what the payment's page says of
// the next refund, once for one key. A payment that the sandbox does not know
// is refunded all the same: whoever has the webhook secret may tell the shop of
// one, and no money is moved. The shop is told as well, by webhook.
// CodeUnavailable; booking.ErrRefused.
func (p *Provider) Refund(ctx context.Context, r booking.RefundRequest) (booking.RefundReport, error) {
	id := checkoutID(r.OrderID)
	var refusal error
	give := func(c *checkout) error {
		refusal = c.refund(refund{
			Key: r.Key, PaymentID: r.PaymentID, Amount: r.Amount.Amount, Currency: r.Amount.Currency, Reason: r.Reason,
		}, p.clock())
		return nil
	}
	c, err := p.change(ctx, id, give)
	if booking.CodeOf(err) == booking.CodeNotFound {
		err = p.insert(ctx, checkout{ID: id, OrderID: r.OrderID, Currency: r.Amount.Currency, State: stateNone})
		if err != nil && !errors.Is(err, booking.ErrConflict) {
			return booking.RefundReport{}, err
		}
		c, err = p.change(ctx, id, give)
	}
	if err != nil {
		return booking.RefundReport{}, err
	}
	if refusal != nil {
		return booking.RefundReport{}, refusal
	}
	return c.report(r.PaymentID), nil
}

func (c *checkout) report(paymentID string) booking.RefundReport {
	refunded, pending := c.refunded(paymentID)
	return booking.RefundReport{Refunded: refunded, Pending: pending}
}
