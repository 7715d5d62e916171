package booking

import (
	"context"
	"time"
)

// PaymentRequest asks a provider for a checkout. OrderID is its idempotency
// key, and everything else of a repeat is the same as the first time.
type PaymentRequest struct {
	OrderID     string
	Description string
	Total       Money
	ExpiresAt   time.Time // the order's payment deadline
}

// PaymentEventKind says what a provider reports.
type PaymentEventKind string

// What providers report, in the domain's words.
const (
	// PaymentSucceeded: money has arrived: Received.
	PaymentSucceeded PaymentEventKind = "succeeded"
	// PaymentFailed and PaymentCancelled: no payment will come by the checkout
	// any more. A declined card, after which another may follow, is neither.
	PaymentFailed    PaymentEventKind = "failed"
	PaymentCancelled PaymentEventKind = "cancelled"
	// RefundSucceeded: money of a payment has gone back: Refunded, in all so far.
	RefundSucceeded PaymentEventKind = "refund_succeeded"
	// RefundFailed: a refund that was taken on did not reach the customer.
	RefundFailed PaymentEventKind = "refund_failed"
	// PaymentIgnored: authentic, but nothing that changes an order.
	PaymentIgnored PaymentEventKind = "ignored"
)

// PaymentEvent is a verified message of a provider, or what it answered when
// it was asked.
type PaymentEvent struct {
	WebhookID  string // empty where it was asked
	Kind       PaymentEventKind
	Type       string // the provider's own word, for the log
	PaymentID  string
	CheckoutID string // empty: not said, or no other is possible
	OrderID    string // from the metadata; may be empty
	Received   Money
	Refunded   int64  // minor units of Received's currency, in all so far
	RefundKey  string // RefundFailed: the key of the refund that failed; empty: not said
}

// Header reads one header of a webhook request; http.Header is one.
type Header interface{ Get(name string) string }

// CheckoutState says whether money may come by a checkout.
type CheckoutState string

// The states of a checkout at its provider.
const (
	CheckoutOpen CheckoutState = "open" // the customer can pay
	CheckoutPaid CheckoutState = "paid"
	// CheckoutProcessing: nobody can begin to pay by it any more, and money is
	// under way that arrives in some days, or does not.
	CheckoutProcessing CheckoutState = "processing"
	// CheckoutEnded: no money comes by it any more.
	CheckoutEnded CheckoutState = "ended"
	// CheckoutUnknown: this provider cannot be asked, or knows no such checkout.
	CheckoutUnknown CheckoutState = "unknown"
)

// CheckoutReport is what a provider says of a checkout.
type CheckoutReport struct {
	State     CheckoutState
	PaymentID string // CheckoutPaid only, as are the next
	Received  Money
}

// RefundRequest asks a provider to give money of a payment back.
type RefundRequest struct {
	OrderID   string
	PaymentID string
	Amount    Money
	Key       string // idempotency key: one refund for one key, however often it is asked
	Reason    string // one of the Reason constants, for the provider's records
}

// RefundReport is what a provider says of the refunds of one payment, in minor
// units of the payment's currency.
type RefundReport struct {
	Refunded int64 // gone back so far, also what someone else gave back
	Pending  int64 // taken on, and neither gone back nor failed yet
	Unknown  bool  // this provider cannot be asked
}

// Provider takes payments and gives them back. A fault that leaves open whether
// the provider did what it was asked is CodeUnavailable; its plain no, which it
// would repeat for the same idempotency key, wraps ErrRefused.
type Provider interface {
	// Name is the provider's name in the configuration and in its webhook's path.
	Name() string
	// CreatePayment asks for a checkout; a repeat with the same order id
	// returns the same one. CodeUnavailable, ErrRefused.
	CreatePayment(ctx context.Context, r PaymentRequest) (Checkout, error)
	// LookUpCheckout asks what became of an order's checkout. CodeUnavailable.
	LookUpCheckout(ctx context.Context, orderID, checkoutID string) (CheckoutReport, error)
	// CancelCheckout sees to it that nobody can pay by the checkout any more.
	// One that has ended stays so. CodeAlreadyPaid: a payment was quicker.
	// CodeUnavailable.
	CancelCheckout(ctx context.Context, orderID, checkoutID string) error
	// LookUpRefund asks what has gone back of a payment. CodeUnavailable.
	LookUpRefund(ctx context.Context, orderID, paymentID string) (RefundReport, error)
	// Refund gives money back, once for one key, and returns what has gone back
	// of the payment by now. CodeUnavailable, ErrRefused.
	Refund(ctx context.Context, r RefundRequest) (RefundReport, error)
	// ReadWebhook verifies and reads a webhook. CodeInvalidSignature,
	// CodeStaleTimestamp, CodeInvalidValue for a body it cannot read.
	ReadWebhook(body []byte, header Header) (PaymentEvent, error)
}
