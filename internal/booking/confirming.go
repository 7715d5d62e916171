package booking

import (
	"context"
	"errors"
)

// What became of a webhook, for the log and the metrics.
const (
	outcomePaid      = "paid"
	outcomeEnded     = "ended"
	outcomeRefundDue = "refund_due"
	outcomeRefund    = "refund"
	outcomeRepeated  = "repeated"
	outcomeIgnored   = "ignored"
)

// Webhook verifies a provider's message and applies it. It returns nil only
// once the effect is durable: the provider repeats until then, and every
// repeat and every order of arrival ends in the same state.
// CodeNotFound (no such provider), CodeInvalidSignature, CodeStaleTimestamp,
// CodeInvalidValue, CodeUnavailable.
func (s *Service) Webhook(ctx context.Context, provider string, body []byte, header Header) error {
	if provider != s.Provider.Name() {
		return Errorf(CodeNotFound, "no payment provider %q is configured", provider)
	}
	ev, err := s.Provider.ReadWebhook(body, header)
	if err == nil {
		var outcome string
		if outcome, err = s.applyPayment(ctx, provider, ev); err == nil {
			s.Metrics.WebhookAnswered(provider, outcome)
			s.Log.InfoContext(ctx, "webhook", "provider", provider, "type", ev.Type, "webhook", ev.WebhookID,
				"order", ev.OrderID, "payment", ev.PaymentID, "outcome", outcome)
			return nil
		}
	}
	outcome := string(CodeOf(err))
	if outcome == "" {
		outcome = "fault"
	}
	s.Metrics.WebhookAnswered(provider, outcome)
	return err
}

// applyPayment decides by the order as it is now, again as long as others
// change it meanwhile.
func (s *Service) applyPayment(ctx context.Context, provider string, ev PaymentEvent) (outcome string, err error) {
	for {
		o, err := s.orderOf(ctx, provider, ev)
		if CodeOf(err) == CodeNotFound {
			return outcomeIgnored, nil
		}
		if err != nil {
			return "", err
		}
		outcome, err := s.applyTo(ctx, o, ev)
		if errors.Is(err, ErrConflict) && ctx.Err() == nil {
			continue
		}
		return outcome, err
	}
}

// orderOf finds the order by the id in the payment's metadata, else by the payment.
func (s *Service) orderOf(ctx context.Context, provider string, ev PaymentEvent) (Order, error) {
	if ev.Kind == PaymentIgnored {
		return Order{}, Errorf(CodeNotFound, "an event that changes no order")
	}
	if ev.OrderID == "" {
		return s.Orders.OrderByPayment(ctx, provider, ev.PaymentID)
	}
	o, err := s.Orders.Order(ctx, ev.OrderID)
	if err == nil && o.IsBlock() {
		return Order{}, noOrder(ev.OrderID)
	}
	return o, err
}

func (s *Service) applyTo(ctx context.Context, o Order, ev PaymentEvent) (outcome string, err error) {
	e, err := s.Event(ctx, o.EventID)
	if err != nil {
		return "", err
	}
	switch ev.Kind {
	case PaymentSucceeded:
		return s.paymentSucceeded(ctx, e, o, ev)
	case RefundSucceeded:
		return s.refundTold(ctx, e, o, ev, (*Order).noteRefund)
	case RefundFailed:
		return s.refundTold(ctx, e, o, ev, (*Order).noteRefundFailed)
	default:
		return s.paymentEnded(ctx, e, o, ev)
	}
}

func (s *Service) paymentSucceeded(ctx context.Context, e *Event, o Order, ev PaymentEvent) (outcome string, err error) {
	if p, known := o.Payment(ev.PaymentID); known {
		// Told before, perhaps by an instance that died right after storing it:
		// the second half is done again, it changes nothing where it was done.
		if o, err = s.noteCheckoutEnded(ctx, o, ev); err != nil {
			return "", err
		}
		if p.State == PaymentApplied && o.OwnsSeats {
			return outcomeRepeated, s.sell(ctx, e, o)
		}
		return outcomeRepeated, s.giveSeatsBack(ctx, e, o)
	}
	if ev.Received != o.Total {
		return s.oweRefund(ctx, e, o, ev, ReasonWrongAmount)
	}
	if !o.AcceptsPayment() {
		return s.oweRefund(ctx, e, o, ev, o.refusalReason())
	}
	err = s.readySeats(ctx, e, o)
	if CodeOf(err) == CodeSeatsTaken {
		return s.oweRefund(ctx, e, o, ev, ReasonSeatsTaken)
	}
	if err != nil {
		return "", err
	}
	step("confirm.held")
	paid, err := s.storeChange(ctx, o, func(o *Order) error { o.pay(ev); return nil })
	if errors.Is(err, ErrSeatSold) {
		// The hold store believed the seats to be this order's and was wrong.
		s.Metrics.GuardHit()
		s.requestLoad(e.ID)
		return s.oweRefund(ctx, e, o, ev, ReasonSeatsTaken)
	}
	if err != nil {
		return "", err
	}
	step("confirm.stored")
	if err := s.sell(ctx, e, paid); err != nil {
		return "", err
	}
	step("confirm.sold")
	return outcomePaid, nil
}

