package booking

import "context"

// Cancel ends an order: its seats are free at once. Repeating it is harmless.
// A paid order is refunded for the event's organizer; its customer gets
// CodeAlreadyPaid. CodeOrderExpired, CodeNotFound, CodeUnavailable.
func (s *Service) Cancel(ctx context.Context, by Actor, id string) (Order, error) {
	o, err := s.Order(ctx, by, id)
	if err != nil {
		return Order{}, err
	}
	e, err := s.Event(ctx, o.EventID)
	if err != nil {
		return Order{}, err
	}
	// An organizer's own purchase is cancelled as a customer's while pending,
	// and refunded as an organizer's once paid.
	reason := ReasonOrganizer
	if o.CustomerID == by.ID {
		reason = ReasonCustomer
	}
	mayRefund := by.MayRun(e)
	o, err = s.changeOrder(ctx, id, func(o *Order) error { return o.cancel(reason, mayRefund) })
	if err != nil {
		return Order{}, err
	}
	step("cancel.stored")
	return o, s.giveSeatsBack(ctx, e, o)
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
	o.refundAll(reason)
	return nil
}

// refundAll ends a paid order: it owns nothing any more and every payment
// applied to it is due back.
func (o *Order) refundAll(reason string) {
	o.OwnsSeats, o.Status, o.Reason = false, OrderRefunded, reason
	for i := range o.Payments {
		p := &o.Payments[i]
		if p.State == PaymentApplied && p.Received.Amount > 0 {
			p.State, p.Reason = PaymentRefundDue, reason
		}
		if p.State == PaymentRefundDue {
			o.Status = OrderRefunding
		}
	}
}

// giveSeatsBack frees in the hold store what an ended order had there. It
// changes nothing where that happened before.
func (s *Service) giveSeatsBack(ctx context.Context, e *Event, o Order) error {
	if o.OwnsSeats {
		return nil
	}
	return s.skipNotLoaded(e, s.free(ctx, e, o.HoldID, o.ID))
}
