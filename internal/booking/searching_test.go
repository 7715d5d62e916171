package booking_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

// found are the ids that a search returns, page by page.
func (w *world) found(f booking.OrderFilter, limit int) []string {
	w.t.Helper()
	ids := []string{}
	page := booking.Page{Limit: limit}
	for {
		list, err := w.service.EventOrders(w.ctx, olga, w.event.ID, f, page)
		require.NoError(w.t, err)
		require.LessOrEqual(w.t, len(list), limit)
		for _, o := range list {
			ids = append(ids, o.ID)
		}
		if len(list) < limit {
			return ids
		}
		page.Cursor = list[len(list)-1].ID
	}
}

func TestEventOrdersFindsAndPages(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		require.NoError(t, w.store.InsertAccount(w.ctx, booking.Account{
			ID: alice.ID, Email: "alice@example.org", Name: "Alice", Role: booking.RoleCustomer, CreatedAt: time.Now(),
		}))
		sold, pending, theirs := w.bought(alice, 0, 1), w.pending(alice, 2), w.bought(bob, 3)
		w.block(4)
		failed := w.pending(bob, 5)
		w.deliver(failure(failed))
		all := []string{failed.ID, theirs.ID, pending.ID, sold.ID}
		for limit := 1; limit <= 5; limit++ {
			require.Equal(t, all, w.found(booking.OrderFilter{}, limit), "newest first, no blocks")
			require.Equal(t, []string{pending.ID, sold.ID}, w.found(booking.OrderFilter{Query: " Alice@Example.org "}, limit))
		}
		for name, c := range map[string]struct {
			filter booking.OrderFilter
			want   []string
		}{
			"by status":             {booking.OrderFilter{Status: booking.OrderPaid}, []string{theirs.ID, sold.ID}},
			"by id":                 {booking.OrderFilter{Query: pending.ID}, []string{pending.ID}},
			"by an id's beginning":  {booking.OrderFilter{Query: "id-"}, all},
			"by seat":               {booking.OrderFilter{Query: w.names(1)[0]}, []string{sold.ID}},
			"by seat and status":    {booking.OrderFilter{Query: w.names(1)[0], Status: booking.OrderPending}, []string{}},
			"by an unknown address": {booking.OrderFilter{Query: "nobody@example.org"}, []string{}},
			"by nothing that is":    {booking.OrderFilter{Query: "zzz"}, []string{}},
		} {
			require.Equal(t, c.want, w.found(c.filter, 10), name)
		}
	})
}

func TestEventOrdersNamesItsCustomers(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		account := booking.Account{ID: alice.ID, Email: "alice@example.org", Name: "Alice", Role: booking.RoleCustomer}
		require.NoError(t, w.store.InsertAccount(w.ctx, account))
		w.pending(alice, 0)
		w.pending(bob, 1)
		list, err := w.service.EventOrders(w.ctx, operator, w.event.ID, booking.OrderFilter{}, booking.Page{Limit: 5})
		require.NoError(t, err)
		require.Len(t, list, 2)
		require.Empty(t, list[0].Customer.Email, "an account that is gone leaves its orders")
		require.Equal(t, "Alice", list[1].Customer.Name)
	})
}

func TestEventOrdersRefuses(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		for name, c := range map[string]struct {
			by     booking.Actor
			id     string
			status booking.OrderStatus
			code   booking.Code
		}{
			"a customer":        {alice, w.event.ID, "", booking.CodeForbidden},
			"another organizer": {oscar, w.event.ID, "", booking.CodeNotFound},
			"an unknown event":  {olga, "none", "", booking.CodeNotFound},
			"an unknown status": {olga, w.event.ID, "sold", booking.CodeInvalidValue},
			"a block's status":  {olga, w.event.ID, booking.BlockActive, booking.CodeInvalidValue},
		} {
			_, err := w.service.EventOrders(w.ctx, c.by, c.id, booking.OrderFilter{Status: c.status}, booking.Page{Limit: 1})
			require.Equal(t, c.code, booking.CodeOf(err), name)
		}
	})
}

func TestOrdersAreTheirCustomers(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		first, second := w.pending(alice, 0), w.pending(alice, 1)
		w.pending(bob, 2)
		list, err := w.service.OrdersOfCustomer(w.ctx, alice, booking.Page{Limit: 5})
		require.NoError(t, err)
		require.Equal(t, []booking.Order{second, first}, list)
		for _, by := range []booking.Actor{alice, olga, operator} {
			o, err := w.service.Order(w.ctx, by, first.ID)
			require.NoError(t, err)
			require.Equal(t, first, o)
		}
		for _, by := range []booking.Actor{bob, oscar} {
			_, err := w.service.Order(w.ctx, by, first.ID)
			requireCode(t, booking.CodeNotFound, err)
		}
	})
}
