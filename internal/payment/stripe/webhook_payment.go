package stripe

import (
	"encoding/json"
	"errors"

	"seathold/internal/booking"
)

// intent has what is read of a PaymentIntent.
type intent struct {
	ID             string   `json:"id"`
	AmountReceived *int64   `json:"amount_received"`
	Currency       string   `json:"currency"`
	Metadata       metadata `json:"metadata"`
}

// readIntent fills in which payment it is. One without an order is of something
// else that the account sells.
func readIntent(object json.RawMessage, e *booking.PaymentEvent) (i intent, ours bool, err error) {
	if err := json.Unmarshal(object, &i); err != nil {
		return i, false, err
	}
	order := i.Metadata.order()
	if order == "" {
		return i, false, nil
	}
	if !isRef(i.ID) {
		return i, false, errors.New("the id is missing or too long")
	}
	e.PaymentID, e.OrderID = i.ID, order
	return i, true, nil
}

func readIntentSucceeded(object json.RawMessage, e *booking.PaymentEvent) error {
	i, ours, err := readIntent(object, e)
	if err != nil || !ours {
		return err
	}
	e.Kind = booking.PaymentSucceeded
	return received(e, i.AmountReceived, i.Currency)
}

// readIntentDeclined: a card was declined, and another may follow. It changes
// nothing; the ids are for the log.
func readIntentDeclined(object json.RawMessage, e *booking.PaymentEvent) error {
	_, _, err := readIntent(object, e)
	return err
}

// charge has what is read of a Charge: the one of its PaymentIntent that
// succeeded, with the PaymentIntent's metadata.
type charge struct {
	PaymentIntent  reference `json:"payment_intent"`
	Amount         *int64    `json:"amount"`
	AmountRefunded *int64    `json:"amount_refunded"`
	Currency       string    `json:"currency"`
	Metadata       metadata  `json:"metadata"`
}

// readChargeRefunded: amount_refunded is all that has been refunded so far. A
// charge without a PaymentIntent is none of ours.
func readChargeRefunded(object json.RawMessage, e *booking.PaymentEvent) error {
	var c charge
	if err := json.Unmarshal(object, &c); err != nil {
		return err
	}
	if !isRef(string(c.PaymentIntent)) {
		return nil
	}
	if c.AmountRefunded == nil {
		return errors.New("the amount_refunded is missing")
	}
	refunded, err := fromStripe(*c.AmountRefunded, c.Currency)
	if err != nil {
		return err
	}
	e.Kind, e.PaymentID, e.OrderID = booking.RefundSucceeded, string(c.PaymentIntent), c.Metadata.order()
	e.Refunded = refunded.Amount
	return received(e, c.Amount, c.Currency)
}

// readRefund reads an event of a refund. It knows its own amount only; the
// domain asks for the sum of all.
func readRefund(object json.RawMessage, e *booking.PaymentEvent) error {
	var r struct {
		PaymentIntent reference `json:"payment_intent"`
		Status        string    `json:"status"`
		Amount        *int64    `json:"amount"`
		Currency      string    `json:"currency"`
		Metadata      metadata  `json:"metadata"`
	}
	if err := json.Unmarshal(object, &r); err != nil {
		return err
	}
	if !isRef(string(r.PaymentIntent)) {
		return nil
	}
	e.PaymentID, e.OrderID = string(r.PaymentIntent), r.Metadata.order()
	switch r.Status {
	case "failed", "canceled":
		e.Kind = booking.RefundFailed
	case "succeeded":
		if r.Amount == nil {
			return errors.New("the amount is missing")
		}
		money, err := fromStripe(*r.Amount, r.Currency)
		if err != nil {
			return err
		}
		e.Kind, e.Refunded = booking.RefundSucceeded, money.Amount
	}
	return nil
}
