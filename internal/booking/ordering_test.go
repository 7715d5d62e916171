package booking_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

// ordersMade are the customer's documents, newest first.
func (w *world) ordersMade(by booking.Actor) []booking.Order {
	w.t.Helper()
	list, err := w.store.OrdersOfCustomer(w.ctx, by.ID, booking.Page{Limit: 100})
	require.NoError(w.t, err)
	return list
}

func TestOrderOfAHold(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		h := w.hold(alice, 4, 2)
		o, created, err := w.order(alice, h.ID)
		require.NoError(t, err)
		require.True(t, created)
		require.Equal(t, booking.OrderPending, o.Status)
		require.Equal(t, w.names(4, 2), o.Seats)
		require.Equal(t, booking.Money{Amount: 9000, Currency: "EUR"}, o.Total)
		require.Equal(t, h.ID, o.HoldID)
		require.Equal(t, "pay-"+o.ID, o.Checkout.ID)
		require.Equal(t, o.ExpiresAt, o.Checkout.ExpiresAt)

		bound, err := w.service.GetHold(w.ctx, alice, w.event.ID, h.ID)
		require.NoError(t, err)
		require.Equal(t, o.ID, bound.OrderID)
		require.Equal(t, o.ExpiresAt, bound.ExpiresAt, "hold and order have one deadline")
		require.True(t, bound.ExpiresAt.After(h.ExpiresAt))

		again, created, err := w.order(alice, h.ID)
		require.NoError(t, err)
		require.False(t, created)
		require.Equal(t, o, again)
		require.Equal(t, []booking.Order{o}, w.ordersMade(alice))
		require.Equal(t, 1, w.provider.payments())
		w.requireSeats("..h.h")
	})
}

func TestOrderInOneStep(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		n := booking.NewOrder{EventID: w.event.ID, Seats: w.names(0, 1), Key: "k"}
		o, created, err := w.service.PlaceOrder(w.ctx, alice, n)
		require.NoError(t, err)
		require.True(t, created)
		w.requireSeats("hh")

		n.Seats = w.names(1, 0)
		again, created, err := w.service.PlaceOrder(w.ctx, alice, n)
		require.NoError(t, err)
		require.False(t, created)
		require.Equal(t, o, again, "seats compare as a set")

		n.Key = ""
		_, _, err = w.service.PlaceOrder(w.ctx, alice, n)
		requireCode(t, booking.CodeSeatsTaken, err)
		require.Equal(t, 1, w.metrics.of("asked granted"), "a hold is asked for all the same")
		require.Equal(t, 1, w.metrics.of("asked seats_taken"))
	})
}

// One key may serve a hold and an order: the scope is the call.
func TestKeyOfAHoldIsAnotherThanOfAnOrder(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		h, _, err := w.service.Hold(w.ctx, alice, w.event.ID, w.names(0), "k")
		require.NoError(t, err)
		o, created, err := w.service.PlaceOrder(w.ctx, alice, booking.NewOrder{EventID: w.event.ID, Seats: w.names(1), Key: "k"})
		require.NoError(t, err)
		require.True(t, created)
		require.NotEqual(t, h.ID, o.HoldID)
	})
}

func TestOrderKeyWithAnotherBodyIsRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		first := w.hold(alice, 0)
		_, _, err := w.service.PlaceOrder(w.ctx, alice, booking.NewOrder{EventID: w.event.ID, HoldID: first.ID, Key: "k"})
		require.NoError(t, err)
		second := w.hold(alice, 1)
		for name, n := range map[string]booking.NewOrder{
			"another hold":       {EventID: w.event.ID, HoldID: second.ID, Key: "k"},
			"seats for the hold": {EventID: w.event.ID, Seats: w.names(0), Key: "k"},
			"another event":      {EventID: "other", HoldID: first.ID, Key: "k"},
		} {
			_, _, err := w.service.PlaceOrder(w.ctx, alice, n)
			require.Equal(t, booking.CodeIdempotencyKeyReused, booking.CodeOf(err), name)
		}
		require.Len(t, w.ordersMade(alice), 1)

		_, created, err := w.service.PlaceOrder(w.ctx, bob, booking.NewOrder{EventID: w.event.ID, Seats: w.names(2), Key: "k"})
		require.NoError(t, err)
		require.True(t, created, "another customer's key is another key")
	})
}

func TestOrderRefuses(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		h := w.hold(alice, 0)
		long := make([]byte, booking.MaxIdempotencyKey+1)
		tests := map[string]struct {
			by   booking.Actor
			n    booking.NewOrder
			code booking.Code
		}{
			"another customer's hold": {bob, booking.NewOrder{EventID: w.event.ID, HoldID: h.ID}, booking.CodeNotFound},
			"an unknown hold":         {alice, booking.NewOrder{EventID: w.event.ID, HoldID: "none"}, booking.CodeNotFound},
			"an unknown event":        {alice, booking.NewOrder{EventID: "none", HoldID: h.ID}, booking.CodeNotFound},
			"neither hold nor seats":  {alice, booking.NewOrder{EventID: w.event.ID}, booking.CodeInvalidValue},
			"hold and seats":          {alice, booking.NewOrder{EventID: w.event.ID, HoldID: h.ID, Seats: w.names(0)}, booking.CodeInvalidValue},
			"no seats":                {alice, booking.NewOrder{EventID: w.event.ID, Seats: []string{}}, booking.CodeNoSeats},
			"a seat twice":            {alice, booking.NewOrder{EventID: w.event.ID, Seats: w.names(1, 1)}, booking.CodeDuplicateSeat},
			"an unknown seat":         {alice, booking.NewOrder{EventID: w.event.ID, Seats: []string{"none"}}, booking.CodeUnknownSeat},
			"a taken seat":            {bob, booking.NewOrder{EventID: w.event.ID, Seats: w.names(1, 0)}, booking.CodeSeatsTaken},
			"a long key":              {alice, booking.NewOrder{EventID: w.event.ID, HoldID: h.ID, Key: string(long)}, booking.CodeInvalidIdempotencyKey},
		}
		for name, c := range tests {
			_, _, err := w.service.PlaceOrder(w.ctx, c.by, c.n)
			require.Equal(t, c.code, booking.CodeOf(err), "%s: %v", name, err)
		}
		require.Empty(t, ordersOf(w.ctx, t, w.store, w.event.ID))
		require.Zero(t, w.provider.payments())
		w.requireSeats("h")
	})
}

