package booking_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

func ptr[T any](v T) *T { return &v }

func TestCreateEvent(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		e := w.event
		require.Equal(t, olga.ID, e.OrganizerID)
		require.Equal(t, "EUR", e.Currency)
		require.Len(t, e.Plan.Seats, 12)
		stored, err := w.newService().Event(w.ctx, e.ID)
		require.NoError(t, err)
		require.Equal(t, e.Plan, stored.Plan)
		require.Equal(t, e.Prices, stored.Prices)
		w.requireSeats("") // it is loaded
		other := w.newEvent(operator, w.setup)
		list, err := w.service.ListEvents(w.ctx, booking.Page{Limit: 1})
		require.NoError(t, err)
		require.Equal(t, []*booking.Event{other}, list)
		list, err = w.service.ListEvents(w.ctx, booking.Page{Limit: 5, Cursor: other.ID})
		require.NoError(t, err)
		require.Equal(t, []*booking.Event{e}, list)
	})
}

func TestEventsRunBy(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		mine := w.event
		another := w.newEvent(operator, w.setup)
		for _, c := range []struct {
			by   booking.Actor
			want []*booking.Event
		}{
			{olga, []*booking.Event{mine}},
			{booking.Actor{ID: "oscar", Role: booking.RoleOrganizer}, nil},
			{operator, []*booking.Event{another, mine}},
		} {
			list, err := w.service.EventsRunBy(w.ctx, c.by, booking.Page{Limit: 5})
			require.NoError(t, err)
			require.Equal(t, c.want, list, c.by.ID)
		}
		list, err := w.service.EventsRunBy(w.ctx, olga, booking.Page{Limit: 5, Cursor: mine.ID})
		require.NoError(t, err)
		require.Empty(t, list)
		_, err = w.service.EventsRunBy(w.ctx, alice, booking.Page{Limit: 5})
		require.Equal(t, booking.CodeForbidden, booking.CodeOf(err))
	})
}

func TestCreateEventRefuses(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		before, err := w.store.ListEvents(w.ctx, booking.Page{Limit: 10})
		require.NoError(t, err)
		starts := time.Now().Add(time.Hour)
		for name, c := range map[string]struct {
			by     booking.Actor
			change func(n *booking.NewEvent)
			code   booking.Code
		}{
			"a customer":          {by: alice, code: booking.CodeForbidden},
			"no name":             {change: func(n *booking.NewEvent) { n.Name = "  " }},
			"a long name":         {change: func(n *booking.NewEvent) { n.Name = strings.Repeat("é", booking.MaxNameLength+1) }},
			"a name of two lines": {change: func(n *booking.NewEvent) { n.Name = "One\nTwo" }},
			"no start":            {change: func(n *booking.NewEvent) { n.StartsAt = time.Time{} }},
			"on sale too late":    {change: func(n *booking.NewEvent) { n.OnSaleAt = starts }},
			"on sale after off":   {change: func(n *booking.NewEvent) { n.OnSaleAt, n.OffSaleAt = starts.Add(-2), starts.Add(-3) }},
			"a negative time":     {change: func(n *booking.NewEvent) { n.HoldTTL = -1 }},
			"a time too long":     {change: func(n *booking.NewEvent) { n.HoldTTL = time.Hour }},
			"a negative cap":      {change: func(n *booking.NewEvent) { n.MaxSeatsPerCustomer = -1 }},
			"no currency":         {change: func(n *booking.NewEvent) { setCurrency(n, "euro") }},
			"two currencies":      {change: func(n *booking.NewEvent) { n.Prices["more"] = booking.Money{Currency: "USD"} }},
			"an unknown price":    {change: func(n *booking.NewEvent) { n.Prices["more"] = booking.Money{Currency: "EUR"} }, code: booking.CodeInvalidPlan},
			"a category without":  {change: func(n *booking.NewEvent) { clear(n.Prices) }, code: booking.CodeInvalidPlan},
			"no plan":             {change: func(n *booking.NewEvent) { n.Plan = nil }, code: booking.CodeInvalidPlan},
		} {
			n := booking.NewEvent{Name: "x", StartsAt: starts}
			n.Plan, n.Prices = drawnPlan(t, 4, 100)
			if c.change != nil {
				c.change(&n)
			}
			if c.by.ID == "" {
				c.by = olga
			}
			if c.code == "" {
				c.code = booking.CodeInvalidValue
			}
			_, err := w.service.CreateEvent(w.ctx, c.by, n)
			require.Equal(t, c.code, booking.CodeOf(err), "%s: %v", name, err)
		}
		after, err := w.store.ListEvents(w.ctx, booking.Page{Limit: 10})
		require.NoError(t, err)
		require.Equal(t, before, after)
	})
}

func setCurrency(n *booking.NewEvent, currency string) {
	for category, m := range n.Prices {
		m.Currency = currency
		n.Prices[category] = m
	}
}

// The event exists once it is stored; its seats are loaded when that is possible.
func TestCreateEventWithoutTheHoldStore(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.tap.all("Holds.", away)
		w.event = w.newEvent(olga, w.setup)
		require.True(t, w.loadAsked())
		w.tap.clear()
		_, _, err := w.service.Hold(w.ctx, alice, w.event.ID, w.names(0), "")
		requireCode(t, booking.CodeEventLoading, err)
		w.load()
		w.hold(alice, 0)
	})
}

