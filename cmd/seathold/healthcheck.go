package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/spf13/cobra"
)

func healthcheckCommand() *cobra.Command {
	var url string
	cmd := &cobra.Command{
		Use:   "healthcheck",
		Short: "Ask a running service whether it is ready; for containers",
		Long:  "Asks /readyz and ends with status 0 when the service is ready, 1 when it is not.",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if url == "" {
				var err error
				if url, err = localService(cmd.ErrOrStderr()); err != nil {
					return err
				}
			}
			return healthcheck(cmd.Context(), cmd.OutOrStdout(), url+"/readyz?verbose")
		},
	}
	cmd.Flags().StringVar(&url, "url", "", "where the service is (default: SEATHOLD_ADDR)")
	return cmd
}

// localService is where a service with these settings is reached on this
// machine: the address itself, for the public one may lead through a balancer.
func localService(warnings io.Writer) (string, error) {
	c, err := loadConfig(warnings)
	if err != nil {
		return "", err
	}
	c.PublicURL = ""
	return c.BaseURL(c.Addr), nil
}

func healthcheck(ctx context.Context, out io.Writer, url string) (err error) {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("the service does not answer: %w", err)
	}
	defer func() { err = errors.Join(err, answer.Body.Close()) }()
	body, err := io.ReadAll(io.LimitReader(answer.Body, 64<<10))
	if err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("not ready: %s", body)
	}
	_, err = fmt.Fprintf(out, "%s\n", body)
	return err
}
