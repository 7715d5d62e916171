package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"seathold/internal/client"
)

func opsCommand() *cobra.Command {
	f := &opsFlags{}
	cmd := &cobra.Command{
		Use:   "ops",
		Short: "Look after a running service",
		Long: "Looks after a running service, by its API. It takes an operator's access token in\n" +
			"SEATHOLD_TOKEN; `seathold login` gives one.",
		Example: "  export SEATHOLD_TOKEN=$(seathold login --email operator@demo.example)\n" +
			"  seathold ops stats\n  seathold ops audit --all",
	}
	cmd.PersistentFlags().StringVar(&f.url, "url", "", "where the service is (default: SEATHOLD_ADDR)")
	cmd.PersistentFlags().BoolVar(&f.asJSON, "json", false, "print the service's JSON instead of a table")
	cmd.AddCommand(opsStatsCommand(f), opsHoldsCommand(f), opsReleaseCommand(f), opsRebuildCommand(f), opsAuditCommand(f))
	return cmd
}

// opsFlags are what all of these commands take.
type opsFlags struct {
	url    string
	asJSON bool
}

func (f *opsFlags) client(cmd *cobra.Command) (*client.ClientWithResponses, error) {
	return signedIn(cmd, f.url, "an operator")
}

// table writes rows under a heading, aligned.
func table(to io.Writer, heading string, rows func(w io.Writer)) error {
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, heading)
	rows(w)
	return w.Flush()
}

// eventsFlags say which events a command is about.
type eventsFlags struct{ all bool }

func (f *eventsFlags) add(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.all, "all", false, "all events but those that began more than a day ago")
}

// ids returns the events that were named, or all.
func (f *eventsFlags) ids(ctx context.Context, c *client.ClientWithResponses, named []string) ([]string, error) {
	switch {
	case f.all && len(named) > 0:
		return nil, errors.New("name events, or give --all: not both")
	case f.all:
		return recentEvents(ctx, c)
	case len(named) == 0:
		return nil, errors.New("name an event by its id, or give --all")
	default:
		return named, nil
	}
}

// recentEvents are those that the service keeps in mind by itself.
func recentEvents(ctx context.Context, c *client.ClientWithResponses) (ids []string, err error) {
	yesterday := time.Now().Add(-24 * time.Hour)
	var query client.ListEventsParams
	for {
		answer, err := patiently(ctx, func() (*client.ListEventsResponse, error) { return c.ListEventsWithResponse(ctx, &query) })
		if err != nil {
			return nil, err
		}
		page, err := client.Answered(answer.JSON200)
		if err != nil {
			return nil, err
		}
		for _, e := range page.Items {
			if e.StartsAt.After(yesterday) {
				ids = append(ids, e.ID)
			}
		}
		if query.Cursor = page.NextCursor; query.Cursor == nil {
			return ids, nil
		}
	}
}
