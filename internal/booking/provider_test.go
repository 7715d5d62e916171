package booking_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"sync"
	"time"

	"seathold/internal/booking"
)

const providerName = "fake"

// fakeProvider is a payment provider in memory: it has checkouts, the money
// paid by them, and refunds. It reads a webhook whose body is the event itself;
// the header Signature: bad refuses it.
type fakeProvider struct {
	mu        sync.Mutex
	checkouts map[string]*fakeCheckout // by order id
	refunds   map[string]*fakeRefunds  // by payment id
	calls     map[string]int           // by method and id
	refuse    int                      // so many refunds are refused, under their keys for good
	slow      bool                     // refunds stay pending until settleRefunds
	hidden    bool                     // asking does not show recent refunds yet
}

type fakeCheckout struct {
	ended    bool
	payments []booking.PaymentEvent
}

type fakeRefunds struct {
	keys    map[string]int64 // amount by key; refused: -1
	gone    int64
	pending int64
	outside int64                // of gone: what somebody gave back here, which always shows
	old     booking.RefundReport // what shows by now in any case
}

func newProvider() *fakeProvider {
	return &fakeProvider{checkouts: map[string]*fakeCheckout{}, refunds: map[string]*fakeRefunds{}, calls: map[string]int{}}
}

func (p *fakeProvider) Name() string { return providerName }

func checkoutOf(orderID string) string { return "pay-" + orderID }

// called counts a call; the caller holds no lock and gets it.
func (p *fakeProvider) called(method, id string) (unlock func()) {
	p.mu.Lock()
	p.calls[method+" "+id]++
	p.calls[method]++
	return p.mu.Unlock
}

// callsOf returns how often a method was called, or a method for an id.
func (p *fakeProvider) callsOf(what string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.calls[what]
}

func (p *fakeProvider) CreatePayment(_ context.Context, r booking.PaymentRequest) (booking.Checkout, error) {
	defer p.called("CreatePayment", r.OrderID)()
	if p.checkouts[r.OrderID] == nil {
		p.checkouts[r.OrderID] = &fakeCheckout{}
	}
	return booking.Checkout{
		ID: checkoutOf(r.OrderID), Provider: providerName, URL: "https://pay.example/" + r.OrderID, ExpiresAt: r.ExpiresAt,
	}, nil
}

// payments returns how many orders have a payment here.
func (p *fakeProvider) payments() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.checkouts)
}

func (p *fakeProvider) LookUpCheckout(_ context.Context, orderID, checkoutID string) (booking.CheckoutReport, error) {
	defer p.called("LookUpCheckout", orderID)()
	c := p.checkouts[orderID]
	switch {
	case c == nil || checkoutID != checkoutOf(orderID):
		return booking.CheckoutReport{State: booking.CheckoutUnknown}, nil
	case len(c.payments) > 0:
		ev := c.payments[0]
		return booking.CheckoutReport{State: booking.CheckoutPaid, PaymentID: ev.PaymentID, Received: ev.Received}, nil
	case c.ended:
		return booking.CheckoutReport{State: booking.CheckoutEnded}, nil
	default:
		return booking.CheckoutReport{State: booking.CheckoutOpen}, nil
	}
}

func (p *fakeProvider) CancelCheckout(_ context.Context, orderID, _ string) error {
	defer p.called("CancelCheckout", orderID)()
	c := p.checkouts[orderID]
	if c == nil {
		return nil
	}
	if len(c.payments) > 0 {
		return booking.Errorf(booking.CodeAlreadyPaid, "it is paid")
	}
	c.ended = true
	return nil
}

// take takes money for an order, as the customer's bank would, and returns the
// message that says so; false where the checkout has ended.
func (p *fakeProvider) take(o booking.Order, received booking.Money) (booking.PaymentEvent, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.checkouts[o.ID]
	if c == nil || c.ended {
		return booking.PaymentEvent{}, false
	}
	ev := success(o)
	ev.Received = received
	if n := len(c.payments); n > 0 {
		ev.PaymentID = fmt.Sprintf("%s-%d", ev.PaymentID, n+1)
	}
	c.payments = append(c.payments, ev)
	return ev, true
}

