package stripe

import (
	"context"
	"errors"
	"fmt"

	sdk "github.com/stripe/stripe-go/v85"

	"seathold/internal/booking"
)

const (
	refundsPerPage  = 100 // the most that Stripe gives
	keyMaxBytes     = 255 // of an idempotency key
	refundKeyKey    = "key"
	refundReasonKey = "reason"
)

// LookUpRefund adds up the refunds of a payment, whoever made them. It asks for
// the refunds rather than for the charge's amount_refunded, which also counts
// those that are still under way. A payment that Stripe does not know is
// Unknown. CodeUnavailable.
func (p *Provider) LookUpRefund(ctx context.Context, _, paymentID string) (booking.RefundReport, error) {
	sum, err := p.sumRefunds(ctx, paymentID)
	if isMissing(err) {
		return booking.RefundReport{Unknown: true}, nil
	}
	if err != nil {
		return booking.RefundReport{}, unavailable(err)
	}
	return sum.report, nil
}

// Refund gives money back, once for one key. Stripe repeats its first answer
// for a key, so what became of the refund since is asked for, too; one that has
// failed by then would only be repeated: ErrRefused. CodeUnavailable.
func (p *Provider) Refund(ctx context.Context, r booking.RefundRequest) (booking.RefundReport, error) {
	params, err := refundParams(r)
	if err != nil {
		return booking.RefundReport{}, err
	}
	made, err := p.makeRefund(ctx, params)
	if hasCode(err, sdk.ErrorCodeChargeAlreadyRefunded) {
		return p.LookUpRefund(ctx, r.OrderID, r.PaymentID)
	}
	if err != nil {
		return booking.RefundReport{}, refusal(err)
	}
	sum, err := p.sumRefunds(ctx, r.PaymentID)
	if err != nil {
		return booking.RefundReport{}, unavailable(err)
	}
	now, listed := sum.refunds[made.ID]
	if !listed {
		now = made
		if err := sum.add(made); err != nil {
			return booking.RefundReport{}, unavailable(err)
		}
	}
	if hasFailed(now.Status) {
		return booking.RefundReport{}, fmt.Errorf("%w: the refund %s is %s: %s", booking.ErrRefused, now.ID, now.Status, now.FailureReason)
	}
	return sum.report, nil
}

func refundParams(r booking.RefundRequest) (*sdk.RefundCreateParams, error) {
	amount, _, err := toStripe(r.Amount) // the currency is the payment's
	if err != nil {
		return nil, err
	}
	if r.Key == "" || len(r.Key) > keyMaxBytes || !visible(r.Key) {
		return nil, fmt.Errorf("%w: the refund's key must be 1 to %d visible ASCII characters", booking.ErrRefused, keyMaxBytes)
	}
	params := &sdk.RefundCreateParams{
		PaymentIntent: sdk.String(r.PaymentID),
		Amount:        sdk.Int64(amount),
		Reason:        sdk.String(refundReason(r.Reason)),
		Metadata:      map[string]string{orderIDKey: r.OrderID, refundKeyKey: r.Key, refundReasonKey: r.Reason},
	}
	params.SetIdempotencyKey(r.Key)
	return params, nil
}

// refundReason is the nearest of the three that Stripe has. The third, fraud,
// would have it block the customer's card.
func refundReason(ours string) sdk.RefundReason {
	if ours == booking.ReasonDuplicate {
		return sdk.RefundReasonDuplicate
	}
	return sdk.RefundReasonRequestedByCustomer
}

func (p *Provider) makeRefund(ctx context.Context, params *sdk.RefundCreateParams) (*sdk.Refund, error) {
	ctx, cancel := p.call(ctx)
	defer cancel()
	made, err := p.client.V1Refunds.Create(ctx, params)
	if err == nil && made.ID == "" {
		return nil, errors.New("its answer is no refund")
	}
	return made, err
}

// refundSum is what the refunds of one payment come to.
type refundSum struct {
	report  booking.RefundReport
	refunds map[string]*sdk.Refund // by id
}

// sumRefunds reads all pages. The error is the SDK's.
func (p *Provider) sumRefunds(ctx context.Context, paymentID string) (refundSum, error) {
	sum := refundSum{refunds: map[string]*sdk.Refund{}}
	if paymentID == "" { // the list would be of all payments
		return sum, errors.New("no payment is named")
	}
	ctx, cancel := p.call(ctx)
	defer cancel()
	params := &sdk.RefundListParams{PaymentIntent: sdk.String(paymentID)}
	params.Limit = sdk.Int64(refundsPerPage)
	for refund, err := range p.client.V1Refunds.List(ctx, params).All(ctx) {
		if err != nil {
			return sum, err
		}
		if err := sum.add(refund); err != nil {
			return sum, err
		}
	}
	return sum, nil
}

func (s *refundSum) add(r *sdk.Refund) error {
	money, err := fromStripe(r.Amount, string(r.Currency))
	if err != nil {
		return err
	}
	s.refunds[r.ID] = r
	switch {
	case r.Status == sdk.RefundStatusSucceeded:
		s.report.Refunded += money.Amount
	case !hasFailed(r.Status):
		s.report.Pending += money.Amount
	}
	return nil
}

// hasFailed reports whether nothing will come of a refund. A state that is not
// known yet counts as under way, so that nothing is given back twice.
func hasFailed(s sdk.RefundStatus) bool {
	return s == sdk.RefundStatusFailed || s == sdk.RefundStatusCanceled
}
