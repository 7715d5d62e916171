package booking_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

// tap stands between a service and its ports: a test decides what becomes of
// a call. Calls are named "Port.Method".
type tap struct {
	mu    sync.Mutex
	rules []*rule
	dead  bool
	seen  map[string]int // calls by name, but for those that hang on the time
}

// fate is what becomes of a call.
type fate func(call func() error) error

var (
	errCut     = errors.New("the connection was cut")
	errCrashed = errors.New("the process was killed")
)

// away: the call does not arrive.
func away(func() error) error { return booking.Unavailable("the store", errCut) }

// replyLost: the call takes effect, but its answer does not arrive.
func replyLost(call func() error) error {
	if err := call(); err != nil {
		return err
	}
	return booking.Unavailable("the store", errCut)
}

// before does something else first, after does it once the call is done.
func before(do func()) fate {
	return func(call func() error) error { do(); return call() }
}

func after(do func()) fate {
	return func(call func() error) error { err := call(); do(); return err }
}

// rule gives calls their fate.
type rule struct {
	prefix string // of the calls' names
	skip   int    // how many calls go through first
	left   int    // how many calls it applies to then; below 0: all
	fate   fate
	hit    bool
}

func (r *rule) applies(name string) bool {
	// What the catalog reads depends on the time: counted only where it is named.
	if !strings.HasPrefix(name, r.prefix) || (r.prefix == "" && strings.HasPrefix(name, "Events.")) {
		return false
	}
	if r.skip > 0 {
		r.skip--
		return false
	}
	if r.left == 0 {
		return false
	}
	r.left--
	r.hit = true
	return true
}

func (p *tap) add(r *rule) *rule {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rules = append(p.rules, r)
	return r
}

// drop takes a rule back.
func (p *tap) drop(r *rule) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rules = slices.DeleteFunc(p.rules, func(other *rule) bool { return other == r })
}

// next gives the next call of this name a fate.
func (p *tap) next(name string, f fate) *rule { return p.add(&rule{prefix: name, left: 1, fate: f}) }

// all gives every call whose name begins so a fate, until clear.
func (p *tap) all(prefix string, f fate) *rule {
	return p.add(&rule{prefix: prefix, left: -1, fate: f})
}

func (p *tap) clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rules = nil
}

// crash kills the service that has this tap, just before a call or just after
// its effect: nothing that it does from then on has any.
func (p *tap) crash(done bool) fate {
	return func(call func() error) error {
		if done {
			_ = call() // nobody is left to hear of it
		}
		p.kill()
		return errCrashed
	}
}

func (p *tap) kill() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dead = true
}

func (p *tap) isDead() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.dead
}

func (p *tap) call(name string, call func() error) error {
	if p.isDead() {
		return errCrashed
	}
	p.count(name)
	if f := p.fateOf(name); f != nil {
		return f(call)
	}
	return call()
}

func (p *tap) count(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.seen == nil {
		p.seen = map[string]int{}
	}
	if !strings.HasPrefix(name, "Events.") {
		p.seen[name]++
	}
}

// during returns which calls something makes, and how often each.
func (p *tap) during(do func()) map[string]int {
	p.mu.Lock()
	p.seen = nil
	p.mu.Unlock()
	do()
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.seen)
}

func (p *tap) fateOf(name string) fate {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, r := range p.rules {
		if r.applies(name) {
			return r.fate
		}
	}
	return nil
}

// atEveryCall runs a case again and again, each time with the next call to a
// port going wrong, in either way, until there is no call left to go wrong.
// The case does in broken what is to be disturbed.
func (w *world) atEveryCall(run func(broken func(do func()))) {
	w.t.Helper()
	for name, f := range map[string]fate{"away": away, "reply lost": replyLost} {
		for n := 0; ; n++ {
			reached := false
			run(func(do func()) {
				r := w.tap.add(&rule{skip: n, left: 1, fate: f})
				defer w.tap.clear()
				do()
				reached = r.hit
			})
			if !reached {
				require.Positive(w.t, n, "nothing was disturbed")
				w.t.Logf("%s: %d calls", name, n)
				break
			}
		}
	}
}

func tapped[T any](p *tap, name string, call func() (T, error)) (v T, err error) {
	err = p.call(name, func() error { v, err = call(); return err })
	return v, err
}

type tappedEvents struct {
	booking.Events
	tap *tap
}

func (p tappedEvents) Event(ctx context.Context, id string) (*booking.Event, error) {
	return tapped(p.tap, "Events.Event", func() (*booking.Event, error) { return p.Events.Event(ctx, id) })
}

func (p tappedEvents) UpdateEvent(ctx context.Context, e *booking.Event) error {
	return p.tap.call("Events.UpdateEvent", func() error { return p.Events.UpdateEvent(ctx, e) })
}

func (p tappedEvents) EventsEndingAfter(ctx context.Context, at time.Time) ([]*booking.Event, error) {
	return tapped(p.tap, "Events.EventsEndingAfter", func() ([]*booking.Event, error) {
		return p.Events.EventsEndingAfter(ctx, at)
	})
}

type tappedOrders struct {
	booking.Orders
	tap *tap
}

func (p tappedOrders) InsertOrder(ctx context.Context, o booking.Order) error {
	return p.tap.call("Orders.InsertOrder", func() error { return p.Orders.InsertOrder(ctx, o) })
}

func (p tappedOrders) ReplaceOrder(ctx context.Context, o booking.Order) error {
	return p.tap.call("Orders.ReplaceOrder", func() error { return p.Orders.ReplaceOrder(ctx, o) })
}

func (p tappedOrders) Order(ctx context.Context, id string) (booking.Order, error) {
	return tapped(p.tap, "Orders.Order", func() (booking.Order, error) { return p.Orders.Order(ctx, id) })
}

func (p tappedOrders) OrderByPayment(ctx context.Context, provider, id string) (booking.Order, error) {
	return tapped(p.tap, "Orders.OrderByPayment", func() (booking.Order, error) {
		return p.Orders.OrderByPayment(ctx, provider, id)
	})
}

func (p tappedOrders) OrderByKey(ctx context.Context, customerID, key string) (booking.Order, error) {
	return tapped(p.tap, "Orders.OrderByKey", func() (booking.Order, error) {
		return p.Orders.OrderByKey(ctx, customerID, key)
	})
}

func (p tappedOrders) EachOwner(ctx context.Context, eventID string, fn func(booking.Order) error) error {
	return p.tap.call("Orders.EachOwner", func() error {
		return p.Orders.EachOwner(ctx, eventID, func(o booking.Order) error {
			return p.tap.call("Orders.EachOwner.visit", func() error { return fn(o) })
		})
	})
}

func (p tappedOrders) Due(ctx context.Context, at time.Time, deadlines bool, limit int) ([]booking.Order, error) {
	return tapped(p.tap, "Orders.Due", func() ([]booking.Order, error) { return p.Orders.Due(ctx, at, deadlines, limit) })
}

func (p tappedOrders) CountOrders(ctx context.Context, status booking.OrderStatus, limit int) (int, error) {
	return tapped(p.tap, "Orders.CountOrders", func() (int, error) { return p.Orders.CountOrders(ctx, status, limit) })
}

func (p tappedOrders) CountRefundsDue(ctx context.Context, before time.Time, limit int) (int, error) {
	return tapped(p.tap, "Orders.CountRefundsDue", func() (int, error) { return p.Orders.CountRefundsDue(ctx, before, limit) })
}
