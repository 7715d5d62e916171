package booking

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	// deliverBatch bounds how many due deliveries are read at one time.
	deliverBatch = 1000
	// deliverLook is how often it is looked for more while slow ones are under way.
	deliverLook = time.Second
	// sendTimeout bounds one attempt, well within claimTime. A Sender has its own.
	sendTimeout = 30 * time.Second
	// testTimeout bounds an attempt that a person waits for.
	testTimeout = 10 * time.Second
	// outcomeTimeout bounds storing what came of an attempt, which is done even
	// where the service is to end.
	outcomeTimeout = 5 * time.Second
	// putOffFor is how long deliveries wait that would stand in others' way.
	putOffFor = 30 * time.Second
	// failBatch bounds how many deliveries of a disabled endpoint are read at once.
	failBatch = 100
)

// SendReport is how an endpoint answered.
type SendReport struct {
	StatusCode int
	RetryAfter time.Duration // how long it wants to be left alone; 0: it did not say
}

// Sender brings webhooks to endpoints, signed as Standard Webhooks.
type Sender interface {
	// CheckURL refuses an address that nothing would be sent to. CodeInvalidValue.
	CheckURL(url string) error
	// Send makes one attempt, signed with every secret, and returns the answer,
	// whatever its status; redirects are not followed. An error means that there
	// was none, and says why in words for the endpoint's owner.
	Send(ctx context.Context, url string, secrets []string, id string, body []byte) (SendReport, error)
}

// DeliverDue sends what is due, and goes on while there is more, or something
// is under way. It returns how many attempts it made. A fault of the store ends
// it, after what is under way; an endpoint's faults are none.
//
// Any number of instances may do this at once: each attempt is claimed by a
// compare-and-set first. What was sent by an instance that died before it
// stored the outcome is sent again, under the same webhook-id.
func (s *Service) DeliverDue(ctx context.Context) (n int, err error) {
	r := delivering{Service: s, ended: make(chan error, deliverAtOnce)}
	for {
		s.tellLapses(ctx)
		more := false
		if r.fault == nil {
			more, r.fault = r.start(ctx)
		}
		switch {
		case more:
		case r.underWay == 0:
			return r.attempts, r.fault
		default:
			r.wait()
		}
	}
}

// delivering is one round.
type delivering struct {
	*Service
	waiting  []Record // due when they were read
	read     time.Time
	underWay int
	ended    chan error // an attempt's end; errNoChange: none was made
	attempts int
	fault    error // the first of the store
}

// start takes up what may be sent now. more: it made way for what is due behind.
func (r *delivering) start(ctx context.Context) (more bool, err error) {
	if err := r.look(ctx); err != nil {
		return false, err
	}
	many := len(r.waiting) == deliverBatch
	var left []Record
	for i, record := range r.waiting {
		if r.lanes.full() {
			left = append(left, r.waiting[i:]...)
			break
		}
		entered, held := r.lanes.enter(record.Owner, r.now())
		switch {
		case entered:
			r.underWay++
			go func() { r.ended <- r.deliver(ctx, record) }()
		case held && many: // or they would hide what is due behind them
			if err := r.putOff(ctx, record); err != nil {
				return false, err
			}
			more = true
		default:
			left = append(left, record)
		}
	}
	r.waiting = left
	return more && len(left) == 0, nil
}

// look reads what is due, where nothing waits or a while has passed.
func (r *delivering) look(ctx context.Context) (err error) {
	if len(r.waiting) > 0 && time.Since(r.read) < deliverLook {
		return nil
	}
	r.waiting, err = r.Records.RecordsDue(ctx, RecordDelivery, r.stamp(), deliverBatch)
	r.read = time.Now()
	return err
}

// wait waits for an attempt's end, but not longer than until the next look.
func (r *delivering) wait() {
	timer := time.NewTimer(deliverLook)
	defer timer.Stop()
	select {
	case err := <-r.ended:
		r.underWay--
		switch {
		case err == nil:
			r.attempts++
		case !errors.Is(err, errNoChange) && r.fault == nil:
			r.fault = err
		}
	case <-timer.C:
	}
}

