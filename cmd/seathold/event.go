package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"seathold/internal/app"
	"seathold/internal/booking"
)

func eventCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "event", Short: "Manage events"}
	cmd.AddCommand(eventImportCommand())
	return cmd
}

// importFlags are what `event import` is told.
type importFlags struct {
	plan, name, organizer, currency string
	startsAt, onSaleAt, offSaleAt   string
	prices                          []string
	holdTTL                         time.Duration
	maxSeats                        int
}

func eventImportCommand() *cobra.Command {
	var f importFlags
	cmd := &cobra.Command{
		Use:   "import",
		Short: "Put an event on sale from a seating-plan file",
		Long: "Checks a seating plan and puts an event on sale, by the same rules as the API.\n" +
			"With the embedded store, stop the service first.",
		Example: "  seathold event import --plan theatre.json --name \"Opening night\" \\\n" +
			"    --starts-at 2027-05-01T19:30:00Z --organizer organizer@demo.example \\\n" +
			"    --currency EUR --price Premium=6500 --price Stalls=4500 --price Balcony=2500",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			event, err := f.newEvent()
			if err != nil {
				return err
			}
			return withCore(cmd, func(ctx context.Context, core *app.Core) error {
				p := newProgress(cmd.ErrOrStderr(), "import", 1, false)
				p.part(f.plan)
				e, err := core.ImportEvent(ctx, f.organizer, event)
				p.end()
				if err != nil {
					return err
				}
				_, err = fmt.Fprintf(cmd.OutOrStdout(), "event %s: %q, %d seats, %s\n",
					e.ID, e.Name, len(e.Plan.Seats), e.StatusAt(time.Now()))
				return err
			})
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.plan, "plan", "", "the seating-plan file")
	flags.StringVar(&f.name, "name", "", "the event's name")
	flags.StringVar(&f.startsAt, "starts-at", "", "when it starts, like 2027-05-01T19:30:00Z")
	flags.StringVar(&f.onSaleAt, "on-sale-at", "", "when its sale opens (default: at once)")
	flags.StringVar(&f.offSaleAt, "off-sale-at", "", "when its sale ends (default: at its start)")
	flags.StringVar(&f.organizer, "organizer", "", "the e-mail address of its organizer's account")
	flags.StringVar(&f.currency, "currency", "", "the ISO 4217 code of its prices")
	flags.StringArrayVar(&f.prices, "price", nil, "CATEGORY=MINOR_UNITS, once for each category")
	flags.DurationVar(&f.holdTTL, "hold-ttl", 0, "how long a hold lasts (default: SEATHOLD_HOLD_TTL)")
	flags.IntVar(&f.maxSeats, "max-seats-per-customer", 0, "(default: SEATHOLD_MAX_SEATS_PER_CUSTOMER)")
	for _, flag := range []string{"plan", "name", "starts-at", "organizer", "currency", "price"} {
		if err := cmd.MarkFlagRequired(flag); err != nil {
			panic(err) // a flag of this name was just made
		}
	}
	return cmd
}

func (f importFlags) newEvent() (booking.NewEvent, error) {
	e := booking.NewEvent{Name: f.name, HoldTTL: f.holdTTL, MaxSeatsPerCustomer: f.maxSeats}
	var err error
	for _, t := range []struct {
		flag, value string
		to          *time.Time
	}{
		{"starts-at", f.startsAt, &e.StartsAt},
		{"on-sale-at", f.onSaleAt, &e.OnSaleAt},
		{"off-sale-at", f.offSaleAt, &e.OffSaleAt},
	} {
		if t.value == "" {
			continue
		}
		if *t.to, err = time.Parse(time.RFC3339, t.value); err != nil {
			return e, fmt.Errorf("--%s: %q is no time like 2027-05-01T19:30:00Z", t.flag, t.value)
		}
	}
	if e.Prices, err = f.priceList(); err != nil {
		return e, err
	}
	e.Plan, err = os.ReadFile(f.plan)
	return e, err
}

func (f importFlags) priceList() (map[string]booking.Money, error) {
	prices := map[string]booking.Money{}
	for _, p := range f.prices {
		// The last = counts: a category's name may have one.
		at := strings.LastIndex(p, "=")
		if at < 1 {
			return nil, fmt.Errorf("--price: %q is not like Stalls=4500", p)
		}
		category := p[:at]
		amount, err := strconv.ParseInt(p[at+1:], 10, 64)
		if err != nil {
			return nil, fmt.Errorf("--price: %q of category %q is no amount in minor units, like 4500", p[at+1:], category)
		}
		if _, twice := prices[category]; twice {
			return nil, fmt.Errorf("--price: category %q has two prices", category)
		}
		prices[category] = booking.Money{Amount: amount, Currency: f.currency}
	}
	return prices, nil
}
