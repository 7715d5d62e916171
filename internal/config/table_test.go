package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"
)

func rows(c Config) map[string]Setting {
	all := map[string]Setting{}
	for _, s := range c.Table() {
		all[s.Name] = s
	}
	return all
}

func TestTableHasEveryVariable(t *testing.T) {
	c := mustLoad(t)
	table := c.Table()
	all := variables()
	require.Len(t, table, len(all))
	for i, v := range all {
		require.Equal(t, v.name, table[i].Name)
		require.Equal(t, SourceDefault, table[i].Source)
	}
}

func TestTableOfDefaults(t *testing.T) {
	want := map[string]string{
		"SEATHOLD_ADDR":                    "127.0.0.1:8080",
		"SEATHOLD_OPS_ADDR":                "127.0.0.1:9091",
		"SEATHOLD_PUBLIC_URL":              "http://127.0.0.1:8080",
		"SEATHOLD_REDIS_URL":               "embedded",
		"SEATHOLD_MONGODB_URI":             "embedded",
		"SEATHOLD_DATA_DIR":                "./data",
		"SEATHOLD_PAYMENT_PROVIDER":        "sandbox",
		"SEATHOLD_SANDBOX_WEBHOOK_SECRET":  "(made at first start)",
		"SEATHOLD_STANDARD_WEBHOOK_SECRET": "",
		"SEATHOLD_STANDARD_PAYMENT_URL":    "",
		"SEATHOLD_STANDARD_COMMAND_URL":    "",
		"SEATHOLD_STRIPE_API_KEY":          "",
		"SEATHOLD_STRIPE_WEBHOOK_SECRET":   "",
		"SEATHOLD_STRIPE_API_BASE":         "",
		"SEATHOLD_WEBHOOK_NETWORKS":        "",
		"SEATHOLD_JWT_SECRET":              "(made at first start)",
		"SEATHOLD_JWT_KEY":                 "",
		"SEATHOLD_JWT_KEY_NEXT":            "",
		"SEATHOLD_JWT_KEY_PREVIOUS":        "",
		"SEATHOLD_JWT_ISSUER":              "seathold",
		"SEATHOLD_JWT_AUDIENCE":            "seathold",
		"SEATHOLD_ACCESS_TTL":              "15m",
		"SEATHOLD_REFRESH_TTL":             "720h",
		"SEATHOLD_OIDC_ISSUER":             "",
		"SEATHOLD_OIDC_AUDIENCE":           "",
		"SEATHOLD_OIDC_JWKS_URL":           "",
		"SEATHOLD_OIDC_ROLE_CLAIM":         "seathold_role",
		"SEATHOLD_BCRYPT_COST":             "10",
		"SEATHOLD_HOLD_TTL":                "10m",
		"SEATHOLD_PAYMENT_TTL":             "15m",
		"SEATHOLD_HOLD_MAX_LIFE":           "45m",
		"SEATHOLD_MAX_SEATS_PER_HOLD":      "10",
		"SEATHOLD_MAX_SEATS_PER_CUSTOMER":  "20",
		"SEATHOLD_ABUSE_LIMITS":            "on",
		"SEATHOLD_CORS_ORIGINS":            "",
		"SEATHOLD_TRUSTED_PROXIES":         "",
		"SEATHOLD_LOG_FORMAT":              "text on a terminal, else json",
		"SEATHOLD_LOG_LEVEL":               "info",
		"SEATHOLD_SHUTDOWN_GRACE":          "15s",
		"SEATHOLD_SHUTDOWN_DELAY":          "0s",
		"SEATHOLD_DEMO":                    "on",
		"SEATHOLD_DEMO_PASSWORD":           "(made and printed at start)",
	}
	got := map[string]string{}
	for name, s := range rows(mustLoad(t)) {
		got[name] = s.Value
	}
	require.Equal(t, want, got)
}

