package booking

import "time"

// What is left to do for an order without anybody calling, derived from what it
// is. Stores index by these.

// atOnce is a due time that is always over.
var atOnce = time.UnixMilli(1).UTC()

func orAtOnce(t time.Time) time.Time {
	if t.IsZero() {
		return atOnce
	}
	return t
}

// DueAt is when a worker is to take the document up next; zero: nothing is left
// to do. The deadline of a pending order and of a block is by the hold store's
// clock.
func (o *Order) DueAt() time.Time {
	var due time.Time
	sooner := func(t time.Time) {
		if due.IsZero() || t.Before(due) {
			due = t
		}
	}
	switch {
	case o.Status == BlockActive:
		return o.ExpiresAt
	case o.Status == OrderPending && o.Checkout.NextAt.After(o.ExpiresAt):
		sooner(o.Checkout.NextAt)
	case o.Status == OrderPending:
		sooner(o.ExpiresAt)
	case o.checkoutIsOpen():
		sooner(orAtOnce(o.Checkout.NextAt))
	}
	if len(o.Notices) > 0 {
		sooner(atOnce)
	}
	for _, p := range o.Payments {
		if p.State == PaymentRefundDue {
			sooner(orAtOnce(p.NextAt))
		}
	}
	return due
}

// RefundDueSince is since when money of the order is due back; zero: none is.
func (o *Order) RefundDueSince() time.Time {
	var since time.Time
	for _, p := range o.Payments {
		if p.State == PaymentRefundDue && (since.IsZero() || p.DueSince.Before(since)) {
			since = orAtOnce(p.DueSince)
		}
	}
	return since
}

// checkoutIsOpen reports whether somebody may still pay for an order that waits
// for no payment any more.
func (o *Order) checkoutIsOpen() bool {
	return o.Checkout.ID != "" && !o.Checkout.Ended && o.Status != OrderPending
}