// noteCheckoutEnded notes that no more money comes by the order's checkout, where
// a message says so that changes nothing else: nobody need ask about it.
func (s *Service) noteCheckoutEnded(ctx context.Context, o Order, ev PaymentEvent) (Order, error) {
	if !o.checkoutIsOpen() || ev.CheckoutID != o.Checkout.ID {
		return o, nil
	}
	return s.storeChange(ctx, o, func(o *Order) error { o.noteEvent(ev); return nil })
}

// readySeats makes sure that the hold store gives the seats to nobody else
// while the order becomes paid. Where it is away or empty that step is
// skipped: the order store decides.
func (s *Service) readySeats(ctx context.Context, e *Event, o Order) error {
	err := s.Holds.Confirm(ctx, e, ConfirmRequest{
		HoldID: o.HoldID, OrderID: o.ID, CustomerID: o.CustomerID,
		Seats: planIndexes(e, o.Seats), Grace: s.limits.ConfirmGrace,
	})
	return s.paymentGoesOn(ctx, e, err)
}

// sell marks the seats of a paid order in the hold store. Where the hold is
// not what it should be the order decides, read once more.
func (s *Service) sell(ctx context.Context, e *Event, o Order) error {
	h, changed, err := s.Holds.Sell(ctx, e, o.HoldID, o.ID)
	if err == nil {
		if changed {
			s.Metrics.HoldEnded(ctx, "sold", h.Age)
		}
		return nil
	}
	if !errors.Is(err, ErrHoldMismatch) {
		return s.paymentGoesOn(ctx, e, err)
	}
	now, err := s.Orders.Order(ctx, o.ID)
	if err != nil {
		return err
	}
	if !now.OwnsSeats {
		return nil
	}
	if err := s.Holds.SellOver(ctx, e, claimOf(e, now)); err != nil {
		return s.paymentGoesOn(ctx, e, err)
	}
	// It may have ended meanwhile, and its end have found nothing to free.
	if now, err = s.Orders.Order(ctx, o.ID); err != nil {
		return s.repairAfter(e.ID, err)
	}
	return s.giveSeatsBack(ctx, e, now)
}

// paymentGoesOn lets a payment complete through the order store while the
// hold store is away: the event is repaired from the orders when it is back.
func (s *Service) paymentGoesOn(ctx context.Context, e *Event, err error) error {
	if errors.Is(err, ErrNotLoaded) || CodeOf(err) == CodeUnavailable {
		s.Log.WarnContext(ctx, "hold store is away or empty; the order store decides", "event", e.ID, "err", err)
		s.requestLoad(e.ID)
		return nil
	}
	return err
}

// skipNotLoaded ignores that an event has no state: there is nothing to free.
func (s *Service) skipNotLoaded(e *Event, err error) error {
	if errors.Is(err, ErrNotLoaded) {
		s.requestLoad(e.ID)
		return nil
	}
	return s.repairAfter(e.ID, err)
}

// oweRefund records money that is due back, and lets go of the seats unless
// another payment bought them.
func (s *Service) oweRefund(ctx context.Context, e *Event, o Order, ev PaymentEvent, reason string) (string, error) {
	next, err := s.storeChange(ctx, o, func(o *Order) error { return o.owe(ev, reason) })
	if err != nil {
		return "", err
	}
	s.Log.WarnContext(ctx, "payment is due back", "order", o.ID, "payment", ev.PaymentID, "reason", reason,
		"received", ev.Received.Amount, "currency", ev.Received.Currency)
	if reason == ReasonWrongAmount || reason == ReasonDuplicate {
		s.Metrics.PaymentFlagged(reason)
	}
	step("refund.stored")
	return outcomeRefundDue, s.paymentGoesOn(ctx, e, s.giveSeatsBack(ctx, e, next))
}

