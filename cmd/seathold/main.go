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
	err := rootCommand().ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	failed := &statusError{status: 1, err: err}
	errors.As(err, &failed)
	if failed.err != nil {
		fmt.Fprintln(os.Stderr, "seathold:", failed.err)
	}
	return failed.status
}

// statusError is an error of a command that ends with another status than 1, or
// without a word because all is said.
type statusError struct {
	status int
	err    error // nil: nothing more to say
}

func (e *statusError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("status %d", e.status)
	}
	return e.err.Error()
}

func (e *statusError) Unwrap() error { return e.err }

// withStatus gives err a status; nil stays nil.
func withStatus(status int, err error) error {
	if err == nil {
		return nil
	}
	return &statusError{status, err}
}
