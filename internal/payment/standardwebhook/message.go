package standardwebhook

import (
	"encoding/json"
	"fmt"
	"time"

	"seathold/internal/booking"
)

// The types of message that move an order. Any other is read as ignored.
const (
	TypeSucceeded       = "payment.succeeded"
	TypeFailed          = "payment.failed"
	TypeCancelled       = "payment.cancelled"
	TypeRefundSucceeded = "refund.succeeded"
	TypeRefundFailed    = "refund.failed"
)

var kinds = map[string]booking.PaymentEventKind{
	TypeSucceeded:       booking.PaymentSucceeded,
	TypeFailed:          booking.PaymentFailed,
	TypeCancelled:       booking.PaymentCancelled,
	TypeRefundSucceeded: booking.RefundSucceeded,
	TypeRefundFailed:    booking.RefundFailed,
}

// refMaxBytes bounds the ids in a message: they are stored and indexed.
const refMaxBytes = 255

// Message is the body of a webhook: what happened to a payment, and when.
type Message struct {
	Type      string
	Timestamp time.Time // of the happening, not of the delivery
	Data      Data
}

// Data is what a message says of its payment. Amount is in minor units: what
// was paid; of a refund, all that has gone back of the payment so far.
type Data struct {
	PaymentID string `json:"payment_id"`
	OrderID   string `json:"order_id"`
	Amount    int64  `json:"amount"`
	Currency  string `json:"currency"`
	Key       string `json:"key,omitempty"` // of the refund that failed, where it is known
}

// Encode returns the message as JSON, its time in UTC with milliseconds.
func (m Message) Encode() ([]byte, error) {
	body, err := json.Marshal(struct {
		Type      string `json:"type"`
		Timestamp string `json:"timestamp"`
		Data      Data   `json:"data"`
	}{m.Type, m.Timestamp.UTC().Format("2006-01-02T15:04:05.000Z07:00"), m.Data})
	if err != nil {
		return nil, fmt.Errorf("encode webhook message: %w", err)
	}
	return body, nil
}

// ReadEvent reads the body of a verified webhook. A type that moves no order is
// PaymentIgnored, whatever its data. Unknown fields are no error: providers add
// them. CodeInvalidValue: it is not a message, or a payment's data is not whole.
func ReadEvent(webhookID string, body []byte) (booking.PaymentEvent, error) {
	var m struct {
		Type string          `json:"type"`
		Data json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(body, &m); err != nil {
		return booking.PaymentEvent{}, invalidMessage("the body is not a JSON object with a type and data", err)
	}
	if m.Type == "" {
		return booking.PaymentEvent{}, invalidMessage("the body has no type", nil)
	}
	e := booking.PaymentEvent{WebhookID: webhookID, Kind: booking.PaymentIgnored, Type: m.Type}
	kind, known := kinds[m.Type]
	if !known {
		return e, nil
	}
	e.Kind = kind
	if err := readData(m.Data, &e); err != nil {
		return booking.PaymentEvent{}, err
	}
	return e, nil
}

// readData fills in what the message says of its payment. The amount is a
// pointer because a missing one must not read as nothing received.
func readData(data json.RawMessage, e *booking.PaymentEvent) error {
	var d struct {
		PaymentID string `json:"payment_id"`
		OrderID   string `json:"order_id"`
		Amount    *int64 `json:"amount"`
		Currency  string `json:"currency"`
		Key       string `json:"key"`
	}
	if len(data) == 0 {
		return invalidMessage("the body has no data", nil)
	}
	if err := json.Unmarshal(data, &d); err != nil {
		return invalidMessage("data does not have the form of a payment", err)
	}
	switch {
	case d.PaymentID == "" || len(d.PaymentID) > refMaxBytes:
		return invalidMessage("data.payment_id must have 1 to 255 bytes", nil)
	case len(d.OrderID) > refMaxBytes:
		return invalidMessage("data.order_id must have at most 255 bytes", nil)
	case d.Amount == nil || *d.Amount < 0:
		return invalidMessage("data.amount must be minor units, 0 or more", nil)
	case !booking.ValidCurrency(d.Currency):
		return invalidMessage("data.currency must be an ISO 4217 code", nil)
	}
	e.PaymentID, e.OrderID = d.PaymentID, d.OrderID
	e.Received.Currency = d.Currency
	switch e.Kind {
	case booking.RefundSucceeded:
		e.Refunded = *d.Amount
	case booking.RefundFailed: // nothing has gone back by it
		e.RefundKey = d.Key
	default:
		e.Received.Amount = *d.Amount
	}
	return nil
}

// invalidMessage refuses a body. The parser's error names a place in it and is
// for the log: it may quote what the provider sent.
func invalidMessage(detail string, err error) error {
	return &booking.Error{Code: booking.CodeInvalidValue, Detail: detail, Err: err}
}
