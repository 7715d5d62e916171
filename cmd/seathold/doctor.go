package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"seathold/internal/app"
	"seathold/internal/config"
	"seathold/internal/doctor"
)

// The statuses that `seathold doctor` ends with, beside 0 where there is no problem.
const (
	statusProblem = 1
	statusUsage   = 2 // it was called wrongly (load ends with it, too), or the configuration cannot be read
)

func doctorCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Look at all that a deployment needs, and say what to do",
		Long: "Looks at the configuration, Redis, MongoDB, the public address, webhooks and secrets, with the\n" +
			"settings that the service has, and says what to do. It changes nothing; the service may run or not.\n" +
			"Ends with status 0 when there is no problem, 1 when there is one, 2 when it could not look.",
		Example: "  seathold doctor\n  seathold doctor --json",
		Args: func(cmd *cobra.Command, args []string) error {
			return misused(cobra.NoArgs(cmd, args))
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			report, err := examine(cmd)
			if err != nil {
				return misused(err)
			}
			if asJSON {
				err = printReportJSON(cmd.OutOrStdout(), report)
			} else {
				err = printReport(cmd.OutOrStdout(), report)
			}
			if err == nil && report.Problems > 0 {
				return &statusError{status: statusProblem} // the report says it
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON instead of a table")
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return misused(err) })
	return cmd
}

// examine looks at everything or, where variables are wrong, at those.
func examine(cmd *cobra.Command) (doctor.Report, error) {
	c, warnings, err := config.Load(os.Environ(), ".env")
	if err == nil {
		report := app.Diagnose(cmd.Context(), c, warnings, os.Getenv)
		if cmd.Context().Err() != nil { // what was still asked then seems not to answer
			return report, errors.New("interrupted before all was looked at")
		}
		return report, nil
	}
	report, isOfVariables := app.DiagnoseWrong(err)
	if !isOfVariables {
		return report, err
	}
	return report, nil
}

func printReport(to io.Writer, r doctor.Report) error {
	err := table(to, "RESULT\tCHECK\tSEEN", func(w io.Writer) {
		for _, f := range r.Findings {
			fmt.Fprintf(w, "%s\t%s\t%s\n", f.Severity, f.Check, f.Saw)
			if f.Do != "" {
				fmt.Fprintf(w, "\t\tdo: %s\n", f.Do)
			}
		}
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(to, "\n%s\n", summary(r))
	return err
}

func summary(r doctor.Report) string {
	switch r.Problems {
	case 0:
		return fmt.Sprintf("No problem was found. Advice: %d. Fine: %d.", r.Advice, r.OK)
	case 1:
		return fmt.Sprintf("1 problem is to be mended. Advice: %d. Fine: %d.", r.Advice, r.OK)
	default:
		return fmt.Sprintf("%d problems are to be mended. Advice: %d. Fine: %d.", r.Problems, r.Advice, r.OK)
	}
}

func printReportJSON(to io.Writer, r doctor.Report) error {
	e := json.NewEncoder(to)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(r)
}
