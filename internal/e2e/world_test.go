package e2e

import (
	"testing"
	"time"

	"seathold/internal/payment/standardwebhook"
	"seathold/internal/testserver"
)

// world is what the service stands on.
type world struct {
	name string
	// servers returns the settings that choose the servers; they last for the test.
	servers func(t *testing.T) settings
}

var (
	embeddedWorld = world{"embedded", func(*testing.T) settings { return nil }}
	realWorld     = world{"real", func(t *testing.T) settings {
		return realServers(testserver.Redis(t), testserver.Mongo(t))
	}}
)

// embedded reports whether a restart empties the hold store.
func (w world) embedded() bool { return w.name == embeddedWorld.name }

// inBothWorlds runs a test twice.
func inBothWorlds(t *testing.T, test func(t *testing.T, w world)) {
	t.Helper()
	for _, w := range []world{embeddedWorld, realWorld} {
		t.Run(w.name, func(t *testing.T) { test(t, w) })
	}
}

// inBothWorldsAtOnce is for tests that measure nothing.
func inBothWorldsAtOnce(t *testing.T, test func(t *testing.T, w world)) {
	t.Helper()
	inBothWorlds(t, func(t *testing.T, w world) {
		t.Parallel()
		test(t, w)
	})
}

var webhookSecret = standardwebhook.NewSecret()

func realServers(redis, mongoURI string) settings {
	return settings{
		"SEATHOLD_REDIS_URL": "redis://" + redis, "SEATHOLD_MONGODB_URI": mongoURI,
		"SEATHOLD_PAYMENT_PROVIDER": "sandbox",
		"SEATHOLD_JWT_SECRET":       "end-to-end tests sign tokens with this",
	}
}

// quick are settings that spare the tests what is slow on purpose, and let
// them send webhooks of their own.
func quick() settings {
	return settings{
		"SEATHOLD_DEMO": "off", "SEATHOLD_BCRYPT_COST": "4", "SEATHOLD_ABUSE_LIMITS": "off",
		"SEATHOLD_SANDBOX_WEBHOOK_SECRET": webhookSecret,
	}
}

// figure prints what was measured.
func figure(t *testing.T, format string, args ...any) {
	t.Helper()
	t.Logf("figure: "+format, args...)
}

// within polls until done says so and returns how long that took. It fails the
// test where that takes longer than limit.
func within(t *testing.T, limit time.Duration, what string, done func() bool) time.Duration {
	t.Helper()
	start := time.Now()
	poll := time.NewTicker(2 * time.Millisecond)
	defer poll.Stop()
	for !done() {
		if time.Since(start) > limit {
			t.Fatalf("not within %s: %s", limit, what)
		}
		<-poll.C
	}
	return time.Since(start)
}