func TestUpdateEvent(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		starts := time.Now().Add(48 * time.Hour).UTC().Truncate(time.Millisecond)
		change := booking.EventChange{
			Name: ptr(" King Lear "), StartsAt: &starts, OnSaleAt: ptr(starts.Add(-time.Hour)), OffSaleAt: ptr(starts.Add(-time.Minute)),
			HoldTTL: ptr(2 * time.Minute), MaxSeatsPerCustomer: ptr(3),
		}
		e, err := w.service.UpdateEvent(w.ctx, olga, w.event.ID, change)
		require.NoError(t, err)
		require.Equal(t, "King Lear", e.Name)
		require.Equal(t, booking.EventScheduled, e.StatusAt(time.Now()))
		stored, err := w.store.Event(w.ctx, w.event.ID)
		require.NoError(t, err)
		stored.Plan = e.Plan
		require.Equal(t, stored, e)
		_, _, err = w.service.Hold(w.ctx, alice, w.event.ID, w.names(0), "")
		requireCode(t, booking.CodeNotOnSale, err)

		change = booking.EventChange{OnSaleAt: &time.Time{}, OffSaleAt: &time.Time{}, HoldTTL: ptr(time.Duration(0)), MaxSeatsPerCustomer: ptr(0)}
		e, err = w.service.UpdateEvent(w.ctx, operator, w.event.ID, change)
		require.NoError(t, err)
		require.Equal(t, starts, e.SaleEnds())
		require.Equal(t, w.setup.limits.HoldTTL, w.service.HoldTTL(e))
		require.Equal(t, w.setup.limits.MaxSeatsPerCustomer, w.service.MaxSeats(e))
		w.hold(alice, 0)
	})
}

func TestUpdateEventRefuses(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		for name, c := range map[string]struct {
			by     booking.Actor
			id     string
			change booking.EventChange
			code   booking.Code
		}{
			"a customer":        {by: alice, id: w.event.ID, code: booking.CodeForbidden},
			"another organizer": {by: oscar, id: w.event.ID, code: booking.CodeNotFound},
			"an unknown event":  {by: olga, id: "none", code: booking.CodeNotFound},
			"no name":           {by: olga, id: w.event.ID, change: booking.EventChange{Name: ptr("")}, code: booking.CodeInvalidValue},
			"no start":          {by: olga, id: w.event.ID, change: booking.EventChange{StartsAt: &time.Time{}}, code: booking.CodeInvalidValue},
		} {
			_, err := w.service.UpdateEvent(w.ctx, c.by, c.id, c.change)
			require.Equal(t, c.code, booking.CodeOf(err), name)
		}
		e, err := w.store.Event(w.ctx, w.event.ID)
		require.NoError(t, err)
		require.EqualValues(t, 1, e.Revision)
	})
}

// Two instances change different things at once: both changes stay.
func TestUpdateEventAtOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.tap.next("Events.UpdateEvent", before(func() {
			_, err := w.newService().UpdateEvent(w.ctx, operator, w.event.ID, booking.EventChange{MaxSeatsPerCustomer: ptr(7)})
			require.NoError(t, err)
		}))
		e, err := w.service.UpdateEvent(w.ctx, olga, w.event.ID, booking.EventChange{Name: ptr("Othello")})
		require.NoError(t, err)
		require.Equal(t, 7, e.MaxSeatsPerCustomer)
		require.EqualValues(t, 3, e.Revision)
	})
}

func TestClosedEventTakesNoHoldsButPayments(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		held, pending := w.hold(alice, 0), w.pending(bob, 1)
		for range 2 {
			e, err := w.service.UpdateEvent(w.ctx, olga, w.event.ID, booking.EventChange{Close: true})
			require.NoError(t, err)
			require.Equal(t, booking.EventClosed, e.StatusAt(time.Now()))
		}
		_, _, err := w.service.Hold(w.ctx, alice, w.event.ID, w.names(2), "")
		requireCode(t, booking.CodeNotOnSale, err)
		w.deliver(success(pending))
		o, _, err := w.order(alice, held.ID)
		require.NoError(t, err, "who holds seats may buy them")
		w.deliver(success(o))
		w.requireSeats("ss")
		w.block(2)
	})
}

// The sale opens by the hold store's clock.
func TestSaleOpensAtItsTime(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		now, err := w.holds.Now(w.ctx)
		require.NoError(t, err)
		opens := now.Add(5 * brief) // there is something to do before
		_, err = w.service.UpdateEvent(w.ctx, olga, w.event.ID, booking.EventChange{OnSaleAt: &opens})
		require.NoError(t, err)
		_, _, err = w.service.Hold(w.ctx, alice, w.event.ID, w.names(0), "")
		requireCode(t, booking.CodeNotOnSale, err)
		w.await(opens)
		w.hold(alice, 0)
	})
}

func TestSeatOfAnEvent(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.hold(alice, 3)
		_, i, status, err := w.service.Seat(w.ctx, w.event.ID, w.names(3)[0])
		require.NoError(t, err)
		require.Equal(t, 3, i)
		require.Equal(t, booking.SeatHeld, status)
		_, _, _, err = w.service.Seat(w.ctx, w.event.ID, "none")
		requireCode(t, booking.CodeUnknownSeat, err)
		m, _, err := w.service.SeatMap(w.ctx, w.event.ID, w.version())
		require.NoError(t, err)
		require.Nil(t, m.Seats)
	})
}