// deliver makes an attempt, if nobody else does. What is wrong with one
// delivery only is logged and does not keep the others.
func (r *delivering) deliver(ctx context.Context, record Record) error {
	var p pace
	defer func() { r.lanes.leave(record.Owner, p) }()
	d, e, err := r.take(ctx, record)
	if err == nil {
		p, err = r.attempt(ctx, d, e)
	}
	switch {
	case err == nil || errors.Is(err, errNoChange):
		return err
	case errors.Is(err, ErrConflict) || CodeOf(err) == CodeNotFound:
		return errNoChange // another instance was quicker, or it was removed
	case CodeOf(err) == CodeUnavailable || ctx.Err() != nil:
		return fmt.Errorf("deliver %s: %w", record.ID, err)
	}
	r.Log.Error("webhook delivery cannot be made", "delivery", record.ID, "endpoint", record.Owner, "err", err)
	if err := r.putOff(ctx, record); err != nil {
		return err
	}
	return errNoChange
}

// take reads what is to be sent where, and claims it. Where the endpoint is to
// get nothing the delivery ends instead: errNoChange. ErrConflict.
func (s *Service) take(ctx context.Context, record Record) (Delivery, Endpoint, error) {
	d, err := deliveryOf(record)
	if err != nil {
		return d, Endpoint{}, err
	}
	e, err := s.readEndpoint(ctx, d.EndpointID)
	switch {
	case CodeOf(err) == CodeNotFound:
		return d, e, s.failDelivery(ctx, d, EndpointDeleted)
	case err != nil:
		return d, e, err
	case e.Disabled:
		return d, e, s.failDelivery(ctx, d, e.DisabledReason)
	}
	d, err = s.storeDelivery(ctx, d, func(d *Delivery) error { d.claim(s.stamp()); return nil })
	return d, e, err
}

// failDelivery ends a delivery because of its endpoint: errNoChange once that
// is done. ErrConflict.
func (s *Service) failDelivery(ctx context.Context, d Delivery, reason string) error {
	_, err := s.storeDelivery(ctx, d, func(d *Delivery) error { d.fail(reason); return nil })
	if err != nil {
		return err
	}
	s.Metrics.DeliveryEnded(attemptDisabled)
	s.Log.WarnContext(ctx, "webhook is not delivered: its endpoint is disabled or deleted",
		"webhook", d.ID, "endpoint", d.EndpointID, "reason", reason)
	return errNoChange
}

// attempt sends a claimed delivery, stores what came of it, and returns how the
// endpoint wants to be treated. errNoChange: it was cut off.
func (s *Service) attempt(ctx context.Context, d Delivery, e Endpoint) (pace, error) {
	step("delivery.claimed")
	a, report := s.send(ctx, e, d.ID, d.Body, sendTimeout)
	step("delivery.sent")
	storing, cancel := context.WithTimeout(context.WithoutCancel(ctx), outcomeTimeout)
	defer cancel()
	if ctx.Err() != nil && a.StatusCode == 0 { // cut off by our own end, which says nothing of the endpoint
		return pace{}, s.giveBack(storing, d)
	}
	disabled := false
	if a.StatusCode == statusGone {
		var err error
		if disabled, err = s.disableGone(storing, e); err != nil {
			return pace{}, err
		}
	}
	now, outcome := s.stamp(), ""
	d, err := s.changeDelivery(storing, d, func(d *Delivery) error {
		outcome = d.attempted(a, report.RetryAfter, now)
		return nil
	})
	if err != nil {
		return pace{}, err
	}
	s.Metrics.DeliveryEnded(outcome)
	s.logAttempt(ctx, d, a, outcome)
	if disabled {
		err = s.failPending(ctx, e.ID, EndpointGone)
	}
	p := pace{shown: true, slow: wantsLess(a)}
	if report.RetryAfter > 0 && !a.Delivered() {
		p.until = now.Add(min(report.RetryAfter, maxRetryAfter))
	}
	return p, err
}

// giveBack gives up the claim of an attempt that was not made: errNoChange once
// that is done.
func (s *Service) giveBack(ctx context.Context, d Delivery) error {
	_, err := s.changeDelivery(ctx, d, func(d *Delivery) error {
		d.Claimed, d.NextAt = false, s.stamp()
		return nil
	})
	if err != nil {
		return err
	}
	return errNoChange
}

