package booking

import (
	"slices"
	"time"
)

// What may become of an order, decided by what it is now. These methods change
// the value only; storing it is a compare-and-set of the caller's.

// AcceptsPayment reports whether a payment that arrives now may still make the
// order paid: it is pending, it ran out of time, or only the provider's
// failure had cancelled it. A person's cancellation always means a refund.
func (o *Order) AcceptsPayment() bool {
	switch o.Status {
	case OrderPending, OrderExpired:
		return true
	case OrderCancelled:
		return o.Reason == ReasonPayment
	default:
		return false
	}
}

// HasClaim reports whether the order has a claim to its seats that a rebuild
// puts back: it owns them, or its payment is pending. Stores index by it.
func (o *Order) HasClaim() bool { return o.OwnsSeats || o.Status == OrderPending }

// pay makes the order paid by this payment.
func (o *Order) pay(ev PaymentEvent) {
	o.Status, o.Reason, o.OwnsSeats = OrderPaid, "", true
	o.Payments = append(o.Payments, Payment{ID: ev.PaymentID, Received: ev.Received, State: PaymentApplied})
	o.noteEvent(ev)
	if o.checkoutIsOpen() { // the message that names the checkout is about to come
		o.Checkout.NextAt = timestamp().Add(checkoutPatience)
	}
}

// checkoutPatience is how long a paid order's checkout is left alone that the
// payment did not name: a provider may tell of both, each by a message.
const checkoutPatience = time.Minute

// noteEvent keeps what any event leaves behind: that the document reflects its
// webhook, and that its checkout takes no further payment.
func (o *Order) noteEvent(ev PaymentEvent) {
	if ev.WebhookID != "" {
		o.WebhookIDs = append(o.WebhookIDs, ev.WebhookID)
	}
	if o.Checkout.ID != "" && ev.CheckoutID == o.Checkout.ID {
		o.endCheckout()
	}
}

func (o *Order) endCheckout() {
	o.Checkout.Ended, o.Checkout.NextAt, o.Checkout.Tries = true, time.Time{}, 0
}

// Money that is under way is asked for by and by, less often each time, until
// no bank would still bring it: direct debits take up to two weeks.
const (
	processingFirst   = time.Hour
	processingLongest = 24 * time.Hour
	processingEnds    = 14 * 24 * time.Hour // after the order's deadline
)

// noteCheckout notes how the provider says that the checkout has ended.
func (o *Order) noteCheckout(state CheckoutState, now time.Time) {
	if state != CheckoutProcessing || now.After(o.ExpiresAt.Add(processingEnds)) {
		o.endCheckout()
		return
	}
	c := &o.Checkout
	c.NextAt = now.Add(min(processingFirst<<min(c.Tries, 5), processingLongest))
	c.Tries++
}

// refusalReason says why money that arrives now is not for this order.
func (o *Order) refusalReason() string {
	if o.Status == OrderPaid {
		return ReasonDuplicate
	}
	return o.Reason
}

// owe adds a payment that is due back. A paid order stays paid: this was
// further money. Where nothing was received nothing is due.
func (o *Order) owe(ev PaymentEvent, reason string) error {
	if ev.Received.Amount == 0 {
		if o.Status != OrderPending {
			return errNoChange
		}
		o.Status, o.Reason = OrderCancelled, reason
		return nil
	}
	o.Payments = append(o.Payments, Payment{
		ID: ev.PaymentID, Received: ev.Received, State: PaymentRefundDue, Reason: reason, DueSince: timestamp(),
	})
	o.noteEvent(ev)
	if o.Status != OrderPaid {
		o.Status, o.Reason = OrderRefunding, reason
	}
	return nil
}

// cancel is the state change: ownership ends here first, in the hold store second.
func (o *Order) cancel(reason string, mayRefund bool) error {
	switch o.Status {
	case OrderPending:
		o.Status, o.Reason = OrderCancelled, reason
		return nil
	case OrderCancelled:
		if o.Reason == ReasonPayment {
			o.Reason = reason // a person's word: later money is refunded
			return nil
		}
		return errNoChange
	case OrderRefunding, OrderRefunded:
		return errNoChange
	case OrderExpired:
		return Errorf(CodeOrderExpired, "the order ran out of time and its seats are free already")
	}
	if !mayRefund {
		return Errorf(CodeAlreadyPaid, "the order is paid; ask the organizer for a refund")
	}
	o.endPaid(reason)
	return nil
}

// endPaid ends a paid order: it owns nothing any more and every payment
// applied to it is due back.
func (o *Order) endPaid(reason string) {
	o.OwnsSeats, o.Status, o.Reason = false, OrderRefunding, reason
	for i := range o.Payments {
		p := &o.Payments[i]
		if p.State == PaymentApplied && p.Received.Amount > 0 {
			p.owe(reason)
		}
	}
	o.refundingIsOver()
}

// refundingIsOver makes an order refunded once nothing of it is due back.
func (o *Order) refundingIsOver() {
	due := slices.ContainsFunc(o.Payments, func(p Payment) bool { return p.State == PaymentRefundDue })
	if o.Status == OrderRefunding && !due {
		o.Status = OrderRefunded
	}
}
