package redisstore

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

func (s *show) sweep() booking.Swept {
	s.T.Helper()
	swept, err := s.Sweep(s.Ctx, s.Event, 10)
	require.NoError(s.T, err)
	return swept
}

func TestRawExpire(t *testing.T) {
	onEachShow(t, func(t *testing.T, s *show) {
		h := s.TakeLapsed("customer-1", 4, 1, 2)
		s.Take("customer-2", 1) // has it by then
		want := s.raw().then()
		before, taken := s.Clock(), s.takenAt(h.ID)
		require.Len(t, s.sweep().Expired, 1)
		want.change(".", 4, 2) // exactly those that still bear its number
		want.put(freeSeat, 4, 2)
		want.Holds[h.ID] = record("e", 2, taken, h, "-")
		s.keeps(&want, h.ID, before)
		s.requireRaw(want)
		s.requireNoTrace(func() { require.Equal(t, booking.Swept{}, s.sweep()) })
	})
}

func TestRawExpireOfATakenHoldChangesNoSeat(t *testing.T) {
	onEachShow(t, func(t *testing.T, s *show) {
		h := s.TakeLapsed("customer-1", 1)
		s.TakeSold("customer-2", 1)
		want := s.raw().then()
		before, taken := s.Clock(), s.takenAt(h.ID)
		require.Len(t, s.sweep().Expired, 1)
		want.Holds[h.ID] = record("e", 2, taken, h, "-")
		s.keeps(&want, h.ID, before)
		s.requireRaw(want)
	})
}

// due rewrites when a hold needs attention.
func (s *show) due(id string, at time.Time) {
	s.T.Helper()
	s.rewrite("ZADD", keyDue, at.UnixMilli(), id)
}

func (s *show) rewrite(command string, key int, args ...any) {
	s.T.Helper()
	require.NoError(s.T, s.store.client.Do(s.Ctx, append([]any{command, s.key(key)}, args...)...).Err())
}

func TestEndedHoldsAreForgottenAfterTheirHour(t *testing.T) {
	onEachShow(t, func(t *testing.T, s *show) {
		ended, live := s.Take("customer-1", 1), s.Take("customer-1", 2)
		alone := s.TakeLapsed("customer-2", 3)
		_, _, err := s.Release(s.Ctx, s.Event, ended.ID, "customer-1", nil)
		require.NoError(t, err)
		s.sweep()
		s.requireNoTrace(func() { require.Zero(t, s.sweep().Removed) })

		want := s.raw().then()
		s.due(ended.ID, s.Clock())
		s.due(alone.ID, s.Clock().Add(-time.Hour))
		swept := s.sweep()
		require.Equal(t, booking.Swept{Removed: 2}, swept)
		want.Holds["c:customer-1"] = live.ID
		for _, gone := range []string{ended.ID, alone.ID, "c:customer-2"} {
			delete(want.Holds, gone)
			delete(want.Due, gone)
		}
		s.requireRaw(want)
		_, err = s.GetHold(s.Ctx, s.Event, ended.ID)
		require.Equal(t, booking.CodeNotFound, booking.CodeOf(err))
	})
}

func TestSweepMendsADueSetThatIsWrong(t *testing.T) {
	onEachShow(t, func(t *testing.T, s *show) {
		live, sold := s.Take("customer-1", 1), s.TakeSold("customer-1", 2)
		want := s.raw()
		past := s.Clock().Add(-time.Minute)
		s.due(live.ID, past)
		s.due(sold.ID, past)
		s.due("nothing", past)
		require.Equal(t, booking.Swept{}, s.sweep())
		s.requireRaw(want)
	})
}

