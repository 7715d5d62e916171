package stripe

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
	"seathold/internal/payment/stripe/stripetest"
)

func refundRequest(paymentID string) booking.RefundRequest {
	return booking.RefundRequest{
		OrderID: orderID, PaymentID: paymentID, Amount: cost, Key: paymentID + "-refund-0", Reason: booking.ReasonOrganizer,
	}
}

func TestARefundSaysWhatItIsFor(t *testing.T) {
	p, fake := newFake(t)
	for _, c := range []struct{ ours, theirs string }{
		{booking.ReasonOrganizer, "requested_by_customer"},
		{booking.ReasonSeatsTaken, "requested_by_customer"},
		{booking.ReasonDuplicate, "duplicate"},
	} {
		r := refundRequest(fake.PayDirectly(orderID, 4500, "eur"))
		r.Reason = c.ours
		report, err := p.Refund(ctx, r)
		require.NoError(t, err)
		require.Equal(t, booking.RefundReport{Refunded: 4500}, report)
		calls := fake.Calls()
		call := calls[len(calls)-2]
		require.Equal(t, r.Key, call.Key)
		require.Equal(t, map[string][]string{
			"payment_intent": {r.PaymentID}, "amount": {"4500"}, "reason": {c.theirs},
			"metadata[order_id]": {orderID}, "metadata[key]": {r.Key}, "metadata[reason]": {c.ours},
		}, map[string][]string(call.Form))
	}
}

func TestARefundIsMadeOnceForItsKey(t *testing.T) {
	p, fake := newFake(t)
	r := refundRequest(paid(t, p, fake))
	for range 3 {
		report, err := p.Refund(ctx, r)
		require.NoError(t, err)
		require.Equal(t, booking.RefundReport{Refunded: 4500}, report)
	}
	amount, made := fake.Refunded(r.PaymentID)
	require.Equal(t, int64(4500), amount)
	require.Len(t, made, 1)

	r.Key = "another"
	report, err := p.Refund(ctx, r)
	require.NoError(t, err, "it has gone back already, and that is what was wanted")
	require.Equal(t, booking.RefundReport{Refunded: 4500}, report)
	_, made = fake.Refunded(r.PaymentID)
	require.Len(t, made, 1)
}

func TestALostRefundIsFoundByTheRepeat(t *testing.T) {
	p, fake := newFake(t)
	r := refundRequest(paid(t, p, fake))
	fake.Break(stripetest.Fault{On: "POST /v1/refunds", Lost: true})
	_, err := p.Refund(ctx, r)
	requireUnavailable(t, err)
	report, err := p.LookUpRefund(ctx, orderID, r.PaymentID)
	require.NoError(t, err)
	require.Equal(t, booking.RefundReport{Refunded: 4500}, report)
	report, err = p.Refund(ctx, r)
	require.NoError(t, err)
	require.Equal(t, booking.RefundReport{Refunded: 4500}, report)
	require.Len(t, fake.RefundsOf(r.PaymentID), 1)
}

func TestARefundWhoseEndIsNotKnownIsAskedForAgain(t *testing.T) {
	p, fake := newFake(t)
	r := refundRequest(paid(t, p, fake))
	fake.Break(stripetest.Fault{On: "GET /v1/refunds", Status: 503})
	_, err := p.Refund(ctx, r)
	requireUnavailable(t, err)
	report, err := p.Refund(ctx, r)
	require.NoError(t, err)
	require.Equal(t, booking.RefundReport{Refunded: 4500}, report)
	require.Len(t, fake.RefundsOf(r.PaymentID), 1)
}

// Stripe gives a stored 500 again for the same key, so only another key helps.
func TestAStoredFailureNeedsAnotherKey(t *testing.T) {
	p, fake := newFake(t)
	r := refundRequest(paid(t, p, fake))
	fake.Break(stripetest.Fault{On: "POST /v1/refunds", Status: 500, Stored: true})
	for range 3 {
		_, err := p.Refund(ctx, r)
		requireRefused(t, err)
		report, err := p.LookUpRefund(ctx, orderID, r.PaymentID)
		require.NoError(t, err)
		require.Zero(t, report)
	}
	r.Key = r.PaymentID + "-refund-1"
	report, err := p.Refund(ctx, r)
	require.NoError(t, err)
	require.Equal(t, booking.RefundReport{Refunded: 4500}, report)
}

func TestAPendingRefundIsNeitherDoneNorFailed(t *testing.T) {
	for _, status := range []string{"pending", "requires_action"} {
		p, fake := newFake(t)
		r := refundRequest(paid(t, p, fake))
		fake.NextRefunds(status)
		report, err := p.Refund(ctx, r)
		require.NoError(t, err)
		require.Equal(t, booking.RefundReport{Pending: 4500}, report)

		require.NoError(t, fake.SettleRefund(fake.RefundsOf(r.PaymentID)[0], "succeeded"))
		report, err = p.LookUpRefund(ctx, orderID, r.PaymentID)
		require.NoError(t, err)
		require.Equal(t, booking.RefundReport{Refunded: 4500}, report)
	}
}

