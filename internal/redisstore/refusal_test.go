package redisstore

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

// TestRefusalsLeaveNoTrace calls every script so that it refuses, in every way
// its header names, and compares every byte before and after.
func TestRefusalsLeaveNoTrace(t *testing.T) {
	onEachShow(t, func(t *testing.T, s *show) {
		e := s.Event
		held, bound := s.Take("c-1", 0, 1), s.TakeBound("c-1", time.Minute, 2)
		sold := s.TakeSold("c-1", 3)
		require.NoError(t, s.Block(s.Ctx, e, "block-1", "c-1", []int{4}))
		released, swept := s.Take("c-1", 5), s.TakeBoundLapsed("c-1", 6)
		_, _, err := s.Release(s.Ctx, e, released.ID, "c-1", nil)
		require.NoError(t, err)
		s.sweep()
		lapsed := s.TakeBoundLapsed("c-1", 7, 8)
		s.Take("c-2", 8)

		hold := func(code booking.Code, change func(r *booking.HoldRequest)) {
			r := s.Request("c-1", 9, 10)
			change(&r)
			_, _, err := s.Hold(s.Ctx, e, r)
			require.Equal(t, code, booking.CodeOf(err))
		}
		confirm := func(h booking.Hold, order string, seats ...int) {
			err := s.Confirm(s.Ctx, e, booking.ConfirmRequest{
				HoldID: h.ID, OrderID: order, CustomerID: h.CustomerID, Seats: seats, Grace: time.Minute,
			})
			require.Equal(t, booking.CodeSeatsTaken, booking.CodeOf(err))
		}
		for name, refused := range map[string]func(){
			"hold taken":  func() { hold(booking.CodeSeatsTaken, func(r *booking.HoldRequest) { r.Seats = []int{10, 9, 4} }) },
			"hold limit":  func() { hold(booking.CodeCustomerLimit, func(r *booking.HoldRequest) { r.MaxSeats = 5 }) },
			"hold closed": func() { hold(booking.CodeNotOnSale, func(r *booking.HoldRequest) { r.ClosesAt = s.Clock() }) },
			"hold reused": func() { hold(booking.CodeIdempotencyKeyReused, func(r *booking.HoldRequest) { r.HoldID = held.ID }) },
			"hold released": func() {
				hold(booking.CodeHoldReleased, func(r *booking.HoldRequest) { r.HoldID, r.Seats = released.ID, []int{5} })
			},
			"hold expired": func() {
				hold(booking.CodeHoldExpired, func(r *booking.HoldRequest) { r.HoldID, r.Seats = lapsed.ID, []int{8, 7} })
			},
			"extend": func() {
				for _, id := range []string{bound.ID, sold.ID, released.ID, lapsed.ID, swept.ID, "block-1", "nothing", "c:c-1", "m:last"} {
					_, err := s.Extend(s.Ctx, e, id, "c-1", time.Hour, time.Hour)
					require.Error(t, err)
				}
				_, err := s.Extend(s.Ctx, e, held.ID, "c-1", time.Hour, time.Minute)
				require.Equal(t, booking.CodeExtensionLimit, booking.CodeOf(err))
			},
			"bind": func() {
				for _, id := range []string{released.ID, lapsed.ID, swept.ID, "block-1", "nothing", "c:c-1", "m:last"} {
					_, err := s.Bind(s.Ctx, e, id, "c-1", "order-new", time.Hour)
					require.Error(t, err)
				}
				_, err := s.Bind(s.Ctx, e, held.ID, "c-2", "order-new", time.Hour)
				require.Equal(t, booking.CodeNotFound, booking.CodeOf(err))
			},
			"release": func() {
				for _, id := range []string{bound.ID, sold.ID, "block-1", "nothing", "c:c-1", "m:last"} {
					_, _, err := s.Release(s.Ctx, e, id, "c-1", nil)
					require.Error(t, err)
				}
				for _, id := range []string{released.ID, lapsed.ID, swept.ID} {
					_, changed, err := s.Release(s.Ctx, e, id, "c-1", nil)
					require.NoError(t, err)
					require.False(t, changed)
				}
				_, changed, err := s.Release(s.Ctx, e, held.ID, "c-1", []int{9})
				require.NoError(t, err)
				require.False(t, changed)
			},
			"confirm": func() {
				confirm(lapsed, lapsed.OrderID, 7, 8)
				confirm(bound, "order-other", 9)
				confirm(held, "order-other", 9)
				confirm(booking.Hold{ID: "nothing", CustomerID: "c-1"}, "order-other", 9, 4)
			},
			"sell": func() {
				for id, order := range map[string]string{
					bound.ID: "order-other", held.ID: "order-other", "nothing": "order-other", "c:c-1": "order-other",
					lapsed.ID: lapsed.OrderID, swept.ID: swept.OrderID, "block-1": "block-1", sold.ID: "order-other",
				} {
					_, _, err := s.Sell(s.Ctx, e, id, order)
					require.ErrorIs(t, err, booking.ErrHoldMismatch)
				}
			},
			"free": func() {
				for _, id := range []string{bound.ID, held.ID, sold.ID, swept.ID, "nothing", "block-1", "c:c-1", "m:last"} {
					_, changed, err := s.Free(s.Ctx, e, id, "order-other")
					require.NoError(t, err)
					require.False(t, changed)
				}
			},
			"block": func() {
				err := s.Block(s.Ctx, e, "block-2", "c-1", []int{9, 4, 10, 0})
				require.Equal(t, booking.CodeSeatsTaken, booking.CodeOf(err))
			},
			"get": func() {
				for _, id := range []string{"nothing", "c:c-1", "m:last"} {
					_, err := s.GetHold(s.Ctx, e, id)
					require.Equal(t, booking.CodeNotFound, booking.CodeOf(err), id)
				}
			},
			"restore, commit, abandon": func() {
				_, err := s.RestoreSeats(s.Ctx, e, "nonsense", []booking.Restore{claimOf(sold)})
				require.ErrorIs(t, err, booking.ErrConflict)
				_, err = s.CommitLoad(s.Ctx, e, "nonsense")
				require.ErrorIs(t, err, booking.ErrConflict)
				require.NoError(t, s.AbandonLoad(s.Ctx, e, "nonsense"))
			},
		} {
			t.Log(name)
			s.requireNoTrace(refused)
		}
	})
}
