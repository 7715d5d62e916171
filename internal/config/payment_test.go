package config

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestProvidersAskForWhatTheyNeed(t *testing.T) {
	const signing = "whsec_0123456789abcdef"
	stripe := map[string]string{
		"PAYMENT_PROVIDER": "stripe", "STRIPE_API_KEY": "sk_test_1", "STRIPE_WEBHOOK_SECRET": signing + ", " + signing + "2",
	}
	standard := map[string]string{
		"PAYMENT_PROVIDER": "standard", "STANDARD_WEBHOOK_SECRET": webhookSecret,
		"STANDARD_PAYMENT_URL": "https://pay.example/{order_id}?amount={amount}", "STANDARD_COMMAND_URL": "https://pay.example/commands",
	}
	for name, c := range map[string]struct {
		base   map[string]string
		change map[string]string
		wrong  string
	}{
		"stripe":                    {base: stripe},
		"standard":                  {base: standard},
		"standard, least":           {base: standard, change: map[string]string{"STANDARD_PAYMENT_URL": "", "STANDARD_COMMAND_URL": ""}},
		"stripe without key":        {stripe, map[string]string{"STRIPE_API_KEY": ""}, "SEATHOLD_STRIPE_API_KEY: not set"},
		"stripe without secret":     {stripe, map[string]string{"STRIPE_WEBHOOK_SECRET": ""}, "SEATHOLD_STRIPE_WEBHOOK_SECRET: not set"},
		"stripe, base no URL":       {stripe, map[string]string{"STRIPE_API_BASE": "localhost"}, "SEATHOLD_STRIPE_API_BASE: "},
		"stripe, payments too slow": {stripe, map[string]string{"PAYMENT_TTL": "24h"}, "SEATHOLD_PAYMENT_TTL: "},
		"standard without secret":   {standard, map[string]string{"STANDARD_WEBHOOK_SECRET": ""}, "SEATHOLD_STANDARD_WEBHOOK_SECRET: not set"},
		"standard, payment no URL":  {standard, map[string]string{"STANDARD_PAYMENT_URL": "/pay/{order_id}"}, "SEATHOLD_STANDARD_PAYMENT_URL: "},
		"standard, commands no URL": {standard, map[string]string{"STANDARD_COMMAND_URL": "ftp://x"}, "SEATHOLD_STANDARD_COMMAND_URL: "},
	} {
		t.Run(name, func(t *testing.T) {
			set := maps.Clone(c.base)
			maps.Copy(set, c.change)
			var environ []string
			for variable, value := range set {
				environ = append(environ, "SEATHOLD_"+variable+"="+value)
			}
			loaded, _, err := Load(environ, "")
			if c.wrong == "" {
				require.NoError(t, err)
				require.Equal(t, c.base["PAYMENT_PROVIDER"], loaded.PaymentProvider)
				return
			}
			require.ErrorContains(t, err, c.wrong)
			require.Regexp(t, oneLine, err.Error())
			require.NotContains(t, err.Error(), signing)
		})
	}
}

func TestStripesSecretsMayBeSeveral(t *testing.T) {
	c, _, err := Load([]string{
		"SEATHOLD_PAYMENT_PROVIDER=stripe", "SEATHOLD_STRIPE_API_KEY=rk_live_1",
		"SEATHOLD_STRIPE_WEBHOOK_SECRET=whsec_aaaaaaaaaaaaaaaa, whsec_bbbbbbbbbbbbbbbb",
	}, "")
	require.NoError(t, err)
	require.Equal(t, StripeSecrets{"whsec_aaaaaaaaaaaaaaaa", "whsec_bbbbbbbbbbbbbbbb"}, c.StripeWebhookSecrets)
}
