package standard

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
	"seathold/internal/payment/standardwebhook"
)

const (
	oldSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	newSecret = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
)

var expires = time.Date(2026, 3, 1, 21, 0, 0, 0, time.UTC)

func request() booking.PaymentRequest {
	return booking.PaymentRequest{
		OrderID: "ord 1&2", Description: "Harbour Lights: A2, A3",
		Total: booking.Money{Amount: 4500, Currency: "EUR"}, ExpiresAt: expires.In(time.FixedZone("", 3600)),
	}
}

func newProvider(t *testing.T, c Config) *Provider {
	t.Helper()
	if c.PublicURL == nil {
		c.PublicURL = func() string { return "https://tickets.example/" }
	}
	if c.Secrets == nil {
		c.Secrets = []string{newSecret, oldSecret}
	}
	p, err := New(c)
	require.NoError(t, err)
	return p
}

func TestThePaymentURLIsFilledIn(t *testing.T) {
	for template, want := range map[string]string{
		"":                                       "",
		"https://pay.example/x":                  "https://pay.example/x",
		"https://pay.example/?back={return_url}": "https://pay.example/?back=https%3A%2F%2Ftickets.example%2Forders%2Ford%25201%262",
		"https://pay.example/{payment_id}?o={order_id}&a={amount}&c={currency}&e={expires_at}&again={order_id}": "https://pay.example/std_ord+1%262?o=ord+1%262&a=4500&c=EUR&e=2026-03-01T21%3A00%3A00.000Z&again=ord+1%262",
	} {
		p := newProvider(t, Config{PaymentURL: template})
		for range 2 {
			c, err := p.CreatePayment(t.Context(), request())
			require.NoError(t, err)
			require.Equal(t, booking.Checkout{
				ID: "std_ord 1&2", Provider: Name, URL: want, ExpiresAt: request().ExpiresAt,
			}, c)
		}
	}
}

func TestNewNamesWhatIsWrong(t *testing.T) {
	secrets := []string{oldSecret}
	for want, c := range map[string]Config{
		"no webhook secret":                       {},
		"webhook secret 1 of 1":                   {Secrets: []string{"x"}},
		`the payment URL "pay.example/1" is no`:   {Secrets: secrets, PaymentURL: "pay.example/{order_id}"},
		`the payment URL "ftp://pay.example/" is`: {Secrets: secrets, PaymentURL: "ftp://pay.example/"},
		"has braces around something else":        {Secrets: secrets, PaymentURL: "https://pay.example/{order}"},
		`the payment URL "http://1 2/" is no web`: {Secrets: secrets, PaymentURL: "http://1 2/"},
		`the command URL "/commands" is no web`:   {Secrets: secrets, CommandURL: "/commands"},
		"it must begin with https:// or http://":  {Secrets: secrets, CommandURL: "https:///commands"},
		"no public URL":                           {Secrets: secrets},
	} {
		_, err := New(c)
		require.ErrorContains(t, err, want)
		require.NotContains(t, err.Error(), oldSecret)
	}
}

func TestWithoutACommandURLThereIsNobodyToTell(t *testing.T) {
	p := newProvider(t, Config{})
	require.Equal(t, "standard", p.Name())
	require.NoError(t, p.CancelCheckout(t.Context(), "1", "std_1"))
	checkout, err := p.LookUpCheckout(t.Context(), "1", "std_1")
	require.NoError(t, err)
	require.Equal(t, booking.CheckoutReport{State: booking.CheckoutUnknown}, checkout)
	refund, err := p.LookUpRefund(t.Context(), "1", "p")
	require.NoError(t, err)
	require.Equal(t, booking.RefundReport{Unknown: true}, refund)

	refund, err = p.Refund(t.Context(), booking.RefundRequest{OrderID: "ord-1", PaymentID: "tr_7", Key: "k"})
	require.ErrorIs(t, err, booking.ErrRefused)
	require.ErrorContains(t, err, "refund payment tr_7 of order ord-1 by hand there, and its refund.succeeded webhook completes the order")
	require.Zero(t, refund)
}

func TestWhatAWebhookSays(t *testing.T) {
	p := newProvider(t, Config{Secrets: []string{newSecret, oldSecret}})
	euros := booking.Money{Amount: 4500, Currency: "EUR"}
	for _, c := range []struct {
		kind, orderID string
		want          booking.PaymentEvent
	}{
		{"payment.succeeded", "1", booking.PaymentEvent{Kind: booking.PaymentSucceeded, PaymentID: "tr_7", CheckoutID: "std_1", OrderID: "1", Received: euros}},
		{"payment.succeeded", "", booking.PaymentEvent{Kind: booking.PaymentSucceeded, PaymentID: "tr_7", Received: euros}},
		{"payment.failed", "1", booking.PaymentEvent{Kind: booking.PaymentFailed, PaymentID: "tr_7", OrderID: "1", Received: euros}},
		{"payment.cancelled", "1", booking.PaymentEvent{Kind: booking.PaymentCancelled, PaymentID: "tr_7", OrderID: "1", Received: euros}},
		{"payment.cancelled", "", booking.PaymentEvent{Kind: booking.PaymentCancelled, PaymentID: "tr_7", CheckoutID: "tr_7", Received: euros}},
		{"refund.succeeded", "1", booking.PaymentEvent{Kind: booking.RefundSucceeded, PaymentID: "tr_7", OrderID: "1", Refunded: 4500, Received: booking.Money{Currency: "EUR"}}},
		{"refund.failed", "1", booking.PaymentEvent{Kind: booking.RefundFailed, PaymentID: "tr_7", OrderID: "1", Received: booking.Money{Currency: "EUR"}}},
		{"customer.created", "1", booking.PaymentEvent{Kind: booking.PaymentIgnored}},
	} {
		body, header := signed(t, oldSecret, c.kind, c.orderID)
		ev, err := p.ReadWebhook(body, header)
		require.NoError(t, err)
		c.want.WebhookID, c.want.Type = "evt_1", c.kind
		require.Equal(t, c.want, ev)
	}
}

func TestAForgedWebhookIsRefused(t *testing.T) {
	body, header := signed(t, oldSecret, "payment.succeeded", "1")
	ev, err := newProvider(t, Config{Secrets: []string{newSecret}}).ReadWebhook(body, header)
	require.Equal(t, booking.CodeInvalidSignature, booking.CodeOf(err))
	require.Zero(t, ev)
	late := func() time.Time { return time.Now().Add(time.Hour) }
	_, err = newProvider(t, Config{Now: late}).ReadWebhook(body, header)
	require.Equal(t, booking.CodeStaleTimestamp, booking.CodeOf(err))
}

func signed(t *testing.T, secret, kind, orderID string) ([]byte, http.Header) {
	t.Helper()
	keys, err := standardwebhook.New([]string{secret}, nil)
	require.NoError(t, err)
	body, err := standardwebhook.Message{
		Type: kind, Timestamp: time.Now(),
		Data: standardwebhook.Data{PaymentID: "tr_7", OrderID: orderID, Amount: 4500, Currency: "EUR"},
	}.Encode()
	require.NoError(t, err)
	header := http.Header{}
	require.NoError(t, keys.Sign(header, "evt_1", body))
	return body, header
}
