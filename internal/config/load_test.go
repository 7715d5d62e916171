package config

import (
	"encoding/base64"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// These texts are secrets in every test here: none may show up anywhere.
const (
	jwtSecret    = "jwt-secret-of-32-bytes-or-more-x"
	demoPassword = "demo-password-1"
	redisURL     = "redis://shop:redispw@redis.example:6379/2"
	mongoURI     = "mongodb://shop:mongopw@mongo.example:27017/seathold?replicaSet=rs0"
)

var webhookSecret = "whsec_" + base64.StdEncoding.EncodeToString([]byte("webhook-secret-of-more-than-24-b"))

// realServers is the least that a start on real servers needs.
func realServers(more ...string) []string {
	return append([]string{
		"SEATHOLD_PUBLIC_URL=https://tickets.example",
		"SEATHOLD_REDIS_URL=" + redisURL,
		"SEATHOLD_MONGODB_URI=" + mongoURI,
		"SEATHOLD_PAYMENT_PROVIDER=sandbox",
		"SEATHOLD_SANDBOX_WEBHOOK_SECRET=" + webhookSecret,
		"SEATHOLD_JWT_SECRET=" + jwtSecret,
	}, more...)
}

func mustLoad(t *testing.T, environ ...string) Config {
	t.Helper()
	c, _, err := Load(environ, "")
	require.NoError(t, err)
	return c
}

func writeFile(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func TestNothingSetIsAllEmbedded(t *testing.T) {
	c, warnings, err := Load(nil, filepath.Join(t.TempDir(), ".env"))
	require.NoError(t, err)
	require.Empty(t, warnings)
	require.True(t, c.Embedded())

	c.sources = nil
	require.Equal(t, Config{
		Addr: "127.0.0.1:8080", OpsAddr: "127.0.0.1:9091", DataDir: "./data",
		PaymentProvider: "sandbox",
		JWTIssuer:       "seathold", JWTAudience: "seathold", AccessTTL: 15 * time.Minute, BcryptCost: 10,
		RefreshTTL: 720 * time.Hour, OIDCRoleClaim: "seathold_role",
		HoldTTL: 10 * time.Minute, PaymentTTL: 15 * time.Minute, HoldMaxLife: 45 * time.Minute,
		MaxSeatsPerHold: 10, MaxSeatsPerCustomer: 20, AbuseLimits: true,
		LogLevel: "info", ShutdownGrace: 15 * time.Second, Demo: true,
	}, c)
}

func TestRealServers(t *testing.T) {
	c, warnings, err := Load(realServers(), "")
	require.NoError(t, err)
	require.Empty(t, warnings)
	require.False(t, c.Embedded())
	require.False(t, c.Demo, "the demo is on by itself only when all is embedded")
	require.Equal(t, "https://tickets.example", c.PublicURL)
	require.Equal(t, MongoDB{URI: Secret(mongoURI), Database: "seathold"}, c.MongoDB)
	require.Equal(t, Redis{
		Mode: RedisStandalone, Addrs: []string{"redis.example:6379"}, Username: "shop", Password: "redispw", DB: 2,
	}, c.Redis)
	require.Equal(t, jwtSecret, c.JWTSecret.Reveal())
	require.Equal(t, []Secret{Secret(webhookSecret)}, c.SandboxWebhookSecrets)

	require.True(t, mustLoad(t, realServers("SEATHOLD_DEMO=on")...).Demo)
	require.False(t, mustLoad(t, "SEATHOLD_DEMO=off").Demo)
}

func TestGoodValues(t *testing.T) {
	second := "whsec_" + base64.StdEncoding.EncodeToString([]byte("another-secret-of-24-byt"))
	longest := "whsec_" + base64.StdEncoding.EncodeToString([]byte(strings.Repeat("k", 64)))
	cases := []struct {
		set  string
		want any
		got  func(c Config) any
	}{
		{"ADDR=:0", ":0", func(c Config) any { return c.Addr }},
		{"ADDR=[::1]:65535", "[::1]:65535", func(c Config) any { return c.Addr }},
		{"ADDR=", "127.0.0.1:8080", func(c Config) any { return c.Addr }},
		{"OPS_ADDR=0.0.0.0:9000", "0.0.0.0:9000", func(c Config) any { return c.OpsAddr }},
		{"PUBLIC_URL=http://127.0.0.1:8080/", "http://127.0.0.1:8080", func(c Config) any { return c.PublicURL }},
		{"PUBLIC_URL=HTTPS://a.example/shop/", "https://a.example/shop", func(c Config) any { return c.PublicURL }},
		{"DATA_DIR=/var/lib/seathold", "/var/lib/seathold", func(c Config) any { return c.DataDir }},
		{"PAYMENT_PROVIDER=sandbox", "sandbox", func(c Config) any { return c.PaymentProvider }},
		{
			"SANDBOX_WEBHOOK_SECRET=" + longest + " , " + second,
			[]Secret{Secret(longest), Secret(second)},
			func(c Config) any { return c.SandboxWebhookSecrets },
		},
		{"JWT_SECRET=" + jwtSecret, Secret(jwtSecret), func(c Config) any { return c.JWTSecret }},
		{"JWT_ISSUER=a", "a", func(c Config) any { return c.JWTIssuer }},
		{"JWT_AUDIENCE=b", "b", func(c Config) any { return c.JWTAudience }},
		{"ACCESS_TTL=1h30m", 90 * time.Minute, func(c Config) any { return c.AccessTTL }},
		{"BCRYPT_COST=4", 4, func(c Config) any { return c.BcryptCost }},
		{"BCRYPT_COST=15", 15, func(c Config) any { return c.BcryptCost }},
		{"HOLD_TTL=100ms", 100 * time.Millisecond, func(c Config) any { return c.HoldTTL }},
		{"PAYMENT_TTL=2s", 2 * time.Second, func(c Config) any { return c.PaymentTTL }},
		{"HOLD_MAX_LIFE=3h", 3 * time.Hour, func(c Config) any { return c.HoldMaxLife }},
		{"MAX_SEATS_PER_HOLD=1", 1, func(c Config) any { return c.MaxSeatsPerHold }},
		{"MAX_SEATS_PER_HOLD=1000", 1000, func(c Config) any { return c.MaxSeatsPerHold }},
		{"MAX_SEATS_PER_CUSTOMER=200000", 200_000, func(c Config) any { return c.MaxSeatsPerCustomer }},
		{"ABUSE_LIMITS=off", false, func(c Config) any { return c.AbuseLimits }},
		{"ABUSE_LIMITS=true", true, func(c Config) any { return c.AbuseLimits }},
		{
			"CORS_ORIGINS=https://A.example:443, http://b.example:8000,http://[::1]:80",
			Origins{"https://a.example", "http://b.example:8000", "http://[::1]"},
			func(c Config) any { return c.CORSOrigins },
		},
		{
			"TRUSTED_PROXIES=10.1.2.3/8, 192.0.2.7,2001:db8::1,::ffff:192.0.2.8",
			[]netip.Prefix{
				netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("192.0.2.7/32"),
				netip.MustParsePrefix("2001:db8::1/128"), netip.MustParsePrefix("192.0.2.8/32"),
			},
			func(c Config) any { return c.TrustedProxies },
		},
		{"LOG_FORMAT=text", "text", func(c Config) any { return c.LogFormat }},
		{"LOG_FORMAT=json", "json", func(c Config) any { return c.LogFormat }},
		{"LOG_LEVEL=debug", slog.LevelDebug, func(c Config) any { return c.Level() }},
		{"LOG_LEVEL=info", slog.LevelInfo, func(c Config) any { return c.Level() }},
		{"LOG_LEVEL=warn", slog.LevelWarn, func(c Config) any { return c.Level() }},
		{"LOG_LEVEL=error", slog.LevelError, func(c Config) any { return c.Level() }},
		{"SHUTDOWN_GRACE=1m", time.Minute, func(c Config) any { return c.ShutdownGrace }},
		{"SHUTDOWN_DELAY=5s", Delay(5 * time.Second), func(c Config) any { return c.ShutdownDelay }},
		{"SHUTDOWN_DELAY=0s", Delay(0), func(c Config) any { return c.ShutdownDelay }},
		{"DEMO=on", true, func(c Config) any { return c.Demo }},
		{"DEMO=TRUE", true, func(c Config) any { return c.Demo }},
		{"DEMO=off", false, func(c Config) any { return c.Demo }},
		{"DEMO=false", false, func(c Config) any { return c.Demo }},
		{"DEMO_PASSWORD=0123456789", Secret("0123456789"), func(c Config) any { return c.DemoPassword }},
	}
	for _, tc := range cases {
		t.Run(tc.set, func(t *testing.T) {
			require.Equal(t, tc.want, tc.got(mustLoad(t, "SEATHOLD_"+tc.set)))
		})
	}
}

func TestDotenv(t *testing.T) {
	path := writeFile(t, ".env", `# comment
SEATHOLD_BCRYPT_COST=5
SEATHOLD_JWT_ISSUER="from the file" # why
SEATHOLD_DEMO=off
export SEATHOLD_DATA_DIR='/d$HOME'
OTHER=1
SEATHOLD_COLOUR=blue
`)
	environ := []string{"SEATHOLD_BCRYPT_COST=6", "SEATHOLD_DEMO=", "PATH=/bin"}
	c, warnings, err := Load(environ, path)
	require.NoError(t, err)
	require.Equal(t, 6, c.BcryptCost, "the environment wins")
	require.Equal(t, "from the file", c.JWTIssuer)
	require.Equal(t, "/d$HOME", c.DataDir)
	require.True(t, c.Demo, "an empty variable takes back what the file says")
	require.Equal(t, []string{"SEATHOLD_COLOUR is not a variable of Seathold and is ignored"}, warnings)
	require.NotContains(t, strings.Join(os.Environ(), "\n"), "SEATHOLD_JWT_ISSUER", "the process's environment stays as it is")
}

func TestDotenvThatCannotBeRead(t *testing.T) {
	_, _, err := Load(nil, t.TempDir())
	require.ErrorContains(t, err, "cannot be read")

	path := writeFile(t, ".env", "SEATHOLD_JWT_SECRET "+jwtSecret+"\n")
	_, _, err = Load(nil, path)
	require.ErrorContains(t, err, path+": cannot be read; want lines of NAME=value")
	requireNoSecret(t, err.Error())
}

func TestUnknownVariables(t *testing.T) {
	cases := []struct{ name, warning string }{
		{"SEATHOLD_REDIS_URI", "; did you mean SEATHOLD_REDIS_URL?"},
		{"SEATHOLD_JWT_SECERT", "; did you mean SEATHOLD_JWT_SECRET?"},
		{"SEATHOLD_JWT_SECRET_FIEL", "; did you mean SEATHOLD_JWT_SECRET_FILE?"},
		{"SEATHOLD_BCRYPTCOST", "; did you mean SEATHOLD_BCRYPT_COST?"},
		{"SEATHOLD_STRIPE_KEY", ""},
		{"SEATHOLD_STRIPE_API_KEYS", "; did you mean SEATHOLD_STRIPE_API_KEY?"},
		{"SEATHOLD_TOKENS", "; did you mean SEATHOLD_TOKEN?"},
		{"SEATHOLD_ABUSE_LIMIT", "; did you mean SEATHOLD_ABUSE_LIMITS?"},
		{"SEATHOLD_ADDR_FILE", ""},
		{"SEATHOLD_", ""},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			_, warnings, err := Load([]string{tc.name + "=" + jwtSecret}, "")
			require.NoError(t, err)
			require.Equal(t, []string{tc.name + " is not a variable of Seathold and is ignored" + tc.warning}, warnings)
		})
	}
	_, warnings, err := Load([]string{"SEATHOLD_TEST_MONGODB_URI=x", "SEATHOLD_TOKEN=x", "seathold_addr=x", "SEATHOLDX=1", "nonsense"}, "")
	require.NoError(t, err)
	require.Empty(t, warnings)

	_, warnings, err = Load([]string{"SEATHOLD_B\nC=x", "SEATHOLD_AX=x"}, "")
	require.NoError(t, err)
	require.Len(t, warnings, 2)
	require.NotContains(t, strings.Join(warnings, ""), "\n")
}

