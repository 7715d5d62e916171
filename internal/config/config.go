// Package config turns the environment into a validated Config, once, at the
// start. It keeps no global state: Load gets the environment as an argument.
//
// The struct tags of Config are the list of variables. env names the variable,
// envDefault is used where it is unset or empty, and secret:"true" marks what
// must never be shown; such a variable may also be given as NAME_FILE.
package config

import (
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"time"

	"github.com/caarlos0/env/v10"
)

// The payment providers.
const (
	ProviderSandbox  = "sandbox"  // built in, moves no money
	ProviderStripe   = "stripe"   // Stripe Checkout
	ProviderStandard = "standard" // any that speaks Standard Webhooks
)

// Config is the effective configuration of a process. Every value has been
// checked. Printing it, whole or in part, shows no secret.
type Config struct {
	// Addr and OpsAddr are host:port to listen on; port 0 takes a free one.
	Addr    string `env:"SEATHOLD_ADDR" envDefault:"127.0.0.1:8080"`
	OpsAddr string `env:"SEATHOLD_OPS_ADDR" envDefault:"127.0.0.1:9091"`
	// PublicURL has no slash at its end. Empty: use BaseURL.
	PublicURL string `env:"SEATHOLD_PUBLIC_URL"`

	Redis   Redis   `env:"SEATHOLD_REDIS_URL" secret:"true"`
	MongoDB MongoDB `env:"SEATHOLD_MONGODB_URI" secret:"true"`
	DataDir string  `env:"SEATHOLD_DATA_DIR" envDefault:"./data"`

	PaymentProvider string `env:"SEATHOLD_PAYMENT_PROVIDER"`
	// SandboxWebhookSecrets are whsec_… texts, the one to sign with first.
	// Empty only when all is embedded: the process makes one and keeps it.
	SandboxWebhookSecrets []Secret `env:"SEATHOLD_SANDBOX_WEBHOOK_SECRET" secret:"true"`
	// StandardWebhookSecrets are of the same form.
	StandardWebhookSecrets []Secret `env:"SEATHOLD_STANDARD_WEBHOOK_SECRET" secret:"true"`
	// StandardPaymentURL is where customers pay, with {order_id} and the like in
	// it; StandardCommandURL is where the provider takes requests. Both may be empty.
	StandardPaymentURL string `env:"SEATHOLD_STANDARD_PAYMENT_URL"`
	StandardCommandURL string `env:"SEATHOLD_STANDARD_COMMAND_URL"`
	// StripeWebhookSecrets are the endpoint's signing secrets, any of which may
	// have signed. StripeAPIBase is empty for Stripe itself.
	StripeAPIKey         Secret        `env:"SEATHOLD_STRIPE_API_KEY" secret:"true"`
	StripeWebhookSecrets StripeSecrets `env:"SEATHOLD_STRIPE_WEBHOOK_SECRET" secret:"true"`
	StripeAPIBase        string        `env:"SEATHOLD_STRIPE_API_BASE"`

	// WebhookNetworks are private networks that organizers' webhook endpoints
	// may be in. Without any, only public addresses over https are.
	WebhookNetworks []netip.Prefix `env:"SEATHOLD_WEBHOOK_NETWORKS"`

	// JWTSecret is empty where JWTKey is set, and when all is embedded: then the
	// process makes one and keeps it.
	JWTSecret Secret `env:"SEATHOLD_JWT_SECRET" secret:"true"`
	// JWTKey is private and signs; the other two are published and accepted too.
	JWTKey         TokenKey      `env:"SEATHOLD_JWT_KEY" secret:"true"`
	JWTKeyNext     TokenKey      `env:"SEATHOLD_JWT_KEY_NEXT" secret:"true"`
	JWTKeyPrevious TokenKey      `env:"SEATHOLD_JWT_KEY_PREVIOUS" secret:"true"`
	JWTIssuer      string        `env:"SEATHOLD_JWT_ISSUER" envDefault:"seathold"`
	JWTAudience    string        `env:"SEATHOLD_JWT_AUDIENCE" envDefault:"seathold"`
	AccessTTL      time.Duration `env:"SEATHOLD_ACCESS_TTL" envDefault:"15m"`
	RefreshTTL     time.Duration `env:"SEATHOLD_REFRESH_TTL" envDefault:"720h"`
	BcryptCost     int           `env:"SEATHOLD_BCRYPT_COST" envDefault:"10"`

	// OIDCIssuer is an outside issuer whose access tokens are accepted too; empty:
	// none. Without OIDCJWKSURL its keys are where its discovery document says.
	OIDCIssuer    string `env:"SEATHOLD_OIDC_ISSUER"`
	OIDCAudience  string `env:"SEATHOLD_OIDC_AUDIENCE"`
	OIDCJWKSURL   string `env:"SEATHOLD_OIDC_JWKS_URL"`
	OIDCRoleClaim string `env:"SEATHOLD_OIDC_ROLE_CLAIM" envDefault:"seathold_role"`

	HoldTTL     time.Duration `env:"SEATHOLD_HOLD_TTL" envDefault:"10m"`
	PaymentTTL  time.Duration `env:"SEATHOLD_PAYMENT_TTL" envDefault:"15m"`
	HoldMaxLife time.Duration `env:"SEATHOLD_HOLD_MAX_LIFE" envDefault:"45m"`

	MaxSeatsPerHold     int `env:"SEATHOLD_MAX_SEATS_PER_HOLD" envDefault:"10"`
	MaxSeatsPerCustomer int `env:"SEATHOLD_MAX_SEATS_PER_CUSTOMER" envDefault:"20"`

	// AbuseLimits lifts, where false, all limits but the caps on seats.
	AbuseLimits bool `env:"SEATHOLD_ABUSE_LIMITS" envDefault:"on"`

	CORSOrigins    Origins        `env:"SEATHOLD_CORS_ORIGINS"`
	TrustedProxies []netip.Prefix `env:"SEATHOLD_TRUSTED_PROXIES"`

	// LogFormat is "text", "json", or "": text on a terminal, else json.
	LogFormat     string        `env:"SEATHOLD_LOG_FORMAT"`
	LogLevel      string        `env:"SEATHOLD_LOG_LEVEL" envDefault:"info"`
	ShutdownGrace time.Duration `env:"SEATHOLD_SHUTDOWN_GRACE" envDefault:"15s"`
	// ShutdownDelay is how long all is served on after the signal to end, with
	// /readyz saying so: the time that balancers take to notice.
	ShutdownDelay Delay `env:"SEATHOLD_SHUTDOWN_DELAY" envDefault:"0s"`

	Demo bool `env:"SEATHOLD_DEMO"`
	// DemoPassword is empty where the process is to make one.
	DemoPassword Secret `env:"SEATHOLD_DEMO_PASSWORD" secret:"true"`

	sources map[string]Source
	files   []SecretFile
}

