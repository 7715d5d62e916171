package booking

import (
	"context"
	"errors"
	"slices"
	"time"
)

// NewOrder asks for an order of a hold, or of seats in one step: exactly one
// of HoldID and Seats is given.
type NewOrder struct {
	EventID string
	HoldID  string
	Seats   []string
	Key     string // idempotency key, may be empty
}

// fingerprint is of what the client sent: seats, even where their hold is known
// by now, or a hold.
func (n NewOrder) fingerprint() string {
	if n.Seats == nil {
		return digest("hold", n.EventID, n.HoldID)
	}
	sorted := slices.Sorted(slices.Values(n.Seats))
	return digest(append([]string{"seats", n.EventID}, sorted...)...)
}

// PlaceOrder makes an order of a hold and asks the provider for its payment.
// A repeat resumes where an earlier call stopped and returns the same order,
// and false. An order of total 0 is paid at once.
//
// The steps: bind the hold, insert the order, ask the provider, store the
// payment. A crash in between leaves a hold that lapses and an order that
// expires.
//
// The codes of Hold; CodeHoldExpired, CodeHoldReleased, CodeNotFound,
// CodeIdempotencyKeyReused, CodeInvalidValue, CodeUnavailable.
func (s *Service) PlaceOrder(ctx context.Context, by Actor, n NewOrder) (o Order, created bool, err error) {
	if err := checkKey(n.Key); err != nil {
		return Order{}, false, err
	}
	if (n.HoldID == "") == (n.Seats == nil) {
		return Order{}, false, Errorf(CodeInvalidValue, "name either hold_id or seats")
	}
	if n.Key != "" {
		if o, err = s.repeatedOrder(ctx, by, n); err == nil || CodeOf(err) != CodeNotFound {
			return o, false, err
		}
	}
	e, err := s.Event(ctx, n.EventID)
	if err != nil {
		return Order{}, false, err
	}
	if n.HoldID == "" {
		h, _, err := s.hold(ctx, by, n.EventID, n.Seats, "order", n.Key)
		if err != nil {
			return Order{}, false, err
		}
		n.HoldID = h.ID
		step("order.held")
	}
	return s.orderHold(ctx, by, e, n)
}

// repeatedOrder finds the order that this key made before.
func (s *Service) repeatedOrder(ctx context.Context, by Actor, n NewOrder) (Order, error) {
	o, err := s.Orders.OrderByKey(ctx, by.ID, n.Key)
	if err != nil {
		return Order{}, err
	}
	if o.Fingerprint != n.fingerprint() {
		return Order{}, keyReused()
	}
	return s.askForPayment(ctx, o)
}

func keyReused() error {
	return Errorf(CodeIdempotencyKeyReused, "this Idempotency-Key made another order; use a new key for a new order")
}

func (s *Service) orderHold(ctx context.Context, by Actor, e *Event, n NewOrder) (Order, bool, error) {
	offered := s.NewID()
	h, err := s.Holds.Bind(ctx, e, n.HoldID, by.ID, offered, s.limits.PaymentTTL)
	if err != nil {
		return Order{}, false, s.loading(e, err)
	}
	step("order.bound")
	if h.OrderID != offered {
		o, err := s.Orders.Order(ctx, h.OrderID)
		if err == nil {
			o, err = s.rememberKey(ctx, by, o, n)
		}
		if err == nil {
			o, err = s.askForPayment(ctx, o)
			return o, false, err
		}
		if CodeOf(err) != CodeNotFound {
			return Order{}, false, err
		}
	}
	o, created, err := s.insertOrder(ctx, s.newOrder(e, h, n))
	if err != nil {
		return Order{}, false, err
	}
	step("order.inserted")
	o, err = s.askForPayment(ctx, o)
	return o, created, err
}

// rememberKey notes the key of a call that finds the hold's order there, so
// that the key answers later as the one that made it would. An order has one
// key: the first.
func (s *Service) rememberKey(ctx context.Context, by Actor, o Order, n NewOrder) (Order, error) {
	if n.Key == "" || o.IdempotencyKey != "" {
		return o, nil
	}
	next, err := s.storeChange(ctx, o, func(o *Order) error {
		o.IdempotencyKey, o.Fingerprint = n.Key, n.fingerprint()
		return nil
	})
	if !errors.Is(err, ErrConflict) {
		return next, err
	}
	// Another call has just used the key, or the order has just changed.
	if other, err := s.repeatedOrder(ctx, by, n); CodeOf(err) != CodeNotFound {
		return other, err
	}
	return s.Orders.Order(ctx, o.ID)
}

func (s *Service) newOrder(e *Event, h Hold, n NewOrder) Order {
	o := Order{
		ID: h.OrderID, EventID: e.ID, CustomerID: h.CustomerID, HoldID: h.ID,
		Status: OrderPending, Seats: e.Plan.GUIDs(h.Seats), Total: e.Total(h.Seats),
		ExpiresAt: h.ExpiresAt, CreatedAt: timestamp(), Revision: 1,
	}
	o.UpdatedAt = o.CreatedAt
	if n.Key != "" {
		o.IdempotencyKey, o.Fingerprint = n.Key, n.fingerprint()
	}
	return o
}

