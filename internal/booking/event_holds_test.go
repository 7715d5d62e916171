package booking_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

func (w *world) eventHolds(cursor string, limit int) []booking.EventHold {
	w.t.Helper()
	list, e, err := w.service.EventHolds(w.ctx, operator, w.event.ID, booking.Page{Cursor: cursor, Limit: limit})
	require.NoError(w.t, err)
	require.Equal(w.t, w.event.ID, e.ID)
	return list
}

func idsOfHolds(list []booking.EventHold) []string {
	ids := []string{}
	for _, h := range list {
		ids = append(ids, h.ID)
	}
	return ids
}

func TestEventHoldsWithWhoHasThem(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		account := booking.Account{ID: alice.ID, Email: "alice@example.com", Name: "Alice", Role: booking.RoleCustomer}
		require.NoError(t, w.store.InsertAccount(w.ctx, account))
		h := w.hold(alice, 0, 1)
		time.Sleep(2 * time.Millisecond) // they are in order by the ms
		o := w.pending(bob, 2)
		time.Sleep(2 * time.Millisecond)
		unstored := w.hold(bob, 3)
		w.tap.next("Orders.InsertOrder", away)
		_, _, err := w.order(bob, unstored.ID)
		requireCode(t, booking.CodeUnavailable, err)
		w.bought(alice, 4)
		w.block(5)
		require.NoError(t, w.release(alice, w.hold(alice, 6).ID))

		list := w.eventHolds("", 10)
		require.Equal(t, []string{h.ID, o.HoldID, unstored.ID}, idsOfHolds(list))
		require.Equal(t, account.Email, list[0].Customer.Email)
		require.Empty(t, list[0].OrderID)
		require.Empty(t, list[0].OrderStatus)
		require.Empty(t, list[1].Customer, "there is no such account any more")
		require.Equal(t, bob.ID, list[1].CustomerID)
		require.Equal(t, o.ID, list[1].OrderID)
		require.Equal(t, booking.OrderPending, list[1].OrderStatus)
		require.NotEmpty(t, list[2].OrderID)
		require.Empty(t, list[2].OrderStatus)
	})
}

// Pages go on behind a hold that is over meanwhile.
func TestEventHoldsComeInPages(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		want := []string{}
		for i := range 7 {
			h := w.hold(customer(), i)
			want = append(want, h.ID)
			time.Sleep(2 * time.Millisecond)
		}
		for _, limit := range []int{1, 2, 7, 100} {
			got, cursor := []string{}, ""
			for {
				page := w.eventHolds(cursor, limit)
				require.LessOrEqual(t, len(page), limit)
				got = append(got, idsOfHolds(page)...)
				if len(page) < limit {
					break
				}
				cursor = page[limit-1].Cursor()
			}
			require.Equal(t, want, got)
		}
		third := w.eventHolds("", 3)[2]
		require.NoError(t, w.releaseAny(third.ID))
		require.Equal(t, want[3:5], idsOfHolds(w.eventHolds(third.Cursor(), 2)))
		require.Empty(t, w.eventHolds("zzz", 2))
	})
}

// More live holds than are kept in memory for a page; some are visited twice.
func TestEventHoldsOfAFullHall(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		for i := range 300 {
			w.hold(customer(), i)
		}
		all := w.eventHolds("", 1000)
		require.Len(t, all, 300)
		first := w.eventHolds("", 2)
		require.Equal(t, idsOfHolds(all[:2]), idsOfHolds(first))
		ports := w.ports()
		ports.Holds = stutteringHolds{ports.Holds}
		list, _, err := booking.NewService(ports, w.setup.limits).EventHolds(w.ctx, operator, w.event.ID, booking.Page{Limit: 1000})
		require.NoError(t, err)
		require.Equal(t, idsOfHolds(all), idsOfHolds(list))
	}, withSeats(400))
}

func TestEventHoldsRefuses(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		page := booking.Page{Limit: 1}
		for _, by := range []booking.Actor{alice, olga} {
			_, _, err := w.service.EventHolds(w.ctx, by, w.event.ID, page)
			requireCode(t, booking.CodeForbidden, err)
		}
		_, _, err := w.service.EventHolds(w.ctx, operator, "none", page)
		requireCode(t, booking.CodeNotFound, err)
		w.flush()
		_, _, err = w.service.EventHolds(w.ctx, operator, w.event.ID, page)
		requireCode(t, booking.CodeEventLoading, err)
		require.True(t, w.loadAsked())
	})
}
