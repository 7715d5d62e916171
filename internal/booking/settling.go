package booking

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

const (
	// settleBatch bounds how many orders one round takes up, and settleAtOnce
	// how many of them at the same time: most of it is waiting for the provider.
	settleBatch  = 200
	settleAtOnce = 32
)

// Settle takes up the orders that are due (Order.DueAt): it ends pending ones
// past their payment deadline and blocks past their time, closes the checkouts
// of ended orders, gives money back that is due back, and hands notices on. It
// returns how many it brought on. One that cannot be does not keep the others;
// the first such fault is returned.
//
// Deadlines are judged by the hold store's clock: while that is away nothing
// expires, and money still goes back.
//
// Several calls at once, by any instances, do no harm: every change is a
// compare-and-set, and the provider gets idempotency keys. To have nothing
// asked twice they are kept apart by a lease.
func (s *Service) Settle(ctx context.Context) (settled int, err error) {
	now, away := s.Holds.Now(ctx)
	if away != nil {
		now = s.stamp()
	}
	due, err := s.Orders.Due(ctx, now, away == nil, settleBatch+s.stuck.count())
	if err != nil {
		return 0, err
	}
	due = slices.DeleteFunc(due, func(o Order) bool { return s.stuck.has(o.ID) })
	settled, err = s.settleEach(ctx, due, now)
	if err == nil {
		err = away
	}
	return settled, err
}

// SettleRequests is where the worker learns that something is due at once.
func (s *Service) SettleRequests() <-chan struct{} { return s.settles }

// requestSettle has the next round begin now.
func (s *Service) requestSettle() {
	select {
	case s.settles <- struct{}{}:
	default:
	}
}

func (s *Service) settleEach(ctx context.Context, due []Order, now time.Time) (settled int, first error) {
	var all sync.WaitGroup
	var mu sync.Mutex
	slots := make(chan struct{}, settleAtOnce)
	for _, o := range due {
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			err := s.settle(ctx, o, now)
			s.noteStuck(ctx, o, now, err)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				settled++
			} else if first == nil {
				first = fmt.Errorf("settle order %s: %w", o.ID, err)
			}
		})
	}
	all.Wait()
	return settled, first
}

// noteStuck remembers a document whose failure has put nothing off: it is due
// again at once, and would be for ever.
func (s *Service) noteStuck(ctx context.Context, o Order, now time.Time, failure error) {
	if failure != nil {
		fresh, err := s.Orders.Order(ctx, o.ID)
		if err != nil || fresh.DueAt().After(now) {
			return
		}
	}
	s.stuck.note(o.ID, failure)
}

// settle does what is due of one document. Where somebody else changes it at
// this moment the next round sees what is left.
func (s *Service) settle(ctx context.Context, o Order, now time.Time) error {
	e, err := s.Event(ctx, o.EventID)
	if err != nil {
		return err
	}
	switch {
	case o.IsBlock():
		err = s.endBlock(ctx, e, o.ID)
	case o.Status == OrderPending:
		err = s.letGo(ctx, o, now)
	default:
		err = s.finish(ctx, e, o, now)
	}
	if errors.Is(err, ErrConflict) {
		return nil
	}
	return err
}

// letGo expires a pending order whose deadline is over, unless its provider has
// a payment. It is asked first, and its checkout closed: so the money of a
// webhook that was lost is found, and none comes later.
//
// The seats need no freeing: their hold had the same deadline, or a payment
// that arrives at this moment has just prolonged it.
func (s *Service) letGo(ctx context.Context, o Order, now time.Time) error {
	if o.DueAt().After(now) {
		return nil // it was not the deadline that was due
	}
	state, err := s.closeCheckout(ctx, o)
	if err != nil {
		return s.askLater(ctx, o, now, err)
	}
	if state == CheckoutPaid {
		return nil
	}
	step("expire.closed")
	_, err = s.storeChange(ctx, o, func(o *Order) error {
		o.Status, o.Reason = OrderExpired, ReasonTimeout
		o.noteCheckout(state, now)
		return nil
	})
	return err
}

// finish does what an ended order leaves to do: each part on its own, so that a
// fault of one does not keep the others.
func (s *Service) finish(ctx context.Context, e *Event, o Order, now time.Time) error {
	var first error
	for _, part := range []func() error{
		func() error { return s.handOnNotices(ctx, e, &o) },
		func() error { return s.finishCheckout(ctx, &o, now) },
		func() error { return s.refundPayments(ctx, &o, now) },
	} {
		if err := part(); err != nil && first == nil {
			first = err
		}
	}
	return first
}

