package booking

import (
	"slices"
	"strconv"
	"time"
)

// What becomes of a payment that is due back, decided by what is known of it.
// Like the rest of an order's changes, these change the value only.

// owe makes the payment due back.
func (p *Payment) owe(reason string) {
	p.State, p.Reason, p.NextAt = PaymentRefundDue, reason, time.Time{}
	if p.DueSince.IsZero() { // one that failed after all has been due all along
		p.DueSince = timestamp()
	}
}

// left is what is still to go back, in minor units.
func (p *Payment) left() int64 { return p.Received.Amount - p.Refunded }

// refundKey is the idempotency key of the refund that is to be made now.
func (p *Payment) refundKey() string { return p.ID + "-refund-" + strconv.Itoa(p.Attempt) }

// goneBack notes that the whole payment has gone back.
func (p *Payment) goneBack() {
	p.State, p.NextAt, p.Answered, p.Problem = PaymentRefunded, time.Time{}, false, ""
}

// payment returns the entry of the payment with this id, nil where there is none.
func (o *Order) payment(id string) *Payment {
	i := slices.IndexFunc(o.Payments, func(p Payment) bool { return p.ID == id })
	if i < 0 {
		return nil
	}
	return &o.Payments[i]
}

// putPayment replaces the entry of the payment.
func (o *Order) putPayment(p Payment) {
	if old := o.payment(p.ID); old != nil {
		*old = p
	}
	o.refundingIsOver()
}

// noteRefund notes what the provider says has gone back of a payment. A full
// refund that nobody here had asked for ends a paid order, since nobody pays
// for its seats any more; a partial one only stands in the payment.
func (o *Order) noteRefund(ev PaymentEvent) error {
	p := o.payment(ev.PaymentID)
	if p == nil {
		return o.noteRefundFirst(ev)
	}
	if slices.Contains(o.WebhookIDs, ev.WebhookID) || ev.Refunded < p.Refunded ||
		(ev.Refunded == p.Refunded && p.State != PaymentRefundDue) {
		return errNoChange
	}
	p.Refunded = ev.Refunded
	o.noteEvent(ev)
	if p.left() > 0 {
		return nil
	}
	if p.State == PaymentApplied {
		o.OwnsSeats, o.Status, o.Reason, p.Reason = false, OrderRefunding, ReasonRefunded, ReasonRefunded
	}
	p.goneBack()
	o.refundingIsOver()
	return nil
}

// noteRefundFirst notes the refund of a payment whose success is told later:
// the end is the same. Of less than the order's total nothing can be said yet.
func (o *Order) noteRefundFirst(ev PaymentEvent) error {
	if ev.Refunded < o.Total.Amount || ev.Refunded == 0 {
		return errNoChange
	}
	p := Payment{
		ID: ev.PaymentID, Received: Money{Amount: max(ev.Refunded, ev.Received.Amount), Currency: o.Total.Currency},
		Refunded: ev.Refunded, State: PaymentRefunded, Reason: ReasonRefunded,
	}
	if p.left() > 0 { // more had arrived than has gone back
		p.owe(ReasonRefunded)
	}
	o.Payments = append(o.Payments, p)
	o.noteEvent(ev)
	if o.AcceptsPayment() || o.Status == OrderCancelled {
		o.Status, o.Reason = OrderRefunding, ReasonRefunded
	}
	o.refundingIsOver()
	return nil
}

// noteRefundFailed notes that a refund did not reach the customer: it is due
// again, and whether it really is the provider is asked before anything is sent.
func (o *Order) noteRefundFailed(ev PaymentEvent) error {
	p := o.payment(ev.PaymentID)
	if p == nil || p.State == PaymentApplied || ev.Refunded >= p.Received.Amount || slices.Contains(o.WebhookIDs, ev.WebhookID) {
		return errNoChange
	}
	if ev.RefundKey != "" && ev.RefundKey != p.refundKey() {
		return errNoChange // of an attempt that another has followed
	}
	p.Refunded = min(p.Refunded, ev.Refunded)
	if p.State == PaymentRefunded {
		p.owe(p.Reason)
		if o.Status == OrderRefunded {
			o.Status = OrderRefunding
		}
	}
	p.Answered, p.Problem, p.NextAt = true, "the provider reports that the refund failed", time.Time{}
	o.noteEvent(ev)
	return nil
}
