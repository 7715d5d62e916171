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
				c, err := loadConfig(cmd.ErrOrStderr())
				if err != nil {
					return err
				}
				// The address itself: the public one may lead through a balancer.
				c.PublicURL = ""
				url = c.BaseURL(c.Addr)
			}
			return healthcheck(cmd.Context(), cmd.OutOrStdout(), url+"/readyz?verbose")
		},
	}
	cmd.Flags().StringVar(&url, "url", "", "where the service is (default: SEATHOLD_ADDR)")
	return cmd
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
