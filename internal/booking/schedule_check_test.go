package booking_test

import (
	"fmt"
	"slices"
	"strings"

	"seathold/internal/booking"
)

// check returns what is wrong at the end of a schedule. Nothing may be: each
// payment is in exactly one of a paid order with its seats, or given back once;
// no seat has two owners; none is stuck; and nobody's cancellation was undone.
func (p *play) check() []string {
	found := p.unfinished()
	list := ordersOf(p.ctx, p.t, p.orderStore(), p.event.ID)
	found = append(found, auditOrders(list)...)
	m, err := p.holds.SeatMap(p.ctx, p.event, "")
	if err != nil {
		return append(found, fmt.Sprintf("the map cannot be read: %v", err))
	}
	found = append(found, auditSeats(p.event, list, m)...)
	for i, shown := range m.Seats {
		if shown == byte(booking.SeatHeld) {
			found = append(found, fmt.Sprintf("seat %s is stuck", p.event.Plan.Seats[i].GUID))
		}
	}
	byID := map[string]booking.Order{}
	for _, o := range list {
		byID[o.ID] = o
		if p.left[o.ID] && o.Status == booking.OrderPaid {
			found = append(found, fmt.Sprintf("order %s was cancelled by a person and is paid", o.ID))
		}
	}
	for _, o := range list {
		for _, entry := range o.Payments {
			if !slices.ContainsFunc(p.paid, func(ev booking.PaymentEvent) bool { return ev.PaymentID == entry.ID }) {
				found = append(found, fmt.Sprintf("order %s has payment %s, which nobody made", o.ID, entry.ID))
			}
		}
	}
	for _, ev := range p.paid {
		if wrong := p.checkPayment(ev, byID[ev.OrderID]); wrong != "" {
			found = append(found, fmt.Sprintf("payment %s of %d: %s", ev.PaymentID, ev.Received.Amount, wrong))
		}
	}
	return found
}

// checkPayment says what is wrong with one payment that the provider took.
func (p *play) checkPayment(ev booking.PaymentEvent, o booking.Order) string {
	back := p.provider.goneBack(ev.PaymentID)
	entry, known := o.Payment(ev.PaymentID)
	switch {
	case !known:
		return "its order does not know it"
	case back > ev.Received.Amount:
		return fmt.Sprintf("%d went back", back)
	case entry.State == booking.PaymentApplied && o.Status != booking.OrderPaid:
		return fmt.Sprintf("it is applied to an order that is %s", o.Status)
	case entry.State == booking.PaymentApplied && ev.Received != o.Total:
		return fmt.Sprintf("it bought seats for %d", o.Total.Amount)
	case entry.State == booking.PaymentApplied && back >= ev.Received.Amount:
		return "it bought seats and went back"
	case entry.State == booking.PaymentApplied && entry.Refunded != back:
		return fmt.Sprintf("%d of it went back, its order knows of %d", back, entry.Refunded)
	case entry.State != booking.PaymentApplied && back != ev.Received.Amount:
		return fmt.Sprintf("it is %s, and %d went back", entry.State, back)
	}
	return ""
}

// tell makes a failure readable: what was found, and by which moves.
func tell(moves schedule, found []string) string {
	return "found:\n" + strings.Join(found, "\n") + "\nby:\n" + moves.String()
}
