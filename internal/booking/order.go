package booking

import (
	"slices"
	"time"
)

// OrderStatus is where an order stands.
type OrderStatus string

// The states of an order, and the two of a block, which is stored as an order
// without payment so that a rebuild keeps its seats from sale.
const (
	OrderPending   OrderStatus = "pending_payment"
	OrderPaid      OrderStatus = "paid"
	OrderCancelled OrderStatus = "cancelled"
	OrderExpired   OrderStatus = "expired"
	OrderRefunding OrderStatus = "refunding"
	OrderRefunded  OrderStatus = "refunded"

	BlockActive OrderStatus = "blocked"
	BlockEnded  OrderStatus = "unblocked"
)

// Reasons why an order is not paid.
const (
	ReasonCustomer    = "customer"     // the customer cancelled it
	ReasonOrganizer   = "organizer"    // the event's organizer cancelled it
	ReasonPayment     = "payment"      // the provider said that no payment will come
	ReasonTimeout     = "timeout"      // no payment came in time
	ReasonSeatsTaken  = "seats_taken"  // the payment came too late: the seats are someone else's
	ReasonWrongAmount = "wrong_amount" // what was paid is not what was asked
	ReasonDuplicate   = "duplicate"    // further money for a paid order; of a payment only
	ReasonRefunded    = "refunded"     // the provider gave the money back without being asked by us
)

// PaymentState says what became of one payment.
type PaymentState string

// A payment is applied to its order, or due back, or given back.
const (
	PaymentApplied   PaymentState = "applied"
	PaymentRefundDue PaymentState = "refund_due"
	PaymentRefunded  PaymentState = "refunded"
)

// Payment is money that arrived for an order. Money is accounted for per
// payment, not per order: a second payment of a paid order is refunded while
// the order stays paid.
type Payment struct {
	ID       string
	Received Money
	Refunded int64 // minor units that went back so far
	State    PaymentState
	Reason   string // why it is due back, one of the reasons above
	// DueSince is when it became due back, NextAt when the refund is to be tried
	// next; zero: at once. By this process's clock, as nothing of a seat hangs on it.
	DueSince time.Time
	NextAt   time.Time
	// Tries counts the tries to give it back, also those that got nowhere. Attempt
	// is part of the refund's idempotency key; Answered, that the last try under
	// it got an answer which was not the end, so that the next needs a new key
	// if the provider shows no refund. A try without an answer keeps its key.
	Tries    int
	Attempt  int
	Answered bool
	Problem  string // what was wrong with the last try, for the operator
}

// Checkout is the payment that the provider was asked to take.
type Checkout struct {
	ID        string
	Provider  string
	URL       string
	ExpiresAt time.Time
	// Ended: no money comes by it any more, as far as is known. Until
	// then the provider is asked once the order has ended, at NextAt (zero: at
	// once) after as many Tries that failed.
	Ended  bool
	NextAt time.Time
	Tries  int
}

// Notice is something that happened to an order and is still to be told to the
// organizer's own systems. It is stored by the very update that it speaks of.
type Notice struct {
	ID     string // the webhook's id
	Status OrderStatus
	Reason string
	At     time.Time
}

// Order is a customer's purchase of seats, or (Status BlockActive, BlockEnded)
// an organizer's block of them. It is one document: every change replaces it
// whole, on condition that its Revision is still the one that was read.
type Order struct {
	ID         string
	EventID    string
	CustomerID string // for a block: the organizer
	HoldID     string // for a block: the block's own id
	Status     OrderStatus
	Reason     string
	Seats      []string // seat guids, as they were asked for; never changes
	// OwnsSeats is true while no one else may own Seats: the guard over
	// (event, sold seat) holds exactly then.
	OwnsSeats bool
	Total     Money
	Checkout  Checkout
	Payments  []Payment
	// WebhookIDs are the provider's deliveries that this document reflects.
	WebhookIDs []string
	Notices    []Notice
	// ExpiresAt is the payment deadline, by the hold store's clock; for a
	// block when it ends, zero for never.
	ExpiresAt time.Time
	// IdempotencyKey and Fingerprint are the client's key and a digest of the
	// body it came with; empty where there was none.
	IdempotencyKey string
	Fingerprint    string
	CreatedAt      time.Time
	UpdatedAt      time.Time
	Revision       int64 // 1 when inserted
}

// IsBlock reports whether the document is an organizer's block.
func (o *Order) IsBlock() bool { return o.Status == BlockActive || o.Status == BlockEnded }

// Payment returns the entry of the payment with this id.
func (o *Order) Payment(id string) (Payment, bool) {
	if p := o.payment(id); p != nil {
		return *p, true
	}
	return Payment{}, false
}

// clone copies the order so that a change that is not stored leaves no trace.
func (o *Order) clone() Order {
	c := *o
	c.Seats = slices.Clone(o.Seats)
	c.Payments = slices.Clone(o.Payments)
	c.WebhookIDs = slices.Clone(o.WebhookIDs)
	c.Notices = slices.Clone(o.Notices)
	return c
}
