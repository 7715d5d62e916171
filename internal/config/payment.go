package config

import (
	"errors"
	"net/url"
	"strings"
	"time"
)

const wantStandardForm = "whsec_ followed by 24 to 64 bytes in base64"

// checkPayment asks of the chosen provider what it cannot do without.
func (c *Config) checkPayment() error {
	const name, want = "SEATHOLD_PAYMENT_PROVIDER", "sandbox, stripe or standard"
	switch c.PaymentProvider {
	case "":
		return missing(name, want+"; "+requiredOnRealServers)
	case ProviderSandbox:
		if len(c.SandboxWebhookSecrets) > 0 || c.Embedded() {
			return c.checkEachNotGuessed("SEATHOLD_SANDBOX_WEBHOOK_SECRET", c.SandboxWebhookSecrets)
		}
		return missing("SEATHOLD_SANDBOX_WEBHOOK_SECRET", wantStandardForm+", "+requiredOnRealServers)
	case ProviderStripe:
		return c.checkStripe()
	case ProviderStandard:
		return c.checkStandard()
	default:
		return badValue(name, c.PaymentProvider, want)
	}
}

func (c *Config) checkStripe() error {
	const required = ", required by the provider stripe"
	var errs []error
	if c.StripeAPIKey == "" {
		errs = append(errs, missing("SEATHOLD_STRIPE_API_KEY", "a secret or restricted key (sk_… or rk_…)"+required))
	}
	if len(c.StripeWebhookSecrets) == 0 {
		errs = append(errs, missing("SEATHOLD_STRIPE_WEBHOOK_SECRET", "the signing secret of the webhook endpoint (whsec_…)"+required))
	}
	if c.StripeAPIBase != "" {
		errs = append(errs, checkWebURL("SEATHOLD_STRIPE_API_BASE", c.StripeAPIBase))
	}
	if c.PaymentTTL > stripeLongest {
		errs = append(errs, badValue("SEATHOLD_PAYMENT_TTL", showDuration(c.PaymentTTL),
			"at most "+showDuration(stripeLongest)+" with the provider stripe, whose sessions live 24 hours at most"))
	}
	return errors.Join(errs...)
}

// stripeLongest is how long a payment may take there: a session outlives it by
// half an hour, and may live for 24 hours.
const stripeLongest = 23 * time.Hour

func (c *Config) checkStandard() error {
	var errs []error
	if len(c.StandardWebhookSecrets) == 0 {
		errs = append(errs, missing("SEATHOLD_STANDARD_WEBHOOK_SECRET", wantStandardForm+", required by the provider standard"))
	}
	errs = append(errs, c.checkEachNotGuessed("SEATHOLD_STANDARD_WEBHOOK_SECRET", c.StandardWebhookSecrets))
	if c.StandardPaymentURL != "" {
		// What stands in braces is filled in later, and escaped by then.
		plain := strings.NewReplacer("{", "", "}", "").Replace(c.StandardPaymentURL)
		errs = append(errs, checkWebURL("SEATHOLD_STANDARD_PAYMENT_URL", plain))
	}
	if c.StandardCommandURL != "" {
		errs = append(errs, checkWebURL("SEATHOLD_STANDARD_COMMAND_URL", c.StandardCommandURL))
	}
	return errors.Join(errs...)
}

func checkWebURL(name, value string) error {
	u, err := url.Parse(value)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil || u.Fragment != "" {
		return badValue(name, value, "an absolute http or https URL, without user and fragment")
	}
	return nil
}

// StripeSecrets are signing secrets as Stripe makes them: opaque texts.
type StripeSecrets []Secret

func parseStripeSecrets(text string) (StripeSecrets, error) {
	var secrets StripeSecrets
	for part := range strings.SplitSeq(text, ",") {
		part = strings.TrimSpace(part)
		if !strings.HasPrefix(part, "whsec_") || len(part) < len("whsec_")+16 {
			return nil, wantError("whsec_ and at least 16 characters, as Stripe shows it; several separated by commas while rotating")
		}
		secrets = append(secrets, Secret(part))
	}
	return secrets, nil
}