// insertOrder stores the order, or returns the one that a concurrent repeat stored.
func (s *Service) insertOrder(ctx context.Context, o Order) (Order, bool, error) {
	err := s.Orders.InsertOrder(ctx, o)
	if err == nil {
		s.Metrics.OrderChanged(o.Status)
		return o, true, nil
	}
	if !errors.Is(err, ErrConflict) {
		return Order{}, false, err
	}
	stored, err := s.Orders.Order(ctx, o.ID)
	if CodeOf(err) == CodeNotFound {
		// The id is free, so the key is not: another body came with it at the same time.
		return Order{}, false, keyReused()
	}
	return stored, false, err
}

// askForPayment brings a pending order to its payment: it is where a repeated
// call resumes.
func (s *Service) askForPayment(ctx context.Context, o Order) (Order, error) {
	if o.Status != OrderPending || o.Checkout.ID != "" {
		return o, nil
	}
	if o.Total.Amount == 0 {
		return s.payNothing(ctx, o)
	}
	e, err := s.Event(ctx, o.EventID)
	if err != nil {
		return Order{}, err
	}
	checkout, err := s.Provider.CreatePayment(ctx, PaymentRequest{
		OrderID: o.ID, Description: e.Name, Total: o.Total, ExpiresAt: o.ExpiresAt,
	})
	if errors.Is(err, ErrRefused) {
		return Order{}, Unavailable("the payment of this order", err)
	}
	if err != nil {
		return Order{}, err
	}
	step("order.payment_created")
	return s.changeOrder(ctx, o.ID, func(o *Order) error {
		if o.Checkout.ID == "" {
			o.Checkout = checkout
			return nil
		}
		return errNoChange
	})
}

// payNothing sells an order that costs nothing, by the steps of any payment.
func (s *Service) payNothing(ctx context.Context, o Order) (Order, error) {
	_, err := s.applyPayment(ctx, "", PaymentEvent{
		Kind: PaymentSucceeded, PaymentID: "free_" + o.ID, OrderID: o.ID, Received: o.Total,
	})
	if err != nil {
		return Order{}, err
	}
	o, err = s.Orders.Order(ctx, o.ID)
	if err == nil && o.Reason == ReasonSeatsTaken {
		return Order{}, &Error{Code: CodeSeatsTaken, Seats: o.Seats, Detail: "the seats were taken meanwhile"}
	}
	return o, err
}

// errNoChange ends a change that finds nothing to do.
var errNoChange = errors.New("nothing to change")

// changeOrder reads the order, changes it and stores it, on condition that
// nobody changed it in between; else it reads again. A change that returns
// errNoChange leaves the order as it was read.
func (s *Service) changeOrder(ctx context.Context, id string, change func(*Order) error) (Order, error) {
	for {
		o, err := s.Orders.Order(ctx, id)
		if err != nil {
			return Order{}, err
		}
		next, err := s.storeChange(ctx, o, change)
		if errors.Is(err, ErrConflict) && ctx.Err() == nil {
			continue
		}
		return next, err
	}
}

// storeChange stores a change of the order as it was read. ErrConflict: it is
// another by now. ErrSeatSold.
func (s *Service) storeChange(ctx context.Context, o Order, change func(*Order) error) (Order, error) {
	next := o.clone()
	switch err := change(&next); {
	case errors.Is(err, errNoChange):
		return o, nil
	case err != nil:
		return Order{}, err
	}
	next.UpdatedAt = timestamp()
	if err := s.notice(ctx, o, &next); err != nil {
		return Order{}, err
	}
	if err := s.Orders.ReplaceOrder(ctx, next); err != nil {
		return Order{}, s.repairAfter(o.EventID, err) // it may be stored all the same
	}
	next.Revision++
	if next.Status != o.Status {
		s.Metrics.OrderChanged(next.Status)
	}
	if next.DueAt().Equal(atOnce) {
		s.requestSettle()
	}
	return next, nil
}

// notice has the update itself tell of the status that it makes the order
// enter, where somebody wants to know: so no notice is lost.
func (s *Service) notice(ctx context.Context, was Order, next *Order) error {
	if next.Status == was.Status || next.IsBlock() {
		return nil
	}
	e, err := s.Event(ctx, next.EventID)
	if err != nil {
		return err
	}
	if n, told := noticeFor(*next, s.NewID()); told && s.wantsNotices(ctx, e.OrganizerID) {
		next.Notices = append(next.Notices, n)
	}
	return nil
}

// timestamp is for the record, not for deadlines: those are the hold store's.
func timestamp() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }

// Order returns the customer's order; the event's organizer sees it too.
// CodeNotFound.
func (s *Service) Order(ctx context.Context, by Actor, id string) (Order, error) {
	o, err := s.Orders.Order(ctx, id)
	if CodeOf(err) == CodeNotFound || (err == nil && o.IsBlock()) {
		return Order{}, noOrder(id) // in the words for someone else's: those tell nothing of it
	}
	if err != nil {
		return Order{}, err
	}
	if o.CustomerID == by.ID {
		return o, nil
	}
	e, err := s.Event(ctx, o.EventID)
	if err != nil {
		return Order{}, err
	}
	if !by.MayRun(e) {
		return Order{}, noOrder(id)
	}
	return o, nil
}

func noOrder(id string) error { return Errorf(CodeNotFound, "no order of yours has the id %s", id) }

// OrdersOfCustomer returns the customer's own orders, newest first.
func (s *Service) OrdersOfCustomer(ctx context.Context, by Actor, page Page) ([]Order, error) {
	return s.Orders.OrdersOfCustomer(ctx, by.ID, page)
}
