package testserver

import (
	"net"
	"os/exec"
	"slices"
	"testing"
	"time"
)

// Haproxy starts a balancer for this test alone, by the file config, which is the
// deployment's or made of it, before the two instances at these addresses,
// host:port. Its metrics are served on the unix socket ops.
func Haproxy(t testing.TB, config, one, two, ops string) *Server {
	t.Helper()
	return own(t, kind{
		name:     "haproxy",
		missing:  "install HAProxy 2.6 or later (Debian: apt-get install haproxy) so that haproxy is in PATH",
		patience: 30 * time.Second,
		command: func(port, _ string) []string {
			path, err := exec.LookPath("haproxy")
			if err != nil {
				return nil
			}
			return slices.Concat(
				[]string{"env", "BALANCER_ADDR=127.0.0.1:" + port, "BALANCER_OPS_ADDR=unix@" + ops, "SEATHOLD_ONE=" + one, "SEATHOLD_TWO=" + two},
				[]string{path, "-db", "-f", config},
			)
		},
		probe: probeListener,
	}, nil)
}

func probeListener(addr string) error {
	conn, err := net.DialTimeout("tcp", addr, time.Second)
	if err != nil {
		return err
	}
	return conn.Close()
}
