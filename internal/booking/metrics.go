package booking

import (
	"context"
	"time"
)

// Metrics counts what operators watch. Implementations must not block. A
// context is for them to say which request was counted.
type Metrics interface {
	HoldMetrics
	OrderMetrics
	PaymentMetrics
	ThrottleMetrics
	// EventLoaded counts a load, anew where the state was missing or else a
	// repair, with the claims it changed.
	EventLoaded(anew bool, changed int, took time.Duration)
	// EventsAudited tells what a round of audits found: how many seats are
	// mismatches, by event, of those that have any, and whether no event was left
	// out. nil and false: another instance goes on with it.
	EventsAudited(mismatches map[string]int, all bool)
	// DeliveryEnded counts a try to deliver a notice: "delivered", "retry",
	// "failed" or "disabled".
	DeliveryEnded(outcome string)
}

// HoldMetrics counts how holds begin and end.
type HoldMetrics interface {
	// HoldAsked counts an answered hold request, also one that an order made in
	// one step: "granted", "repeated", or the refusal's code.
	HoldAsked(outcome string)
	// HoldEnded counts a hold's end: how is "sold", "released" or "expired".
	HoldEnded(ctx context.Context, how string, life time.Duration)
	// ExpiryLag observes how long after its deadline a hold was announced.
	ExpiryLag(lag time.Duration)
}

// OrderMetrics counts what becomes of orders.
type OrderMetrics interface {
	// OrderChanged counts an order that entered a status.
	OrderChanged(to OrderStatus)
	// GuardHit counts a sale that only the order store's guard prevented.
	GuardHit()
}

// PaymentMetrics counts what providers say and what is given back.
type PaymentMetrics interface {
	// WebhookAnswered counts a webhook: "paid", "ended", "refund_due", "refund",
	// "repeated", "ignored", or an error's code.
	WebhookAnswered(provider, outcome string)
	// CheckoutAsked counts what the provider said of a checkout whose order is
	// to end: a CheckoutState, or "unavailable".
	CheckoutAsked(outcome string)
	// RefundTried counts a try to give a payment back: "refunded", "pending",
	// "refused" or "unavailable".
	RefundTried(outcome string)
	// RefundsDue tells how many payments are due back, how many of them for
	// longer than a day, which want a person, and since when the oldest is; zero:
	// none is.
	RefundsDue(due, overdue int, oldest time.Time)
	// PaymentFlagged counts money that wants a person's look: "wrong_amount",
	// "duplicate", "partly_refunded", "refunded_outside".
	PaymentFlagged(what string)
}

// ThrottleMetrics counts calls against their rates.
type ThrottleMetrics interface {
	// CallRefused counts a call that came too fast or too often: by the name of
	// the rate ("hold" for a cool-down) and the reason: "rate_limited", or a
	// CoolDownReason.
	CallRefused(rate, reason string)
	// LimiterAway counts calls that were let through because no rate could be
	// looked at.
	LimiterAway()
}

// NoMetrics is Metrics that counts nothing.
type NoMetrics struct{}

// HoldAsked counts nothing.
func (NoMetrics) HoldAsked(string) {}

// HoldEnded counts nothing.
func (NoMetrics) HoldEnded(context.Context, string, time.Duration) {}

// OrderChanged counts nothing.
func (NoMetrics) OrderChanged(OrderStatus) {}

// WebhookAnswered counts nothing.
func (NoMetrics) WebhookAnswered(string, string) {}

// GuardHit counts nothing.
func (NoMetrics) GuardHit() {}

// EventLoaded counts nothing.
func (NoMetrics) EventLoaded(bool, int, time.Duration) {}

// EventsAudited tells nothing.
func (NoMetrics) EventsAudited(map[string]int, bool) {}

// ExpiryLag counts nothing.
func (NoMetrics) ExpiryLag(time.Duration) {}

// RefundTried counts nothing.
func (NoMetrics) RefundTried(string) {}

// RefundsDue tells nothing.
func (NoMetrics) RefundsDue(int, int, time.Time) {}

// PaymentFlagged counts nothing.
func (NoMetrics) PaymentFlagged(string) {}

// CheckoutAsked counts nothing.
func (NoMetrics) CheckoutAsked(string) {}

// DeliveryEnded counts nothing.
func (NoMetrics) DeliveryEnded(string) {}

// CallRefused counts nothing.
func (NoMetrics) CallRefused(string, string) {}

// LimiterAway counts nothing.
func (NoMetrics) LimiterAway() {}