// send makes one attempt. Its status is 0 where there was no answer.
func (s *Service) send(ctx context.Context, e Endpoint, id string, body []byte, timeout time.Duration) (Attempt, SendReport) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	at, started := s.stamp(), time.Now()
	report, err := s.Sender.Send(ctx, e.URL, e.signingSecrets(at), id, body)
	return newAttempt(at, started, report, err), report
}

// wantsLess reports whether an endpoint showed that it has more to do than it
// can: too many requests, an overloaded or a slow server.
func wantsLess(a Attempt) bool {
	const tooMany, badGateway, unavailable, gatewayTimeout = 429, 502, 503, 504
	switch a.StatusCode {
	case tooMany, badGateway, unavailable, gatewayTimeout:
		return true
	default:
		return time.Duration(a.TookMS)*time.Millisecond > slowAnswer
	}
}

func (s *Service) logAttempt(ctx context.Context, d Delivery, a Attempt, outcome string) {
	if outcome == attemptDelivered {
		s.Log.DebugContext(ctx, "webhook delivered", "webhook", d.ID, "endpoint", d.EndpointID, "type", d.Type, "attempt", d.Tries)
		return
	}
	text := "webhook not delivered yet"
	if d.Status == DeliveryFailed {
		text = "webhook given up: its endpoint's owner can have it sent again"
	}
	s.Log.WarnContext(ctx, text, "webhook", d.ID, "endpoint", d.EndpointID, "type", d.Type, "attempt", d.Tries,
		"status", a.StatusCode, "err", a.Error, "next_at", d.NextAt)
}

// disableGone disables an endpoint that answered 410, and reports whether it
// did: not where its address was changed meanwhile.
func (s *Service) disableGone(ctx context.Context, sent Endpoint) (bool, error) {
	for {
		e, err := s.readEndpoint(ctx, sent.ID)
		if CodeOf(err) == CodeNotFound || (err == nil && (e.Disabled || e.URL != sent.URL)) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		e.Disabled, e.DisabledReason = true, EndpointGone
		err = s.storeEndpoint(ctx, &e)
		if errors.Is(err, ErrConflict) && ctx.Err() == nil {
			continue
		}
		if err != nil {
			return false, err
		}
		s.Log.WarnContext(ctx, "webhook endpoint is disabled: it answered 410", "endpoint", e.ID, "owner", e.OwnerID)
		return true, nil
	}
}

// failPending ends what is pending for an endpoint that is gone. What is being
// sent at this moment ends by itself, and what is made now when it is due.
func (s *Service) failPending(ctx context.Context, endpointID, reason string) error {
	page := Page{Limit: failBatch}
	for {
		list, err := s.deliveriesOf(ctx, endpointID, page)
		if err != nil {
			return err
		}
		for _, d := range list {
			page.Cursor = d.ID
			if d.Status != DeliveryPending || d.Claimed {
				continue
			}
			err := s.failDelivery(ctx, d, reason)
			if !errors.Is(err, errNoChange) && !errors.Is(err, ErrConflict) {
				return err
			}
		}
		if len(list) < failBatch {
			return nil
		}
	}
}

// putOff makes a delivery due a little later, without an attempt.
func (s *Service) putOff(ctx context.Context, record Record) error {
	record.DueAt = s.stamp().Add(jittered(putOffFor))
	err := s.Records.ReplaceRecord(ctx, RecordDelivery, record)
	if errors.Is(err, ErrConflict) {
		return nil // whoever changed it has said when it is due
	}
	return err
}

type testData struct {
	EndpointID string `json:"endpoint_id"`
}

// TestEndpoint sends a test to an endpoint, now and once, and returns what came
// of it; a disabled one is sent it too. The codes of Endpoint.
func (s *Service) TestEndpoint(ctx context.Context, by Actor, id string) (Attempt, error) {
	e, err := s.Endpoint(ctx, by, id)
	if err != nil {
		return Attempt{}, err
	}
	body, err := encodeMessage(noticeTest, s.now(), testData{EndpointID: e.ID})
	if err != nil {
		return Attempt{}, err
	}
	a, _ := s.send(ctx, e, s.NewID(), body, testTimeout)
	return a, ctx.Err()
}
