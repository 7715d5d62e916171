package stripetest

import (
	"fmt"
	"maps"
	"slices"
)

// intent is a PaymentIntent with its one charge.
type intent struct {
	id, charge string
	status     string // processing, succeeded, requires_payment_method
	amount     int64
	received   int64
	currency   string
	metadata   map[string]string
	session    *session // nil: outside Checkout
}

func (i *intent) object() object {
	return object{
		"id": i.id, "object": "payment_intent", "status": i.status, "amount": i.amount, "amount_received": i.received,
		"currency": i.currency, "metadata": i.metadata, "latest_charge": i.charge, "livemode": false,
	}
}

func (s *Server) newIntent(amount int64, currency string, metadata map[string]string) *intent {
	i := &intent{
		id: s.newID("pi"), charge: s.newID("ch"), status: "requires_payment_method",
		amount: amount, currency: currency, metadata: metadata,
	}
	s.intents[i.id] = i
	return i
}

func (s *Server) retrieveIntent(r request) answer {
	i, ok := s.intents[r.id]
	if !ok {
		return missing("payment_intent", r.id)
	}
	return found(i.object())
}

// open returns a session that can be paid, with its PaymentIntent.
func (s *Server) open(sessionID string) (*session, error) {
	x, ok := s.sessions[sessionID]
	if !ok || x.status != "open" {
		return nil, fmt.Errorf("the session %q is not open", sessionID)
	}
	if x.intent == nil {
		x.intent = s.newIntent(x.amount, x.currency, x.intentMetadata)
		x.intent.session = x
	}
	return x, nil
}

// Pay has the customer pay a session at once, and returns the payment's id.
func (s *Server) Pay(sessionID string) (paymentID string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	x, err := s.open(sessionID)
	if err != nil {
		return "", err
	}
	x.status, x.paymentStatus = "complete", "paid"
	s.succeed(x.intent)
	s.emit("checkout.session.completed", x.object(false))
	return x.intent.id, nil
}

// Decline has the customer's card be declined; another may follow.
func (s *Server) Decline(sessionID string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	x, err := s.open(sessionID)
	if err == nil {
		s.emit("payment_intent.payment_failed", x.intent.object())
	}
	return err
}

// PayLater has the customer pay by a method whose money comes later, or fails:
// Settle. The session is complete, and unpaid until then.
func (s *Server) PayLater(sessionID string) (paymentID string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	x, err := s.open(sessionID)
	if err != nil {
		return "", err
	}
	x.status, x.intent.status = "complete", "processing"
	s.emit("checkout.session.completed", x.object(false))
	return x.intent.id, nil
}

// Settle ends what PayLater began.
func (s *Server) Settle(paymentID string, arrives bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	i, ok := s.intents[paymentID]
	if !ok || i.status != "processing" {
		return fmt.Errorf("the payment %q is not under way", paymentID)
	}
	if arrives {
		i.session.paymentStatus = "paid"
		s.succeed(i)
		s.emit("checkout.session.async_payment_succeeded", i.session.object(false))
		return nil
	}
	i.status = "requires_payment_method"
	s.emit("payment_intent.payment_failed", i.object())
	s.emit("checkout.session.async_payment_failed", i.session.object(false))
	return nil
}

// PayDirectly is a payment for an order outside Checkout, as somebody makes it
// by hand. The amount is as Stripe counts the currency, which is in lower case.
func (s *Server) PayDirectly(orderID string, amount int64, currency string) (paymentID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.newIntent(amount, currency, map[string]string{"order_id": orderID})
	s.succeed(i)
	return i.id
}

func (s *Server) succeed(i *intent) {
	i.status, i.received = "succeeded", i.amount
	s.emit("charge.succeeded", s.chargeObject(i))
	s.emit("payment_intent.succeeded", i.object())
}

func (s *Server) chargeObject(i *intent) object {
	return object{
		"id": i.charge, "object": "charge", "payment_intent": i.id, "amount": i.amount, "amount_captured": i.received,
		"amount_refunded": s.takenBack(i.id), "refunded": s.takenBack(i.id) == i.received,
		"currency": i.currency, "metadata": i.metadata, "status": "succeeded",
	}
}

// PaymentsOf returns the ids of the payments that succeeded for an order.
func (s *Server) PaymentsOf(orderID string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var ids []string
	for _, id := range slices.Sorted(maps.Keys(s.intents)) {
		if i := s.intents[id]; i.metadata["order_id"] == orderID && i.received > 0 {
			ids = append(ids, id)
		}
	}
	return ids
}