// taken is how much money was taken for an order.
func (p *fakeProvider) taken(orderID string) (sum int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, ev := range p.checkouts[orderID].payments {
		sum += ev.Received.Amount
	}
	return sum
}

func (p *fakeProvider) refundsOf(paymentID string) *fakeRefunds {
	if p.refunds[paymentID] == nil {
		p.refunds[paymentID] = &fakeRefunds{keys: map[string]int64{}}
	}
	return p.refunds[paymentID]
}

func (p *fakeProvider) LookUpRefund(_ context.Context, _, paymentID string) (booking.RefundReport, error) {
	defer p.called("LookUpRefund", paymentID)()
	r := p.refundsOf(paymentID)
	if p.hidden {
		return booking.RefundReport{Refunded: max(r.outside, r.old.Refunded), Pending: r.old.Pending}, nil
	}
	return booking.RefundReport{Refunded: r.gone, Pending: r.pending}, nil
}

func (p *fakeProvider) Refund(_ context.Context, q booking.RefundRequest) (booking.RefundReport, error) {
	defer p.called("Refund", q.PaymentID)()
	r := p.refundsOf(q.PaymentID)
	amount, known := r.keys[q.Key]
	switch {
	case known && amount < 0:
		return booking.RefundReport{}, fmt.Errorf("the stored answer: %w", booking.ErrRefused)
	case known:
	case p.refuse > 0:
		p.refuse--
		r.keys[q.Key] = -1
		return booking.RefundReport{}, fmt.Errorf("not now: %w", booking.ErrRefused)
	case p.slow:
		r.keys[q.Key], r.pending = q.Amount.Amount, r.pending+q.Amount.Amount
	default:
		r.keys[q.Key], r.gone = q.Amount.Amount, r.gone+q.Amount.Amount
	}
	return booking.RefundReport{Refunded: r.gone, Pending: r.pending}, nil
}

// settleRefunds ends what is pending: it has gone back, or it has failed.
func (p *fakeProvider) settleRefunds(paymentID string, gone bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	r := p.refundsOf(paymentID)
	if gone {
		r.gone += r.pending
	}
	r.pending = 0
}

// fail gives an unpaid payment up, for good or (not ended) such that it may
// still come, and returns the message that says so.
func (p *fakeProvider) fail(o booking.Order, ended bool) (booking.PaymentEvent, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.checkouts[o.ID]
	if c == nil || c.ended || len(c.payments) > 0 {
		return booking.PaymentEvent{}, false
	}
	c.ended = ended
	return failure(o), true
}

// misbehave is a move of the provider's own.
func (p *fakeProvider) misbehave(m move) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch m.does {
	case refundsRefused:
		p.refuse = 1 + m.how%3
	case refundsSlow:
		p.slow = m.how%2 == 0
	case askingIsStale:
		p.hidden = m.how%2 == 0
	case refundsArrive:
		for _, r := range p.refunds {
			if m.how%3 != 0 {
				r.gone += r.pending
			}
			r.pending = 0
		}
	}
}

// behave ends all misbehaviour, and what is pending arrives.
func (p *fakeProvider) behave() {
	p.misbehave(move{does: refundsArrive, how: 1})
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refuse, p.slow, p.hidden = 0, false, false
}

// longTimePasses ends that what was done so far does not show: answers lag
// behind by seconds, not by the minutes after which a refund is asked about.
func (p *fakeProvider) longTimePasses() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, r := range p.refunds {
		r.old = booking.RefundReport{Refunded: r.gone, Pending: r.pending}
	}
}

// refundFails is a refund that comes back from the bank after all.
func (p *fakeProvider) refundFails(paymentID string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refundsOf(paymentID).gone = 0
}

// giveBack is a refund that somebody makes at the provider itself, and the
// message that says so.
func (p *fakeProvider) giveBack(o booking.Order, paymentID string, amount int64) booking.PaymentEvent {
	p.mu.Lock()
	defer p.mu.Unlock()
	r := p.refundsOf(paymentID)
	r.gone, r.outside = r.gone+amount, r.outside+amount
	ev := success(o)
	ev.Kind, ev.Type, ev.PaymentID, ev.Refunded = booking.RefundSucceeded, "refund.succeeded", paymentID, r.gone
	return ev
}

