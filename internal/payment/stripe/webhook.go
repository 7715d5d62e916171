package stripe

import (
	"encoding/json"
	"errors"

	"seathold/internal/booking"
)

// refMaxBytes bounds the ids in a message: they are stored and indexed.
const refMaxBytes = 255

// readers has the types of event that may say something of an order. Each fills
// in the event from its object, and leaves it ignored where it says nothing.
//
// A payment is told twice, by its session and by its PaymentIntent, in either
// order. Both are read as the success of the same payment, by the same id, and
// the domain has each payment once: so neither is lost where the endpoint does
// not get the other.
//
// What has gone back of a payment is told by charge.refunded, which is sent when
// a refund is made, also one that is pending and fails later, and by the events
// of the refund, which know its own amount only. So both are read as a reason to
// ask: the domain looks the refunds up.
var readers = map[string]func(json.RawMessage, *booking.PaymentEvent) error{
	"checkout.session.completed":               readSessionCompleted,
	"checkout.session.async_payment_succeeded": readSessionPaid,
	"checkout.session.async_payment_failed":    readSessionEnded(booking.PaymentFailed),
	"checkout.session.expired":                 readSessionEnded(booking.PaymentCancelled),
	"payment_intent.succeeded":                 readIntentSucceeded,
	"payment_intent.payment_failed":            readIntentDeclined,
	"charge.refunded":                          readChargeRefunded,
	"charge.refund.updated":                    readRefund,
	"refund.created":                           readRefund,
	"refund.updated":                           readRefund,
	"refund.failed":                            readRefund,
}

// ReadWebhook verifies and reads a webhook. A type of event that moves no order,
// and an event of something that no order is known to, is PaymentIgnored.
// Unknown fields are no error: Stripe adds them. CodeInvalidSignature,
// CodeStaleTimestamp, CodeInvalidValue.
func (p *Provider) ReadWebhook(body []byte, header booking.Header) (booking.PaymentEvent, error) {
	if err := p.verify(body, header); err != nil {
		return booking.PaymentEvent{}, err
	}
	var m struct {
		ID   string `json:"id"`
		Type string `json:"type"`
		Data struct {
			Object json.RawMessage `json:"object"`
		} `json:"data"`
	}
	if err := json.Unmarshal(body, &m); err != nil {
		return booking.PaymentEvent{}, unreadable("the body is not a JSON object with an id, a type and data", err)
	}
	if !isRef(m.ID) || !isRef(m.Type) {
		return booking.PaymentEvent{}, unreadable("id and type must have 1 to 255 bytes", nil)
	}
	e := booking.PaymentEvent{WebhookID: m.ID, Kind: booking.PaymentIgnored, Type: m.Type}
	read, known := readers[m.Type]
	if !known {
		return e, nil
	}
	if err := read(m.Data.Object, &e); err != nil {
		return booking.PaymentEvent{}, unreadable("data.object of the "+m.Type+" is not whole", err)
	}
	return e, nil
}

func isRef(id string) bool { return id != "" && len(id) <= refMaxBytes }

// unreadable refuses a body. The cause is for the log: it may quote the body.
func unreadable(detail string, err error) error {
	return &booking.Error{Code: booking.CodeInvalidValue, Detail: detail, Err: err}
}

// reference is an id, also where the whole object stands in its place.
type reference string

func (r *reference) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '{' {
		var object struct {
			ID string `json:"id"`
		}
		err := json.Unmarshal(data, &object)
		*r = reference(object.ID)
		return err
	}
	return json.Unmarshal(data, (*string)(r))
}

// metadata is what was attached to an object.
type metadata map[string]string

// order returns the id of the order, "" where it is none of ours: others who use
// the same account may attach what they like.
func (m metadata) order() string {
	if id := m[orderIDKey]; isRef(id) {
		return id
	}
	return ""
}

// received fills in what has been paid. The amount is a pointer because a
// missing one must not read as nothing received.
func received(e *booking.PaymentEvent, amount *int64, currency string) error {
	if amount == nil {
		return errors.New("the amount is missing")
	}
	money, err := fromStripe(*amount, currency)
	if err != nil {
		return err
	}
	e.Received = money
	return nil
}
