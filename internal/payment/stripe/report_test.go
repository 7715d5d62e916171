package stripe

import (
	"bytes"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"
	sdk "github.com/stripe/stripe-go/v85"

	"seathold/internal/booking"
	"seathold/internal/payment/stripe/stripetest"
)

func TestASessionIsUnderstoodInEveryState(t *testing.T) {
	const paid, unpaid = sdk.CheckoutSessionPaymentStatusPaid, sdk.CheckoutSessionPaymentStatusUnpaid
	expanded := &sdk.PaymentIntent{ID: "pi_1", AmountReceived: 4400, Currency: "eur"}
	for _, c := range []struct {
		name    string
		session sdk.CheckoutSession
		want    booking.CheckoutReport
	}{
		{"what was received counts", sdk.CheckoutSession{
			Status: "complete", PaymentStatus: paid, PaymentIntent: expanded, AmountTotal: 4500, Currency: "eur",
		}, booking.CheckoutReport{State: booking.CheckoutPaid, PaymentID: "pi_1", Received: booking.Money{Amount: 4400, Currency: "EUR"}}},
		{"not expanded", sdk.CheckoutSession{
			Status: "complete", PaymentStatus: paid, PaymentIntent: &sdk.PaymentIntent{ID: "pi_1"}, AmountTotal: 4500, Currency: "eur",
		}, booking.CheckoutReport{State: booking.CheckoutPaid, PaymentID: "pi_1", Received: cost}},
		{"nothing was to be paid", sdk.CheckoutSession{
			ID: "cs_1", Status: "complete", PaymentStatus: sdk.CheckoutSessionPaymentStatusNoPaymentRequired, Currency: "eur",
		}, booking.CheckoutReport{State: booking.CheckoutPaid, PaymentID: "cs_1", Received: booking.Money{Currency: "EUR"}}},
		{"open", sdk.CheckoutSession{Status: "open", PaymentStatus: unpaid}, booking.CheckoutReport{State: booking.CheckoutOpen}},
		{"expired", sdk.CheckoutSession{Status: "expired", PaymentStatus: unpaid}, booking.CheckoutReport{State: booking.CheckoutEnded}},
		{"under way", sdk.CheckoutSession{Status: "complete", PaymentStatus: unpaid}, booking.CheckoutReport{State: booking.CheckoutProcessing}},
	} {
		got, err := reportOf(&c.session)
		require.NoError(t, err, c.name)
		require.Equal(t, c.want, got, c.name)
	}
	for _, bad := range []sdk.CheckoutSession{
		{},
		{Status: "paused", PaymentStatus: unpaid},
		{Status: "complete", PaymentStatus: paid, AmountTotal: 4500, Currency: "eur"},                            // which payment?
		{Status: "complete", PaymentStatus: paid, PaymentIntent: &sdk.PaymentIntent{ID: "pi_1"}, AmountTotal: 1}, // of what?
	} {
		_, err := reportOf(&bad)
		require.Error(t, err, bad.Status)
	}
}

// A refund that the list does not show yet counts all the same.
func TestARefundSumHasEachStateOnce(t *testing.T) {
	sum := refundSum{refunds: map[string]*sdk.Refund{}}
	for _, status := range []sdk.RefundStatus{"succeeded", "pending", "requires_action", "of_tomorrow", "failed", "canceled"} {
		require.NoError(t, sum.add(&sdk.Refund{ID: string(status), Status: status, Amount: 100, Currency: "eur"}))
	}
	require.Equal(t, booking.RefundReport{Refunded: 100, Pending: 300}, sum.report)
	require.Error(t, sum.add(&sdk.Refund{ID: "re_1", Status: "succeeded", Amount: 100}), "in no currency")
}

// Neither the key nor what an answer tells about the customer is logged.
func TestTheLogHasNoSecrets(t *testing.T) {
	_, fake := newFake(t)
	var text bytes.Buffer
	log := slog.New(slog.NewTextHandler(&text, &slog.HandlerOptions{Level: slog.LevelDebug}))
	p := newProvider(t, Config{APIBase: fake.URL, Log: log})
	c := create(t, p)
	fake.Break(stripetest.Fault{Status: 500})
	_, err := p.LookUpCheckout(ctx, orderID, c.ID)
	require.Error(t, err)
	require.Contains(t, text.String(), "/v1/checkout/sessions")
	require.NotContains(t, text.String(), stripetest.APIKey)
	require.NotContains(t, text.String(), "client_reference_id")
	require.NotContains(t, text.String(), "level=ERROR", "the error is returned")
}
