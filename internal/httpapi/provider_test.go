package httpapi

import (
	"context"

	"seathold/internal/booking"
)

// What the API's tests do not look at: nobody pays but by the webhooks they
// send, and refunds arrive at once.

func (p *fakeProvider) LookUpCheckout(context.Context, string, string) (booking.CheckoutReport, error) {
	return booking.CheckoutReport{State: booking.CheckoutOpen}, p.fault
}

func (p *fakeProvider) CancelCheckout(context.Context, string, string) error { return p.fault }

func (p *fakeProvider) LookUpRefund(context.Context, string, string) (booking.RefundReport, error) {
	return booking.RefundReport{}, p.fault
}

func (p *fakeProvider) Refund(_ context.Context, r booking.RefundRequest) (booking.RefundReport, error) {
	return booking.RefundReport{Refunded: r.Amount.Amount}, p.fault
}
