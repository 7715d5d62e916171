package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"seathold/internal/client"
)

func webhookCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "webhook", Short: "Try outgoing webhooks"}
	cmd.AddCommand(webhookTestCommand())
	return cmd
}

func webhookTestCommand() *cobra.Command {
	var service string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "test [ENDPOINT]",
		Short: "Have a running service send a test to webhook endpoints",
		Long: "Has a running service send webhook.test to one endpoint, by its id, or to all of\n" +
			"yours, and tells what came of it. Ends with status 1 when any did not take it.\n\n" +
			"The access token comes from SEATHOLD_TOKEN; `seathold login` gives one.",
		Example: "  export SEATHOLD_TOKEN=$(seathold login --email organizer@demo.example)\n  seathold webhook test",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := signedIn(cmd, service, "an organizer")
			if err != nil {
				return err
			}
			endpoints, err := endpointsOf(cmd.Context(), c, args)
			if err != nil {
				return err
			}
			tested, err := testEach(cmd.Context(), c, endpoints)
			if err != nil {
				return err
			}
			if asJSON {
				err = printTestedJSON(cmd.OutOrStdout(), tested)
			} else {
				err = printTested(cmd.OutOrStdout(), tested)
			}
			return errors.Join(err, failedTests(tested))
		},
	}
	cmd.Flags().StringVar(&service, "url", "", "where the service is (default: SEATHOLD_ADDR)")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON instead of a table")
	return cmd
}

// testRow is an endpoint and what came of its test.
type testRow struct {
	ID         string `json:"endpoint"`
	URL        string `json:"url"`
	Status     string `json:"status"`
	Delivered  bool   `json:"delivered"`
	StatusCode int    `json:"status_code,omitempty"`
	Error      string `json:"error,omitempty"`
	TookMS     int64  `json:"took_ms"`
}

// endpointsOf returns the one that is named, else all of the caller's.
func endpointsOf(ctx context.Context, c *client.ClientWithResponses, named []string) ([]client.Endpoint, error) {
	if len(named) > 0 {
		answer, err := c.GetWebhookEndpointWithResponse(ctx, named[0])
		if err != nil {
			return nil, explained(err)
		}
		e, err := client.Answered(answer.JSON200)
		return []client.Endpoint{e}, err
	}
	var all []client.Endpoint
	var query client.ListWebhookEndpointsParams
	for {
		answer, err := c.ListWebhookEndpointsWithResponse(ctx, &query)
		if err != nil {
			return nil, explained(err)
		}
		page, err := client.Answered(answer.JSON200)
		if err != nil {
			return nil, err
		}
		all = append(all, page.Items...)
		if query.Cursor = page.NextCursor; query.Cursor == nil {
			return all, nil
		}
	}
}

func testEach(ctx context.Context, c *client.ClientWithResponses, endpoints []client.Endpoint) ([]testRow, error) {
	tested := make([]testRow, len(endpoints))
	for i, e := range endpoints {
		answer, err := c.TestWebhookEndpointWithResponse(ctx, e.ID, client.Nothing{})
		if err != nil {
			return nil, fmt.Errorf("endpoint %s: %w", e.ID, explained(err))
		}
		result, err := client.Answered(answer.JSON200)
		if err != nil {
			return nil, err
		}
		tested[i] = testRow{
			ID: e.ID, URL: e.URL, Status: string(e.Status), Delivered: result.Delivered, TookMS: result.TookMs,
			StatusCode: orZero(result.StatusCode), Error: orZero(result.Error),
		}
	}
	return tested, nil
}

// orZero is what a member says that an answer may leave out.
func orZero[T any](member *T) (value T) {
	if member != nil {
		value = *member
	}
	return value
}

// result says what came of a test.
func (t testRow) result() string {
	switch {
	case t.Error != "" && t.StatusCode != 0:
		return fmt.Sprintf("failed: it answered %d; %s", t.StatusCode, t.Error)
	case t.Error != "":
		return "failed: " + t.Error
	case !t.Delivered:
		return fmt.Sprintf("failed: it answered %d", t.StatusCode)
	default:
		return fmt.Sprintf("delivered: it answered %d", t.StatusCode)
	}
}

func printTested(to io.Writer, tested []testRow) error {
	if len(tested) == 0 {
		_, err := fmt.Fprintln(to, "You have no webhook endpoints; POST /v1/webhook-endpoints makes one.")
		return err
	}
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ENDPOINT\tURL\tSTATUS\tTOOK\tRESULT")
	for _, t := range tested {
		fmt.Fprintf(w, "%s\t%s\t%s\t%d ms\t%s\n", t.ID, t.URL, t.Status, t.TookMS, t.result())
	}
	return w.Flush()
}

func printTestedJSON(to io.Writer, tested []testRow) error {
	e := json.NewEncoder(to)
	e.SetIndent("", "  ")
	return e.Encode(tested)
}

// failedTests says how many failed and what to do, nil where none did.
func failedTests(tested []testRow) error {
	failed, disabled := 0, false
	for _, t := range tested {
		if !t.Delivered {
			failed++
		}
		disabled = disabled || t.Status == "disabled"
	}
	if failed == 0 {
		return nil
	}
	advice := "an endpoint must answer 2xx within 10 s at a public https address; " +
		"mend it, then run this again"
	if disabled {
		advice += `, and PATCH {"status": "enabled"} those that are disabled`
	}
	return fmt.Errorf("%d of %d endpoints did not take the test: %s", failed, len(tested), advice)
}
