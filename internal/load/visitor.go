package load

import (
	"context"
	"crypto/rand"
	"errors"
	mathrand "math/rand/v2"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"

	"seathold/internal/client"
)

// The steps of a visit, by their names in the report.
const (
	stepEvent   = "event"
	stepPlan    = "plan"
	stepSeats   = "seats"
	stepStream  = "stream" // to its first event, the whole map
	stepRefresh = "refresh"
	stepHold    = "hold"
	stepOrder   = "order"
	stepPay     = "pay"     // the sandbox's page
	stepConfirm = "confirm" // from when it is paid until the order says so
	stepRelease = "release"
	stepCancel  = "cancel"
)

var stepNames = []string{
	stepEvent, stepPlan, stepSeats, stepStream, stepRefresh,
	stepHold, stepOrder, stepPay, stepConfirm, stepRelease, stepCancel,
}

// visitor is one arrival and what it does. It makes one call after the other.
type visitor struct {
	sale   *Sale
	person *person // nil: nobody
	random *mathrand.Rand
	// due is when the next call is meant to start: the first on arrival, each
	// further one when the one before is over and has been thought about.
	due   time.Time
	tag   string // of the map
	seats string // the map as last seen
}

// visit does what visitors of a kind do. It ends early where a step is refused.
func (v *visitor) visit(ctx context.Context, kind Kind) {
	if !v.arrive(ctx) {
		return
	}
	switch kind {
	case Browse:
		v.think(ctx)
		v.lookAtSeats(ctx)
	case Listen:
		v.listen(ctx)
	default:
		v.think(ctx)
		if h := v.hold(ctx); h != nil {
			v.think(ctx)
			v.afterHold(ctx, kind, h)
		}
	}
}

func (v *visitor) afterHold(ctx context.Context, kind Kind, h *client.Hold) {
	switch kind {
	case Release:
		v.release(ctx, h)
	case Buy, Cancel:
		order := v.order(ctx, h)
		if order == nil {
			return
		}
		v.think(ctx)
		if kind == Cancel {
			v.cancel(ctx, order)
			return
		}
		v.pay(ctx, order)
	default: // who abandons leaves it at that
	}
}

// call makes a call of a step, and notes how long it took.
func (v *visitor) call(ctx context.Context, name string, call func(context.Context) error) error {
	began := time.Now()
	var connected atomic.Int64 // ns after that
	err := call(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { connected.Store(int64(time.Since(began))) },
	}))
	v.note(ctx, name, began.Add(time.Duration(connected.Load())), err)
	return err
}

// note records a step that is over, and has the next one due from now on. What
// was cut short from here is no answer of the service's; what a listener waited for
// in vain is: it is slower than anybody stays.
func (v *visitor) note(ctx context.Context, name string, began time.Time, err error) {
	end := time.Now()
	if !errors.Is(ctx.Err(), context.Canceled) {
		v.sale.record.add(name, timing{due: v.due, began: began, end: end}, err)
	}
	v.due = end
}

// callAs makes a call as the person that the visitor is.
func (v *visitor) callAs(ctx context.Context, name string, call func(context.Context, client.RequestEditorFn) error) error {
	began := time.Now()
	token, asked, err := v.person.token(ctx)
	if asked {
		v.note(ctx, stepRefresh, began, err)
	}
	if err != nil {
		return err
	}
	return v.call(ctx, name, func(ctx context.Context) error { return call(ctx, bearer(token)) })
}

// think lets the time pass that a person takes, half of the usual to half more.
// Nobody thinks on once all are to come to an end, or are cut.
func (v *visitor) think(ctx context.Context) {
	usual := v.sale.config.Think
	if usual <= 0 {
		return
	}
	v.due = v.due.Add(usual/2 + time.Duration(v.random.Int64N(int64(usual))))
	select {
	case <-time.After(time.Until(v.due)):
	case <-v.sale.hurry.Done():
		v.due = time.Now()
	case <-ctx.Done():
	}
}

// arrive opens the event's page: the event, its plan and its seats.
func (v *visitor) arrive(ctx context.Context) bool {
	c, event := v.sale.client, v.sale.event.ID
	err := v.call(ctx, stepEvent, func(ctx context.Context) error {
		_, err := c.GetEventWithResponse(ctx, event)
		return err
	})
	if err != nil {
		return false
	}
	err = v.call(ctx, stepPlan, func(ctx context.Context) error {
		_, err := c.GetPlanWithResponse(ctx, event, &client.GetPlanParams{})
		return err
	})
	return err == nil && v.lookAtSeats(ctx)
}

// lookAtSeats brings the map up to date.
func (v *visitor) lookAtSeats(ctx context.Context) bool {
	return v.call(ctx, stepSeats, func(ctx context.Context) error {
		var have client.GetSeatsParams
		if v.tag != "" {
			have.IfNoneMatch = &v.tag
		}
		answer, err := v.sale.client.GetSeatsWithResponse(ctx, v.sale.event.ID, &have)
		if err != nil || answer.HTTPResponse.StatusCode == http.StatusNotModified {
			return err
		}
		seats, err := seatsOf(answer)
		if err == nil {
			v.tag, v.seats = answer.HTTPResponse.Header.Get("ETag"), seats.Seats
		}
		return err
	}) == nil
}

// key is a new Idempotency-Key, as the pages give each thing that is wanted.
func key() *client.IdempotencyKey {
	k := rand.Text()
	return &k
}
