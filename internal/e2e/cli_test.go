package e2e

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// newCommands prepares a service of which only the commands are used.
func newCommands(t *testing.T, more ...settings) *service {
	t.Helper()
	t.Parallel()
	return newService(t, seathold, more...)
}

func TestCommandHealthcheck(t *testing.T) {
	s := newCommands(t, quick())
	said, failed, status := s.command(t, "", "healthcheck")
	require.Equal(t, 1, status)
	require.Empty(t, said)
	require.Contains(t, failed, "the service does not answer")
	require.Equal(t, 1, strings.Count(failed, "\n"), failed)

	s.start(t)
	said, failed, status = s.command(t, "", "healthcheck")
	require.Zero(t, status, failed)
	require.Contains(t, said, `"status":"ok"`)
	_, failed, status = s.command(t, "", "healthcheck", "--url", s.url)
	require.Zero(t, status, failed)
}

func TestCommandConfigShowsNoSecret(t *testing.T) {
	secrets := map[string]string{
		"SEATHOLD_REDIS_URL":              "redis://holder:redis-password@127.0.0.1:6379/0",
		"SEATHOLD_MONGODB_URI":            "mongodb://orderer:mongo-password@127.0.0.1:27017/seathold",
		"SEATHOLD_JWT_SECRET":             "jwt-secret-that-has-more-than-32-bytes",
		"SEATHOLD_SANDBOX_WEBHOOK_SECRET": webhookSecret,
		"SEATHOLD_DEMO_PASSWORD":          "demo-password-secret",
	}
	hidden := []string{"redis-password", "mongo-password", "jwt-secret", webhookSecret, "demo-password-secret"}
	s := newCommands(t, secrets, settings{"SEATHOLD_PAYMENT_PROVIDER": "sandbox"})
	for _, args := range [][]string{{"config"}, {"config", "--json"}} {
		said, failed, status := s.command(t, "", args...)
		require.Zero(t, status, failed)
		for name := range secrets {
			require.Contains(t, said, name)
		}
		for _, secret := range hidden {
			require.NotContains(t, said+failed, secret)
		}
		require.Contains(t, said, "(set)")
		require.Contains(t, said, "127.0.0.1:27017")
	}
}

func TestCommandVersion(t *testing.T) {
	said, failed, status := newCommands(t).command(t, "", "version")
	require.Zero(t, status, failed)
	require.Regexp(t, `^seathold \S+ \(go\S+, \w+/\w+\)\n$`, said)
}

func TestCommandPlan(t *testing.T) {
	s := newCommands(t)
	plan := filepath.Join(s.folder, "plan.json")
	for _, like := range []string{"theatre", "arena"} {
		made, failed, status := s.command(t, "", "plan", "generate", "--like", like, "--seats", "777")
		require.Zero(t, status, failed)
		require.NoError(t, os.WriteFile(plan, []byte(made), 0o600))
		said, failed, status := s.command(t, "", "plan", "check", plan)
		require.Zero(t, status, failed)
		require.Contains(t, said, "777 seats")

		require.NoError(t, os.WriteFile(plan, []byte(strings.Replace(made, `"seat_guid"`, `"seat_gid"`, 1)), 0o600))
		_, failed, status = s.command(t, "", "plan", "check", plan)
		require.Equal(t, 1, status)
		require.Contains(t, failed, "seat_guid")
	}
	_, failed, status := s.command(t, "", "plan", "generate", "--like", "cave")
	require.Equal(t, 1, status)
	require.Contains(t, failed, "cave")
}

func TestCommandUserCreate(t *testing.T) {
	s := newCommands(t, quick())
	said, failed, status := s.command(t, "", "user", "create", "--email", "Box@Theatre.Example", "--role", "operator")
	require.Zero(t, status, failed)
	_, made, ok := strings.Cut(said, "password: ")
	require.True(t, ok, said)
	_, failed, status = s.command(t, password, "user", "create", "--email", "box@theatre.example", "--role", "customer", "--password-stdin")
	require.Equal(t, 1, status)
	require.Contains(t, failed, "email_taken")
	_, failed, status = s.command(t, password, "user", "create", "--email", "x@theatre.example", "--role", "king", "--password-stdin")
	require.Equal(t, 1, status)
	require.Contains(t, failed, "customer, organizer or operator")

	s.start(t)
	operator := s.login(t, "box@theatre.example", strings.TrimSpace(made))
	require.Equal(t, "operator", operator.account.Role)
	_, failed, status = s.command(t, password, "user", "create", "--email", "y@theatre.example", "--role", "customer", "--password-stdin")
	require.Equal(t, 1, status)
	require.Contains(t, failed, "stop it first")
	requireStatus(t, s.nobody().get("/livez"), http.StatusOK)
}

