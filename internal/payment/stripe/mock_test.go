package stripe

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
	"seathold/internal/payment/stripe/stripetest"
	"seathold/internal/testserver"
)

// Every request that the adapter makes is one that Stripe's description of its
// API allows: stripe-mock checks each parameter, and answers with its examples.
func TestStripesDescriptionAllowsEveryRequest(t *testing.T) {
	fake := stripetest.Start(stripetest.Options{Mock: testserver.StripeMock(t)})
	t.Cleanup(fake.Close)
	p := newProvider(t, Config{APIBase: fake.URL})

	r := request()
	r.Description = strings.Repeat("席", 300)
	c, err := p.CreatePayment(ctx, r)
	require.NoError(t, err)
	_, err = p.LookUpCheckout(ctx, orderID, c.ID)
	require.NoError(t, err)
	require.NoError(t, p.CancelCheckout(ctx, orderID, c.ID))
	for _, reason := range []string{booking.ReasonDuplicate, booking.ReasonOrganizer} {
		refund := refundRequest(fake.PayDirectly(orderID, 4500, "eur"))
		refund.Reason = reason
		_, err = p.Refund(ctx, refund)
		require.NoError(t, err)
	}
	paymentID := fake.PayDirectly(orderID, 4500, "eur")
	for range 101 { // a second page
		_, err = fake.RefundByHand(paymentID, 1)
		require.NoError(t, err)
	}
	_, err = p.LookUpRefund(ctx, orderID, paymentID)
	require.NoError(t, err)

	accepted, rejected := fake.Checked()
	require.Empty(t, rejected)
	require.Equal(t, len(fake.Calls()), accepted)
	require.Equal(t, 9, accepted)
}

// The control: a parameter that Stripe does not have is noticed.
func TestStripeMockNoticesAWrongRequest(t *testing.T) {
	fake := stripetest.Start(stripetest.Options{Mock: testserver.StripeMock(t)})
	t.Cleanup(fake.Close)
	form := url.Values{"mode": {"payment"}, "no_such_parameter": {"1"}}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, fake.URL+"/v1/checkout/sessions", strings.NewReader(form.Encode()))
	require.NoError(t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Authorization", "Bearer "+stripetest.APIKey)
	response, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	accepted, rejected := fake.Checked()
	require.Zero(t, accepted)
	require.Len(t, rejected, 1)
	require.Contains(t, rejected[0], "no_such_parameter")
}

// The examples that stripe-mock answers with have all the fields that are read.
func TestStripesExamplesCanBeRead(t *testing.T) {
	p := newProvider(t, Config{APIBase: testserver.StripeMock(t)})
	report, err := p.LookUpCheckout(ctx, orderID, "cs_test_1")
	require.NoError(t, err)
	require.NotEqual(t, booking.CheckoutUnknown, report.State)
	require.NoError(t, p.CancelCheckout(ctx, orderID, "cs_test_1"))
	refunds, err := p.LookUpRefund(ctx, orderID, "pi_1")
	require.NoError(t, err)
	require.NotZero(t, refunds)
	_, err = p.Refund(ctx, refundRequest("pi_1"))
	require.NoError(t, err)
}
