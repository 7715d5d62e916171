package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"seathold/internal/booking"
)

func planCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "plan", Short: "Make and check seating plans"}
	cmd.AddCommand(planGenerateCommand(), planCheckCommand())
	return cmd
}

func planGenerateCommand() *cobra.Command {
	var like, out string
	var seats int
	cmd := &cobra.Command{
		Use:     "generate",
		Short:   "Make a seating plan of a given size",
		Example: "  seathold plan generate --like theatre --seats 420 > theatre.json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			plan, err := booking.GeneratePlan(like, seats)
			if err != nil {
				return err
			}
			if out == "" {
				_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s\n", plan)
				return err
			}
			return os.WriteFile(out, append(plan, '\n'), 0o644)
		},
	}
	cmd.Flags().StringVar(&like, "like", "theatre", "its form: theatre or arena")
	cmd.Flags().IntVar(&seats, "seats", 420, "how many seats")
	cmd.Flags().StringVarP(&out, "out", "o", "", "the file to write (default: standard output)")
	return cmd
}

func planCheckCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "check FILE",
		Short: "Check a seating plan as an import would",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			plan, err := readPlan(args[0])
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s: %q, %d seats\n", args[0], plan.Name, len(plan.Seats))
			for _, category := range plan.Categories {
				fmt.Fprintf(cmd.OutOrStdout(), "  category %q\n", category.Name)
			}
			return nil
		},
	}
}

func readPlan(path string) (*booking.Plan, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	plan, err := booking.ParsePlan(raw)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return plan, nil
}
