package redisstore

import (
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"seathold/internal/testserver"
)

// requireWrongSettingsTold changes one of the options at a time, which fit, and
// requires to be told.
func requireWrongSettingsTold(t *testing.T, o Options) {
	t.Helper()
	for says, change := range map[string]func(*Options){
		"user and password": func(o *Options) {
			o.Password = "wrong"
			if o.Master != "" {
				o.SentinelPassword = "wrong"
			}
		},
		"?ca=FILE": func(o *Options) { o.CAFile = "" },
	} {
		wrong := o
		change(&wrong)
		err := openWith(t, wrong).Check(t.Context())
		require.ErrorIs(t, err, ErrSettings)
		require.ErrorContains(t, err, says)
	}
	require.NoError(t, openWith(t, o).Check(t.Context()))
}

func TestCheck(t *testing.T) {
	t.Parallel()
	plain := testserver.Redis(t)
	require.NoError(t, openWith(t, Options{Addrs: []string{plain}}).Check(t.Context()))

	err := openWith(t, Options{Addrs: []string{plain}, Username: "nobody", Password: "x"}).Check(t.Context())
	require.ErrorIs(t, err, ErrSettings)
	require.ErrorContains(t, err, "user and password")

	closed, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, closed.Close())
	err = openWith(t, Options{Addrs: []string{closed.Addr().String()}}).Check(t.Context())
	require.Error(t, err)
	require.NotErrorIs(t, err, ErrSettings, "who is away may come back")
}

func TestCheckWithoutARight(t *testing.T) {
	t.Parallel()
	a := secured(t)
	addr := testserver.RedisSecured(t, a).Addr
	require.NoError(t, letIn(t.Context(), a.Open(t, addr), "+get"))
	err := openWith(t, asUser(a, addr)).Check(t.Context())
	require.ErrorIs(t, err, ErrSettings)
	require.ErrorContains(t, err, "ACL")
}

func TestAnAuthoritysFile(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "ca.crt")
	require.NoError(t, os.WriteFile(empty, []byte("no certificate"), 0o600))
	for _, path := range []string{empty, empty + ".missing"} {
		_, err := Open(Options{Addrs: []string{"127.0.0.1:1"}, TLS: true, CAFile: path}, newTestID)
		require.ErrorContains(t, err, path)
	}
}