// paymentEnded ends a pending order whose payment will not come. Its seats
// are free at once.
func (s *Service) paymentEnded(ctx context.Context, e *Event, o Order, ev PaymentEvent) (string, error) {
	if ev.CheckoutID != "" && o.Checkout.ID != "" && ev.CheckoutID != o.Checkout.ID {
		return outcomeIgnored, nil // of some other checkout: the payment asked for may still come
	}
	if o.Status != OrderPending {
		var err error
		if o, err = s.noteCheckoutEnded(ctx, o, ev); err != nil {
			return "", err
		}
	}
	switch {
	case o.Status == OrderCancelled:
		return outcomeRepeated, s.giveSeatsBack(ctx, e, o)
	case o.Status != OrderPending:
		return outcomeIgnored, nil
	}
	status, reason := OrderCancelled, ReasonPayment
	if now, err := s.Holds.Now(ctx); err == nil && !now.Before(o.ExpiresAt) {
		// Often it is our own closing of the checkout that is told here.
		status, reason = OrderExpired, ReasonTimeout
	}
	ended, err := s.storeChange(ctx, o, func(o *Order) error {
		o.Status, o.Reason = status, reason
		o.noteEvent(ev)
		o.endCheckout()
		return nil
	})
	if err != nil {
		return "", err
	}
	step("end.stored")
	return outcomeEnded, s.giveSeatsBack(ctx, e, ended)
}

// refundTold notes what the provider says of a refund, by one of the two
// methods for it, and gives the seats back where they were bought by it.
//
// How much has gone back the provider is asked, where it can be: its messages
// may be late, and of a refund that has failed since.
func (s *Service) refundTold(ctx context.Context, e *Event, o Order, ev PaymentEvent, note func(*Order, PaymentEvent) error) (string, error) {
	if s.isOurs(o) {
		report, err := s.Provider.LookUpRefund(ctx, o.ID, ev.PaymentID)
		if err != nil {
			return "", err
		}
		if !report.Unknown {
			ev.Refunded = report.Refunded
		}
	}
	next, err := s.storeChange(ctx, o, func(o *Order) error { return note(o, ev) })
	if err != nil {
		return "", err
	}
	step("refund.told")
	if next.Revision != o.Revision {
		s.Log.WarnContext(ctx, "refund told", "order", o.ID, "payment", ev.PaymentID, "kind", ev.Kind, "refunded", ev.Refunded)
		s.flagRefund(o, next, ev)
	}
	return outcomeRefund, s.giveSeatsBack(ctx, e, next)
}

// flagRefund counts refunds that somebody made past this service: a partial
// one of a payment that bought seats, or a whole one.
func (s *Service) flagRefund(before, after Order, ev PaymentEvent) {
	was, _ := before.Payment(ev.PaymentID)
	is, _ := after.Payment(ev.PaymentID)
	switch {
	case is.State == PaymentApplied && is.Refunded > was.Refunded:
		s.Metrics.PaymentFlagged("partly_refunded")
	case is.State == PaymentRefunded && was.State != PaymentRefundDue:
		s.Metrics.PaymentFlagged("refunded_outside")
	}
}

// planIndexes turns an order's seat names into plan indexes. The names were
// checked when they were held and the plan never changes.
func planIndexes(e *Event, guids []string) []int {
	indexes := make([]int, 0, len(guids))
	for _, guid := range guids {
		if i, ok := e.Plan.Index(guid); ok {
			indexes = append(indexes, i)
		}
	}
	return indexes
}

// claimOf is what the order claims of its event's seats.
func claimOf(e *Event, o Order) Restore {
	c := Restore{
		HoldID: o.HoldID, OrderID: o.ID, CustomerID: o.CustomerID,
		Seats: planIndexes(e, o.Seats), State: HoldReleased,
	}
	switch {
	case o.OwnsSeats && o.IsBlock():
		c.State = HoldBlocked
	case o.OwnsSeats:
		c.State = HoldSold
	case o.Status == OrderPending:
		c.State, c.ExpiresAt = HoldHeld, o.ExpiresAt
	}
	return c
}
