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
}

type paymentRecord struct {
	ID       string      `json:"id"`
	Received moneyRecord `json:"received"`
	State    string      `json:"state"`
	Reason   string      `json:"reason,omitempty"`
	Attempt  int         `json:"attempt,omitempty"`
}

// millis is how the store keeps a time: in UTC, to the millisecond.
func millis(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }

func orderRecordOf(o *booking.Order) orderRecord {
	r := orderRecord{
		EventID: o.EventID, CustomerID: o.CustomerID, HoldID: o.HoldID,
		Status: string(o.Status), Reason: o.Reason, Seats: o.Seats, OwnsSeats: o.OwnsSeats,
		Total: moneyRecord(o.Total),
		Checkout: checkoutRecord{
			ID: o.Checkout.ID, Provider: o.Checkout.Provider, URL: o.Checkout.URL, ExpiresAt: millis(o.Checkout.ExpiresAt),
		},
		WebhookIDs: o.WebhookIDs, ExpiresAt: millis(o.ExpiresAt),
		IdempotencyKey: o.IdempotencyKey, Fingerprint: o.Fingerprint,
		CreatedAt: millis(o.CreatedAt), UpdatedAt: millis(o.UpdatedAt), Revision: o.Revision,
	}
	for _, p := range o.Payments {
		r.Payments = append(r.Payments, paymentRecord{
			ID: p.ID, Received: moneyRecord(p.Received), State: string(p.State), Reason: p.Reason, Attempt: p.Attempt,
		})
	}
	return r
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
		o.Payments = append(o.Payments, booking.Payment{
			ID: p.ID, Received: booking.Money(p.Received), State: booking.PaymentState(p.State), Reason: p.Reason, Attempt: p.Attempt,
		})
	}
	return o
}
