package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"seathold/internal/client"
)

func opsHoldsCommand(f *opsFlags) *cobra.Command {
	return &cobra.Command{
		Use:   "holds EVENT",
		Short: "An event's live holds, oldest first, with who has them",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := f.client(cmd)
			if err != nil {
				return err
			}
			if f.asJSON {
				return printHoldsJSON(cmd.Context(), cmd.OutOrStdout(), c, args[0])
			}
			var holds []client.EventHold
			err = eachPage(cmd.Context(), c, args[0], func(_ []byte, page client.EventHoldList) error {
				holds = append(holds, page.Items...)
				return nil
			})
			if err != nil {
				return err
			}
			return printHolds(cmd.OutOrStdout(), holds)
		},
	}
}

// eachPage calls fn for every page of an event's holds, as bytes and as read.
func eachPage(
	ctx context.Context, c *client.ClientWithResponses, event string, fn func([]byte, client.EventHoldList) error,
) error {
	most := 200
	query := client.ListEventHoldsParams{Limit: &most}
	for {
		answer, err := patiently(ctx, func() (*client.ListEventHoldsResponse, error) {
			return c.ListEventHoldsWithResponse(ctx, event, &query)
		})
		if err != nil {
			return err
		}
		page, err := client.Answered(answer.JSON200)
		if err != nil {
			return err
		}
		if err := fn(answer.Body, page); err != nil {
			return err
		}
		if query.Cursor = page.NextCursor; query.Cursor == nil {
			return nil
		}
	}
}

// printHoldsJSON prints all pages as one, the holds as the service wrote them.
func printHoldsJSON(ctx context.Context, to io.Writer, c *client.ClientWithResponses, event string) error {
	all := struct {
		Items      []json.RawMessage `json:"items"`
		NextCursor *string           `json:"next_cursor"`
	}{Items: []json.RawMessage{}}
	err := eachPage(ctx, c, event, func(body []byte, _ client.EventHoldList) error {
		page := all
		page.Items = nil
		err := json.Unmarshal(body, &page)
		all.Items = append(all.Items, page.Items...)
		return err
	})
	if err != nil {
		return err
	}
	return json.NewEncoder(to).Encode(all)
}

func printHolds(to io.Writer, holds []client.EventHold) error {
	if len(holds) == 0 {
		_, err := fmt.Fprintln(to, "This event has no live holds.")
		return err
	}
	return table(to, "HOLD\tCUSTOMER\tSEATS\tSTATUS\tHELD FOR\tLEFT\tORDER", func(w io.Writer) {
		for _, h := range holds {
			left := time.Duration(h.ExpiresIn) * time.Second
			// By the service's clock: this machine's may be another.
			age := max(0, h.ExpiresAt.Add(-left).Sub(h.HeldSince))
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", h.ID, customerName(h.Customer), someOf(h.Seats),
				h.Status, age.Round(time.Second), left, orderName(h))
		}
	})
}

func customerName(c client.Customer) string {
	if c.Email == "" {
		return c.ID
	}
	return c.Email
}

// someOf names the first seats, and says how many more there are.
func someOf(seats []string) string {
	const most = 6
	if len(seats) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(seats[:most], ", "), len(seats)-most)
	}
	return strings.Join(seats, ", ")
}

func orderName(h client.EventHold) string {
	switch {
	case h.OrderID == nil:
		return "-"
	case h.OrderStatus == nil:
		return *h.OrderID + " (not stored yet)"
	default:
		return fmt.Sprintf("%s (%s)", *h.OrderID, *h.OrderStatus)
	}
}

func opsReleaseCommand(f *opsFlags) *cobra.Command {
	return &cobra.Command{
		Use:   "release EVENT HOLD",
		Short: "Release anybody's hold; its order, if it waits for a payment, is cancelled",
		Args:  cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := f.client(cmd)
			if err != nil {
				return err
			}
			_, err = patiently(cmd.Context(), func() (*client.ReleaseAnyHoldResponse, error) {
				return c.ReleaseAnyHoldWithResponse(cmd.Context(), args[0], args[1])
			})
			if client.CodeOf(err) == "hold_sold" {
				return fmt.Errorf("%w (POST /v1/orders/{order}/cancel)", err)
			}
			if err == nil && !f.asJSON {
				fmt.Fprintf(cmd.OutOrStdout(), "hold %s is released: its seats are free\n", args[1])
			}
			return err
		},
	}
}
