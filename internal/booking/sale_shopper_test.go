package booking_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"seathold/internal/booking"
)

// shopper is one customer of a sale; what it does next is chance.
type shopper struct {
	*sale
	t      *testing.T
	by     booking.Actor
	chance *rand.Rand
}

func (p *shopper) shop() {
	for time.Now().Before(p.until) {
		o, err := p.order()
		if err != nil {
			checkRefusal(p.t, "order", err)
			time.Sleep(5 * time.Millisecond)
			continue
		}
		p.decide(o)
	}
}

func (p *shopper) instance() *booking.Service { return p.instances[p.chance.IntN(len(p.instances))] }

// order holds and orders one to three neighbours, in two steps or in one.
func (p *shopper) order() (booking.Order, error) {
	first := p.chance.IntN(len(p.w.event.Plan.Seats) - 2)
	n := booking.NewOrder{EventID: p.w.event.ID, Seats: p.w.names(seatsFrom(first, 1+p.chance.IntN(3))...)}
	if p.chance.IntN(2) == 0 {
		n.Key = newID()
	} else {
		h, _, err := p.instance().Hold(p.w.ctx, p.by, p.w.event.ID, n.Seats, "")
		if err != nil {
			return booking.Order{}, err
		}
		if p.chance.IntN(8) == 0 {
			return booking.Order{}, p.instance().Release(p.w.ctx, p.by, p.w.event.ID, h.ID, n.Seats[:1])
		}
		n.HoldID, n.Seats = h.ID, nil
	}
	o, _, err := p.instance().PlaceOrder(p.w.ctx, p.by, n)
	return o, err
}

// decide does with an order what customers and providers do.
func (p *shopper) decide(o booking.Order) {
	if o.ID == "" {
		return
	}
	what := p.chance.IntN(10)
	if p.late {
		what = 4
	}
	switch what {
	case 0:
		p.send(failure(o))
		p.send(success(o)) // after all
	case 1:
		_, err := p.instance().Cancel(p.w.ctx, p.by, o.ID)
		checkRefusal(p.t, "cancel", err)
		p.send(success(o)) // too late
	case 2:
		checkRefusal(p.t, "release", p.instance().Release(p.w.ctx, p.by, o.EventID, o.HoldID, nil))
	case 3: // leaves
	case 4:
		time.Sleep(time.Duration(180+p.chance.IntN(80)) * time.Millisecond)
		p.send(success(o)) // about the deadline
	case 5:
		wrong := success(o)
		wrong.Received.Amount--
		p.send(wrong)
	case 6:
		again := success(o)
		again.PaymentID += "-again"
		p.send(success(o))
		p.send(again)
	default:
		ev := success(o)
		p.send(ev)
		p.send(ev)
	}
}

// send is a webhook as the provider sends it: again, until it is taken.
func (p *shopper) send(ev booking.PaymentEvent) {
	for try := 0; ; try++ {
		err := callWebhook(p.w.ctx, p.instance(), ev)
		if err == nil {
			break
		}
		if try == 50 {
			p.t.Errorf("webhook is never taken: %v", err)
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	if ev.Kind == booking.PaymentSucceeded {
		p.note(ev)
	}
}

func (p *shopper) note(ev booking.PaymentEvent) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.delivered = append(p.delivered, ev)
	if o, err := p.w.store.Order(p.w.ctx, ev.OrderID); err == nil && o.Status == booking.OrderPaid {
		p.sold = append(p.sold, o)
	}
}

// refusals are what a customer may be told in a busy sale.
var refusals = []booking.Code{
	booking.CodeSeatsTaken, booking.CodeCustomerLimit, booking.CodeEventLoading, booking.CodeUnavailable,
	booking.CodeNotFound, // the hold was lost with everything in Redis
	booking.CodeHoldExpired, booking.CodeHoldReleased, booking.CodeHoldSold,
	booking.CodeAlreadyPaid, booking.CodeOrderExpired,
}

func checkRefusal(t *testing.T, call string, err error) {
	if err != nil && !slices.Contains(refusals, booking.CodeOf(err)) {
		t.Errorf("%s: %v", call, err)
	}
}

// credulousHolds believes that every payment is in time.
type credulousHolds struct{ booking.Holds }

func (credulousHolds) Confirm(context.Context, *booking.Event, booking.ConfirmRequest) error {
	return nil
}

// unguardedOrders is an order store whose guard never learns who owns a seat.
type unguardedOrders struct{ booking.Orders }

func (u unguardedOrders) ReplaceOrder(ctx context.Context, o booking.Order) error {
	o.OwnsSeats = false
	return u.Orders.ReplaceOrder(ctx, o)
}

func (u unguardedOrders) Order(ctx context.Context, id string) (booking.Order, error) {
	o, err := u.Orders.Order(ctx, id)
	return owning(o), err
}

func (u unguardedOrders) OrdersOfEvent(ctx context.Context, eventID string, statuses []booking.OrderStatus, page booking.Page) ([]booking.Order, error) {
	list, err := u.Orders.OrdersOfEvent(ctx, eventID, statuses, page)
	for i := range list {
		list[i] = owning(list[i])
	}
	return list, err
}

func (u unguardedOrders) EachOwner(ctx context.Context, eventID string, fn func(booking.Order) error) error {
	list, err := u.OrdersOfEvent(ctx, eventID, []booking.OrderStatus{booking.OrderPaid, booking.OrderPending}, booking.Page{Limit: 10_000})
	for _, o := range list {
		if err == nil {
			err = fn(o)
		}
	}
	return err
}

// owning is the order as its status says.
func owning(o booking.Order) booking.Order {
	o.OwnsSeats = o.Status == booking.OrderPaid
	return o
}
