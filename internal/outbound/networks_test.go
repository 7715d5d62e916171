package outbound

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

func TestWhichAddressesArePublic(t *testing.T) {
	n := newNetworks(nil)
	for _, address := range []string{"8.8.8.8", "1.1.1.1", "93.184.216.34", "::ffff:8.8.8.8", "2606:4700:4700::1111", "2a00:1450::1"} {
		require.NoError(t, n.check(netip.MustParseAddr(address)), address)
	}
	for _, address := range []string{
		"127.0.0.1", "127.255.255.254", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
		"169.254.169.254", "169.254.170.2", "100.64.0.1", "100.100.100.200", "192.0.0.192", "192.0.2.1", "198.18.0.1",
		"224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
		"::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1",
		"64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::", "2001::1", "2001:db8::1",
		"fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "100::1",
	} {
		require.Error(t, n.check(netip.MustParseAddr(address)), address)
	}
}

func TestAllowedNetworks(t *testing.T) {
	n := newNetworks([]netip.Prefix{netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("fd00::/8")})
	for address, allowed := range map[string]bool{
		"10.1.2.3": true, "::ffff:10.1.2.3": true, "fd12::1": true, "8.8.8.8": true,
		"10.2.0.1": false, "127.0.0.1": false, "fc00::1": false, "169.254.169.254": false,
	} {
		require.Equal(t, allowed, n.check(netip.MustParseAddr(address)) == nil, address)
	}
}

// The name and the form of an address make no difference: what counts is what
// would be connected to.
func TestNothingIsSentInside(t *testing.T) {
	url, requests := endpoint(t, func(http.ResponseWriter, *http.Request) {})
	port := url[strings.LastIndex(url, ":"):]
	guarded := New(Config{})
	guarded.plain = true // so that it is not the scheme that keeps it
	guarded.client.Timeout = 5 * time.Second
	for _, host := range []string{
		"127.0.0.1", "localhost", "LOCALHOST", "localhost.", "a.localhost", "0.0.0.0", "[::1]", "[::]",
		"[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]",
		"127.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "017700000001", "0177.0.0.1", "127.0.0.1.",
		"127%2e0%2e0%2e1", "%31%32%37.0.0.1", "１２７.0.0.1", "127。0。0。1",
	} {
		_, err := send(t, guarded, "http://"+host+port)
		require.Error(t, err, host)
		// Also where the URL itself is not judged.
		request, err := http.NewRequest(http.MethodPost, "http://"+host+port, nil)
		if err != nil {
			continue
		}
		answer, err := guarded.client.Do(request)
		if err == nil {
			require.NoError(t, answer.Body.Close())
		}
		require.Error(t, err, host)
	}
	require.Zero(t, requests.Load())

	// The control: allowed, the same names lead there.
	for i, host := range []string{"127.0.0.1", "localhost", "[::ffff:127.0.0.1]"} {
		_, err := send(t, local(), "http://"+host+port)
		require.NoError(t, err, host)
		require.EqualValues(t, i+1, requests.Load())
	}
}

// A redirect to the inside ends where it began.
func TestARedirectInsideIsNotFollowed(t *testing.T) {
	inside, requests := endpoint(t, func(http.ResponseWriter, *http.Request) {})
	outside, _ := endpoint(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, inside, http.StatusTemporaryRedirect)
	})
	report, err := send(t, local(), outside)
	require.NoError(t, err)
	require.Equal(t, http.StatusTemporaryRedirect, report.StatusCode)
	require.Zero(t, requests.Load())
}

func TestURLs(t *testing.T) {
	strict, lax := New(Config{}), New(Config{AllowedNetworks: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}})
	for _, url := range []string{
		"https://shop.example", "https://shop.example/hooks?a=b", "https://shop.example:8443/", "https://shop.example.",
		"https://1.example", "https://1e100.net", "https://8.8.8.8/", "https://[2606:4700::1]:8443/", "https://bücher.example/",
		"HTTPS://shop.example/", "https://shop.example/" + strings.Repeat("x", maxURL-len("https://shop.example/")),
	} {
		require.NoError(t, strict.CheckURL(url), url)
		require.NoError(t, lax.CheckURL(url), url)
	}
	for url, want := range map[string]string{
		"":                                         "must be an absolute URL",
		"shop.example":                             "must be an absolute URL",
		"/hooks":                                   "must be an absolute URL",
		"//shop.example":                           "must begin with https://",
		"https:shop.example":                       "must be an absolute URL",
		"https://":                                 "must be an absolute URL",
		"https://:443":                             "must be an absolute URL",
		"https://sh op.example":                    "must be an absolute URL",
		"https://shop.example/\n":                  "must be an absolute URL",
		"https://shop.example/\xff":                "must be an absolute URL",
		"https://[::1":                             "must be an absolute URL",
		"ftp://shop.example":                       "must begin with https://",
		"file:///etc/passwd":                       "must be an absolute URL",
		"gopher://shop.example":                    "must begin with https://",
		"http://shop.example":                      "must not be read on its way",
		"https://user@shop.example":                "user or password",
		"https://user:pass@shop.example":           "user or password",
		"https://@shop.example":                    "user or password",
		"https://shop.example/#a":                  "fragment",
		"https://shop.example/#":                   "fragment",
		"https://shop.example:":                    "port",
		"https://shop.example:0":                   "port",
		"https://shop.example:65536":               "port",
		"https://shop.example:http":                "must be an absolute URL",
		"https://127.0.0.1":                        "not a public address",
		"https://10.0.0.1":                         "not a public address",
		"https://169.254.169.254/latest":           "not a public address",
		"https://[::1]":                            "not a public address",
		"https://[::ffff:10.0.0.1]":                "not a public address",
		"https://[fd00:ec2::254]":                  "not a public address",
		"https://[fe80::1%25eth0]":                 "not a public address",
		"https://[2606:4700::1%25eth0]":            "not a public address",
		"https://localhost":                        "not a public address",
		"https://a.LOCALHOST.":                     "not a public address",
		"https://127.1":                            "neither a name nor an IP address",
		"https://2130706433":                       "neither a name nor an IP address",
		"https://0x7f000001":                       "neither a name nor an IP address",
		"https://0X7F.1":                           "neither a name nor an IP address",
		"https://0177.0.0.1":                       "neither a name nor an IP address",
		"https://08.08.08.08":                      "neither a name nor an IP address",
		"https://127.0.0.1.":                       "neither a name nor an IP address",
		"https://shop.example..":                   "neither a name nor an IP address",
		"https://h/" + strings.Repeat("x", maxURL): "at most 2048",
	} {
		err := strict.CheckURL(url)
		require.Equal(t, booking.CodeInvalidValue, booking.CodeOf(err), url)
		require.ErrorContains(t, err, want, url)
		require.ErrorContains(t, err, "url: ")
	}
	for url, allowed := range map[string]bool{
		"http://shop.example": true, "http://10.1.2.3:8080/hooks": true, "https://[::ffff:10.0.0.1]": true,
		"http://127.0.0.1": false, "http://localhost": false, "ftp://10.1.2.3": false,
	} {
		require.Equal(t, allowed, lax.CheckURL(url) == nil, url)
	}
	require.NoError(t, local().CheckURL("http://localhost:8080"))
}