// Load reads the configuration from environ ("NAME=value" entries, as
// os.Environ returns them) and from the file at dotenvPath ("" or absent:
// none); environ wins. The warnings are one line each, for the log. Each line
// of the error names one variable, as *Error does; no secret is in either.
func Load(environ []string, dotenvPath string) (Config, []string, error) {
	dotenv, err := readDotenv(dotenvPath)
	if err != nil {
		return Config{}, nil, err
	}
	given := keepOwn(environ)
	warnings := unknownVariables(given, dotenv)

	settings, err := merge(given, dotenv)
	if err != nil {
		return Config{}, warnings, err
	}
	c := Config{sources: settings.sources, files: settings.files}
	if err := parse(&c, settings.values); err != nil {
		return Config{}, warnings, err
	}
	c.setDerived()
	if err := c.validate(); err != nil {
		return Config{}, warnings, err
	}
	return c, append(warnings, c.cautions()...), nil
}

// parse fills c by its struct tags and words every error our way.
func parse(c *Config, values map[string]string) error {
	err := env.ParseWithOptions(c, env.Options{Environment: values, FuncMap: parsers()})
	if err == nil {
		return nil
	}
	var all env.AggregateError
	if !errors.As(err, &all) {
		return err
	}
	worded := make([]error, len(all.Errors))
	for i, one := range all.Errors {
		worded[i] = wordParseError(one, values)
	}
	return errors.Join(worded...)
}

// setDerived fills the defaults that hang on other variables.
func (c *Config) setDerived() {
	if !c.Embedded() {
		return
	}
	if c.PaymentProvider == "" {
		c.PaymentProvider = ProviderSandbox
	}
	if !c.isSet("SEATHOLD_DEMO") {
		c.Demo = true
	}
}

// Embedded reports whether Redis and MongoDB are both embedded.
func (c *Config) Embedded() bool { return c.Redis.Embedded() && c.MongoDB.Embedded() }

// BaseURL returns where customers and providers reach the service: PublicURL
// or, where that is empty, http:// and the address that was bound (host:port).
func (c *Config) BaseURL(bound string) string {
	if c.PublicURL != "" {
		return c.PublicURL
	}
	host, port, err := net.SplitHostPort(bound)
	if err != nil {
		return "http://" + bound
	}
	// Nobody can connect to "all interfaces".
	if ip, err := netip.ParseAddr(host); host == "" || (err == nil && ip.IsUnspecified()) {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// Level returns LogLevel as slog has it.
func (c *Config) Level() slog.Level { return logLevels[c.LogLevel] }

// SecretFiles lists the files that secrets were read from, in Config's order.
func (c *Config) SecretFiles() []SecretFile { return c.files }

func (c *Config) isSet(name string) bool {
	_, set := c.sources[name]
	return set
}
