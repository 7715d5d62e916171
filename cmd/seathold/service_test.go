package main

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"seathold/internal/client"
)

func refused(code string) error {
	return &client.Error{Status: 503, Problem: client.Problem{Code: code, Detail: "the reason"}}
}

func TestFailedCallsSayWhatToDo(t *testing.T) {
	for err, says := range map[error]string{
		errors.New("no answer"):    "--url",
		refused("unauthenticated"): "SEATHOLD_TOKEN: the reason; seathold login",
		refused("forbidden"):       "SEATHOLD_TOKEN: the reason",
		refused("not_found"):       "not_found: the reason",
	} {
		require.ErrorContains(t, explained(err), says)
	}
}