// handOnNotices turns the order's notices into deliveries, and then forgets
// them. A crash in between makes the same deliveries again, which are there.
func (s *Service) handOnNotices(ctx context.Context, e *Event, o *Order) error {
	if len(o.Notices) == 0 {
		return nil
	}
	if err := s.relay(ctx, e, *o); err != nil {
		return err
	}
	step("notices.relayed")
	next, err := s.storeChange(ctx, *o, func(o *Order) error { o.Notices = nil; return nil })
	if err == nil {
		*o = next
	}
	return err
}

// finishCheckout closes what an ended order still has open at the provider.
func (s *Service) finishCheckout(ctx context.Context, o *Order, now time.Time) error {
	if !o.checkoutIsOpen() || o.Checkout.NextAt.After(now) {
		return nil
	}
	state, err := s.closeCheckout(ctx, *o)
	if err != nil {
		err = s.askLater(ctx, *o, now, err)
		if fresh, readErr := s.Orders.Order(ctx, o.ID); readErr == nil {
			*o = fresh
		}
		return err
	}
	step("checkout.closed")
	next, err := s.changeOrder(ctx, o.ID, func(o *Order) error {
		if o.Checkout.Ended {
			return errNoChange
		}
		o.noteCheckout(state, now)
		return nil
	})
	if err == nil {
		*o = next
	}
	return err
}

// closeCheckout sees to it that nobody can pay by the order's checkout any more
// and returns how it ended: CheckoutPaid, CheckoutProcessing or CheckoutEnded.
// What the provider says has been paid by it is applied, as its webhook would be.
func (s *Service) closeCheckout(ctx context.Context, o Order) (CheckoutState, error) {
	if o.Checkout.ID == "" || o.Checkout.Ended || !s.isOurs(o) {
		return CheckoutEnded, nil
	}
	for range 2 { // once more where a payment comes between the two calls
		report, err := s.Provider.LookUpCheckout(ctx, o.ID, o.Checkout.ID)
		if err != nil {
			s.Metrics.CheckoutAsked(outcomeUnavailable)
			return "", err
		}
		s.Metrics.CheckoutAsked(string(report.State))
		switch report.State {
		case CheckoutPaid:
			step("checkout.paid")
			_, err := s.applyPayment(ctx, o.Checkout.Provider, PaymentEvent{
				Kind: PaymentSucceeded, Type: "found by asking", OrderID: o.ID,
				PaymentID: report.PaymentID, CheckoutID: o.Checkout.ID, Received: report.Received,
			})
			return CheckoutPaid, err
		case CheckoutEnded, CheckoutProcessing:
			return report.State, nil
		}
		err = s.Provider.CancelCheckout(ctx, o.ID, o.Checkout.ID)
		if CodeOf(err) != CodeAlreadyPaid {
			return CheckoutEnded, err
		}
	}
	return "", Unavailable("the payment provider", errors.New("it has a payment and shows none"))
}

// isOurs reports whether the order's payment is with the provider that is
// configured now: only that one can be asked.
func (s *Service) isOurs(o Order) bool {
	return o.Checkout.Provider == "" || o.Checkout.Provider == s.Provider.Name()
}

// askLater puts off what the provider could not be asked about.
func (s *Service) askLater(ctx context.Context, o Order, now time.Time, cause error) error {
	if errors.Is(cause, ErrConflict) {
		return cause
	}
	_, err := s.changeOrder(ctx, o.ID, func(o *Order) error {
		if o.Checkout.ID == "" || o.Checkout.Ended {
			return errNoChange
		}
		o.Checkout.NextAt = now.Add(backoff(o.Checkout.Tries))
		o.Checkout.Tries++
		return nil
	})
	return errors.Join(cause, err)
}

const (
	backoffFirst   = time.Second
	backoffLongest = 10 * time.Minute
)

// backoff is how long to wait after so many earlier failures: twice as long
// each time up to the longest, a fifth shorter or longer by chance, so that
// what failed together does not come back together. There is no last try.
func backoff(failures int) time.Duration {
	wait := backoffLongest
	if failures < 10 { // 2^10 seconds are more than the longest
		wait = min(backoffFirst<<failures, backoffLongest)
	}
	return time.Duration(float64(wait) * (0.8 + 0.4*rand.Float64()))
}
