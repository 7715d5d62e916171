package booking

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// What a try to give money back came to, for the metrics.
const (
	outcomeRefunded    = "refunded"
	outcomePending     = "pending"
	outcomeRefused     = "refused"
	outcomeUnavailable = "unavailable"
)

const (
	// refundPatience is how long a refund that the provider has taken on is left
	// alone: its webhook tells the end sooner.
	refundPatience = 10 * time.Minute
	// RefundOverdue is how long a payment may be due back before it wants a
	// person: it is tried on, and shown until it is done.
	RefundOverdue = 24 * time.Hour
)

// refundPayments gives back each payment that is due back and whose time has come.
func (s *Service) refundPayments(ctx context.Context, o *Order, now time.Time) error {
	var first error
	for _, p := range o.Payments {
		if p.State != PaymentRefundDue || p.NextAt.After(now) {
			continue
		}
		failure := s.refund(ctx, *o, &p, now)
		next, err := s.storeChange(ctx, *o, func(o *Order) error { o.putPayment(p); return nil })
		if err != nil {
			return err // what was done is found by asking, or done by the same key
		}
		step("refund.noted")
		*o = next
		if failure != nil && first == nil {
			first = failure
		}
	}
	return first
}

// refund asks the provider what has gone back of the payment and asks for the
// rest, under a key that makes a repeat harmless. The error says that the try
// failed; what is to be done next is in p in any case.
func (s *Service) refund(ctx context.Context, o Order, p *Payment, now time.Time) error {
	p.Tries++
	if !s.isOurs(o) {
		return s.refundLater(p, now, outcomeRefused, errors.New("the payment is with "+o.Checkout.Provider+
			", which is not the provider configured now; refund it there by hand, or configure that provider"))
	}
	report, err := s.Provider.LookUpRefund(ctx, o.ID, p.ID)
	if err != nil {
		return s.refundLater(p, now, outcomeUnavailable, err)
	}
	if s.learn(p, report, now) {
		return nil
	}
	if p.Answered {
		p.Attempt, p.Answered = p.Attempt+1, false
	}
	step("refund.asked")
	made, err := s.Provider.Refund(ctx, RefundRequest{
		OrderID: o.ID, PaymentID: p.ID, Amount: Money{Amount: p.left(), Currency: p.Received.Currency},
		Key: p.refundKey(), Reason: p.Reason,
	})
	step("refund.made")
	switch {
	case errors.Is(err, ErrRefused):
		p.Answered = true
		return s.refundLater(p, now, outcomeRefused, err)
	case err != nil:
		return s.refundLater(p, now, outcomeUnavailable, err)
	}
	// A provider that can be asked shows a refund that failed later as none, and
	// the next one needs a new key. One that cannot gets the same key again.
	p.Answered = !made.Unknown
	p.Problem = ""
	if !s.learn(p, made, now) {
		// Such as one whose answer was lost, and that has failed since.
		return s.refundLater(p, now, outcomeRefused, fmt.Errorf("%w: all of it has not gone back, nor is it on its way, by the refund asked for", ErrRefused))
	}
	return nil
}

// learn takes over what the provider shows. It reports whether nothing is to be
// asked for now: all has gone back, or is on its way. Less than is known already
// is believed only after a try that may have failed since: what the provider
// shows may lag behind what it told.
func (s *Service) learn(p *Payment, r RefundReport, now time.Time) bool {
	if r.Refunded > p.Refunded || (p.Answered && !r.Unknown) {
		p.Refunded = r.Refunded
	}
	switch {
	case p.left() <= 0:
		p.goneBack()
		s.Metrics.RefundTried(outcomeRefunded)
		return true
	case r.Pending > 0:
		p.NextAt = now.Add(refundPatience)
		s.Metrics.RefundTried(outcomePending)
		return true
	default:
		return false
	}
}

func (s *Service) refundLater(p *Payment, now time.Time, outcome string, cause error) error {
	p.Problem = shortly(cause)
	p.NextAt = now.Add(backoff(p.Tries))
	s.Metrics.RefundTried(outcome)
	return cause
}

// shortly is an error's text, as much of it as an operator reads.
func shortly(err error) string {
	const most = 300
	text := []rune(err.Error())
	if len(text) > most {
		text = append(text[:most-1], '…')
	}
	return string(text)
}

// RefundsDue returns orders with money that is due back, newest first, for
// operators. CodeForbidden, CodeUnavailable.
func (s *Service) RefundsDue(ctx context.Context, by Actor, page Page) ([]CustomerOrder, error) {
	if by.Role != RoleOperator {
		return nil, Errorf(CodeForbidden, "only operators see all refunds")
	}
	orders, err := s.Orders.RefundsDue(ctx, timestamp(), page)
	if err != nil {
		return nil, err
	}
	return s.withCustomers(ctx, orders)
}

// watchBatch bounds how many orders one reading of WatchRefunds has.
const watchBatch = 500

// WatchRefunds tells the metrics how much money is due back, and logs what is
// overdue: nothing that a person must look at stays silent.
func (s *Service) WatchRefunds(ctx context.Context) error {
	now := timestamp()
	due, overdue, oldest := 0, 0, time.Time{}
	page := Page{Limit: watchBatch}
	for {
		orders, err := s.Orders.RefundsDue(ctx, now, page)
		if err != nil {
			return err
		}
		for _, o := range orders {
			for _, p := range o.Payments {
				if p.State != PaymentRefundDue {
					continue
				}
				due++
				if oldest.IsZero() || p.DueSince.Before(oldest) {
					oldest = p.DueSince
				}
				if now.Sub(p.DueSince) > RefundOverdue {
					overdue++
				}
			}
		}
		if len(orders) < page.Limit {
			break
		}
		page.Cursor = orders[len(orders)-1].ID
	}
	s.Metrics.RefundsDue(due, overdue, oldest)
	if overdue > 0 {
		s.Log.ErrorContext(ctx, "money is due back for more than a day; see GET /v1/ops/refunds", "payments", overdue)
	}
	return nil
}