func TestTableSaysWhereFrom(t *testing.T) {
	dotenv := writeFile(t, ".env", "SEATHOLD_HOLD_TTL=1h30m\nSEATHOLD_HOLD_MAX_LIFE=2h\nSEATHOLD_LOG_FORMAT=json\n")
	c, _, err := Load([]string{
		"SEATHOLD_LOG_FORMAT=text", "SEATHOLD_DEMO=off", "SEATHOLD_LOG_LEVEL=",
		"SEATHOLD_TRUSTED_PROXIES=10.0.0.0/8,192.0.2.1", "SEATHOLD_CORS_ORIGINS=https://a.example",
		"SEATHOLD_JWT_SECRET_FILE=" + writeFile(t, "secret", jwtSecret),
	}, dotenv)
	require.NoError(t, err)
	got := rows(c)
	for _, want := range []Setting{
		{"SEATHOLD_HOLD_TTL", "1h30m", SourceDotenv},
		{"SEATHOLD_HOLD_MAX_LIFE", "2h", SourceDotenv},
		{"SEATHOLD_LOG_FORMAT", "text", SourceEnvironment},
		{"SEATHOLD_LOG_LEVEL", "info", SourceDefault},
		{"SEATHOLD_DEMO", "off", SourceEnvironment},
		{"SEATHOLD_DEMO_PASSWORD", "(not set)", SourceDefault},
		{"SEATHOLD_TRUSTED_PROXIES", "10.0.0.0/8,192.0.2.1/32", SourceEnvironment},
		{"SEATHOLD_CORS_ORIGINS", "https://a.example", SourceEnvironment},
		{"SEATHOLD_JWT_SECRET", "(set)", SourceFile},
	} {
		require.Equal(t, want, got[want.Name])
	}
}

func TestServersAreShownWithoutPasswords(t *testing.T) {
	got := rows(mustLoad(t, realServers()...))
	require.Equal(t, "redis://shop:xxxxx@redis.example:6379/2", got["SEATHOLD_REDIS_URL"].Value)
	require.Equal(t, "mongodb://shop:xxxxx@mongo.example:27017/seathold?…", got["SEATHOLD_MONGODB_URI"].Value)

	uris := map[string]string{
		"mongodb://a:1,b:2/db":                  "mongodb://a:1,b:2/db",
		"mongodb+srv://mongopw@cluster.ex/db":   "mongodb+srv://xxxxx@cluster.ex/db",
		"mongodb://u:mongopw@[::1]:1/db?x=demo": "mongodb://u:xxxxx@[::1]:1/db?…",
	}
	for uri, want := range uris {
		m, err := parseMongoDB(uri)
		require.NoError(t, err)
		require.Equal(t, "db", m.Database)
		require.Equal(t, want, m.String())
	}
}

// However a Config is printed, its secrets stay hidden.
func TestNoSecretIsEverPrinted(t *testing.T) {
	c := mustLoad(t, realServers("SEATHOLD_DEMO=on", "SEATHOLD_DEMO_PASSWORD="+demoPassword)...)
	require.Equal(t, demoPassword, c.DemoPassword.Reveal())

	asJSON, err := json.Marshal(c)
	require.NoError(t, err)
	var logged bytes.Buffer
	slog.New(slog.NewTextHandler(&logged, nil)).Info("x", "config", c, "secret", c.JWTSecret)
	slog.New(slog.NewJSONHandler(&logged, nil)).Info("x", "config", c, "secret", c.JWTSecret)

	for _, text := range []string{
		fmt.Sprint(c.Table()), string(asJSON), logged.String(),
		fmt.Sprintf("%v %+v %#v %s %q %x", c, c, c, c.JWTSecret, c.JWTSecret, c.JWTSecret),
		fmt.Sprintf("%v %+v %#v", &c, &c, &c),
	} {
		requireNoSecret(t, text)
		require.NotContains(t, text, fmt.Sprintf("%x", jwtSecret))
	}
	require.Equal(t, "(set)", c.JWTSecret.String())
	require.Equal(t, "(not set)", Secret("").String())
}
