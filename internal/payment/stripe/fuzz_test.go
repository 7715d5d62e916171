package stripe

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

// FuzzReadWebhook signs any body, and takes any header as it is.
func FuzzReadWebhook(f *testing.F) {
	for kind := range readers {
		for _, object := range []string{
			`{"id":"x_1","status":"failed","mode":"payment","payment_status":"paid","payment_intent":"pi_1","amount":1,"amount_refunded":1,` +
				`"amount_total":1,"amount_received":1,"currency":"eur","metadata":{"order_id":"o"}}`,
			`{"id":7,"payment_intent":{"id":"pi_1"},"currency":"isk","client_reference_id":"o"}`, `null`, `[]`,
		} {
			f.Add([]byte(`{"id":"evt_1","type":"`+kind+`","data":{"object":`+object+`}}`), "t=1700000000,v1=00")
		}
	}
	f.Add([]byte(`{`), "")
	kinds := []booking.PaymentEventKind{
		booking.PaymentSucceeded, booking.PaymentFailed, booking.PaymentCancelled,
		booking.RefundSucceeded, booking.RefundFailed, booking.PaymentIgnored,
	}
	p, err := New(Config{
		APIKey: "sk_test_1", WebhookSecrets: []string{oldSecret}, PublicURL: func() string { return shopURL },
		Now: func() time.Time { return testTime },
	})
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, body []byte, header string) {
		_, err := p.ReadWebhook(body, http.Header{"Stripe-Signature": {header}})
		require.Equal(t, booking.CodeInvalidSignature, booking.CodeOf(err), "nobody but Stripe can sign")

		e, err := p.ReadWebhook(body, http.Header{"Stripe-Signature": {signBody(body, oldSecret, testTime)}})
		if err != nil {
			require.Equal(t, booking.CodeInvalidValue, booking.CodeOf(err))
			require.Zero(t, e)
			return
		}
		require.True(t, slices.Contains(kinds, e.Kind), e.Kind)
		require.True(t, isRef(e.WebhookID) && isRef(e.Type))
		if e.Kind != booking.PaymentIgnored {
			requireWhole(t, e)
		}
	})
}

// requireWhole: what moves an order says which, and how much.
func requireWhole(t *testing.T, e booking.PaymentEvent) {
	t.Helper()
	require.LessOrEqual(t, len(e.OrderID), refMaxBytes)
	switch e.Kind {
	case booking.PaymentSucceeded, booking.RefundSucceeded:
		require.True(t, isRef(e.PaymentID))
		require.True(t, booking.ValidCurrency(e.Received.Currency))
		require.GreaterOrEqual(t, e.Received.Amount, int64(0))
		require.GreaterOrEqual(t, e.Refunded, int64(0))
	case booking.PaymentFailed, booking.PaymentCancelled:
		require.True(t, isRef(e.CheckoutID) && isRef(e.OrderID))
	default:
		require.True(t, isRef(e.PaymentID))
	}
}
