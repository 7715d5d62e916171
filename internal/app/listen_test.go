package app

import (
	"bytes"
	"log/slog"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOnlyPublicAddressesAreLimited(t *testing.T) {
	proxies := []netip.Prefix{netip.MustParsePrefix("198.51.100.0/24")}
	for _, c := range []struct {
		from   string
		exempt bool
	}{
		{"127.0.0.1", true},
		{"::1", true},
		{"10.1.2.3", true},
		{"172.18.0.2", true},
		{"192.168.1.1", true},
		{"fd00::1", true},
		{"fe80::1", true},
		{"198.51.100.7", true},
		{"203.0.113.5", false},
		{"2001:db8::1", false},
		{"100.64.0.1", false},
		{"172.32.0.1", false},
	} {
		from := netip.MustParseAddr(c.from)
		require.Equal(t, c.exempt, isInside(from, proxies), c.from)
	}
}

func TestRefusalsAreToldOnceAMinute(t *testing.T) {
	var log bytes.Buffer
	r := &refusals{log: slog.New(slog.NewTextHandler(&log, nil))}
	for range 100 {
		r.add(netip.MustParseAddr("203.0.113.5"), 1000)
	}
	require.Equal(t, 1, strings.Count(log.String(), "\n"), log.String())
	require.Contains(t, log.String(), "SEATHOLD_TRUSTED_PROXIES")
	r.toldAt.Store(0)
	r.add(netip.MustParseAddr("203.0.113.5"), 1000)
	require.Contains(t, log.String(), "closed=100")
}

func TestSomeFilesAreLeftForTheStores(t *testing.T) {
	require.Greater(t, openFilesLimit(), 100)
}
