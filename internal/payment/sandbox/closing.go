package sandbox

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// maxSending bounds the checkouts whose messages this instance sends at one time.
const maxSending = 256

var errClosing = errors.New("the sandbox is shutting down")

// sending counts what this instance sends, so that Close can wait for it.
type sending struct {
	ctx  context.Context // of all attempts; ended by stop
	stop context.CancelFunc

	mu      sync.Mutex // guards what follows
	closing bool
	count   int
	running sync.WaitGroup
}

func newSending() *sending {
	ctx, stop := context.WithCancel(context.Background())
	return &sending{ctx: ctx, stop: stop}
}

// begin takes one of the places; false: none is free, or no more are given.
// Whoever has one calls end.
func (s *sending) begin() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing || s.count >= maxSending {
		return false
	}
	s.count++
	s.running.Add(1)
	return true
}

func (s *sending) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count--
	s.running.Done()
}

func (s *sending) isClosing() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closing
}

// Close takes no more choices and waits for the attempts under way to end, or
// for ctx: then it cuts them off. What was not delivered stays in the records
// and is sent after the next start. The error is ctx's: it was cut short.
func (p *Provider) Close(ctx context.Context) error {
	err := p.sending.close(ctx)
	p.client.CloseIdleConnections()
	if err != nil {
		return fmt.Errorf("sandbox: webhooks were still under way: %w", err)
	}
	return nil
}

func (s *sending) close(ctx context.Context) error {
	s.mu.Lock()
	s.closing = true
	s.mu.Unlock()

	defer s.stop()
	drained := make(chan struct{})
	go func() {
		s.running.Wait()
		close(drained)
	}()
	select {
	case <-drained:
		return nil
	case <-ctx.Done():
		s.stop()
		<-drained
		return ctx.Err()
	}
}
