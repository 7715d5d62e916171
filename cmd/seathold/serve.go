package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"seathold/internal/app"
)

func serveCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "serve",
		Short: "Run the service",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := loadConfig(cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			log := newLogger(c, os.Stderr)
			traces, err := app.TracingFrom(cmd.Context(), os.Getenv, version(), log)
			if err != nil {
				return err
			}
			a, err := app.New(cmd.Context(), c, log, app.Version(version()), traces)
			if err != nil {
				return err
			}
			return a.Run(cmd.Context(), func() {
				fmt.Fprint(cmd.OutOrStdout(), banner(a))
			})
		},
	}
}
