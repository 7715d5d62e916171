package e2e

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// refusedAmong registers badly, so that nothing is hashed, as often as the
// quota of an address would be used up three times over, and returns how many
// were refused for it.
func refusedAmong(c *client, forwarded func(i int) string) (refused int) {
	for i := range 180 {
		a := c.with("X-Forwarded-For", forwarded(i)).post("/v1/auth/register", map[string]any{"email": "nobody"})
		if a.refused(http.StatusTooManyRequests, "rate_limited") && a.header.Get("Retry-After") != "" {
			refused++
		}
	}
	return refused
}

// The address that a limit counts is not what a client makes up, with and
// without a proxy in front.
func TestAMadeUpAddressGivesNoFreshQuota(t *testing.T) {
	t.Parallel()
	s := newService(t, seathold, quick(), settings{"SEATHOLD_ABUSE_LIMITS": "on"})
	s.start(t)
	require.Positive(t, refusedAmong(s.nobody(), func(i int) string { return fmt.Sprintf("198.18.0.%d", i) }))
	require.Positive(t, s.metric(t, `seathold_refused_calls_total{rate="address_registrations",reason="rate_limited"}`))
	s.stop(t)

	s.start(t, settings{"SEATHOLD_TRUSTED_PROXIES": "127.0.0.1"})
	require.Positive(t, refusedAmong(s.nobody(), func(i int) string { return fmt.Sprintf("198.18.0.%d, 198.51.100.1", i) }))
	require.Zero(t, refusedAmong(s.nobody(), func(i int) string { return fmt.Sprintf("198.18.0.%d", i) }), "control: other clients")
	s.stop(t)

	s.start(t, settings{"SEATHOLD_ABUSE_LIMITS": "off"})
	require.Zero(t, refusedAmong(s.nobody(), func(int) string { return "" }), "limits off")
	s.stop(t)
}
