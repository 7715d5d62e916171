package main

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestDoctorThatIsInterrupted reports nothing: what was still asked would seem not
// to answer. That it reports otherwise is the control.
func TestDoctorThatIsInterrupted(t *testing.T) {
	t.Chdir(t.TempDir())
	ctx, interrupt := context.WithCancel(t.Context())
	examined := func() (said string, err error) {
		root := rootCommand()
		var out strings.Builder
		root.SetOut(&out)
		root.SetArgs([]string{"doctor"})
		err = root.ExecuteContext(ctx)
		return out.String(), err
	}
	said, err := examined()
	require.NoError(t, err)
	require.Contains(t, said, "No problem was found.")

	interrupt()
	said, err = examined()
	require.ErrorContains(t, err, "interrupted")
	require.Equal(t, statusUsage, statusOf(err))
	require.Empty(t, said)
}
