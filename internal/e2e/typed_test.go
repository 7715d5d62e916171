package e2e

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	api "seathold/internal/client"
)

// TestTheTypedClientSells is a sale from both sides, by the generated client
// alone but for the provider's page.
func TestTheTypedClientSells(t *testing.T) {
	inBothWorldsAtOnce(t, func(t *testing.T, w world) {
		s := openShop(t, w, seathold, 20, loopback)
		one, other := s.customer(t), s.customer(t)
		f := typedFlow{t: t, s: s, buyer: one.typed(t), other: other.typed(t), organizer: s.organizer.typed(t)}
		f.showsWhatIsOnSale()
		o := f.orders(f.holds("A2", "A3"))
		requireStatus(t, one.press(order{Payment: checkout{URL: o.Payment.URL}}, "pay"), http.StatusOK)
		f.becomes(o.ID, api.OrderStatusPaid)
		f.isSold("A2")
		f.isRefunded(o.ID)
		f.blocks("A2")
		f.changesTheEvent()
	})
}

// typedFlow is the sale's people and what is said to them.
type typedFlow struct {
	t                       *testing.T
	s                       *shop
	buyer, other, organizer *api.ClientWithResponses
}

// got requires that a call worked and answered what its document says.
func got[T any](t *testing.T, answer *T, err error) T {
	t.Helper()
	require.NoError(t, err)
	v, err := api.Answered(answer)
	require.NoError(t, err)
	return v
}

func (f typedFlow) showsWhatIsOnSale() {
	f.t.Helper()
	events, err := f.other.ListEventsWithResponse(context.Background(), nil)
	require.NoError(f.t, err)
	first := got(f.t, events.JSON200, err).Items[0]
	require.Equal(f.t, f.s.event.ID, first.ID)
	require.Equal(f.t, api.EventStatusOnSale, first.Status)

	plan, err := f.other.GetPlanWithResponse(context.Background(), first.ID, nil)
	require.NoError(f.t, err)
	require.True(f.t, json.Valid(plan.Body))
	seats, err := f.other.GetSeatsWithResponse(context.Background(), first.ID, nil)
	require.NoError(f.t, err)
	all := got(f.t, seats.JSON200, err)
	shown, err := all.AsSeatMap()
	require.NoError(f.t, err)
	require.Len(f.t, shown.Seats, first.SeatCount)
}

// holds takes the seats, and shows the other what is taken.
func (f typedFlow) holds(seats ...string) api.Hold {
	f.t.Helper()
	ctx, event := context.Background(), f.s.event.ID
	key := &api.CreateHoldParams{IdempotencyKey: new("typed")}
	made, err := f.buyer.CreateHoldWithResponse(ctx, event, key, api.NewHold{Seats: seats})
	require.NoError(f.t, err)
	h := got(f.t, made.JSON201, err)
	again, err := f.buyer.CreateHoldWithResponse(ctx, event, key, api.NewHold{Seats: seats})
	require.NoError(f.t, err)
	require.Equal(f.t, h.ID, got(f.t, again.JSON200, err).ID)
	extended, err := f.buyer.ExtendHoldWithResponse(ctx, event, h.ID, api.Nothing{})
	require.NoError(f.t, err)
	require.False(f.t, got(f.t, extended.JSON200, err).ExpiresAt.Before(*h.ExpiresAt))

	_, err = f.other.CreateHoldWithResponse(ctx, event, nil, api.NewHold{Seats: append(seats, "A4")})
	var refused *api.Error
	require.ErrorAs(f.t, err, &refused)
	require.Equal(f.t, http.StatusConflict, refused.Status)
	require.Equal(f.t, "seats_taken", refused.Problem.Code)
	require.Equal(f.t, seats, *refused.Problem.Seats)
	return h
}

func (f typedFlow) orders(h api.Hold) api.Order {
	f.t.Helper()
	made, err := f.buyer.CreateOrderWithResponse(context.Background(), nil, api.NewOrder{EventID: h.EventID, HoldID: &h.ID})
	require.NoError(f.t, err)
	o := got(f.t, made.JSON201, err)
	require.Equal(f.t, api.OrderStatusPendingPayment, o.Status)
	require.Equal(f.t, h.Total, o.Total)
	require.NotNil(f.t, o.Payment)
	_, err = f.other.GetOrderWithResponse(context.Background(), o.ID)
	require.Equal(f.t, "not_found", api.CodeOf(err))
	return o
}

