package sandbox

import (
	"context"
	"fmt"
	"sync"
	"time"

	"seathold/internal/booking"
)

const (
	// roundBatch bounds the checkouts that a round takes up, and roundSending
	// those whose messages it sends at one time.
	roundBatch   = 200
	roundSending = 16
	// storePatience is how long noting what came of an attempt may take.
	storePatience = 5 * time.Second
)

// DeliverDue sends what the shop is to be told by now, of all payments, and
// returns when each attempt has ended. It is to be called every second, on
// every instance: a message is claimed in the records before it is sent, so
// that only one of them sends it. CodeUnavailable.
func (p *Provider) DeliverDue(ctx context.Context) error {
	due, err := p.records.RecordsDue(ctx, kind, p.clock(), roundBatch)
	if err != nil {
		return fault(err)
	}
	return p.sendEach(ctx, due)
}

// sendEach sends what is due of each checkout. A fault of one does not keep the
// others; the first is returned.
func (p *Provider) sendEach(ctx context.Context, due []booking.Record) (first error) {
	var all sync.WaitGroup
	var mu sync.Mutex
	slots := make(chan struct{}, roundSending)
	for _, r := range due {
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			_, sent, err := p.changeAndSend(ctx, r.ID, func(*checkout) error { return nil })
			if err != nil {
				mu.Lock()
				defer mu.Unlock()
				if first == nil {
					first = err
				}
				return
			}
			if sent != nil {
				<-sent
			}
		})
	}
	all.Wait()
	return first
}

// changeAndSend changes a checkout and starts sending what is due of it then.
// sent is closed when that has ended, and nil where there is nothing to send.
// Errors are those of change.
func (p *Provider) changeAndSend(ctx context.Context, id string, fn func(*checkout) error) (c checkout, sent <-chan struct{}, err error) {
	var m message
	var claimed bool
	free := p.sending.begin()
	c, err = p.change(ctx, id, func(c *checkout) error {
		if err := fn(c); err != nil {
			return err
		}
		if m, claimed = (message{}), false; free {
			m, claimed = c.claim(p.instance, p.clock())
		}
		return nil
	})
	if err != nil || !claimed {
		if free {
			p.sending.end()
		}
		return c, nil, err
	}
	ended := make(chan struct{})
	go func() {
		defer p.sending.end()
		defer close(ended)
		p.sendAll(id, m)
	}()
	return c, ended, nil
}

// sendAll sends a claimed message and then, one after the other, what else is
// due of the checkout.
func (p *Provider) sendAll(id string, m message) {
	for more := true; more; {
		body, err := m.body()
		if err == nil {
			err = p.post(p.sending.ctx, m.ID, body)
		}
		m, more = p.note(id, m, err)
	}
}

// note stores what came of an attempt and claims the next message that is due.
// Where it cannot be stored, the claim lapses and the message is sent again.
func (p *Provider) note(id string, m message, cause error) (next message, more bool) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(p.sending.ctx), storePatience)
	defer cancel()
	closing := p.sending.isClosing() || p.sending.ctx.Err() != nil
	var tell func()
	_, err := p.change(ctx, id, func(c *checkout) error {
		next, more, tell = message{}, false, nil
		now := p.clock()
		if known := c.message(m.ID); known != nil {
			tell = p.outcome(known, cause, now)
		}
		if !closing {
			next, more = c.claim(p.instance, now)
		}
		return nil
	})
	if err != nil {
		p.log.Error("sandbox cannot note what came of a webhook; it is sent again", "webhook_id", m.ID, "err", err)
		return message{}, false
	}
	if tell != nil {
		tell()
	}
	return next, more
}

// outcome changes the message by what came of an attempt, and returns what the
// log is to say of it.
func (p *Provider) outcome(m *message, cause error, now time.Time) (tell func()) {
	switch {
	case cause == nil:
		m.confirmed(now)
		return nil
	case m.ClaimedBy != p.instance:
		return nil // another instance has taken it over
	case p.sending.ctx.Err() != nil:
		m.released(cause, now)
		return p.undelivered(*m, fmt.Errorf("stopped after %d attempts, it is sent after the next start: %w", m.Attempts, cause))
	}
	wait, more := m.failed(cause, now, p.backoff)
	if !more {
		return p.undelivered(*m, fmt.Errorf("given up after %d attempts: %w", m.Attempts, cause))
	}
	return func() {
		p.log.Warn("sandbox webhook not confirmed yet", "webhook_id", m.ID, "attempt", m.Attempts, "next_in", wait, "err", cause)
	}
}

func (p *Provider) undelivered(m message, err error) func() {
	return func() {
		p.log.Error("sandbox webhook not delivered", "webhook_id", m.ID, "type", m.Type,
			"payment_id", m.Data.PaymentID, "order_id", m.Data.OrderID, "err", err)
	}
}
