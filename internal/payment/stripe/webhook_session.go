package stripe

import (
	"encoding/json"
	"errors"

	"seathold/internal/booking"
)

// session has what is read of a Checkout Session.
type session struct {
	ID                string    `json:"id"`
	Mode              string    `json:"mode"`
	PaymentStatus     string    `json:"payment_status"`
	PaymentIntent     reference `json:"payment_intent"`
	ClientReferenceID string    `json:"client_reference_id"`
	Metadata          metadata  `json:"metadata"`
	AmountTotal       *int64    `json:"amount_total"`
	Currency          string    `json:"currency"`
}

// readSession fills in which session it is. It is not ours where it is for no
// single payment, such as a subscription, or names no order.
func readSession(object json.RawMessage, e *booking.PaymentEvent) (s session, ours bool, err error) {
	if err := json.Unmarshal(object, &s); err != nil {
		return s, false, err
	}
	order := s.Metadata.order()
	if order == "" && isRef(s.ClientReferenceID) {
		order = s.ClientReferenceID
	}
	if order == "" || (s.Mode != "" && s.Mode != "payment") {
		return s, false, nil
	}
	if !isRef(s.ID) || len(s.PaymentIntent) > refMaxBytes {
		return s, false, errors.New("the id is missing or too long")
	}
	e.CheckoutID, e.PaymentID, e.OrderID = s.ID, string(s.PaymentIntent), order
	return s, true, nil
}

// readSessionCompleted: the customer did their part. Whether the money is there
// stands in the payment's status: unpaid, it comes later or fails.
func readSessionCompleted(object json.RawMessage, e *booking.PaymentEvent) error {
	s, ours, err := readSession(object, e)
	if err != nil || !ours {
		return err
	}
	switch s.PaymentStatus {
	case "paid", "no_payment_required":
		return s.paid(e)
	case "unpaid":
		return nil
	default:
		return errors.New("the payment_status is missing or unknown")
	}
}

// readSessionPaid: money that was under way has arrived.
func readSessionPaid(object json.RawMessage, e *booking.PaymentEvent) error {
	s, ours, err := readSession(object, e)
	if err != nil || !ours {
		return err
	}
	return s.paid(e)
}

// paid reads the success of a payment. Only where nothing was to be paid is
// there no PaymentIntent: the session's id stands for the payment's then.
func (s session) paid(e *booking.PaymentEvent) error {
	if e.PaymentID == "" {
		if s.PaymentStatus != "no_payment_required" {
			return errors.New("the payment_intent is missing")
		}
		e.PaymentID = s.ID
	}
	e.Kind = booking.PaymentSucceeded
	return received(e, s.AmountTotal, s.Currency)
}

// readSessionEnded: no payment comes by the session any more.
func readSessionEnded(kind booking.PaymentEventKind) func(json.RawMessage, *booking.PaymentEvent) error {
	return func(object json.RawMessage, e *booking.PaymentEvent) error {
		_, ours, err := readSession(object, e)
		if err == nil && ours {
			e.Kind = kind
		}
		return err
	}
}
