package httpapi

import (
	"net/http"
	"net/url"

	"seathold/internal/booking"
)

type orderJSON struct {
	ID        string              `json:"id"`
	Status    booking.OrderStatus `json:"status"`
	Reason    string              `json:"reason,omitempty"` // why it is not paid
	EventID   string              `json:"event_id"`
	HoldID    string              `json:"hold_id"`
	Seats     []string            `json:"seats"`
	Total     money               `json:"total"`
	Payment   *checkoutJSON       `json:"payment"` // null where none was asked for
	Payments  []paymentJSON       `json:"payments"`
	CreatedAt timestamp           `json:"created_at"`
	UpdatedAt timestamp           `json:"updated_at"`
}

// checkoutJSON is the payment that the provider was asked for.
type checkoutJSON struct {
	ID        string    `json:"id"`
	Provider  string    `json:"provider"`
	URL       string    `json:"url"`
	ExpiresAt timestamp `json:"expires_at"`
}

// paymentJSON is money that arrived, and whether it is due back.
type paymentJSON struct {
	ID       string               `json:"id"`
	Received money                `json:"received"`
	State    booking.PaymentState `json:"state"`
	Reason   string               `json:"reason,omitempty"`  // why it is due back
	Refunded *money               `json:"refunded,omitzero"` // what went back so far
}

func showOrder(o booking.Order) orderJSON {
	shown := orderJSON{
		ID: o.ID, Status: o.Status, Reason: o.Reason, EventID: o.EventID, HoldID: o.HoldID,
		Seats: o.Seats, Total: moneyOf(o.Total), Payments: make([]paymentJSON, 0, len(o.Payments)),
		CreatedAt: timestamp(o.CreatedAt), UpdatedAt: timestamp(o.UpdatedAt),
	}
	if c := o.Checkout; c.ID != "" {
		shown.Payment = &checkoutJSON{ID: c.ID, Provider: c.Provider, URL: c.URL, ExpiresAt: timestamp(c.ExpiresAt)}
	}
	for _, p := range o.Payments {
		shown.Payments = append(shown.Payments, showPayment(p))
	}
	return shown
}

func showPayment(p booking.Payment) paymentJSON {
	shown := paymentJSON{ID: p.ID, Received: moneyOf(p.Received), State: p.State, Reason: p.Reason}
	if p.Refunded > 0 {
		shown.Refunded = &money{p.Refunded, p.Received.Currency}
	}
	return shown
}

func orderID(o booking.Order) string { return o.ID }

// createOrder answers POST /v1/orders.
func (a *API) createOrder(w http.ResponseWriter, r *request) error {
	key, err := r.key()
	if err != nil {
		return err
	}
	var body struct {
		EventID string   `json:"event_id"`
		HoldID  *string  `json:"hold_id"`
		Seats   []string `json:"seats"`
	}
	if err := r.decode(&body); err != nil {
		return err
	}
	n := booking.NewOrder{EventID: body.EventID, Seats: body.Seats, Key: key}
	if body.HoldID != nil {
		n.HoldID = *body.HoldID
	}
	if n.EventID == "" {
		return missing("event_id", "the id of the event")
	}
	o, created, err := a.Booking.PlaceOrder(r.Context(), r.by, n)
	if err != nil {
		return err
	}
	if !created {
		return writeJSON(w, http.StatusOK, showOrder(o))
	}
	return writeCreated(w, "/v1/orders/"+url.PathEscape(o.ID), showOrder(o))
}

// listOrders answers GET /v1/orders with the customer's own.
func (a *API) listOrders(w http.ResponseWriter, r *request) error {
	page, err := r.page()
	if err != nil {
		return err
	}
	orders, err := a.Booking.OrdersOfCustomer(r.Context(), r.by, onePast(page))
	if err != nil {
		return err
	}
	return writeList(w, r, page, orders, orderID, showOrder)
}

// getOrder answers GET /v1/orders/{order}.
func (a *API) getOrder(w http.ResponseWriter, r *request) error {
	o, err := a.Booking.Order(r.Context(), r.by, r.name("order"))
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, showOrder(o))
}

// cancelOrder answers POST /v1/orders/{order}/cancel. Repeating it is harmless
// with any idempotency key, so the key is only checked.
func (a *API) cancelOrder(w http.ResponseWriter, r *request) error {
	if _, err := r.key(); err != nil {
		return err
	}
	if err := r.decodeNothing(); err != nil {
		return err
	}
	o, err := a.Booking.Cancel(r.Context(), r.by, r.name("order"))
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, showOrder(o))
}
