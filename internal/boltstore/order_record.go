package boltstore

import (
	"time"

	"seathold/internal/booking"
)

// orderRecord is how an order is stored. Its names are the file's format: the
// domain may rename its fields, these stay. The id is the key.
type orderRecord struct {
	EventID        string          `json:"event_id"`
	CustomerID     string          `json:"customer_id"`
	HoldID         string          `json:"hold_id,omitempty"`
	Status         string          `json:"status"`
	Reason         string          `json:"reason,omitempty"`
	Seats          []string        `json:"seats"`
	OwnsSeats      bool            `json:"owns_seats"`
	Total          moneyRecord     `json:"total"`
	Checkout       checkoutRecord  `json:"checkout,omitzero"`
	Payments       []paymentRecord `json:"payments,omitempty"`
	WebhookIDs     []string        `json:"webhook_ids,omitempty"`
	Notices        []noticeRecord  `json:"notices,omitempty"`
	ExpiresAt      time.Time       `json:"expires_at,omitzero"`
	IdempotencyKey string          `json:"idempotency_key,omitempty"`
	Fingerprint    string          `json:"fingerprint,omitempty"`
	CreatedAt      time.Time       `json:"created_at,omitzero"`
	UpdatedAt      time.Time       `json:"updated_at,omitzero"`
	Revision       int64           `json:"revision"`
}

type moneyRecord struct {
	Amount   int64  `json:"amount"`
	Currency string `json:"currency"`
}

type checkoutRecord struct {
	ID        string    `json:"id"`
	Provider  string    `json:"provider"`
	URL       string    `json:"url"`
	ExpiresAt time.Time `json:"expires_at,omitzero"`
	Ended     bool      `json:"ended,omitempty"`
	NextAt    time.Time `json:"next_at,omitzero"`
	Tries     int       `json:"tries,omitempty"`
}

type paymentRecord struct {
	ID       string      `json:"id"`
	Received moneyRecord `json:"received"`
	Refunded int64       `json:"refunded,omitempty"`
	State    string      `json:"state"`
	Reason   string      `json:"reason,omitempty"`
	DueSince time.Time   `json:"due_since,omitzero"`
	NextAt   time.Time   `json:"next_at,omitzero"`
	Tries    int         `json:"tries,omitempty"`
	Attempt  int         `json:"attempt,omitempty"`
	Answered bool        `json:"answered,omitempty"`
	Problem  string      `json:"problem,omitempty"`
}

type noticeRecord struct {
	ID     string    `json:"id"`
	Status string    `json:"status"`
	Reason string    `json:"reason,omitempty"`
	At     time.Time `json:"at,omitzero"`
}

// millis is how the store keeps a time: in UTC, to the millisecond.
func millis(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }

func orderRecordOf(o *booking.Order) orderRecord {
	r := orderRecord{
		EventID: o.EventID, CustomerID: o.CustomerID, HoldID: o.HoldID,
		Status: string(o.Status), Reason: o.Reason, Seats: o.Seats, OwnsSeats: o.OwnsSeats,
		Total: moneyRecord(o.Total), Checkout: checkoutRecordOf(o.Checkout),
		WebhookIDs: o.WebhookIDs, ExpiresAt: millis(o.ExpiresAt),
		IdempotencyKey: o.IdempotencyKey, Fingerprint: o.Fingerprint,
		CreatedAt: millis(o.CreatedAt), UpdatedAt: millis(o.UpdatedAt), Revision: o.Revision,
	}
	for _, p := range o.Payments {
		r.Payments = append(r.Payments, paymentRecordOf(p))
	}
	for _, n := range o.Notices {
		r.Notices = append(r.Notices, noticeRecord{ID: n.ID, Status: string(n.Status), Reason: n.Reason, At: millis(n.At)})
	}
	return r
}

func checkoutRecordOf(c booking.Checkout) checkoutRecord {
	c.ExpiresAt, c.NextAt = millis(c.ExpiresAt), millis(c.NextAt)
	return checkoutRecord(c)
}

func paymentRecordOf(p booking.Payment) paymentRecord {
	return paymentRecord{
		ID: p.ID, Received: moneyRecord(p.Received), Refunded: p.Refunded, State: string(p.State), Reason: p.Reason,
		DueSince: millis(p.DueSince), NextAt: millis(p.NextAt),
		Tries: p.Tries, Attempt: p.Attempt, Answered: p.Answered, Problem: p.Problem,
	}
}

func (r *paymentRecord) payment() booking.Payment {
	return booking.Payment{
		ID: r.ID, Received: booking.Money(r.Received), Refunded: r.Refunded, State: booking.PaymentState(r.State), Reason: r.Reason,
		DueSince: r.DueSince, NextAt: r.NextAt,
		Tries: r.Tries, Attempt: r.Attempt, Answered: r.Answered, Problem: r.Problem,
	}
}

func (r *orderRecord) order(id string) booking.Order {
	o := booking.Order{
		ID: id, EventID: r.EventID, CustomerID: r.CustomerID, HoldID: r.HoldID,
		Status: booking.OrderStatus(r.Status), Reason: r.Reason, Seats: r.Seats, OwnsSeats: r.OwnsSeats,
		Total: booking.Money(r.Total), Checkout: booking.Checkout(r.Checkout),
		WebhookIDs: r.WebhookIDs, ExpiresAt: r.ExpiresAt,
		IdempotencyKey: r.IdempotencyKey, Fingerprint: r.Fingerprint,
		CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt, Revision: r.Revision,
	}
	for _, p := range r.Payments {
		o.Payments = append(o.Payments, p.payment())
	}
	for _, n := range r.Notices {
		o.Notices = append(o.Notices, booking.Notice{ID: n.ID, Status: booking.OrderStatus(n.Status), Reason: n.Reason, At: n.At})
	}
	return o
}
