package e2e

import (
	"context"
	"net"
	"net/http"
	"net/http/httputil"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"seathold/internal/testserver"
)

// noticed is the time that a balancer has to see that an instance ends; the test
// machine may stand still for seconds meanwhile.
const noticed = "15s"

// pair is two instances of one shop, behind a balancer.
type pair struct {
	*shop    // its people call the balancer
	each     [2]*service
	balancer balancer
}

// balancer spreads requests over the two.
type balancer interface {
	url() string
	// awaitUp returns when an instance gets requests.
	awaitUp(t *testing.T, instance int)
}

// openPair starts two instances on the given servers. before starts the balancer
// in front of their addresses.
func openPair(t *testing.T, seats int, before func(t *testing.T, each [2]*service) balancer, more ...settings) *pair {
	t.Helper()
	more = append([]settings{quick(), {"SEATHOLD_SHUTDOWN_DELAY": noticed, "SEATHOLD_TRUSTED_PROXIES": "127.0.0.1"}}, more...)
	p := &pair{each: [2]*service{newService(t, seathold, more...), newService(t, seathold, more...)}}
	p.balancer = before(t, p.each)
	for _, s := range p.each {
		s.set(settings{"SEATHOLD_PUBLIC_URL": p.balancer.url()})
	}
	p.each[1].start(t)
	p.shop = openShopOn(t, realWorld, p.each[0], seats)
	for i, s := range p.each {
		s.url = p.balancer.url() // from now on people come by there
		p.balancer.awaitUp(t, i)
	}
	p.organizer = p.organizer.at(p.balancer.url())
	return p
}

// itself returns the service's own address, past any balancer.
func (s *service) itself() string { return "http://" + s.settings["SEATHOLD_ADDR"] }

// at returns the client as it calls another address.
func (c *client) at(url string) *client {
	other := *c
	other.url = url
	return &other
}

// haproxy is the balancer of the deployment.
type haproxy struct {
	server *testserver.Server
	ops    *http.Client // of its unix socket
}

func newHaproxy(t *testing.T, each [2]*service) balancer {
	t.Helper()
	address := func(s *service) string { return s.settings["SEATHOLD_ADDR"] }
	return startHaproxy(t, testserver.Deployment("haproxy", "haproxy.cfg"), address(each[0]), address(each[1]))
}

func startHaproxy(t *testing.T, config, one, two string) *haproxy {
	t.Helper()
	socket := filepath.Join(t.TempDir(), "ops")
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", socket)
	}
	return &haproxy{
		server: testserver.Haproxy(t, config, one, two, socket),
		ops:    &http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}, Timeout: callPatience},
	}
}

func (h *haproxy) url() string { return "http://" + h.server.Addr }

func (h *haproxy) awaitUp(t *testing.T, instance int) {
	t.Helper()
	within(t, startPatience, "haproxy finds the instance ready", func() bool { return h.sees(t, "seathold", instance, "UP") })
}

// sees reports whether haproxy's metrics say so of an instance; all who ask wait
// until they do.
func (h *haproxy) sees(t *testing.T, backend string, instance int, state string) bool {
	t.Helper()
	name := [2]string{"one", "two"}[instance]
	a := answer{call: "GET /metrics"}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://haproxy/metrics", nil)
	require.NoError(t, err)
	a = a.of(h.ops, request)
	if a.err != nil {
		return false // it binds one listener after the other, and this one may be the later
	}
	requireStatus(t, a, http.StatusOK)
	line := `haproxy_server_status{proxy="` + backend + `",server="` + name + `",state="` + state + `"} `
	_, value, found := strings.Cut(string(a.body), line)
	require.True(t, found, "no %s", line)
	return strings.HasPrefix(value, "1\n")
}

// plainBalancer sends each request to the next instance that was ready when it
// last looked. It repeats nothing, so whatever an instance drops is seen; and keeps
// no connection, which could be closed at the moment when it is used.
type plainBalancer struct {
	address string
	each    [2]*service
	up      [2]atomic.Bool
	next    atomic.Uint64
}

func newPlainBalancer(t *testing.T, each [2]*service) balancer {
	t.Helper()
	b := &plainBalancer{each: each}
	address := freeAddress(t)
	b.address = "http://" + address
	server := &http.Server{Addr: address, Handler: &httputil.ReverseProxy{
		Rewrite: b.rewrite, FlushInterval: -1, Transport: &http.Transport{DisableKeepAlives: true},
	}}
	listener, err := net.Listen("tcp", address)
	require.NoError(t, err)
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		_ = server.Serve(listener) // ends when it is closed
	}()
	t.Cleanup(func() {
		require.NoError(t, server.Close())
		<-gone
	})
	return b
}

func (b *plainBalancer) rewrite(r *httputil.ProxyRequest) {
	r.SetXForwarded()
	first := b.next.Add(1) % 2
	for _, i := range []uint64{first, 1 - first} {
		if b.up[i].Load() {
			r.Out.URL.Scheme, r.Out.URL.Host = "http", b.each[i].settings["SEATHOLD_ADDR"]
			return
		}
	}
}

func (b *plainBalancer) url() string { return b.address }

func (b *plainBalancer) awaitUp(t *testing.T, instance int) {
	t.Helper()
	within(t, startPatience, "the instance is ready", func() bool { return b.look(instance) })
}

// look asks an instance whether it is to get requests.
func (b *plainBalancer) look(instance int) bool {
	up := b.each[instance].nobody().at(b.each[instance].itself()).get("/readyz").is(http.StatusOK)
	b.up[instance].Store(up)
	return up
}
