// Command seathold holds seats while their buyers pay.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() { os.Exit(run()) }

func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends it at once
	if err := rootCommand().ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "seathold:", err)
		return exitStatus(err)
	}
	return 0
}

// usageError is a command that was given what it does not take.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// exitStatus is 2 where a command that tells the two apart was wrongly given, 1
// for all else.
func exitStatus(err error) int {
	var usage usageError
	if errors.As(err, &usage) {
		return 2
	}
	return 1
}
