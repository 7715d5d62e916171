package sandbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// maxUnderWay bounds the deliveries at one time, each a goroutine with a timer.
const maxUnderWay = 4096

var (
	errClosing = errors.New("the sandbox is shutting down")
	errBusy    = errors.New("too many webhooks are under way")
)

// delivery is one message on its way to the shop, with all its attempts.
type delivery struct {
	id   string
	body []byte
	// hurried asks for the next attempt at once; one such wish is kept.
	hurried chan struct{}
	done    chan struct{}
	err     error // why it was given up, nil if confirmed; set before done closes
}

// hurry ends the wait for the next attempt.
func (d *delivery) hurry() {
	select {
	case d.hurried <- struct{}{}:
	default: // one is noted already
	}
}

// pause waits for the next attempt. It reports false when ctx has ended.
func (d *delivery) pause(ctx context.Context, wait time.Duration) bool {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-d.hurried:
	case <-ctx.Done():
		return false
	}
	return true
}

// courier brings messages to the shop and repeats until they are confirmed.
type courier struct {
	post    func(ctx context.Context, id string, body []byte) error
	backoff Backoff
	log     *slog.Logger

	ctx  context.Context // of all attempts; ended by stop
	stop context.CancelFunc

	mu       sync.Mutex // guards what follows
	closing  bool
	underWay map[string]*delivery // by webhook id
	running  sync.WaitGroup
}

func newCourier(post func(context.Context, string, []byte) error, backoff Backoff, log *slog.Logger) *courier {
	ctx, stop := context.WithCancel(context.Background())
	return &courier{
		post: post, backoff: backoff, log: log,
		ctx: ctx, stop: stop, underWay: map[string]*delivery{},
	}
}

// deliver starts a delivery. Where one with this id is under way already, it is
// returned instead and tries again at once. errClosing, errBusy.
func (c *courier) deliver(id string, body []byte) (*delivery, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closing {
		return nil, errClosing
	}
	if d, ok := c.underWay[id]; ok {
		d.hurry()
		return d, nil
	}
	if len(c.underWay) >= maxUnderWay {
		return nil, errBusy
	}
	d := &delivery{id: id, body: body, hurried: make(chan struct{}, 1), done: make(chan struct{})}
	c.underWay[id] = d
	c.running.Go(func() { c.run(d) })
	return d, nil
}

func (c *courier) run(d *delivery) {
	d.err = c.persist(d)
	if d.err != nil {
		c.log.Error("sandbox webhook not delivered", "webhook_id", d.id, "message", string(d.body), "err", d.err)
	}
	c.mu.Lock()
	delete(c.underWay, d.id)
	c.mu.Unlock()
	close(d.done)
}

// persist attempts the delivery until the shop confirms it, the backoff says
// that it is enough, or the courier closes.
func (c *courier) persist(d *delivery) error {
	for n := 0; ; n++ {
		err := c.post(c.ctx, d.id, d.body)
		if err == nil {
			return nil
		}
		wait, more := c.backoff(n)
		if !more || c.isClosing() {
			return fmt.Errorf("given up after %d attempts: %w", n+1, err)
		}
		wait = max(wait, retryAfter(err))
		c.log.Warn("sandbox webhook not confirmed yet", "webhook_id", d.id, "attempt", n+1, "next_in", wait, "err", err)
		if !d.pause(c.ctx, wait) {
			return fmt.Errorf("stopped after %d attempts: %w", n+1, err)
		}
	}
}

func (c *courier) isClosing() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.closing
}

// close takes no more deliveries and gives those that wait one last attempt at
// once. When ctx ends it stops what is left, and returns ctx's error. It
// returns after the last goroutine has ended.
func (c *courier) close(ctx context.Context) error {
	c.mu.Lock()
	c.closing = true
	for _, d := range c.underWay {
		d.hurry()
	}
	c.mu.Unlock()

	defer c.stop()
	drained := make(chan struct{})
	go func() {
		c.running.Wait()
		close(drained)
	}()
	select {
	case <-drained:
		return nil
	case <-ctx.Done():
		c.stop()
		<-drained
		return ctx.Err()
	}
}
