package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"seathold/internal/load"
)

func printSale(to io.Writer, r load.Report) error {
	fmt.Fprintf(to, "Event %s, %d seats. Times from when a call was meant to start; SERVICE: from when it had a connection.\n\n", r.EventID, r.Seats)
	err := table(to, "STEP\tCALLS\tOK\tP50\tP90\tP99\tP99.9\tMAX\tSERVICE P50\tSERVICE P99\tREFUSED\tERRORS", func(w io.Writer) {
		for _, s := range r.Steps {
			fmt.Fprintf(w, "%s\t%d\t%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", s.Name, s.Count, s.OK,
				milliseconds(s.Latency.P50), milliseconds(s.Latency.P90), milliseconds(s.Latency.P99), milliseconds(s.Latency.P999),
				milliseconds(s.Latency.Max), milliseconds(s.Service.P50), milliseconds(s.Service.P99), counted(s.Refused), counted(s.Errors))
		}
	})
	if err != nil {
		return err
	}
	line := func(name, format string, args ...any) {
		fmt.Fprintf(to, "%-9s %s\n", name, fmt.Sprintf(format, args...))
	}
	fmt.Fprintln(to)
	line("arrivals", "%d in %.1fs: %s", r.Arrivals, r.Seconds, kinds(r.Visits))
	line("dropped", "%d because too many were there, %d did not come to an end", r.Dropped, r.Cut)
	line("holds", "%d granted, %.1f a second; %d visitors found no free seat", r.HoldsGranted, r.HoldsPerSecond, r.SoldOut)
	line("sold", "%d seats in %d orders", r.Check.Seats, r.Check.Orders)
	line("errors", "%d of %d calls (%.2f%%)", r.Errors, r.Calls, 100*r.ErrorShare())
	for _, example := range r.Examples {
		line("", "%s", example)
	}
	line("check", "%s", checked(r.Check))
	for _, d := range r.Check.DoubleSales {
		line("", "seat %s is sold twice, by the orders %s", d.Seat, strings.Join(d.Orders, " and "))
	}
	for _, l := range r.Check.Lost {
		line("", "order %s, seats %s: %s", l.Order, someOf(l.Seats), l.Says)
	}
	line("audit", "%s", audited(r))
	for _, note := range r.Notes {
		line("note", "%s", note)
	}
	return nil
}

// counted is what was counted by code, the most frequent first; "-": nothing.
func counted(by map[string]int) string {
	codes := slices.SortedFunc(maps.Keys(by), func(a, b string) int {
		if by[a] != by[b] {
			return by[b] - by[a]
		}
		return strings.Compare(a, b)
	})
	for i, code := range codes {
		codes[i] = fmt.Sprintf("%d %s", by[code], code)
	}
	if len(codes) == 0 {
		return "-"
	}
	return strings.Join(codes, ", ")
}

func kinds(visits map[load.Kind]int) string {
	var said []string
	for _, k := range load.Kinds {
		if visits[k] > 0 {
			said = append(said, fmt.Sprintf("%d %s", visits[k], k))
		}
	}
	return strings.Join(said, ", ")
}

func checked(c load.Check) string {
	switch {
	case len(c.DoubleSales)+len(c.Lost) > 0:
		found := fmt.Sprintf("FAILED: %d seats sold twice, %d sales not as their customers were told", len(c.DoubleSales), len(c.Lost))
		if c.Error != "" {
			found += ", and not all was looked at: " + c.Error
		}
		return found
	case c.Error != "":
		return "not done: " + c.Error
	case c.Orders == 0:
		return "nothing was sold"
	default:
		return "every paid seat is its buyer's by the API, none was sold twice"
	}
}

func audited(r load.Report) string {
	a := r.Audit.Audit
	if a == nil {
		return "not done: " + cmp.Or(r.Audit.Error, r.Audit.NotDone) + "; seathold ops audit " + r.EventID + " does it"
	}
	return fmt.Sprintf("%d free, %d held, %d sold, %d blocked; %d seats are in Redis otherwise than in the orders",
		a.Free, a.Held, a.Sold, a.Blocked, len(a.Mismatches)+a.Unchecked)
}
