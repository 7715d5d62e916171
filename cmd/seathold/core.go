package main

import (
	"context"
	"errors"
	"log/slog"
	"os"

	"github.com/spf13/cobra"

	"seathold/internal/app"
)

// withCore runs fn on the configured stores, without serving. With the
// embedded store that works while the service is stopped; opening says so
// when it runs.
func withCore(cmd *cobra.Command, fn func(context.Context, *app.Core) error) (err error) {
	c, err := loadConfig(cmd.ErrOrStderr())
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	core, err := app.Open(cmd.Context(), c, log, func() string { return c.BaseURL(c.Addr) })
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, core.Close(context.WithoutCancel(cmd.Context()))) }()
	return fn(cmd.Context(), core)
}
