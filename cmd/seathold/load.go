package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"seathold/internal/booking"
	"seathold/internal/client"
	"seathold/internal/load"
)

// loadFlags are what `load` is told.
type loadFlags struct {
	url, event, like, pay string
	email                 string
	passwordStdin         bool
	seats, customers      int
	maxInFlight           int
	holdTTL, think        time.Duration
	schedule              load.Schedule
	weights               map[load.Kind]*int
	maxErrors             float64
	asJSON                bool
}

func loadCommand() *cobra.Command {
	f := loadFlags{weights: map[load.Kind]*int{}}
	cmd := &cobra.Command{
		Use:   "load",
		Short: "Drive a sale against a running service, and judge what came of it",
		Long: "Sends visitors to a sale of its own, or to an event that is there, at times that are\n" +
			"fixed beforehand: a service that gets slow does not get fewer of them. They look at\n" +
			"the plan and the live map, hold seats that are free there, order, pay on the\n" +
			"sandbox's page, or go. Times are from when a call was meant to start. At the end the\n" +
			"customers' own ledger is held against the API and, with an operator's token, Redis\n" +
			"against the orders.\n\n" +
			"It is an organizer's or operator's: of the access token in SEATHOLD_TOKEN, which\n" +
			"`seathold login` gives and which has to outlive the load, or with --email of an account\n" +
			"that it logs in itself. All visitors come from one address: start the service with\n" +
			"SEATHOLD_ABUSE_LIMITS=off. Ctrl-C ends the arrivals; a second one ends all.\n\n" +
			"Ends with status 1 after a seat that was sold twice or is not its buyer's, an audit that\n" +
			"finds something, too many failed calls or lost visitors, or no hold granted; with 2\n" +
			"where it was wrongly given.",
		Example: "  export SEATHOLD_TOKEN=$(seathold login --email operator@demo.example)\n" +
			"  seathold load --seats 5000 --hold-ttl 20s --rate 50 --ramp 10s --duration 1m\n" +
			"  seathold load --email operator@demo.example --rate 50 --duration 1h",
		Args: func(cmd *cobra.Command, args []string) error {
			return misused(cobra.NoArgs(cmd, args))
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd) },
	}
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return misused(err) })
	f.add(cmd)
	return cmd
}

func (f *loadFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.url, "url", "", "where the service is (default: SEATHOLD_ADDR)")
	flags.StringVar(&f.email, "email", "", "log in by this account, and stay so (default: SEATHOLD_TOKEN)")
	flags.BoolVar(&f.passwordStdin, "password-stdin", false, "read its password from the first line of standard input")
	flags.StringVar(&f.event, "event", "", "sell this event (default: one of its own, closed at the end)")
	flags.IntVar(&f.seats, "seats", 2000, "how many seats its own event has")
	flags.StringVar(&f.like, "like", "theatre", "its form: theatre or arena")
	flags.DurationVar(&f.holdTTL, "hold-ttl", 0, "how long its holds last, in whole seconds (default: the service's)")
	flags.Float64Var(&f.schedule.Rate, "rate", 20, "visitors that arrive a second")
	flags.DurationVar(&f.schedule.Ramp, "ramp", 0, "the first part of the duration, in which the rate rises from 0")
	flags.DurationVar(&f.schedule.Duration, "duration", time.Minute, "how long visitors arrive")
	flags.BoolVar(&f.schedule.Poisson, "poisson", false, "they arrive as strangers do, not at even distances")
	flags.Uint64Var(&f.schedule.Seed, "seed", 1, "what they want, and when they come by --poisson, follows from it")
	flags.IntVar(&f.customers, "customers", 40, "accounts that are made for them first; with 0 they only look")
	for _, k := range []struct {
		kind   load.Kind
		weight int
		does   string
	}{
		{load.Browse, 50, "who look at the seats and go"},
		{load.Listen, 5, "who hear of the changes for 5s"},
		{load.Buy, 30, "who hold, order and pay"},
		{load.Abandon, 8, "who hold and go"},
		{load.Release, 4, "who hold and give back"},
		{load.Cancel, 3, "who order and cancel"},
	} {
		f.weights[k.kind] = flags.Int(string(k.kind), k.weight, "weight of visitors "+k.does)
	}
	flags.DurationVar(&f.think, "think", 500*time.Millisecond, "what a person takes between two steps, on the average")
	flags.StringVar(&f.pay, "pay", "sandbox", "sandbox: press Pay on its page; none: orders stay unpaid")
	flags.IntVar(&f.maxInFlight, "max-in-flight", 500, "visitors at a time; who arrives beyond is dropped, and counted")
	flags.Float64Var(&f.maxErrors, "max-errors", 0.01, "share, 0 to 1, of calls that may fail, and of visitors who may be dropped or not come to an end")
	flags.BoolVar(&f.asJSON, "json", false, "print JSON instead of tables")
}

// config is what the flags say. Its error has statusUsage where they are wrong.
func (f *loadFlags) config(cmd *cobra.Command) (c load.Config, err error) {
	c = load.Config{
		Token: givenToken(), Event: f.event, HoldTTL: f.holdTTL, Schedule: f.schedule, Mix: load.Mix{},
		Customers: f.customers, Think: f.think, Pay: f.pay == "sandbox", MaxInFlight: f.maxInFlight,
	}
	for kind, weight := range f.weights {
		c.Mix[kind] = *weight
	}
	switch {
	case f.pay != "sandbox" && f.pay != "none":
		return c, misused(fmt.Errorf("--pay: %q is not known; use sandbox or none", f.pay))
	case !(f.maxErrors >= 0 && f.maxErrors <= 1):
		return c, misused(fmt.Errorf("--max-errors: %g is out of range; use 0 to 1", f.maxErrors))
	case f.event != "" && (cmd.Flags().Changed("seats") || cmd.Flags().Changed("like") || cmd.Flags().Changed("hold-ttl")):
		return c, misused(errors.New("--seats, --like and --hold-ttl are of an event of its own: leave them out, or --event"))
	case f.passwordStdin && f.email == "":
		return c, misused(errors.New("--password-stdin: whose password is it? Give --email"))
	}
	if f.event == "" {
		if c.Plan, err = booking.GeneratePlan(f.like, f.seats); err != nil {
			var refused *booking.Error
			if errors.As(err, &refused) { // without its code: it is no answer of a service
				err = errors.New(refused.Detail)
			}
			return c, misused(fmt.Errorf("--%w", err))
		}
	}
	if err := c.Check(); err != nil {
		return c, misused(fmt.Errorf("--%w", err))
	}
	if c.URL, err = serviceAt(cmd, f.url); err != nil || f.email == "" {
		return c, err
	}
	c.Account.Email = f.email
	c.Account.Password, err = askPassword(cmd, f.passwordStdin)
	return c, err
}

func (f *loadFlags) run(cmd *cobra.Command) error {
	c, err := f.config(cmd)
	if err != nil {
		return err
	}
	ctx := cmd.Context()
	sale, err := load.Open(ctx, c)
	if err != nil {
		return explainedLoad(err)
	}
	// What follows a Ctrl-C takes its time: it is what the sale was for.
	after := context.WithoutCancel(ctx)
	if err := f.register(cmd, sale, c.Customers); err != nil {
		return errors.Join(explainedLoad(err), sale.Close(after))
	}
	p := newLoadProgress(cmd, c.Schedule.Duration, f.asJSON)
	stop := p.watch(sale)
	sale.Run(ctx)
	stop()
	p.part("the final check")
	report := sale.Finish(after)
	p.end()
	if f.asJSON {
		e := json.NewEncoder(cmd.OutOrStdout())
		e.SetIndent("", "  ")
		err = e.Encode(report)
	} else {
		err = printSale(cmd.OutOrStdout(), report)
	}
	return errors.Join(err, report.Judge(f.maxErrors))
}

// explainedLoad names what a user of the command can do about a sale that did not begin.
func explainedLoad(err error) error {
	switch {
	case errors.Is(err, load.ErrNoToken):
		return noToken("an organizer")
	case errors.Is(err, load.ErrTokenEnds):
		return misused(fmt.Errorf("SEATHOLD_TOKEN: %w: take a new one, or have the load log in by --email", err))
	case errors.Is(err, load.ErrRole):
		return fmt.Errorf("%w: be an organizer or operator, by SEATHOLD_TOKEN or --email, or name an event by --event", err)
	case errors.Is(err, load.ErrLimited):
		return err
	case errors.Is(err, context.Canceled):
		return errors.New("interrupted before the sale began")
	case client.CodeOf(err) == "not_found":
		return fmt.Errorf("--event: %w", err)
	default:
		return explained(err)
	}
}
