package httpapi

import (
	"context"
	"time"
)

// Metrics is told of requests. It must not wait.
type Metrics interface {
	// RequestBegan says that a request is being answered now.
	RequestBegan()
	// RequestEnded says how it was answered.
	RequestEnded(ctx context.Context, a Answered)
}

// Answered is how a request was answered.
type Answered struct {
	ID       string // as the log has it
	Route    string // the pattern that matched, "" for none
	Method   string
	Status   int  // 499 where the client did not wait; 0: there was no answer
	Streamed bool // it lasted as long as there was something to send
	Took     time.Duration
}

type noMetrics struct{}

func (noMetrics) RequestBegan()                          {}
func (noMetrics) RequestEnded(context.Context, Answered) {}

// RequestID returns the id of the request that a context belongs to, "" where
// it belongs to none.
func RequestID(ctx context.Context) string {
	if rec := recordOf(ctx); rec != nil {
		return rec.id
	}
	return ""
}