// The stored answer still says pending; what became of the refund is what counts.
func TestARefundThatFailedIsNotTakenForTheStoredAnswer(t *testing.T) {
	for _, end := range []string{"failed", "canceled"} {
		p, fake := newFake(t)
		r := refundRequest(paid(t, p, fake))
		fake.NextRefunds("pending")
		_, err := p.Refund(ctx, r)
		require.NoError(t, err)
		require.NoError(t, fake.SettleRefund(fake.RefundsOf(r.PaymentID)[0], end))

		_, err = p.Refund(ctx, r)
		requireRefused(t, err)
		require.ErrorContains(t, err, end)
		report, err := p.LookUpRefund(ctx, orderID, r.PaymentID)
		require.NoError(t, err)
		require.Zero(t, report)

		r.Key = "the-next"
		report, err = p.Refund(ctx, r)
		require.NoError(t, err)
		require.Equal(t, booking.RefundReport{Refunded: 4500}, report)
	}
}

func TestARefundThatFailsAtOnceIsRefused(t *testing.T) {
	p, fake := newFake(t)
	fake.NextRefunds("failed")
	_, err := p.Refund(ctx, refundRequest(paid(t, p, fake)))
	requireRefused(t, err)
	require.ErrorContains(t, err, "failed: declined")
}

func TestRefundsOfOthersCountToo(t *testing.T) {
	p, fake := newFake(t)
	r := refundRequest(paid(t, p, fake))
	_, err := fake.RefundByHand(r.PaymentID, 1500)
	require.NoError(t, err)
	_, err = p.Refund(ctx, r)
	requireRefused(t, err) // more than there is left
	require.ErrorContains(t, err, "greater than unrefunded")

	r.Amount.Amount, r.Key = 3000, "the-rest"
	report, err := p.Refund(ctx, r)
	require.NoError(t, err)
	require.Equal(t, booking.RefundReport{Refunded: 4500}, report)
}

func TestAllPagesOfRefundsAreRead(t *testing.T) {
	p, fake := newFake(t)
	id := fake.PayDirectly(orderID, 100_000, "eur")
	fake.PayDirectly("other", 5, "eur")
	for range 230 {
		_, err := fake.RefundByHand(id, 7)
		require.NoError(t, err)
	}
	report, err := p.LookUpRefund(ctx, orderID, id)
	require.NoError(t, err)
	require.Equal(t, booking.RefundReport{Refunded: 1610}, report)
	require.Len(t, fake.Calls(), 3)
}

func TestRefundsAreCountedInTheirCurrency(t *testing.T) {
	p, fake := newFake(t)
	r := refundRequest(fake.PayDirectly(orderID, 500, "isk"))
	r.Amount = booking.Money{Amount: 5, Currency: "ISK"}
	report, err := p.Refund(ctx, r)
	require.NoError(t, err)
	require.Equal(t, booking.RefundReport{Refunded: 5}, report)
	amount, _ := fake.Refunded(r.PaymentID)
	require.Equal(t, int64(500), amount)
}

func TestAPaymentThatStripeDoesNotKnow(t *testing.T) {
	p, _ := newFake(t)
	report, err := p.LookUpRefund(ctx, orderID, "pay_of_the_sandbox")
	require.NoError(t, err)
	require.Equal(t, booking.RefundReport{Unknown: true}, report)
	_, err = p.Refund(ctx, refundRequest("pay_of_the_sandbox"))
	requireRefused(t, err)
	require.ErrorContains(t, err, "resource_missing")
}

func TestARefundThatCannotBeAskedForIsNot(t *testing.T) {
	p, fake := newFake(t)
	for _, change := range []func(*booking.RefundRequest){
		func(r *booking.RefundRequest) { r.Key = "" },
		func(r *booking.RefundRequest) { r.Key = strings.Repeat("k", 256) },
		func(r *booking.RefundRequest) { r.Key = "a\nb" },
		func(r *booking.RefundRequest) { r.Amount = booking.Money{Amount: 5124, Currency: "KWD"} },
	} {
		r := refundRequest("pi_1")
		change(&r)
		_, err := p.Refund(ctx, r)
		requireRefused(t, err)
	}
	_, err := p.LookUpRefund(ctx, orderID, "")
	requireUnavailable(t, err)
	require.Empty(t, fake.Calls(), "without a payment the list would be of all")
}

func TestRefundsAtOnceUnderOneKeyGiveBackOnce(t *testing.T) {
	p, fake := newFake(t)
	r := refundRequest(paid(t, p, fake))
	errs := make(chan error, 50)
	for range cap(errs) {
		go func() {
			_, err := p.Refund(ctx, r)
			errs <- err
		}()
	}
	for range cap(errs) {
		require.NoError(t, <-errs)
	}
	amount, made := fake.Refunded(r.PaymentID)
	require.Equal(t, "4500 by 1", strconv.FormatInt(amount, 10)+" by "+strconv.Itoa(len(made)))
}
