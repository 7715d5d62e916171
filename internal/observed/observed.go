// Package observed has the ports of the order store, the payment provider and
// the sender with an observer in front of them: it is told of every call, to
// measure it or to make it a part of a trace. What a call does is untouched.
package observed

import (
	"context"

	"seathold/internal/booking"
)

// Observe is told that a call begins and returns the context to make it with
// and what is to be called with its error at its end.
type Observe func(ctx context.Context, call string) (context.Context, func(error))

// All returns an observer that tells each: the first has the others' calls
// inside its own. Those that are nil are left out.
func All(each ...Observe) Observe {
	return func(ctx context.Context, call string) (context.Context, func(error)) {
		ends := make([]func(error), 0, len(each))
		for _, observe := range each {
			if observe != nil {
				var end func(error)
				ctx, end = observe(ctx, call)
				ends = append(ends, end)
			}
		}
		return ctx, func(err error) {
			for i := len(ends) - 1; i >= 0; i-- {
				ends[i](err)
			}
		}
	}
}

// Stores is an order store.
type Stores interface {
	booking.Events
	booking.Orders
	booking.Accounts
	booking.Records
	Ping(ctx context.Context) error
	Close(ctx context.Context) error
}

// stores has the methods of each port in a file of its own.
type stores struct {
	Stores
	observe Observe
}

// NewStores observes an order store. Ping and Close are not told.
func NewStores(s Stores, o Observe) Stores { return &stores{s, o} }
