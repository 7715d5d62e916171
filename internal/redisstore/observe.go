package redisstore

import "context"

// Observe is told that a script is called, and returns the context to call it
// with and what is to be called with its error at its end.
type Observe = func(ctx context.Context, script string) (context.Context, func(error))

func unobserved(ctx context.Context, _ string) (context.Context, func(error)) {
	return ctx, func(error) {}
}
