package e2e

import (
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestConnectionsLeaveFilesForTheStores opens more connections than the process
// may have files: what is too much is closed, and the work goes on.
func TestConnectionsLeaveFilesForTheStores(t *testing.T) {
	t.Parallel()
	s := newService(t, seathold, quick())
	shop := openShopOn(t, embeddedWorld, s, 20)
	s.stop(t)
	few := filepath.Join(t.TempDir(), "few-files")
	require.NoError(t, os.WriteFile(few, []byte("#!/bin/sh\nulimit -n 512\nexec "+s.program+" \"$@\"\n"), 0o700))
	s.program = few
	s.start(t)
	one := shop.customer(t)

	var closed atomic.Int64
	conns := make([]net.Conn, 700)
	for i := range conns {
		conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
		require.NoError(t, err)
		defer func() { _ = conn.Close() }()
		conns[i] = conn
		go func() {
			_, _ = io.Copy(io.Discard, conn)
			closed.Add(1)
		}()
	}
	within(t, startPatience, "what is too much is closed", func() bool { return closed.Load() >= 700-512 })
	for i := range 5 { // on the connection that it has
		requireStatus(t, one.hold(shop.event.ID, shop.guids[i]), http.StatusCreated)
	}
	require.Contains(t, s.logText(t), "too many connections are open")
	require.NotContains(t, s.logText(t), "too many open files")
	for _, conn := range conns {
		require.NoError(t, conn.Close())
	}
	requireStatus(t, patiently(t, func() answer { return s.nobody().get("/readyz") }), http.StatusOK)
}
