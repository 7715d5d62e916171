package sandbox

import (
	"fmt"
	"slices"
	"time"

	"seathold/internal/booking"
	"seathold/internal/payment/standardwebhook"
)

// refundState says what became of a refund.
type refundState string

const (
	refundPending   refundState = "pending"
	refundSucceeded refundState = "succeeded"
	refundFailed    refundState = "failed"  // it was taken on, and did not reach the customer
	refundRefused   refundState = "refused" // it was not taken on
)

// refund is one wish for a refund, by its idempotency key.
type refund struct {
	Key       string      `json:"key"`
	PaymentID string      `json:"payment_id"`
	Amount    int64       `json:"amount"`
	Currency  string      `json:"currency"`
	Reason    string      `json:"reason,omitempty"`
	State     refundState `json:"state"`
	Why       string      `json:"why,omitempty"` // it was refused
	SettlesAt time.Time   `json:"settles_at,omitzero"`
	Fails     bool        `json:"fails,omitempty"` // at SettlesAt
}

// plan is what the next refund comes to, once. Without one it succeeds at once.
type plan struct {
	Kind planKind      `json:"kind,omitempty"`
	Wait time.Duration `json:"wait,omitempty"` // before it succeeds or fails
}

type planKind string

const (
	planRefuse planKind = "refuse" // it is not taken on
	planFail   planKind = "fail"   // it is taken on, and fails
	planWait   planKind = "wait"   // it is pending for a while
)

// refund gives money of a payment back, once for one key. A refusal is kept as
// well: the same key gets the same answer. It wraps booking.ErrRefused.
func (c *checkout) refund(r refund, now time.Time) error {
	if i := slices.IndexFunc(c.Refunds, func(known refund) bool { return known.Key == r.Key }); i >= 0 {
		return c.Refunds[i].repeated(r)
	}
	if c.payment(r.PaymentID) == nil {
		// The sandbox moves no money, so it can give back what it never had.
		c.Payments = append(c.Payments, received{ID: r.PaymentID, Foreign: true})
	}
	r.State = refundPending
	if r.Why = c.objection(r); r.Why == "" {
		r.Why = c.follow(&r, now)
	}
	if r.Why != "" {
		r.State = refundRefused
	}
	c.Refunds = append(c.Refunds, r)
	last := &c.Refunds[len(c.Refunds)-1]
	if last.State == refundPending && !now.Before(last.SettlesAt) {
		c.settle(last, now)
	}
	return last.refusal()
}

// repeated answers the same key again.
func (r *refund) repeated(again refund) error {
	if again.PaymentID != r.PaymentID || again.Amount != r.Amount || again.Currency != r.Currency {
		return fmt.Errorf("%w: the key %q belongs to another refund", booking.ErrRefused, r.Key)
	}
	return r.refusal()
}

func (r *refund) refusal() error {
	if r.State != refundRefused {
		return nil
	}
	return fmt.Errorf("%w: %s", booking.ErrRefused, r.Why)
}

// objection says why the refund is impossible, "" where it is not.
func (c *checkout) objection(r refund) string {
	p := c.payment(r.PaymentID)
	switch refunded, pending := c.refunded(p.ID); {
	case r.Amount <= 0:
		return "a refund is of at least one minor unit"
	case c.Currency != "" && r.Currency != c.Currency:
		return "the payment was in " + c.Currency
	case !p.Foreign && r.Amount > p.Amount-refunded-pending:
		return "that is more than is left of the payment"
	default:
		return ""
	}
}

// follow applies the plan for the next refund, which is spent by that, and
// returns why the refund is refused.
func (c *checkout) follow(r *refund, now time.Time) string {
	next := c.NextRefund
	c.NextRefund = plan{}
	switch next.Kind {
	case planRefuse:
		return "the sandbox was told to refuse this refund"
	case planFail:
		r.Fails = true
	}
	r.SettlesAt = now.Add(next.Wait)
	return ""
}

// settle ends a pending refund and tells the shop what has gone back by now.
func (c *checkout) settle(r *refund, at time.Time) {
	kind := standardwebhook.TypeRefundSucceeded
	r.State = refundSucceeded
	if r.Fails {
		kind, r.State = standardwebhook.TypeRefundFailed, refundFailed
	}
	refunded, _ := c.refunded(r.PaymentID)
	c.tell(webhookID(r.PaymentID, "refund "+r.Key), kind, r.PaymentID, refunded, at, delivery{})
}

// refunded is what has gone back of a payment, and what is on its way.
func (c *checkout) refunded(paymentID string) (refunded, pending int64) {
	for _, r := range c.Refunds {
		switch {
		case r.PaymentID != paymentID:
		case r.State == refundSucceeded:
			refunded += r.Amount
		case r.State == refundPending:
			pending += r.Amount
		}
	}
	return refunded, pending
}

// paidInAll is what was paid here, of all payments, and refundedInAll what of
// that has gone back.
func (c *checkout) paidInAll() (paid int64) {
	for _, p := range c.Payments {
		if !p.Foreign {
			paid += p.Amount
		}
	}
	return paid
}

func (c *checkout) refundedInAll() (refunded int64) {
	for _, p := range c.Payments {
		if !p.Foreign {
			back, _ := c.refunded(p.ID)
			refunded += back
		}
	}
	return refunded
}