// TestWrongSettings: one line names the variable, and nothing starts.
func TestWrongSettings(t *testing.T) {
	for name, c := range map[string]struct {
		given    settings
		variable string
	}{
		"duration":      {settings{"SEATHOLD_HOLD_TTL": "ten minutes"}, "SEATHOLD_HOLD_TTL"},
		"too short":     {settings{"SEATHOLD_PAYMENT_TTL": "1ms"}, "SEATHOLD_PAYMENT_TTL"},
		"switch":        {settings{"SEATHOLD_DEMO": "perhaps"}, "SEATHOLD_DEMO"},
		"range":         {settings{"SEATHOLD_BCRYPT_COST": "16"}, "SEATHOLD_BCRYPT_COST"},
		"provider":      {settings{"SEATHOLD_PAYMENT_PROVIDER": "gold"}, "SEATHOLD_PAYMENT_PROVIDER"},
		"secret":        {settings{"SEATHOLD_JWT_SECRET": "hush"}, "SEATHOLD_JWT_SECRET"},
		"secret's file": {settings{"SEATHOLD_JWT_SECRET_FILE": "/no/such/file"}, "SEATHOLD_JWT_SECRET_FILE"},
		"address":       {settings{"SEATHOLD_ADDR": "192.0.2.1:80"}, "SEATHOLD_ADDR"},
		"MongoDB's database": {settings{
			"SEATHOLD_MONGODB_URI": "mongodb://127.0.0.1:1", "SEATHOLD_PUBLIC_URL": "http://127.0.0.1",
			"SEATHOLD_PAYMENT_PROVIDER": "sandbox", "SEATHOLD_SANDBOX_WEBHOOK_SECRET": webhookSecret,
			"SEATHOLD_JWT_SECRET": "a secret that is only as long as it must be",
		}, "SEATHOLD_MONGODB_URI"},
	} {
		t.Run(name, func(t *testing.T) {
			said, failed, status := newCommands(t, c.given).command(t, "", "serve")
			require.Equal(t, 1, status)
			require.Empty(t, said)
			require.Equal(t, 1, strings.Count(failed, "\n"), failed)
			require.Contains(t, failed, "seathold: "+c.variable+": ")
			require.NotContains(t, failed, "hush")
		})
	}
}

func TestUnknownSettingIsWarnedAbout(t *testing.T) {
	s := newCommands(t, settings{"SEATHOLD_HOLD_TLL": "5m", "SEATHOLD_TEST_ANYTHING": "1"})
	_, failed, status := s.command(t, "", "config")
	require.Zero(t, status)
	require.Equal(t, "seathold: warning: SEATHOLD_HOLD_TLL is not a variable of Seathold and is ignored; "+
		"did you mean SEATHOLD_HOLD_TTL?\n", failed)
}

// TestDotenvIsRead: what stands in .env counts, and the environment wins.
func TestDotenvIsRead(t *testing.T) {
	s := newCommands(t, settings{"SEATHOLD_HOLD_TTL": "3m"})
	dotenv := "SEATHOLD_HOLD_TTL=1m\nSEATHOLD_PAYMENT_TTL=7m\n"
	require.NoError(t, os.WriteFile(filepath.Join(s.folder, ".env"), []byte(dotenv), 0o600))
	said, failed, status := s.command(t, "", "config")
	require.Zero(t, status, failed)
	require.Regexp(t, `SEATHOLD_HOLD_TTL +3m +environment`, said)
	require.Regexp(t, `SEATHOLD_PAYMENT_TTL +7m +\.env`, said)
}
