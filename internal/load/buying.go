package load

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"seathold/internal/client"
)

const (
	// maxParty is how many seats a customer wants at most.
	maxParty = 4
	// maxTries is how often a customer chooses who is told that the seats are taken.
	maxTries = 4
	// confirmWithin is how long a customer waits for a paid order to say so.
	confirmWithin = 15 * time.Second
	// sandboxProvider is the provider on whose page a payment can be made by a program.
	sandboxProvider = "sandbox"
)

// hold chooses free neighbours from the live map and holds them. Where someone
// was quicker it looks again and chooses others; nil: it gave up.
func (v *visitor) hold(ctx context.Context) (held *client.Hold) {
	party := 1 + v.random.IntN(maxParty)
	for range maxTries {
		seats := v.sale.hall.choose(v.seats, party, v.random)
		if seats == nil {
			v.sale.soldOut.Add(1)
			return nil
		}
		params, body := client.CreateHoldParams{IdempotencyKey: key()}, client.NewHold{Seats: seats}
		err := v.callAs(ctx, stepHold, func(ctx context.Context, as client.RequestEditorFn) error {
			answer, err := v.sale.client.CreateHoldWithResponse(ctx, v.sale.event.ID, &params, body, as)
			if err != nil {
				return err
			}
			held, err = made(answer.JSON201, answer.JSON200)
			return err
		})
		if err == nil {
			return held
		}
		var refused *client.Error
		if !errors.As(err, &refused) || refused.Problem.Code != "seats_taken" || refused.Problem.Seats == nil || !v.lookAtSeats(ctx) {
			return nil
		}
		v.seats = v.sale.hall.without(v.seats, *refused.Problem.Seats)
	}
	return nil
}

// made is what a call made now, or had made before.
func made[T any](now, before *T) (*T, error) {
	if now == nil {
		now = before
	}
	_, err := client.Answered(now)
	return now, err
}

func (v *visitor) release(ctx context.Context, h *client.Hold) {
	_ = v.callAs(ctx, stepRelease, func(ctx context.Context, as client.RequestEditorFn) error { // it is recorded
		_, err := v.sale.client.ReleaseHoldWithResponse(ctx, v.sale.event.ID, h.ID, &client.ReleaseHoldParams{}, as)
		return err
	})
}

// order makes an order of the hold; nil: there is none.
func (v *visitor) order(ctx context.Context, h *client.Hold) (order *client.Order) {
	params, body := client.CreateOrderParams{IdempotencyKey: key()}, client.NewOrder{EventID: v.sale.event.ID, HoldID: &h.ID}
	err := v.callAs(ctx, stepOrder, func(ctx context.Context, as client.RequestEditorFn) error {
		answer, err := v.sale.client.CreateOrderWithResponse(ctx, &params, body, as)
		if err != nil {
			return err
		}
		order, err = made(answer.JSON201, answer.JSON200)
		return err
	})
	if err != nil {
		return nil
	}
	return order
}

func (v *visitor) cancel(ctx context.Context, order *client.Order) {
	_ = v.callAs(ctx, stepCancel, func(ctx context.Context, as client.RequestEditorFn) error { // it is recorded
		_, err := v.sale.client.CancelOrderWithResponse(ctx, order.ID, &client.CancelOrderParams{IdempotencyKey: key()}, client.Nothing{}, as)
		return err
	})
}

// pay presses the button on the sandbox's page, and waits until the order says
// that it is paid. Of any other provider the order stays as it is.
func (v *visitor) pay(ctx context.Context, order *client.Order) {
	switch {
	case order.Status == client.OrderStatusPaid: // it cost nothing
		v.sale.ledger.paid(order.ID, v.person, order.Seats)
		return
	case order.Payment == nil || order.Payment.Provider != sandboxProvider:
		v.sale.unpayable.Store(true)
		return
	case !v.sale.config.Pay:
		return
	}
	if v.call(ctx, stepPay, func(ctx context.Context) error { return v.sale.pressPay(ctx, order.Payment.URL) }) != nil {
		return
	}
	began := time.Now()
	paid, err := v.awaitPaid(ctx, order.ID)
	v.note(ctx, stepConfirm, began, err)
	if err == nil {
		v.sale.ledger.paid(paid.ID, v.person, paid.Seats)
	}
}

// pressPay is what a browser sends for the button Pay.
func (s *Sale) pressPay(ctx context.Context, page string) (err error) {
	form := strings.NewReader(url.Values{"action": {"pay"}}.Encode())
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, page, form)
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := s.pages.Do(request) //nolint:gosec // the page that the service named, of a payment without money
	if err != nil {
		return fmt.Errorf("the payment page does not answer: %w", err)
	}
	defer func() { err = errors.Join(err, answer.Body.Close()) }()
	if _, err = io.Copy(io.Discard, answer.Body); err == nil && answer.StatusCode != http.StatusOK {
		err = &errNotDone{fmt.Sprintf("page_%d", answer.StatusCode), "the payment page refuses to pay"}
	}
	return err
}

// awaitPaid asks for the order until it is paid, at growing distances.
func (v *visitor) awaitPaid(ctx context.Context, id string) (order client.Order, err error) {
	deadline := time.Now().Add(confirmWithin)
	for wait := 20 * time.Millisecond; ; wait = min(2*wait, time.Second) {
		token, _, err := v.person.token(ctx)
		if err != nil {
			return order, err
		}
		answer, err := v.sale.client.GetOrderWithResponse(ctx, id, bearer(token))
		if err != nil {
			return order, err
		}
		if order, err = client.Answered(answer.JSON200); err != nil {
			return order, err
		}
		switch {
		case order.Status == client.OrderStatusPaid:
			return order, nil
		case order.Status != client.OrderStatusPendingPayment:
			return order, &errNotDone{"order_" + string(order.Status), "order " + id + " was paid for"}
		case time.Now().After(deadline):
			return order, &errNotDone{"not_confirmed", fmt.Sprintf("order %s is not paid %s after its payment", id, confirmWithin)}
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return order, ctx.Err()
		}
	}
}
