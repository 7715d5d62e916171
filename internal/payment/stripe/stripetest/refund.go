package stripetest

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
)

type refund struct {
	id       string
	intent   *intent
	amount   int64
	status   string // pending, requires_action, succeeded, failed, canceled
	reason   string
	metadata map[string]string
}

func (x *refund) object() object {
	o := object{
		"id": x.id, "object": "refund", "amount": x.amount, "currency": x.intent.currency, "charge": x.intent.charge,
		"payment_intent": x.intent.id, "status": x.status, "reason": x.reason, "metadata": x.metadata,
	}
	if x.status == "failed" {
		o["failure_reason"] = "declined"
	}
	return o
}

// failed reports whether the money stayed.
func (x *refund) failed() bool { return x.status == "failed" || x.status == "canceled" }

// takenBack is a charge's amount_refunded: what has gone back or is to.
func (s *Server) takenBack(intentID string) (sum int64) {
	for _, x := range s.refunds {
		if x.intent.id == intentID && !x.failed() {
			sum += x.amount
		}
	}
	return sum
}

func (s *Server) createRefund(r request) answer {
	id := r.form.Get("payment_intent")
	i, ok := s.intents[id]
	if !ok || i.received == 0 {
		return missing("payment_intent", id)
	}
	amount, err := strconv.ParseInt(r.form.Get("amount"), 10, 64)
	if err != nil || amount < 1 {
		return refuse(http.StatusBadRequest, "invalid_request_error", "parameter_invalid_integer", "Invalid positive integer: amount")
	}
	left := i.received - s.takenBack(id)
	switch {
	case left == 0:
		return decline(http.StatusBadRequest, "charge_already_refunded", "Charge "+i.charge+" has already been refunded.")
	case amount > left:
		return decline(http.StatusBadRequest, "", fmt.Sprintf("Refund amount (%d) is greater than unrefunded amount on charge (%d)", amount, left))
	}
	return found(s.refund(i, amount, r.form.Get("reason"), nested(r.form, "metadata")).object())
}

// refund makes a refund, which turns out as the test has said. Stripe tells of a
// charge's refund when it is made, also of one that is not done yet.
func (s *Server) refund(i *intent, amount int64, reason string, metadata map[string]string) *refund {
	x := &refund{id: s.newID("re"), intent: i, amount: amount, status: "succeeded", reason: reason, metadata: metadata}
	if len(s.outcomes) > 0 {
		x.status, s.outcomes = s.outcomes[0], s.outcomes[1:]
	}
	s.refunds = append(s.refunds, x)
	s.emit("refund.created", x.object())
	if x.failed() {
		s.emit("refund.failed", x.object())
		return x
	}
	s.emit("charge.refunded", s.chargeObject(i))
	return x
}

// NextRefunds says how the next refunds turn out: succeeded, pending,
// requires_action, failed or canceled; without it they succeed.
func (s *Server) NextRefunds(statuses ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.outcomes = append(s.outcomes, statuses...)
}

// SettleRefund ends a refund with this status: also one that had succeeded may
// fail, when the customer's bank sends it back.
func (s *Server) SettleRefund(refundID, status string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := slices.IndexFunc(s.refunds, func(x *refund) bool { return x.id == refundID })
	if n < 0 || s.refunds[n].failed() {
		return fmt.Errorf("the refund %q is not under way", refundID)
	}
	x := s.refunds[n]
	x.status = status
	s.emit("charge.refund.updated", x.object())
	s.emit("refund.updated", x.object())
	if status == "failed" {
		s.emit("refund.failed", x.object())
	}
	return nil
}

// RefundByHand is a refund that somebody makes in Stripe's dashboard.
func (s *Server) RefundByHand(paymentID string, amount int64) (refundID string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i, ok := s.intents[paymentID]
	if !ok || amount > i.received-s.takenBack(paymentID) {
		return "", fmt.Errorf("the payment %q has not so much left", paymentID)
	}
	return s.refund(i, amount, "", map[string]string{}).id, nil
}

// listRefunds pages as Stripe does: the newest first, after starting_after.
func (s *Server) listRefunds(r request) answer {
	id := r.form.Get("payment_intent")
	if _, ok := s.intents[id]; !ok {
		return missing("payment_intent", id)
	}
	limit, err := strconv.Atoi(r.form.Get("limit"))
	if err != nil || limit < 1 || limit > 100 {
		limit = 10
	}
	page, begun := []object{}, r.form.Get("starting_after") == ""
	for _, x := range slices.Backward(s.refunds) {
		switch {
		case x.intent.id != id:
		case !begun:
			begun = x.id == r.form.Get("starting_after")
		case len(page) == limit:
			return list(page, true)
		default:
			page = append(page, x.object())
		}
	}
	return list(page, false)
}

func list(page []object, more bool) answer {
	return found(object{"object": "list", "url": "/v1/refunds", "data": page, "has_more": more})
}

// Refunded returns what has gone back of a payment, as Stripe counts its
// currency, and the ids of the refunds that did it.
func (s *Server) Refunded(paymentID string) (amount int64, refundIDs []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, x := range s.refunds {
		if x.intent.id == paymentID && x.status == "succeeded" {
			amount += x.amount
			refundIDs = append(refundIDs, x.id)
		}
	}
	return amount, refundIDs
}

// RefundsOf returns the ids of all refunds of a payment, whatever became of
// them, the oldest first.
func (s *Server) RefundsOf(paymentID string) (ids []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, x := range s.refunds {
		if x.intent.id == paymentID {
			ids = append(ids, x.id)
		}
	}
	return ids
}
