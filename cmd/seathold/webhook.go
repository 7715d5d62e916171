package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
)

const (
	// callTimeout bounds one call of the API; a test waits for its endpoint.
	callTimeout = 30 * time.Second
	// maxAnswer bounds what is read of an answer, in bytes.
	maxAnswer = 4 << 20
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
			"The access token comes from SEATHOLD_TOKEN; POST /v1/auth/login gives one.",
		Example: "  SEATHOLD_TOKEN=… seathold webhook test",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := newClient(service)
			if err != nil {
				return err
			}
			endpoints, err := c.endpoints(cmd.Context(), args)
			if err != nil {
				return err
			}
			tested, err := c.testEach(cmd.Context(), endpoints)
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
	cmd.Flags().StringVar(&service, "url", "http://127.0.0.1:8080", "where the service is")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON instead of a table")
	return cmd
}

// endpointRow is an endpoint as the API shows it.
type endpointRow struct {
	ID     string `json:"id"`
	URL    string `json:"url"`
	Status string `json:"status"`
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

// client calls a running service.
type client struct {
	service string // its URL, without a slash at the end
	token   string
}

func newClient(service string) (client, error) {
	u, err := url.Parse(service)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return client{}, fmt.Errorf("--url: %q is no URL like http://127.0.0.1:8080", service)
	}
	token := strings.TrimSpace(os.Getenv("SEATHOLD_TOKEN"))
	if token == "" {
		return client{}, errors.New("SEATHOLD_TOKEN is not set: put an organizer's access token there, " +
			"which POST /v1/auth/login answers with")
	}
	return client{service: strings.TrimRight(service, "/"), token: token}, nil
}

// endpoints returns the one that is named, else all of the caller's.
func (c client) endpoints(ctx context.Context, named []string) ([]endpointRow, error) {
	const path = "/v1/webhook-endpoints"
	if len(named) > 0 {
		var e endpointRow
		err := c.call(ctx, http.MethodGet, path+"/"+url.PathEscape(named[0]), &e)
		return []endpointRow{e}, err
	}
	var all []endpointRow
	for cursor := ""; ; {
		var page struct {
			Items      []endpointRow `json:"items"`
			NextCursor string        `json:"next_cursor"`
		}
		query := ""
		if cursor != "" {
			query = "?cursor=" + url.QueryEscape(cursor)
		}
		if err := c.call(ctx, http.MethodGet, path+query, &page); err != nil {
			return nil, err
		}
		all = append(all, page.Items...)
		if cursor = page.NextCursor; cursor == "" {
			return all, nil
		}
	}
}

func (c client) testEach(ctx context.Context, endpoints []endpointRow) ([]testRow, error) {
	tested := make([]testRow, len(endpoints))
	for i, e := range endpoints {
		if err := c.call(ctx, http.MethodPost, "/v1/webhook-endpoints/"+url.PathEscape(e.ID)+"/test", &tested[i]); err != nil {
			return nil, fmt.Errorf("endpoint %s: %w", e.ID, err)
		}
		tested[i].ID, tested[i].URL, tested[i].Status = e.ID, e.URL, e.Status
	}
	return tested, nil
}

// call makes one call of the API and reads its answer.
func (c client) call(ctx context.Context, method, path string, into any) (err error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, c.service+path, http.NoBody)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+c.token)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("the service does not answer (--url says where it is): %w", err)
	}
	defer func() { err = errors.Join(err, answer.Body.Close()) }()
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if err != nil {
		return err
	}
	if answer.StatusCode/100 != 2 {
		return refusedCall(answer.Status, body)
	}
	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("%s does not answer as Seathold does: %w", c.service, err)
	}
	return nil
}

// refusedCall says in the service's words why it refused.
func refusedCall(status string, body []byte) error {
	var problem struct{ Code, Detail string }
	switch err := json.Unmarshal(body, &problem); {
	case err != nil || problem.Code == "":
		return fmt.Errorf("the service answered %s", status)
	case problem.Code == "unauthenticated":
		return fmt.Errorf("SEATHOLD_TOKEN: %s", problem.Detail)
	default:
		return fmt.Errorf("%s: %s", problem.Code, problem.Detail)
	}
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
