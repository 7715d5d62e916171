package main

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"seathold/internal/client"
)

func refused(code string, retryAfter *int64) error {
	return &client.Error{Status: 503, Problem: client.Problem{Code: code, Detail: "the reason", RetryAfter: retryAfter}}
}

func TestPatientlyUntilTheServiceIsReady(t *testing.T) {
	calls := 0
	answer, err := patiently(t.Context(), func() (string, error) {
		if calls++; calls < 3 {
			return "", refused("event_loading", pointer[int64](0))
		}
		return "there", nil
	})
	require.NoError(t, err)
	require.Equal(t, "there", answer)

	calls = 0
	always := func() (string, error) { calls++; return "", refused("event_loading", pointer[int64](0)) }
	_, err = patiently(t.Context(), always)
	require.Equal(t, "event_loading", client.CodeOf(err), "it gives up at last")
	require.Equal(t, patience, calls)

	calls = 0
	_, err = patiently(t.Context(), func() (string, error) { calls++; return "", refused("not_found", nil) })
	require.Equal(t, "not_found", client.CodeOf(err))
	require.Equal(t, 1, calls, "what is refused for good is not asked again")

	gone, leave := context.WithCancel(t.Context())
	_, err = patiently(gone, func() (string, error) { leave(); return "", refused("rate_limited", pointer[int64](3600)) })
	require.ErrorIs(t, err, context.Canceled)
}

func TestFailedCallsSayWhatToDo(t *testing.T) {
	for err, says := range map[error]string{
		errors.New("no answer"):         "--url",
		refused("unauthenticated", nil): "SEATHOLD_TOKEN: the reason; seathold login",
		refused("forbidden", nil):       "SEATHOLD_TOKEN: the reason",
		refused("not_found", nil):       "not_found: the reason",
	} {
		require.ErrorContains(t, explained(err), says)
	}
}
