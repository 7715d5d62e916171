package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"seathold/internal/client"
)

func opsStatsCommand(f *opsFlags) *cobra.Command {
	return &cobra.Command{
		Use:   "stats",
		Short: "Live totals: events, holds, seats, orders, refunds",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := f.client(cmd)
			if err != nil {
				return err
			}
			answer, err := patiently(cmd.Context(), func() (*client.GetStatsResponse, error) {
				return c.GetStatsWithResponse(cmd.Context())
			})
			if err != nil {
				return err
			}
			stats, err := client.Answered(answer.JSON200)
			if err != nil {
				return err
			}
			if f.asJSON {
				_, err = cmd.OutOrStdout().Write(answer.Body)
				return err
			}
			printStats(cmd.OutOrStdout(), stats)
			return nil
		},
	}
}

func printStats(to io.Writer, s client.Stats) {
	line := func(name string, n int, note string) { fmt.Fprintf(to, "%-24s %9d%s\n", name, n, note) }
	note := ""
	if s.Uncounted > 0 {
		note = fmt.Sprintf("  (%d of them without holds and seats below: still loading, or too many)", s.Uncounted)
	}
	line("events", s.Events, note)
	line("live holds", s.Holds, "")
	line("seats free", s.Seats.Free, "")
	line("seats held", s.Seats.Held, "")
	line("seats sold", s.Seats.Sold, "")
	line("seats blocked", s.Seats.Blocked, "")
	line("orders pending_payment", s.Orders.PendingPayment, "")
	line("orders paid", s.Orders.Paid, "")
	line("orders cancelled", s.Orders.Cancelled, "")
	line("orders expired", s.Orders.Expired, "")
	line("orders refunding", s.Orders.Refunding, "")
	line("orders refunded", s.Orders.Refunded, "")
	line("refunds due", s.RefundsDue, "")
	note = ""
	if s.RefundsOverdue > 0 {
		note = "  (see GET /v1/ops/refunds)"
	}
	line("refunds overdue", s.RefundsOverdue, note)
}
