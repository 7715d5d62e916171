package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"seathold/internal/client"
)

func opsRebuildCommand(f *opsFlags) *cobra.Command {
	var which eventsFlags
	cmd := &cobra.Command{
		Use:   "rebuild EVENT...",
		Short: "Repair events' seats in Redis from their orders",
		Long: "Puts right what Redis has otherwise than the orders. It is safe at any time: live\n" +
			"holds stay. `seathold ops audit` finds out whether there is something to repair.",
		RunE: func(cmd *cobra.Command, args []string) error {
			_, err := eachEvent(cmd, f, which, args, "rebuild", rebuild, printRebuilt)
			return err
		},
	}
	which.add(cmd)
	return cmd
}

// eachEvent does something to events, one after the other, and tells how far it
// is. What the service answered is returned and shown, with --json as it is, a
// line each. A failure of one event does not keep the others.
func eachEvent[A any](
	cmd *cobra.Command, f *opsFlags, which eventsFlags, named []string, what string,
	do func(ctx context.Context, c *client.ClientWithResponses, event string) (answer A, body []byte, err error),
	show func(to io.Writer, all []A) error,
) (all []A, err error) {
	c, err := f.client(cmd)
	if err != nil {
		return nil, err
	}
	ids, err := which.ids(cmd.Context(), c, named)
	if err != nil {
		return nil, err
	}
	all, err = askEach(cmd, f, ids, what, func(ctx context.Context, id string) (A, []byte, error) { return do(ctx, c, id) })
	if !f.asJSON && len(all) > 0 {
		err = errors.Join(err, show(cmd.OutOrStdout(), all))
	}
	return all, err
}

func askEach[A any](
	cmd *cobra.Command, f *opsFlags, ids []string, what string, ask func(ctx context.Context, event string) (A, []byte, error),
) (all []A, err error) {
	p := newProgress(cmd.ErrOrStderr(), what, len(ids), f.asJSON)
	defer p.end()
	for _, id := range ids {
		p.part("event " + id)
		answer, body, failure := ask(cmd.Context(), id)
		if failure != nil {
			err = errors.Join(err, fmt.Errorf("event %s: %w", id, failure))
			if cmd.Context().Err() != nil {
				return all, err
			}
			continue
		}
		all = append(all, answer)
		if f.asJSON {
			if _, failure = cmd.OutOrStdout().Write(body); failure != nil {
				return all, failure
			}
		}
	}
	return all, err
}

func rebuild(ctx context.Context, c *client.ClientWithResponses, event string) (r client.Rebuilt, body []byte, err error) {
	answer, err := patiently(ctx, func() (*client.RebuildEventResponse, error) {
		return c.RebuildEventWithResponse(ctx, event, client.Nothing{})
	})
	if err != nil {
		return r, nil, err
	}
	r, err = client.Answered(answer.JSON200)
	return r, answer.Body, err
}

func printRebuilt(to io.Writer, done []client.Rebuilt) error {
	return table(to, "EVENT\tORDERS\tPUT RIGHT\tFREED\tRESULT", func(w io.Writer) {
		for _, r := range done {
			fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%s\n", r.EventID, r.Orders, r.Restored, r.Freed, rebuiltResult(r))
		}
	})
}

func rebuiltResult(r client.Rebuilt) string {
	switch {
	case r.Anew:
		return "its state was missing: all of it is back, but holds without an order"
	case r.Restored+r.Freed == 0:
		return "all was right"
	default:
		return "repaired"
	}
}
