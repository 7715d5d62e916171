package main

import (
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"seathold/internal/config"
)

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "seathold",
		Short: "Holds seats while their buyers pay, so that none is sold twice",
		Long: "Seathold holds seats while their buyers pay, so that none is sold twice.\n\n" +
			"It is configured by SEATHOLD_… variables, from the environment or a file .env;\n" +
			"with none of them set, `seathold serve` runs with everything embedded and a demo\n" +
			"event on sale. `seathold config` shows what is in effect.",
		SilenceUsage: true, SilenceErrors: true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
	}
	root.AddCommand(serveCommand(), userCommand(), eventCommand(), planCommand(), webhookCommand(),
		loginCommand(), opsCommand(),
		healthcheckCommand(), doctorCommand(), configCommand(), versionCommand())
	return root
}

// loadConfig reads the configuration and prints its warnings to warn.
func loadConfig(warn io.Writer) (config.Config, error) {
	c, warnings, err := config.Load(os.Environ(), ".env")
	for _, w := range warnings {
		fmt.Fprintln(warn, "seathold: warning:", w)
	}
	return c, err
}

func newLogger(c config.Config, to *os.File) *slog.Logger {
	options := &slog.HandlerOptions{Level: c.Level()}
	if c.LogFormat == "json" || (c.LogFormat == "" && !isTerminal(to)) {
		return slog.New(slog.NewJSONHandler(to, options))
	}
	return slog.New(slog.NewTextHandler(to, options))
}

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }
