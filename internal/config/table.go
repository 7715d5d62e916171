package config

import (
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// Setting is one line of the effective configuration.
type Setting struct {
	Name   string
	Value  string // fit to be shown: no secret, no password
	Source Source
}

// Table lists every variable with its effective value, in Config's order.
func (c *Config) Table() []Setting {
	return []Setting{
		c.setting("SEATHOLD_ADDR", c.Addr),
		c.setting("SEATHOLD_OPS_ADDR", c.OpsAddr),
		c.setting("SEATHOLD_PUBLIC_URL", c.BaseURL(c.Addr)),
		c.setting("SEATHOLD_REDIS_URL", c.Redis.String()),
		c.setting("SEATHOLD_MONGODB_URI", c.MongoDB.String()),
		c.setting("SEATHOLD_DATA_DIR", c.DataDir),
		c.setting("SEATHOLD_PAYMENT_PROVIDER", c.PaymentProvider),
		c.setting("SEATHOLD_SANDBOX_WEBHOOK_SECRET", c.showSandboxSecret()),
		c.setting("SEATHOLD_STANDARD_WEBHOOK_SECRET", showSecret(len(c.StandardWebhookSecrets) > 0, "")),
		c.setting("SEATHOLD_STANDARD_PAYMENT_URL", c.StandardPaymentURL),
		c.setting("SEATHOLD_STANDARD_COMMAND_URL", c.StandardCommandURL),
		c.setting("SEATHOLD_STRIPE_API_KEY", showSecret(c.StripeAPIKey != "", "")),
		c.setting("SEATHOLD_STRIPE_WEBHOOK_SECRET", showSecret(len(c.StripeWebhookSecrets) > 0, "")),
		c.setting("SEATHOLD_STRIPE_API_BASE", c.StripeAPIBase),
		c.setting("SEATHOLD_WEBHOOK_NETWORKS", showNetworks(c.WebhookNetworks)),
		c.setting("SEATHOLD_JWT_SECRET", c.showJWTSecret()),
		c.setting("SEATHOLD_JWT_KEY", showSecret(c.JWTKey.IsSet(), "")),
		c.setting("SEATHOLD_JWT_KEY_NEXT", showSecret(c.JWTKeyNext.IsSet(), "")),
		c.setting("SEATHOLD_JWT_KEY_PREVIOUS", showSecret(c.JWTKeyPrevious.IsSet(), "")),
		c.setting("SEATHOLD_JWT_ISSUER", c.JWTIssuer),
		c.setting("SEATHOLD_JWT_AUDIENCE", c.JWTAudience),
		c.setting("SEATHOLD_ACCESS_TTL", showDuration(c.AccessTTL)),
		c.setting("SEATHOLD_REFRESH_TTL", showDuration(c.RefreshTTL)),
		c.setting("SEATHOLD_BCRYPT_COST", strconv.Itoa(c.BcryptCost)),
		c.setting("SEATHOLD_OIDC_ISSUER", c.OIDCIssuer),
		c.setting("SEATHOLD_OIDC_AUDIENCE", c.OIDCAudience),
		c.setting("SEATHOLD_OIDC_JWKS_URL", c.OIDCJWKSURL),
		c.setting("SEATHOLD_OIDC_ROLE_CLAIM", c.OIDCRoleClaim),
		c.setting("SEATHOLD_HOLD_TTL", showDuration(c.HoldTTL)),
		c.setting("SEATHOLD_PAYMENT_TTL", showDuration(c.PaymentTTL)),
		c.setting("SEATHOLD_HOLD_MAX_LIFE", showDuration(c.HoldMaxLife)),
		c.setting("SEATHOLD_MAX_SEATS_PER_HOLD", strconv.Itoa(c.MaxSeatsPerHold)),
		c.setting("SEATHOLD_MAX_SEATS_PER_CUSTOMER", strconv.Itoa(c.MaxSeatsPerCustomer)),
		c.setting("SEATHOLD_ABUSE_LIMITS", showSwitch(c.AbuseLimits)),
		c.setting("SEATHOLD_CORS_ORIGINS", strings.Join(c.CORSOrigins, ",")),
		c.setting("SEATHOLD_TRUSTED_PROXIES", showNetworks(c.TrustedProxies)),
		c.setting("SEATHOLD_LOG_FORMAT", c.showLogFormat()),
		c.setting("SEATHOLD_LOG_LEVEL", c.LogLevel),
		c.setting("SEATHOLD_SHUTDOWN_GRACE", showDuration(c.ShutdownGrace)),
		c.setting("SEATHOLD_SHUTDOWN_DELAY", showDuration(time.Duration(c.ShutdownDelay))),
		c.setting("SEATHOLD_DEMO", showSwitch(c.Demo)),
		c.setting("SEATHOLD_DEMO_PASSWORD", c.showDemoPassword()),
	}
}

func (c *Config) setting(name, value string) Setting {
	source, ok := c.sources[name]
	if !ok {
		source = SourceDefault
	}
	return Setting{Name: name, Value: value, Source: source}
}

func (c *Config) showLogFormat() string {
	if c.LogFormat == "" {
		return "text on a terminal, else json"
	}
	return c.LogFormat
}

func (c *Config) showDemoPassword() string {
	if c.Demo {
		return showSecret(c.DemoPassword != "", "(made and printed at start)")
	}
	return c.DemoPassword.String()
}

func (c *Config) showJWTSecret() string {
	if c.JWTKey.IsSet() {
		return ""
	}
	return showSecret(c.JWTSecret != "", "(made at first start)")
}

func (c *Config) showSandboxSecret() string {
	otherwise := ""
	if c.PaymentProvider == ProviderSandbox {
		otherwise = "(made at first start)"
	}
	return showSecret(len(c.SandboxWebhookSecrets) > 0, otherwise)
}

func showSecret(set bool, otherwise string) string {
	if set {
		return "(set)"
	}
	return otherwise
}

func showSwitch(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

// showDuration writes 15m where time.Duration writes 15m0s.
func showDuration(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

func showNetworks(networks []netip.Prefix) string {
	texts := make([]string, len(networks))
	for i, n := range networks {
		texts[i] = n.String()
	}
	return strings.Join(texts, ",")
}