// becomes waits until the buyer's order has the status.
func (f typedFlow) becomes(id string, status api.OrderStatus) (o api.Order) {
	f.t.Helper()
	within(f.t, refundedWithin, "the order is "+string(status), func() bool {
		answer, err := f.buyer.GetOrderWithResponse(context.Background(), id)
		require.NoError(f.t, err)
		o = got(f.t, answer.JSON200, err)
		return o.Status == status
	})
	return o
}

func (f typedFlow) isSold(seat string) {
	f.t.Helper()
	shown, err := f.other.GetSeatWithResponse(context.Background(), f.s.event.ID, seat)
	require.NoError(f.t, err)
	require.Equal(f.t, api.SeatStatusSold, got(f.t, shown.JSON200, err).Status)
	taken, err := f.other.GetSeatsWithResponse(context.Background(), f.s.event.ID, &api.GetSeatsParams{Taken: new(true)})
	require.NoError(f.t, err)
	all := got(f.t, taken.JSON200, err)
	list, err := all.AsTakenSeats()
	require.NoError(f.t, err)
	require.Len(f.t, list.Taken, 2)
}

// isRefunded has the organizer cancel what the buyer cannot.
func (f typedFlow) isRefunded(id string) {
	f.t.Helper()
	ctx := context.Background()
	_, err := f.buyer.CancelOrderWithResponse(ctx, id, nil, api.Nothing{})
	require.Equal(f.t, "already_paid", api.CodeOf(err))
	paid := api.OrderStatusPaid
	listed, err := f.organizer.ListEventOrdersWithResponse(ctx, f.s.event.ID, &api.ListEventOrdersParams{Status: &paid})
	require.NoError(f.t, err)
	require.Equal(f.t, id, got(f.t, listed.JSON200, err).Items[0].ID)
	ended, err := f.organizer.CancelOrderWithResponse(ctx, id, nil, api.Nothing{})
	require.NoError(f.t, err)
	require.NotEqual(f.t, api.OrderStatusPaid, got(f.t, ended.JSON200, err).Status)
	o := f.becomes(id, api.OrderStatusRefunded)
	require.Equal(f.t, o.Total, *o.Payments[0].Refunded)
}

func (f typedFlow) blocks(seat string) {
	f.t.Helper()
	ctx, event := context.Background(), f.s.event.ID
	made, err := f.organizer.CreateBlockWithResponse(ctx, event, api.NewBlock{Seats: []string{seat}, Reason: "press"})
	require.NoError(f.t, err)
	b := got(f.t, made.JSON201, err)
	_, err = f.buyer.CreateHoldWithResponse(ctx, event, nil, api.NewHold{Seats: []string{seat}})
	require.Equal(f.t, "seats_taken", api.CodeOf(err))
	ended, err := f.organizer.EndBlockWithResponse(ctx, event, b.ID)
	require.NoError(f.t, err)
	require.Equal(f.t, http.StatusNoContent, ended.StatusCode())
}

func (f typedFlow) changesTheEvent() {
	f.t.Helper()
	ctx, event := context.Background(), f.s.event.ID
	_, err := f.buyer.ChangeEventWithResponse(ctx, event, api.EventChange{Name: new("Mine")})
	require.Equal(f.t, "forbidden", api.CodeOf(err))
	closed := api.EventChangeStatusClosed
	changed, err := f.organizer.ChangeEventWithResponse(ctx, event, api.EventChange{Name: new("The last"), Status: &closed})
	require.NoError(f.t, err)
	e := got(f.t, changed.JSON200, err)
	require.Equal(f.t, "The last", e.Name)
	require.Equal(f.t, api.EventStatusClosed, e.Status)
	_, err = f.buyer.CreateHoldWithResponse(ctx, event, nil, api.NewHold{Seats: []string{"A1"}})
	require.Equal(f.t, "not_on_sale", api.CodeOf(err))
}
