package httpapi

import (
	"net/http"
	"time"

	"seathold/internal/booking"
)

// refundOrderJSON is an order with money that is due back, as operators see it.
type refundOrderJSON struct {
	eventOrderJSON
	Payments []refundJSON `json:"payments"`
}

// refundJSON is a payment, and how far its refund is.
type refundJSON struct {
	paymentJSON
	DueSince timestamp `json:"due_since,omitzero"`
	Overdue  bool      `json:"overdue"` // for longer than a day
	Tries    int       `json:"tries"`
	NextTry  timestamp `json:"next_try_at,omitzero"` // left out: at once
	Problem  string    `json:"problem,omitempty"`    // with the last try
}

func showRefundOrder(o booking.CustomerOrder) refundOrderJSON {
	shown := refundOrderJSON{eventOrderJSON: showEventOrder(o)}
	for _, p := range o.Payments {
		r := refundJSON{paymentJSON: showPayment(p)}
		if p.State == booking.PaymentRefundDue {
			r.DueSince, r.NextTry, r.Tries, r.Problem = timestamp(p.DueSince), timestamp(p.NextAt), p.Tries, p.Problem
			r.Overdue = time.Since(p.DueSince) > booking.RefundOverdue
		}
		shown.Payments = append(shown.Payments, r)
	}
	return shown
}

// listRefunds answers GET /v1/ops/refunds with the orders that have money due
// back: each is tried on by itself, and what is overdue wants a person.
func (a *API) listRefunds(w http.ResponseWriter, r *request) error {
	page, err := r.page()
	if err != nil {
		return err
	}
	orders, err := a.Booking.RefundsDue(r.Context(), r.by, onePast(page))
	if err != nil {
		return err
	}
	return writeList(w, r, page, orders, func(o booking.CustomerOrder) string { return o.ID }, showRefundOrder)
}
