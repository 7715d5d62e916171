package stripe

import (
	"testing"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
	"seathold/internal/payment/stripe/stripetest"
)

func TestNewNamesWhatIsWrong(t *testing.T) {
	good := Config{
		APIKey: "sk_test_1", WebhookSecrets: []string{oldSecret}, PublicURL: func() string { return shopURL },
	}
	_, err := New(good)
	require.NoError(t, err)
	for _, c := range []struct {
		change func(*Config)
		says   string
	}{
		{func(c *Config) { c.PublicURL = nil }, "public URL"},
		{func(c *Config) { c.APIKey = "" }, "no API key"},
		{func(c *Config) { c.APIKey = "sk_test_1\n" }, "a space or another character"},
		{func(c *Config) { c.APIKey = "pk_test_1" }, "publishable"},
		{func(c *Config) { c.APIKey = oldSecret }, "webhook secret"},
		{func(c *Config) { c.WebhookSecrets = nil }, "no webhook secret"},
		{func(c *Config) { c.WebhookSecrets = []string{oldSecret, ""} }, "webhook secret 2 of 2"},
		{func(c *Config) { c.WebhookSecrets = []string{"whsec_"} }, "webhook secret 1 of 1"},
		{func(c *Config) { c.WebhookSecrets = []string{"sk_test_0123456789012345"} }, "webhook secret 1 of 1"},
		{func(c *Config) { c.APIBase = "api.stripe.com" }, `"api.stripe.com" is not an absolute`},
		{func(c *Config) { c.APIBase = "ftp://a.example" }, "is not an absolute"},
	} {
		bad := good
		c.change(&bad)
		_, err := New(bad)
		require.ErrorContains(t, err, c.says)
		require.NotContains(t, err.Error(), "sk_test_", "no secret is quoted")
	}
}

func TestNoPaymentBeforeTheURLIsKnown(t *testing.T) {
	p := newProvider(t, Config{PublicURL: func() string { return "" }, APIBase: "http://127.0.0.1:1"})
	require.Equal(t, "stripe", p.Name())
	_, err := p.CreatePayment(ctx, request())
	requireUnavailable(t, err)
	require.ErrorContains(t, err, "public URL")
}

func TestAWrongKeyIsNamedAndNothingIsSpent(t *testing.T) {
	_, fake := newFake(t)
	p := newProvider(t, Config{APIBase: fake.URL, APIKey: "sk_test_of_someone_else"})
	_, err := p.CreatePayment(ctx, request())
	requireUnavailable(t, err)
	require.ErrorContains(t, err, "does not accept the API key")
	require.NotContains(t, err.Error(), "sk_test_")
	_, err = p.Refund(ctx, refundRequest("pi_1"))
	requireUnavailable(t, err)

	mended := newProvider(t, Config{APIBase: fake.URL, APIKey: stripetest.APIKey})
	_, err = mended.CreatePayment(ctx, request())
	require.NoError(t, err)
}

// What a client is shown is not what Stripe said.
func TestAFaultShowsNothingOfItsCause(t *testing.T) {
	p, fake := newFake(t)
	fake.Break(stripetest.Fault{Status: 403, Code: "secret_reason"})
	_, err := p.LookUpCheckout(ctx, orderID, "cs_1")
	require.ErrorContains(t, err, "secret_reason")
	var e *booking.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, "Stripe does not answer at the moment; try again", e.Detail)
}
