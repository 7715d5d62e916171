package client

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

func putOff(code string, retryAfter *int64) error {
	return &Error{Status: 503, Problem: Problem{Code: code, Detail: "the reason", RetryAfter: retryAfter}}
}

func TestPatientlyUntilTheServiceIsReady(t *testing.T) {
	atOnce, inAnHour := int64(0), int64(3600)
	calls := 0
	answer, err := Patiently(t.Context(), func() (string, error) {
		if calls++; calls < 3 {
			return "", putOff("event_loading", &atOnce)
		}
		return "there", nil
	})
	require.NoError(t, err)
	require.Equal(t, "there", answer)

	calls = 0
	_, err = Patiently(t.Context(), func() (string, error) { calls++; return "", putOff("event_loading", &atOnce) })
	require.Equal(t, "event_loading", CodeOf(err), "it gives up at last")
	require.Equal(t, patience, calls)

	calls = 0
	_, err = Patiently(t.Context(), func() (string, error) { calls++; return "", putOff("not_found", nil) })
	require.Equal(t, "not_found", CodeOf(err))
	require.Equal(t, 1, calls, "what is refused for good is not asked again")

	gone, leave := context.WithCancel(t.Context())
	_, err = Patiently(gone, func() (string, error) { leave(); return "", putOff("rate_limited", &inAnHour) })
	require.ErrorIs(t, err, context.Canceled)
}