func TestAnotherServersEventIsStaleUntilRepaired(t *testing.T) {
	onEachShow(t, func(t *testing.T, s *show) {
		h, sold := s.Take("customer-1", 1), s.TakeSold("customer-1", 2)
		want := s.raw().then()
		s.rewrite("HSET", keyHolds, "m:run", "another")
		require.True(t, s.sweep().Stale)
		require.True(t, s.sweep().Stale, "until it is repaired")
		s.Load(claimOf(sold))
		require.False(t, s.sweep().Stale)

		got := s.raw()
		epoch := got.Holds["m:epoch"]
		require.NotEqual(t, want.Holds["m:epoch"], epoch)
		want.Holds["m:epoch"] = epoch // all else, the version too, is as it was
		s.requireRaw(want)
		require.Equal(t, fmt.Sprint(epoch, "-", want.version()), s.Map().Version)
		require.Equal(t, booking.HoldHeld, s.Get(h.ID).State)
	})
}

func claimOf(h booking.Hold) booking.Restore {
	return booking.Restore{HoldID: h.ID, OrderID: h.OrderID, CustomerID: h.CustomerID, Seats: h.Seats, State: h.State}
}

// TestAHoldWhoseSeatsAreNotItsOwnIsOver: a record that says live while a seat
// bears another number must not act on that seat, however that came about.
func TestAHoldWhoseSeatsAreNotItsOwnIsOver(t *testing.T) {
	onEachShow(t, func(t *testing.T, s *show) {
		h, bound := s.Take("customer-1", 1, 2), s.TakeBound("customer-1", time.Minute, 3, 4)
		for _, i := range []int{2, 4} {
			s.rewrite("SETRANGE", keySeats, i*seatWidth, packed(s.Clock().Add(time.Hour).UnixMilli(), 99))
		}
		s.requireNoTrace(func() {
			_, err := s.Extend(s.Ctx, s.Event, h.ID, "customer-1", time.Hour, time.Hour)
			require.Equal(t, booking.CodeHoldExpired, booking.CodeOf(err))
			_, err = s.Bind(s.Ctx, s.Event, h.ID, "customer-1", "order-1", time.Minute)
			require.Equal(t, booking.CodeHoldExpired, booking.CodeOf(err))
			_, changed, err := s.Release(s.Ctx, s.Event, h.ID, "customer-1", []int{2})
			require.NoError(t, err)
			require.False(t, changed)
			_, _, err = s.Sell(s.Ctx, s.Event, bound.ID, bound.OrderID)
			require.ErrorIs(t, err, booking.ErrHoldMismatch)
			err = s.Confirm(s.Ctx, s.Event, booking.ConfirmRequest{
				HoldID: bound.ID, OrderID: bound.OrderID, CustomerID: "customer-1", Seats: bound.Seats, Grace: time.Minute,
			})
			var refusal *booking.Error
			require.ErrorAs(t, err, &refusal)
			require.Equal(t, []string{"S4"}, refusal.Seats, "its own seat is not among the taken")
		})
		_, changed, err := s.Release(s.Ctx, s.Event, h.ID, "customer-1", nil)
		require.NoError(t, err)
		require.True(t, changed)
		require.Equal(t, "..hhh.......", string(s.Map().Seats))
	})
}

// The log counts the versions: without it numbers would be given again. The
// event is loaded anew then, under another epoch.
func TestALostLogIsNoticedAndTheEventLoadedAnew(t *testing.T) {
	onEachShow(t, func(t *testing.T, s *show) {
		s.Take("customer-1", 1)
		before := s.Map().Version
		s.rewrite("DEL", keyLog)
		_, err := s.SeatMap(s.Ctx, s.Event, "")
		require.ErrorIs(t, err, booking.ErrNotLoaded)
		_, err = s.Sweep(s.Ctx, s.Event, 10)
		require.ErrorIs(t, err, booking.ErrNotLoaded)

		token := uuid.NewString()
		loaded, err := s.BeginLoad(s.Ctx, s.Event, token)
		require.NoError(t, err)
		require.False(t, loaded, "what is left is no basis for a repair")
		dirty, err := s.CommitLoad(s.Ctx, s.Event, token)
		require.NoError(t, err)
		require.Empty(t, dirty)
		require.NotEqual(t, before[:8], s.Map().Version[:8], "a new epoch")
	})
}
