package booking

import "time"

// Metrics counts what operators watch. Implementations must not block.
type Metrics interface {
	// HoldAsked counts an answered hold request: "granted", "repeated", or the
	// refusal's code.
	HoldAsked(outcome string)
	// HoldEnded counts a hold's end: how is "sold", "released" or "expired".
	HoldEnded(how string, life time.Duration)
	// OrderChanged counts an order that entered a status.
	OrderChanged(to OrderStatus)
	// WebhookAnswered counts a webhook: "paid", "ended", "refund_due",
	// "repeated", "ignored", or an error's code.
	WebhookAnswered(provider, outcome string)
	// GuardHit counts a sale that only the order store's guard prevented.
	GuardHit()
	// EventLoaded counts a load or repair, with the claims it changed.
	EventLoaded(changed int, took time.Duration)
	// ExpiryLag observes how long after its deadline a hold was announced.
	ExpiryLag(lag time.Duration)
}

// NoMetrics is Metrics that counts nothing.
type NoMetrics struct{}

// HoldAsked counts nothing.
func (NoMetrics) HoldAsked(string) {}

// HoldEnded counts nothing.
func (NoMetrics) HoldEnded(string, time.Duration) {}

// OrderChanged counts nothing.
func (NoMetrics) OrderChanged(OrderStatus) {}

// WebhookAnswered counts nothing.
func (NoMetrics) WebhookAnswered(string, string) {}

// GuardHit counts nothing.
func (NoMetrics) GuardHit() {}

// EventLoaded counts nothing.
func (NoMetrics) EventLoaded(int, time.Duration) {}

// ExpiryLag counts nothing.
func (NoMetrics) ExpiryLag(time.Duration) {}
