package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"seathold/internal/client"
)

// callTime is what a call gets: more than the service gives those that go
// through a whole event.
const callTime = 100 * time.Second

// serviceAt is where a running service is: at url, or "" for the one on this
// machine with these settings.
func serviceAt(cmd *cobra.Command, url string) (string, error) {
	if url == "" {
		return localService(cmd.ErrOrStderr())
	}
	return strings.TrimRight(url, "/"), nil
}

// anonymous calls the service at url.
func anonymous(cmd *cobra.Command, url, token string) (*client.ClientWithResponses, error) {
	at, err := serviceAt(cmd, url)
	if err != nil {
		return nil, err
	}
	c, err := client.New(client.Config{URL: at, Token: token, Timeout: callTime})
	if err != nil {
		return nil, fmt.Errorf("--url: %w", err)
	}
	return c, nil
}

// signedIn calls it as whose token is in SEATHOLD_TOKEN: who says whose is wanted.
func signedIn(cmd *cobra.Command, url, who string) (*client.ClientWithResponses, error) {
	token := givenToken()
	if token == "" {
		return nil, noToken(who)
	}
	return anonymous(cmd, url, token)
}

// givenToken is the access token of whoever runs the command, or "".
func givenToken() string { return strings.TrimSpace(os.Getenv("SEATHOLD_TOKEN")) }

func noToken(who string) error {
	return fmt.Errorf("SEATHOLD_TOKEN is not set: put %s's access token there, "+
		"by export SEATHOLD_TOKEN=$(seathold login --email …)", who)
}

// explained names what a user of the command can do about a failed call.
func explained(err error) error {
	var refused *client.Error
	switch {
	case !errors.As(err, &refused):
		return fmt.Errorf("%w (--url says where it is)", err)
	case refused.Problem.Code == "unauthenticated":
		return fmt.Errorf("SEATHOLD_TOKEN: %s; seathold login gives a new one", refused.Problem.Detail)
	case refused.Problem.Code == "forbidden":
		return fmt.Errorf("SEATHOLD_TOKEN: %s", refused.Problem.Detail)
	default:
		return err
	}
}

// patiently makes a call again that the service puts off, such as while an
// event is loaded, as long as it says. The error is explained.
func patiently[A any](ctx context.Context, call func() (A, error)) (answer A, err error) {
	if answer, err = client.Patiently(ctx, call); err != nil && ctx.Err() == nil {
		err = explained(err)
	}
	return answer, err
}
