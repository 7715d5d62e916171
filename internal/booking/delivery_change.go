package booking

import (
	"math/rand/v2"
	"time"
)

// What may become of a delivery, decided by what it is now. These methods change
// the value only; storing it is a compare-and-set of the caller's.

// retryDelays are the waits after failed attempts, as the Standard Webhooks
// specification has them: the first attempt is at once, the tenth and last some
// 76 hours later.
var retryDelays = []time.Duration{
	5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour,
	10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour,
}

const (
	// retryJitter is how much longer a wait may be, as a part of it: what failed
	// together is not to come back together.
	retryJitter = 0.1
	// maxRetryAfter bounds what an endpoint may ask for by Retry-After.
	maxRetryAfter = 24 * time.Hour
	// claimTime is how long an instance has a delivery that it is about to send.
	// Another takes it up afterwards: it bounds what a crash delays.
	claimTime = 60 * time.Second
	// statusGone is the answer of an endpoint that wants no more: 410.
	statusGone = 410
)

// What came of an attempt, for the metrics.
const (
	attemptDelivered = "delivered"
	attemptRetry     = "retry"
	attemptFailed    = "failed"
	attemptDisabled  = "disabled"
)

// claim takes the delivery for one attempt.
func (d *Delivery) claim(now time.Time) {
	d.Claimed, d.NextAt = true, now.Add(claimTime)
}

// attempted notes an attempt, and returns what came of it.
func (d *Delivery) attempted(a Attempt, retryAfter time.Duration, now time.Time) (outcome string) {
	d.Attempts = append(d.Attempts, a)
	d.Attempts = d.Attempts[max(0, len(d.Attempts)-attemptsKept):]
	d.Claimed = false
	d.Tries++
	switch {
	case a.Delivered():
		d.Status, d.Reason, d.NextAt = DeliveryDelivered, "", time.Time{}
		return attemptDelivered
	case d.Status != DeliveryPending: // it ended while it was being sent
		return attemptDisabled
	case a.StatusCode == statusGone:
		d.fail(EndpointGone)
		return attemptDisabled
	case d.Tries > len(retryDelays):
		d.fail("")
		return attemptFailed
	}
	d.NextAt = now.Add(max(jittered(retryDelays[d.Tries-1]), min(retryAfter, maxRetryAfter)))
	return attemptRetry
}

// fail ends the delivery.
func (d *Delivery) fail(reason string) {
	d.Status, d.Reason, d.Claimed, d.NextAt = DeliveryFailed, reason, false, time.Time{}
}

// retry makes the delivery due at once, by a person's wish.
func (d *Delivery) retry(now time.Time) error {
	if d.Claimed && d.NextAt.After(now) {
		return errNoChange // it is being sent
	}
	if d.Status != DeliveryPending {
		d.Status, d.Reason, d.Tries = DeliveryPending, "", 0
	}
	d.Claimed, d.NextAt = false, now
	return nil
}

func jittered(wait time.Duration) time.Duration {
	return wait + time.Duration(rand.Float64()*retryJitter*float64(wait)).Truncate(time.Millisecond)
}
