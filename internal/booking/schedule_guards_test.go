package booking_test

import (
	"context"
	"errors"
	"sync"

	"seathold/internal/booking"
)

// guardsOff says which guards a stage does without: the control of the property.
type guardsOff struct {
	noSeatGuard  bool // the order store lets a seat have two owners
	noCompare    bool // changes are stored whatever was changed meanwhile
	noAmount     bool // the amount that arrived is taken for the one asked for
	noPaymentID  bool // every delivery looks like a payment of its own
	hastyAnswers bool // a webhook is confirmed before its effect is stored
	noAsking     bool // the provider is not asked before an order is let go
	noRefundKey  bool // each refund is a new one to the provider
	noRefundAsk  bool // nobody asks what has gone back already
	noRepair     bool // what is half done stays so
	noSettling   bool // nobody works at what is due
	noLeaving    bool // a person's cancellation counts as the provider's own
}

func (s *stage) orderStore() booking.Orders {
	var o booking.Orders = s.store
	if s.guards.noSeatGuard {
		o = unguardedOrders{o}
	}
	if s.guards.noCompare {
		o = blindOrders{o}
	}
	if s.guards.noLeaving {
		o = forgivingOrders{o}
	}
	return o
}

func (s *stage) holdStore() booking.Holds {
	if s.guards.noSeatGuard {
		return credulousHolds{s.holds}
	}
	return s.holds
}

func (s *stage) guardedProvider() booking.Provider {
	if s.guards == (guardsOff{}) {
		return s.provider
	}
	return &unguardedProvider{Provider: s.provider, off: s.guards}
}

// blindOrders stores every change over whatever is there.
type blindOrders struct{ booking.Orders }

func (b blindOrders) ReplaceOrder(ctx context.Context, o booking.Order) error {
	for {
		err := b.Orders.ReplaceOrder(ctx, o)
		if !errors.Is(err, booking.ErrConflict) {
			return err
		}
		now, err := b.Order(ctx, o.ID)
		if err != nil {
			return err
		}
		o.Revision = now.Revision
	}
}

// forgivingOrders forgets who cancelled an order.
type forgivingOrders struct{ booking.Orders }

func (f forgivingOrders) Order(ctx context.Context, id string) (booking.Order, error) {
	o, err := f.Orders.Order(ctx, id)
	if o.Status == booking.OrderCancelled {
		o.Reason = booking.ReasonPayment
	}
	return o, err
}

var seenBefore sync.Map

// unguardedProvider hides from the service what its guards look at.
type unguardedProvider struct {
	booking.Provider
	off guardsOff
}

func (p *unguardedProvider) ReadWebhook(body []byte, header booking.Header) (booking.PaymentEvent, error) {
	ev, err := p.Provider.ReadWebhook(body, header)
	if p.off.noAmount && ev.Kind == booking.PaymentSucceeded {
		ev.Received = booking.Money{Amount: 4500, Currency: "EUR"}
	}
	if p.off.noPaymentID && ev.Kind == booking.PaymentSucceeded {
		if _, again := seenBefore.LoadOrStore(ev.WebhookID, true); again {
			ev.PaymentID += "-again"
		}
	}
	return ev, err
}

func (p *unguardedProvider) LookUpCheckout(ctx context.Context, orderID, id string) (booking.CheckoutReport, error) {
	if p.off.noAsking {
		return booking.CheckoutReport{State: booking.CheckoutEnded}, nil
	}
	return p.Provider.LookUpCheckout(ctx, orderID, id)
}

func (p *unguardedProvider) LookUpRefund(ctx context.Context, orderID, id string) (booking.RefundReport, error) {
	if p.off.noRefundAsk {
		return booking.RefundReport{}, nil
	}
	return p.Provider.LookUpRefund(ctx, orderID, id)
}

func (p *unguardedProvider) Refund(ctx context.Context, r booking.RefundRequest) (booking.RefundReport, error) {
	if p.off.noRefundKey {
		r.Key = newID()
	}
	return p.Provider.Refund(ctx, r)
}
