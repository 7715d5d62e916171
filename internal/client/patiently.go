package client

import (
	"context"
	"errors"
	"time"
)

// patience is how often a call is made again that the service puts off.
const patience = 20

// Patiently makes a call again that the service puts off, such as while an event
// is loaded, as long as it says.
func Patiently[A any](ctx context.Context, call func() (A, error)) (answer A, err error) {
	for range patience {
		answer, err = call()
		wait, putOff := retryAfter(err)
		if !putOff {
			break
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return answer, ctx.Err()
		}
	}
	return answer, err
}

// retryAfter is how long a refusal asks to wait; false: it does not.
func retryAfter(err error) (time.Duration, bool) {
	var refused *Error
	if !errors.As(err, &refused) || refused.Problem.RetryAfter == nil {
		return 0, false
	}
	return time.Duration(*refused.Problem.RetryAfter) * time.Second, true
}
