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

// NoMetrics counts nothing.
type NoMetrics struct{}

// The methods of Metrics, all empty.
func (NoMetrics) HoldAsked(string)                {}
func (NoMetrics) HoldEnded(string, time.Duration) {}
func (NoMetrics) OrderChanged(OrderStatus)        {}
func (NoMetrics) WebhookAnswered(string, string)  {}
func (NoMetrics) GuardHit()                       {}
func (NoMetrics) EventLoaded(int, time.Duration)  {}
func (NoMetrics) ExpiryLag(time.Duration)         {}
