package config

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAnOpsListenerForEveryoneIsWarnedAbout(t *testing.T) {
	for _, c := range []struct {
		addr   string
		warned bool
	}{
		{"127.0.0.1:9091", false},
		{"127.0.0.2:9091", false},
		{"[::1]:9091", false},
		{"localhost:9091", false},
		{"ops.internal:9091", false},
		{"10.0.0.5:9091", false},
		{"192.168.0.5:9091", false},
		{"172.16.0.5:0", false},
		{"[fd00::5]:9091", false},
		{"[fe80::1%eth0]:9091", false},
		{":9091", true},
		{"0.0.0.0:9091", true},
		{"[::]:9091", true},
		{"[::ffff:0.0.0.0]:9091", true},
		{"203.0.113.5:9091", true},
		{"[2001:db8::1]:9091", true},
	} {
		_, warnings, err := Load([]string{"SEATHOLD_OPS_ADDR=" + c.addr}, "")
		require.NoError(t, err)
		if !c.warned {
			require.Empty(t, warnings, c.addr)
			continue
		}
		require.Len(t, warnings, 1, c.addr)
		require.Contains(t, warnings[0], "SEATHOLD_OPS_ADDR ("+c.addr+") may be reached by anyone")
	}
}