// goneBack is how much of a payment has gone back.
func (p *fakeProvider) goneBack(paymentID string) int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.refundsOf(paymentID).gone
}

func (p *fakeProvider) ReadWebhook(body []byte, header booking.Header) (ev booking.PaymentEvent, err error) {
	if header.Get("Signature") == "bad" {
		return ev, booking.Errorf(booking.CodeInvalidSignature, "no signature fits")
	}
	if err := json.Unmarshal(body, &ev); err != nil {
		return ev, booking.Errorf(booking.CodeInvalidValue, "not a message")
	}
	return ev, nil
}

type tappedProvider struct {
	booking.Provider
	tap *tap
}

func (p tappedProvider) CreatePayment(ctx context.Context, r booking.PaymentRequest) (booking.Checkout, error) {
	return tapped(p.tap, "Provider.CreatePayment", func() (booking.Checkout, error) {
		return p.Provider.CreatePayment(ctx, r)
	})
}

func (p tappedProvider) LookUpCheckout(ctx context.Context, orderID, id string) (booking.CheckoutReport, error) {
	return tapped(p.tap, "Provider.LookUpCheckout", func() (booking.CheckoutReport, error) {
		return p.Provider.LookUpCheckout(ctx, orderID, id)
	})
}

func (p tappedProvider) CancelCheckout(ctx context.Context, orderID, id string) error {
	return p.tap.call("Provider.CancelCheckout", func() error { return p.Provider.CancelCheckout(ctx, orderID, id) })
}

func (p tappedProvider) LookUpRefund(ctx context.Context, orderID, id string) (booking.RefundReport, error) {
	return tapped(p.tap, "Provider.LookUpRefund", func() (booking.RefundReport, error) {
		return p.Provider.LookUpRefund(ctx, orderID, id)
	})
}

func (p tappedProvider) Refund(ctx context.Context, r booking.RefundRequest) (booking.RefundReport, error) {
	return tapped(p.tap, "Provider.Refund", func() (booking.RefundReport, error) { return p.Provider.Refund(ctx, r) })
}

// counters remembers what the service counted.
type counters struct {
	mu     sync.Mutex
	count  map[string]int
	oldest time.Time // due refund

	mismatches map[string]int // by event, of the last round of audits
}

func (c *counters) add(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.count == nil {
		c.count = map[string]int{}
	}
	c.count[name]++
}

func (c *counters) of(name string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.count[name]
}

func (c *counters) HoldAsked(outcome string) { c.add("asked " + outcome) }

func (c *counters) HoldEnded(_ context.Context, how string, _ time.Duration) { c.add("ended " + how) }

func (c *counters) OrderChanged(to booking.OrderStatus) { c.add("order " + string(to)) }

func (c *counters) WebhookAnswered(_, outcome string) { c.add("webhook " + outcome) }
func (c *counters) GuardHit()                         { c.add("guard") }
func (c *counters) EventLoaded(anew bool, _ int, _ time.Duration) {
	c.add("loaded " + strconv.FormatBool(anew))
}

func (c *counters) EventsAudited(mismatches map[string]int, all bool) {
	c.add("audited " + strconv.FormatBool(all))
	c.mu.Lock()
	defer c.mu.Unlock()
	c.mismatches = mismatches
}
func (c *counters) ExpiryLag(time.Duration)         { c.add("lag") }
func (c *counters) RefundTried(outcome string)      { c.add("refund " + outcome) }
func (c *counters) PaymentFlagged(what string)      { c.add("flagged " + what) }
func (c *counters) CheckoutAsked(outcome string)    { c.add("checkout " + outcome) }
func (c *counters) CallRefused(rate, reason string) { c.add("refused " + rate + " " + reason) }
func (c *counters) LimiterAway()                    { c.add("unlimited") }
func (c *counters) DeliveryEnded(outcome string)    { c.add("delivery " + outcome) }
func (c *counters) RefundsDue(due, overdue int, oldest time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.count == nil {
		c.count = map[string]int{}
	}
	c.count["refunds due"], c.count["refunds overdue"] = due, overdue
	c.oldest = oldest
}