func TestOrderOfAnEndedHold(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		released, lapsed := w.hold(alice, 0), w.hold(alice, 1)
		require.NoError(t, w.service.Release(w.ctx, alice, w.event.ID, released.ID, nil))
		_, _, err := w.order(alice, released.ID)
		requireCode(t, booking.CodeHoldReleased, err)
		w.await(lapsed.ExpiresAt)
		_, _, err = w.order(alice, lapsed.ID)
		requireCode(t, booking.CodeHoldExpired, err)
		require.Empty(t, w.ordersMade(alice))
	}, func(s *setup) { s.limits.HoldTTL = 5 * brief }) // one is released before
}

func TestOrderOfASoldHoldIsTheSame(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		paid := w.bought(alice, 0)
		for range 2 {
			o, created, err := w.order(alice, paid.HoldID)
			require.NoError(t, err)
			require.False(t, created)
			require.Equal(t, paid, o)
			w.flush() // the second time from what the loading made
			w.load()
		}
	})
}

func TestOrderWhileTheEventIsNotLoaded(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		h := w.hold(alice, 0)
		w.flush()
		_, _, err := w.order(alice, h.ID)
		requireCode(t, booking.CodeEventLoading, err)
		require.True(t, w.loadAsked())
		w.load()
		_, _, err = w.order(alice, h.ID)
		requireCode(t, booking.CodeNotFound, err)
	})
}

func TestConcurrentRepeatsMakeOneOrder(t *testing.T) {
	ways := map[string]func(w *world) booking.NewOrder{
		"by hold":              func(w *world) booking.NewOrder { return booking.NewOrder{HoldID: w.hold(alice, 0, 1).ID} },
		"by hold, with a key":  func(w *world) booking.NewOrder { return booking.NewOrder{HoldID: w.hold(alice, 0, 1).ID, Key: "k"} },
		"one step, with a key": func(w *world) booking.NewOrder { return booking.NewOrder{Seats: w.names(0, 1), Key: "k"} },
	}
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, w *world) {
				n := way(w)
				n.EventID = w.event.ID
				requireOneOrder(t, w, n)
			})
		})
	}
}

func requireOneOrder(t *testing.T, w *world, n booking.NewOrder) {
	t.Helper()
	const calls = 16
	services := []*booking.Service{w.service, w.newService()}
	ids, made, errs := make([]string, calls), make([]bool, calls), make([]error, calls)
	var all sync.WaitGroup
	for i := range calls {
		all.Go(func() {
			var o booking.Order
			o, made[i], errs[i] = services[i%2].PlaceOrder(w.ctx, alice, n)
			ids[i] = o.ID
		})
	}
	all.Wait()
	created := 0
	for i := range calls {
		require.NoError(t, errs[i])
		require.Equal(t, ids[0], ids[i])
		if made[i] {
			created++
		}
	}
	require.Equal(t, 1, created)
	require.Len(t, w.ordersMade(alice), 1)
	require.Equal(t, 1, w.provider.payments())
}

// The same key with different seats, all at once: one body gets the order.
func TestConcurrentBodiesOfOneKey(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		holds := []booking.Hold{w.hold(alice, 0), w.hold(alice, 1), w.hold(alice, 2), w.hold(alice, 3)}
		errs := make([]error, len(holds))
		var all sync.WaitGroup
		for i, h := range holds {
			all.Go(func() {
				_, _, errs[i] = w.service.PlaceOrder(w.ctx, alice, booking.NewOrder{EventID: w.event.ID, HoldID: h.ID, Key: "k"})
			})
		}
		all.Wait()
		refused := 0
		for _, err := range errs {
			if err != nil {
				requireCode(t, booking.CodeIdempotencyKeyReused, err)
				refused++
			}
		}
		require.Equal(t, len(holds)-1, refused)
		require.Len(t, w.ordersMade(alice), 1)
		require.Equal(t, 1, w.provider.payments())
	})
}

// The first call had no key, the repeat has one: it is the order's from then on.
func TestAKeyThatFoundTheOrderIsRemembered(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		h := w.hold(alice, 0)
		byHold := booking.NewOrder{EventID: w.event.ID, HoldID: h.ID}
		o, created, err := w.service.PlaceOrder(w.ctx, alice, byHold)
		require.NoError(t, err)
		require.True(t, created)

		byHold.Key = "k9"
		again, created, err := w.service.PlaceOrder(w.ctx, alice, byHold)
		require.NoError(t, err)
		require.False(t, created)
		require.Equal(t, o.ID, again.ID)

		_, _, err = w.service.PlaceOrder(w.ctx, alice, booking.NewOrder{
			EventID: w.event.ID, Seats: w.names(1), Key: "k9",
		})
		requireCode(t, booking.CodeIdempotencyKeyReused, err)

		_, err = w.service.Cancel(w.ctx, alice, o.ID)
		require.NoError(t, err)
		again, _, err = w.service.PlaceOrder(w.ctx, alice, byHold)
		require.NoError(t, err, "as for the key that made an order, whatever became of it")
		require.Equal(t, booking.OrderCancelled, again.Status)
	})
}