func TestUnknownVariablesAreToldEvenWhenTheStartFails(t *testing.T) {
	_, warnings, err := Load([]string{"SEATHOLD_REDIS_URI=x", "SEATHOLD_BCRYPT_COST=99"}, "")
	require.Error(t, err)
	require.Len(t, warnings, 1)
}

func TestCautions(t *testing.T) {
	without := func(name string) []string {
		var kept []string
		for _, entry := range realServers() {
			if !strings.HasPrefix(entry, name+"=") {
				kept = append(kept, entry)
			}
		}
		return kept
	}
	cases := map[string]struct {
		environ []string
		want    string
	}{
		"cheap hashes on real servers":   {realServers("SEATHOLD_BCRYPT_COST=9"), "SEATHOLD_BCRYPT_COST is 9"},
		"no limits on real servers":      {realServers("SEATHOLD_ABUSE_LIMITS=off"), "SEATHOLD_ABUSE_LIMITS is off"},
		"real orders, embedded holds":    {without("SEATHOLD_REDIS_URL"), "SEATHOLD_REDIS_URL is not set"},
		"real holds, embedded orders":    {without("SEATHOLD_MONGODB_URI"), "SEATHOLD_MONGODB_URI is not set"},
		"a hold longer than its longest": {[]string{"SEATHOLD_HOLD_TTL=1h"}, "SEATHOLD_HOLD_TTL (1h0m0s) is longer"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			_, warnings, err := Load(tc.environ, "")
			require.NoError(t, err)
			require.Len(t, warnings, 1)
			require.Contains(t, warnings[0], tc.want)
		})
	}
	_, warnings, err := Load([]string{"SEATHOLD_BCRYPT_COST=4", "SEATHOLD_ABUSE_LIMITS=off"}, "")
	require.NoError(t, err)
	require.Empty(t, warnings, "embedded, a cheap hash is nobody's risk")
}

func TestBaseURL(t *testing.T) {
	cases := map[string]string{
		"127.0.0.1:8080": "http://127.0.0.1:8080",
		"0.0.0.0:80":     "http://127.0.0.1:80",
		"[::]:81":        "http://127.0.0.1:81",
		":82":            "http://127.0.0.1:82",
		"[::1]:83":       "http://[::1]:83",
		"shop.local:84":  "http://shop.local:84",
	}
	c := mustLoad(t)
	for bound, want := range cases {
		require.Equal(t, want, c.BaseURL(bound))
	}
	c = mustLoad(t, "SEATHOLD_PUBLIC_URL=https://a.example")
	require.Equal(t, "https://a.example", c.BaseURL("127.0.0.1:8080"))
}
