package main

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestDoctorThatIsInterrupted reports nothing: what was still asked would seem not
// to answer. That it reports otherwise is the control.
func TestDoctorThatIsInterrupted(t *testing.T) {
	t.Chdir(t.TempDir())
	ctx, interrupt := context.WithCancel(t.Context())
	said, _, err := executed(ctx, "", "doctor")
	require.NoError(t, err)
	require.Contains(t, said, "No problem was found.")

	interrupt()
	said, _, err = executed(ctx, "", "doctor")
	require.ErrorContains(t, err, "interrupted")
	require.Equal(t, statusUsage, statusOf(err))
	require.Empty(t, said)
}
