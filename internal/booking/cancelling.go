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
	return s.cancel(ctx, e, id, reason, by.MayRun(e))
}

// cancel ends an order of the event; one that is paid only where it may be
// refunded.
func (s *Service) cancel(ctx context.Context, e *Event, id, reason string, mayRefund bool) (Order, error) {
	o, err := s.changeOrder(ctx, id, func(o *Order) error { return o.cancel(reason, mayRefund) })
	if err != nil {
		return Order{}, err
	}
	step("cancel.stored")
	return o, s.giveSeatsBack(ctx, e, o)
}

// giveSeatsBack frees in the hold store what an ended order had there. It
// changes nothing where that happened before.
func (s *Service) giveSeatsBack(ctx context.Context, e *Event, o Order) error {
	if o.OwnsSeats {
		return nil
	}
	return s.skipNotLoaded(e, s.free(ctx, e, o.HoldID, o.ID))
}
