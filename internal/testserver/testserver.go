// Package testserver gives tests real servers: Redis, one that speaks MongoDB's
// protocol, and Stripe's own stripe-mock. They listen on free loopback ports,
// keep their files in folders of their own and never outlive the test binary,
// however it ends.
//
// Redis, Mongo and StripeMock share one server among all tests of a binary: a test keeps
// to names of its own. RedisOwn and MongoOwn start one for a test that breaks
// things. Schemathesis, promtool, a browser, axe-core and node are no servers, but come
// and are missed in the same way.
package testserver

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// requireVariable names the servers whose absence fails a test,
// comma-separated. Without it, such a test is skipped.
const requireVariable = "SEATHOLD_TEST_REQUIRE"

// Require ends a test that needs what is not there. It fails the test where
// SEATHOLD_TEST_REQUIRE names what, and skips it otherwise; how tells the
// reader where to get it.
func Require(t testing.TB, what, how string) {
	t.Helper()
	if required(os.Getenv(requireVariable), what) {
		t.Fatalf("%s is not here, and %s asks for it: %s", what, requireVariable, how)
	}
	t.Skipf("NOT TESTED: %s is not here: %s (%s=%s makes this a failure)", what, how, requireVariable, what)
}

func required(list, what string) bool {
	names := strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
	return slices.Contains(names, what)
}
