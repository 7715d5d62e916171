package mongostore

import (
	"slices"
	"time"

	"seathold/internal/booking"
)

// orderDocument is how an order is stored. A zero time or text is left out.
type orderDocument struct {
	ID         string   `bson:"_id"`
	EventID    string   `bson:"event_id"`
	CustomerID string   `bson:"customer_id"`
	HoldID     string   `bson:"hold_id,omitempty"`
	Status     string   `bson:"status"`
	Reason     string   `bson:"reason,omitempty"`
	Seats      []string `bson:"seats"`
	// SoldSeats is there only while the order owns its seats: the unique index
	// speaks of documents that have it, so it is never empty or null.
	SoldSeats []string `bson:"sold_seats,omitempty"`
	// ClaimsSeats is there, and true, only for what EachOwner visits.
	ClaimsSeats    bool              `bson:"claims_seats,omitempty"`
	Total          moneyDocument     `bson:"total"`
	Checkout       *checkoutDocument `bson:"checkout,omitempty"`
	Payments       []paymentDocument `bson:"payments,omitempty"`
	PaymentIDs     []string          `bson:"payment_ids,omitempty"` // of checkout and payments, for the index
	WebhookIDs     []string          `bson:"webhook_ids,omitempty"`
	Notices        []noticeDocument  `bson:"notices,omitempty"`
	DueAt          time.Time         `bson:"due_at,omitempty"` // for the index, as is the next
	RefundDueSince time.Time         `bson:"refund_due_since,omitempty"`
	ExpiresAt      time.Time         `bson:"expires_at,omitempty"`
	IdempotencyKey string            `bson:"idempotency_key,omitempty"`
	Fingerprint    string            `bson:"fingerprint,omitempty"`
	CreatedAt      time.Time         `bson:"created_at,omitempty"`
	UpdatedAt      time.Time         `bson:"updated_at,omitempty"`
	Revision       int64             `bson:"revision"`
}

type moneyDocument struct {
	Amount   int64  `bson:"amount"`
	Currency string `bson:"currency"`
}

type checkoutDocument struct {
	ID        string    `bson:"id"`
	Provider  string    `bson:"provider"`
	URL       string    `bson:"url,omitempty"`
	ExpiresAt time.Time `bson:"expires_at,omitempty"`
	Ended     bool      `bson:"ended,omitempty"`
	NextAt    time.Time `bson:"next_at,omitempty"`
	Tries     int       `bson:"tries,omitempty"`
}

type paymentDocument struct {
	ID       string        `bson:"id"`
	Received moneyDocument `bson:"received"`
	Refunded int64         `bson:"refunded,omitempty"`
	State    string        `bson:"state"`
	Reason   string        `bson:"reason,omitempty"`
	DueSince time.Time     `bson:"due_since,omitempty"`
	NextAt   time.Time     `bson:"next_at,omitempty"`
	Tries    int           `bson:"tries,omitempty"`
	Attempt  int           `bson:"attempt,omitempty"`
	Answered bool          `bson:"answered,omitempty"`
	Problem  string        `bson:"problem,omitempty"`
}

type noticeDocument struct {
	ID     string    `bson:"id"`
	Status string    `bson:"status"`
	Reason string    `bson:"reason,omitempty"`
	At     time.Time `bson:"at,omitempty"`
}

func orderDocumentOf(o *booking.Order) orderDocument {
	d := orderDocument{
		ID: o.ID, EventID: o.EventID, CustomerID: o.CustomerID, HoldID: o.HoldID,
		Status: string(o.Status), Reason: o.Reason, Seats: o.Seats,
		ClaimsSeats: o.HasClaim(),
		Total:       moneyDocument(o.Total), PaymentIDs: paymentIDs(o),
		WebhookIDs: o.WebhookIDs, ExpiresAt: o.ExpiresAt,
		DueAt: o.DueAt(), RefundDueSince: o.RefundDueSince(),
		IdempotencyKey: o.IdempotencyKey, Fingerprint: o.Fingerprint,
		CreatedAt: o.CreatedAt, UpdatedAt: o.UpdatedAt, Revision: o.Revision,
	}
	if o.OwnsSeats {
		d.SoldSeats = o.Seats
	}
	if o.Checkout != (booking.Checkout{}) {
		checkout := checkoutDocument(o.Checkout)
		d.Checkout = &checkout
	}
	for _, p := range o.Payments {
		d.Payments = append(d.Payments, paymentDocumentOf(p))
	}
	for _, n := range o.Notices {
		d.Notices = append(d.Notices, noticeDocument{ID: n.ID, Status: string(n.Status), Reason: n.Reason, At: n.At})
	}
	return d
}

func paymentDocumentOf(p booking.Payment) paymentDocument {
	return paymentDocument{
		ID: p.ID, Received: moneyDocument(p.Received), Refunded: p.Refunded, State: string(p.State), Reason: p.Reason,
		DueSince: p.DueSince, NextAt: p.NextAt,
		Tries: p.Tries, Attempt: p.Attempt, Answered: p.Answered, Problem: p.Problem,
	}
}

func (d *paymentDocument) payment() booking.Payment {
	return booking.Payment{
		ID: d.ID, Received: booking.Money(d.Received), Refunded: d.Refunded, State: booking.PaymentState(d.State), Reason: d.Reason,
		DueSince: d.DueSince, NextAt: d.NextAt,
		Tries: d.Tries, Attempt: d.Attempt, Answered: d.Answered, Problem: d.Problem,
	}
}

// paymentIDs returns each id once, since an array's entries are index entries.
func paymentIDs(o *booking.Order) []string {
	ids := []string{o.Checkout.ID}
	for _, p := range o.Payments {
		ids = append(ids, p.ID)
	}
	slices.Sort(ids)
	return slices.DeleteFunc(slices.Compact(ids), func(id string) bool { return id == "" })
}

func (d *orderDocument) order() booking.Order {
	o := booking.Order{
		ID: d.ID, EventID: d.EventID, CustomerID: d.CustomerID, HoldID: d.HoldID,
		Status: booking.OrderStatus(d.Status), Reason: d.Reason, Seats: d.Seats, OwnsSeats: len(d.SoldSeats) > 0,
		Total: booking.Money(d.Total), WebhookIDs: d.WebhookIDs, ExpiresAt: d.ExpiresAt,
		IdempotencyKey: d.IdempotencyKey, Fingerprint: d.Fingerprint,
		CreatedAt: d.CreatedAt, UpdatedAt: d.UpdatedAt, Revision: d.Revision,
	}
	if d.Checkout != nil {
		o.Checkout = booking.Checkout(*d.Checkout)
	}
	for _, p := range d.Payments {
		o.Payments = append(o.Payments, p.payment())
	}
	for _, n := range d.Notices {
		o.Notices = append(o.Notices, booking.Notice{ID: n.ID, Status: booking.OrderStatus(n.Status), Reason: n.Reason, At: n.At})
	}
	return o
}
