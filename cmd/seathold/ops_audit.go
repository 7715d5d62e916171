package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"seathold/internal/client"
)

func opsAuditCommand(f *opsFlags) *cobra.Command {
	var which eventsFlags
	cmd := &cobra.Command{
		Use:   "audit EVENT...",
		Short: "Compare events' seats in Redis with their orders",
		Long: "Compares what Redis has of each seat with the orders, and changes nothing. It is right\n" +
			"during a sale too. Ends with status 1 when any seat differs.",
		Example: "  seathold ops audit --all",
		RunE: func(cmd *cobra.Command, args []string) error {
			audits, err := eachEvent(cmd, f, which, args, "audit", audit, printAudits)
			return errors.Join(err, differing(audits))
		},
	}
	which.add(cmd)
	return cmd
}

func audit(ctx context.Context, c *client.ClientWithResponses, event string) (a client.Audit, body []byte, err error) {
	answer, err := patiently(ctx, func() (*client.AuditEventResponse, error) { return c.AuditEventWithResponse(ctx, event) })
	if err != nil {
		return a, nil, err
	}
	a, err = client.Answered(answer.JSON200)
	return a, answer.Body, err
}

func printAudits(to io.Writer, audits []client.Audit) error {
	differ := false
	err := table(to, "EVENT\tSEATS\tFREE\tHELD\tSOLD\tBLOCKED\tDIFFER", func(w io.Writer) {
		for _, a := range audits {
			n := len(a.Mismatches) + a.Unchecked
			fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d\t%d\n", a.EventID, a.Seats, a.Free, a.Held, a.Sold, a.Blocked, n)
			differ = differ || n > 0
		}
	})
	if err != nil || !differ {
		return err
	}
	fmt.Fprintln(to)
	return table(to, "EVENT\tSEAT\tREDIS SAYS\tORDERS SAY", func(w io.Writer) {
		for _, a := range audits {
			for _, m := range a.Mismatches {
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", a.EventID, m.Seat, said(m.Redis, m.RedisOrderID), said(m.Orders, m.OrderID))
			}
			if a.Unchecked > 0 {
				fmt.Fprintf(w, "%s\tand %d more\t\t\n", a.EventID, a.Unchecked)
			}
		}
	})
}

// said is a seat's status and for which order.
func said(status client.SeatStatus, order *string) string {
	if order == nil {
		return string(status)
	}
	return fmt.Sprintf("%s for %s", status, *order)
}

// differing says how many seats differ and what to do, nil where none does.
func differing(audits []client.Audit) error {
	seats, events := 0, 0
	for _, a := range audits {
		if n := len(a.Mismatches) + a.Unchecked; n > 0 {
			seats, events = seats+n, events+1
		}
	}
	if seats == 0 {
		return nil
	}
	return fmt.Errorf("%d seats in %d of %d events are in Redis otherwise than in the orders: "+
		"seathold ops rebuild EVENT puts them right, then audit it again", seats, events, len(audits))
}
