package redisstore

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"seathold/internal/booking"
)

// strict are limits that tests reach soon.
var strict = booking.Hoarding{
	UnpaidHolds: 3, Window: time.Hour, CoolDown: 10 * minute, ChangeOfMind: 2 * minute,
	Life: 45 * minute, Pause: 10 * minute, MostSeats: 200,
}

// limited is a request under the limits, for ten minutes.
func (s *show) limited(customer string, seats ...int) booking.HoldRequest {
	r := s.Request(customer, seats...)
	r.TTL, r.Hoarding = 10*minute, strict
	return r
}

func (s *show) ask(r booking.HoldRequest) (booking.Hold, error) {
	h, _, err := s.Hold(s.Ctx, s.Event, r)
	return h, err
}

func (s *show) take(customer string, seats ...int) booking.Hold {
	s.T.Helper()
	h, err := s.ask(s.limited(customer, seats...))
	require.NoError(s.T, err)
	return h
}

func (s *show) release(h booking.Hold, part ...int) {
	s.T.Helper()
	_, changed, err := s.Release(s.Ctx, s.Event, h.ID, h.CustomerID, part)
	require.NoError(s.T, err)
	require.True(s.T, changed)
}

// requireCoolDown asserts a refusal for this reason and this long.
func requireCoolDown(t *testing.T, err error, reason booking.CoolDownReason, wait time.Duration, seats ...string) {
	t.Helper()
	var refusal *booking.Error
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, booking.CodeCoolDown, refusal.Code)
	require.ErrorIs(t, err, reason)
	require.Equal(t, wait, refusal.RetryAfter)
	require.Equal(t, seats, refusal.Seats)
	require.NotEmpty(t, refusal.Detail)
}

func TestUnpaidHoldsCoolDown(t *testing.T) {
	clocked(t, func(t *testing.T, s *show, c *clock) {
		s.take("customer-1", 1)
		c.advance(10 * minute) // it ran out, and nobody swept
		s.release(func() booking.Hold {
			h := s.take("customer-1", 2)
			c.advance(2*minute + time.Millisecond)
			return h
		}())
		h := s.take("customer-1", 3)
		bound, err := s.Bind(s.Ctx, s.Event, h.ID, "customer-1", "order-1", 15*minute)
		require.NoError(t, err)
		c.advance(5 * minute)
		_, changed, err := s.Free(s.Ctx, s.Event, h.ID, bound.OrderID) // its order was cancelled
		require.NoError(t, err)
		require.True(t, changed)

		c.advance(minute)
		s.requireNoTrace(func() {
			_, err := s.ask(s.limited("customer-1", 4))
			requireCoolDown(t, err, booking.CoolDownUnpaid, 9*minute)
		})
		s.take("customer-2", 4) // others may
		c.advance(9*minute - time.Millisecond)
		_, err = s.ask(s.limited("customer-1", 5))
		requireCoolDown(t, err, booking.CoolDownUnpaid, time.Millisecond)
		c.advance(time.Millisecond)
		s.take("customer-1", 5)

		// One more that runs out within the hour is one too many again.
		c.advance(10 * minute)
		_, err = s.ask(s.limited("customer-1", 6))
		requireCoolDown(t, err, booking.CoolDownUnpaid, 10*minute)
	})
}

func TestUnpaidHoldsAreForgottenAfterTheWindow(t *testing.T) {
	clocked(t, func(t *testing.T, s *show, c *clock) {
		for i := range 2 {
			s.take("customer-1", i)
			c.advance(10 * minute)
		}
		c.advance(49 * minute) // the first is 59 minutes old
		s.take("customer-1", 4)
		c.advance(10 * minute) // and the third ran out: two within the hour
		s.take("customer-1", 5)
		s.sweep()
		c.advance(10 * minute)
		s.sweep()
		c.advance(time.Hour)
		s.sweep()
		left := s.raw()
		require.Empty(t, left.Due)
		require.Len(t, left.Holds, 3, "what is known of the event: %v", left.Holds)
	})
}

func TestAChangeOfMindDoesNotCount(t *testing.T) {
	clocked(t, func(t *testing.T, s *show, c *clock) {
		change := func() {
			for i := range 4 {
				h := s.take("customer-1", i)
				c.advance(2 * minute)
				s.release(h)
			}
		}
		change()
		s.take("customer-1", 8)
		s2 := newShow(t, s.store, 12)
		c.spoil(t, "hold", "till - from > tonumber(quick)", "till - from >= 0")
		s.Show = s2.Show
		for i := range 3 {
			s.release(s.take("customer-1", i))
		}
		_, err := s.ask(s.limited("customer-1", 3))
		requireCoolDown(t, err, booking.CoolDownUnpaid, 10*minute)
	})
}

func TestWhatWasPaidForDoesNotCount(t *testing.T) {
	clocked(t, func(t *testing.T, s *show, c *clock) {
		for range 4 {
			h := s.take("customer-1", 1, 2)
			h, err := s.Bind(s.Ctx, s.Event, h.ID, "customer-1", "order-"+h.ID, 15*minute)
			require.NoError(t, err)
			c.advance(12 * minute)
			s.Pay(h)
			_, _, err = s.Sell(s.Ctx, s.Event, h.ID, h.OrderID)
			require.NoError(t, err)
			c.advance(20 * minute)
			_, _, err = s.Free(s.Ctx, s.Event, h.ID, h.OrderID) // refunded
			require.NoError(t, err)
		}
		h := s.take("customer-1", 1, 2)
		requireMS(t, c.now.Add(10*minute), h.ExpiresAt)
	})
}

func TestASeatsHoldsHaveOneLife(t *testing.T) {
	clocked(t, func(t *testing.T, s *show, c *clock) {
		start := c.now
		r := s.limited("customer-1", 1, 2)
		r.TTL = 20 * minute
		h, err := s.ask(r)
		require.NoError(t, err)
		c.advance(minute)
		s.release(h)
		c.advance(9 * minute)

		r = s.limited("customer-1", 2, 3)
		r.TTL = time.Hour
		h, err = s.ask(r)
		require.NoError(t, err)
		requireMS(t, start.Add(45*minute), h.ExpiresAt) // not an hour from now
		require.Equal(t, 35*minute, h.Left)
		_, err = s.Extend(s.Ctx, s.Event, h.ID, "customer-1", time.Hour, 45*minute)
		require.Equal(t, booking.CodeExtensionLimit, booking.CodeOf(err))

		// Without the old seat the hold may live as long as its others.
		s.release(h, 2)
		h, err = s.Extend(s.Ctx, s.Event, h.ID, "customer-1", time.Hour, 45*minute)
		require.NoError(t, err)
		requireMS(t, start.Add(55*minute), h.ExpiresAt)
		c.advance(minute)
		r = s.limited("customer-1", 4, 2)
		r.TTL = time.Hour
		h, err = s.ask(r)
		require.NoError(t, err)
		requireMS(t, start.Add(45*minute), h.ExpiresAt) // the clock survives a part given back

		c.advance(34*minute - time.Millisecond)
		require.Equal(t, booking.HoldHeld, s.Get(h.ID).State)
		c.advance(time.Millisecond)
		s.requireNoTrace(func() {
			_, err = s.ask(s.limited("customer-1", 5, 2, 6))
			requireCoolDown(t, err, booking.CoolDownLife, 10*minute, "S2")
		})
		s.take("customer-1", 4) // the other seat has time left
		other := s.take("customer-2", 2)
		requireMS(t, c.now.Add(10*minute), other.ExpiresAt)
		s.release(other)

		s.sweep()
		c.advance(10*minute - time.Millisecond)
		_, err = s.ask(s.limited("customer-1", 2))
		requireCoolDown(t, err, booking.CoolDownLife, time.Millisecond, "S2")
		c.advance(time.Millisecond)
		r = s.limited("customer-1", 2)
		r.Hoarding.UnpaidHolds = 100
		h, err = s.ask(r)
		require.NoError(t, err)
		requireMS(t, c.now.Add(10*minute), h.ExpiresAt)
	})
}

// A seat that is held again and again, each time just before the hold lapses or
// just after: with the guard, for a life at most; without, as long as one likes.
func TestNobodyKeepsASeatForLongerThanALife(t *testing.T) {
	clocked(t, func(t *testing.T, s *show, c *clock) {
		keep := func(give func(booking.Hold)) (held time.Duration) {
			start := c.now
			for c.now.Before(start.Add(5 * time.Hour)) {
				r := s.limited("customer-1", 1)
				r.Hoarding.UnpaidHolds = 1000
				h, err := s.ask(r)
				if err != nil {
					require.ErrorIs(t, err, booking.CoolDownLife)
					return c.now.Sub(start)
				}
				c.advance(min(h.Left, 9*minute))
				give(h)
			}
			return c.now.Sub(start)
		}
		release := func(h booking.Hold) { _, _, _ = s.Release(s.Ctx, s.Event, h.ID, h.CustomerID, nil) }
		lapse := func(booking.Hold) { c.advance(minute) }
		require.Equal(t, 45*minute, keep(release))
		c.advance(time.Hour)
		held := keep(lapse)
		require.GreaterOrEqual(t, held, 45*minute)
		require.Less(t, held, 55*minute)
		c.advance(time.Hour)
		part := func(h booking.Hold) {
			if _, _, err := s.Release(s.Ctx, s.Event, h.ID, h.CustomerID, []int{1}); err != nil {
				require.Equal(t, booking.CodeNotFound, booking.CodeOf(err))
			}
		}
		require.Equal(t, 45*minute, keep(part))

		c.advance(time.Hour)
		c.spoil(t, "hold", "local from = first[seat]", "local from = nil")
		require.GreaterOrEqual(t, keep(release), 5*time.Hour, "control: the memory is not asked")
		c.advance(time.Hour)
		c.spoil(t, "hold", "had(seat, tonumber(string.match(',' .. since, ',' .. seat .. '@(%d+)') or from), till)", "had(seat, from, till)")
		require.GreaterOrEqual(t, keep(release), 5*time.Hour, "control: the clock does not go on")
	})
}

func TestADeadlineOfAReholdStaysWithinTheLife(t *testing.T) {
	clocked(t, func(t *testing.T, s *show, c *clock) {
		late := func(customer string, seat int) time.Duration {
			h := s.take(customer, seat)
			_, err := s.Extend(s.Ctx, s.Event, h.ID, customer, 44*minute, 45*minute)
			require.NoError(t, err)
			c.advance(44 * minute)
			return s.take(customer, seat).Left
		}
		require.Equal(t, minute, late("customer-1", 1))
		c.spoil(t, "hold", "if stop and stop < deadline then", "if false then")
		require.Equal(t, 10*minute, late("customer-2", 2), "control")
	})
}

// The repeat of a hold is found by its id before anything else is looked at.
func TestARepeatNeverCountsTwice(t *testing.T) {
	clocked(t, func(t *testing.T, s *show, c *clock) {
		for i := range 2 {
			s.take("customer-1", i)
			c.advance(10 * minute)
		}
		r := s.limited("customer-1", 5)
		h, err := s.ask(r)
		require.NoError(t, err)
		for range 5 {
			s.requireNoTrace(func() {
				again, repeated, err := s.Hold(s.Ctx, s.Event, r)
				require.NoError(t, err)
				require.True(t, repeated)
				require.Equal(t, h.ExpiresAt, again.ExpiresAt)
			})
		}
		lapsed := s.limited("customer-1", 6)
		lapsed.TTL = time.Minute
		_, err = s.ask(lapsed) // two ended unpaid so far: one more may be
		require.NoError(t, err)
		c.advance(time.Minute)
		for range 5 {
			_, err = s.ask(lapsed)
			require.Equal(t, booking.CodeHoldExpired, booking.CodeOf(err))
		}
		_, err = s.ask(s.limited("customer-1", 7))
		requireCoolDown(t, err, booking.CoolDownUnpaid, 10*minute)
		again, repeated, err := s.Hold(s.Ctx, s.Event, r)
		require.NoError(t, err, "in a cool-down the repeat is the same hold")
		require.True(t, repeated)
		require.Equal(t, h.ID, again.ID)
	})
}

func TestReplayedHoldUnderLimits(t *testing.T) {
	replaysClocked(t, func(t *testing.T, s, twice *show, c *clock) {
		for i := range 2 {
			r := s.limited("customer-1", i, 4)
			_, repeated, err := twice.Hold(s.Ctx, s.Event, r)
			require.NoError(t, err)
			require.True(t, repeated)
			c.advance(r.TTL)
		}
		h, _, err := twice.Hold(s.Ctx, s.Event, s.limited("customer-1", 4, 5))
		require.NoError(t, err, "two ended unpaid, not four")
		_, changed, err := twice.Release(s.Ctx, s.Event, h.ID, "customer-1", []int{4})
		require.NoError(t, err)
		require.False(t, changed, "the replay")
		require.Equal(t, 1, strings.Count(s.raw().Holds["c:customer-1"], ";"))
		require.Equal(t, 1, strings.Count(s.raw().Holds["c:customer-1"], " 4@"), s.raw().Holds["c:customer-1"])
	})
}

const brief = 40 * time.Millisecond

func TestTheMemoryIsBounded(t *testing.T) {
	clocked(t, func(t *testing.T, s *show, c *clock) {
		s.Show = newShow(t, s.store, 400).Show
		try := func(i int) error {
			r := s.limited("customer-1", 4*i, 4*i+1, 4*i+2, 4*i+3)
			r.Hoarding.MostSeats = 20
			h, err := s.ask(r)
			if err == nil {
				s.release(h)
			}
			c.advance(time.Second)
			return err
		}
		for i := range 6 {
			require.NoError(t, try(i))
		}
		requireCoolDown(t, try(6), booking.CoolDownSeats, 10*minute-6*time.Second)
		for i := range 20 {
			require.Error(t, try(7+i))
		}
		require.Less(t, len(s.raw().Holds["c:customer-1"]), 800)
		c.advance(10*minute - 26*time.Second)
		require.NoError(t, try(40), "the first of them is ten minutes old")

		c.spoil(t, "hold", "if #kept > tonumber(most) then", "if false then")
		for i := range 50 {
			require.NoError(t, try(41+i))
		}
		require.Greater(t, len(s.raw().Holds["c:customer-1"]), 5000, "control")
	})
}

func TestTheMemoryIsClearedByTheSweep(t *testing.T) {
	clocked(t, func(t *testing.T, s *show, c *clock) {
		h := s.take("customer-1", 1, 2, 3)
		s.release(h, 2)
		sold, err := s.Bind(s.Ctx, s.Event, h.ID, "customer-1", "order-1", 15*minute)
		require.NoError(t, err)
		s.Pay(sold)
		_, _, err = s.Sell(s.Ctx, s.Event, h.ID, "order-1")
		require.NoError(t, err)
		require.Contains(t, s.raw().Holds["c:customer-1"], ";2@")
		c.advance(time.Hour - time.Millisecond)
		s.requireNoTrace(func() { s.sweep() })
		c.advance(time.Millisecond)
		require.Zero(t, s.sweep().Removed, "nothing but memory")
		require.Equal(t, h.ID, s.raw().Holds["c:customer-1"])
		require.Empty(t, s.raw().Due)
	})
}

// When an ended hold is forgotten, what is younger stays.
func TestTheSweepLeavesAYoungMemory(t *testing.T) {
	clocked(t, func(t *testing.T, s *show, c *clock) {
		spent := func(customer string) (left time.Duration) {
			s.release(s.take(customer, 9))
			c.advance(56 * minute)
			h := s.take(customer, 1, 2)
			s.release(h, 2)
			c.advance(4 * minute)
			require.NotZero(t, s.sweep().Removed)
			r := s.limited(customer, 2)
			r.TTL = time.Hour
			h, err := s.ask(r)
			require.NoError(t, err)
			s.release(h)
			return h.Left
		}
		require.Equal(t, 41*minute, spent("customer-1"))
		c.spoil(t, "expire", "string.match(token, '%d+$') + KEEP > now", "token == ''")
		require.Equal(t, time.Hour, spent("customer-2"), "control")
	})
}

func TestTheMemorySurvivesARebuild(t *testing.T) {
	clocked(t, func(t *testing.T, s *show, c *clock) {
		s.take("customer-1", 1)
		c.advance(10 * minute)
		h := s.take("customer-1", 1, 2)
		s.release(h, 2)
		s.requireKeepsBut(func() { s.Load() })
		r := s.limited("customer-1", 2)
		r.TTL = time.Hour
		rest, err := s.ask(r)
		require.NoError(t, err)
		requireMS(t, c.now.Add(45*minute), rest.ExpiresAt)
		h, err = s.Extend(s.Ctx, s.Event, h.ID, "customer-1", time.Hour, 45*minute)
		require.NoError(t, err)
		requireMS(t, c.now.Add(35*minute), h.ExpiresAt)
	})
}

// requireKeepsBut asserts that do leaves records and lists as they were.
func (s *show) requireKeepsBut(do func()) {
	s.T.Helper()
	before := s.raw()
	do()
	require.Equal(s.T, before.Holds, s.raw().Holds)
	require.Equal(s.T, before.Due, s.raw().Due)
}

// Whose seats were taken by an order that owns them has done nothing.
func TestAnEvictedHoldDoesNotCount(t *testing.T) {
	clocked(t, func(t *testing.T, s *show, c *clock) {
		for i := range 3 {
			s.take("customer-1", i)
			c.advance(5 * minute)
			require.NoError(t, s.SellOver(s.Ctx, s.Event, booking.Restore{
				HoldID: fmt.Sprint("hold-", i), OrderID: fmt.Sprint("order-", i), CustomerID: "customer-2", Seats: []int{i}, State: booking.HoldSold,
			}))
		}
		s.take("customer-1", 5)
	})
}

func TestWithoutLimitsNothingIsRemembered(t *testing.T) {
	clocked(t, func(t *testing.T, s *show, c *clock) {
		for range 20 {
			r := s.limited("customer-1", 1)
			r.Hoarding = booking.Hoarding{}
			h, err := s.ask(r)
			require.NoError(t, err)
			requireMS(t, c.now.Add(10*minute), h.ExpiresAt)
			c.advance(10 * minute)
		}
		require.NotContains(t, s.raw().Holds["c:customer-1"], ";")
	})
}

// One seat with a clock, and a hundred calls of its customer at once: one of
// them gets it, for what is left of its life.
func TestRaceForASeatWithAClock(t *testing.T) {
	onEachServer(t, func(t *testing.T, store *Store) {
		race := func() []booking.Hold {
			s := newShow(t, store, 12)
			first := s.limited("customer-1", 1)
			first.TTL = brief
			h, err := s.ask(first)
			require.NoError(t, err)
			s.Await(h)
			var mu sync.Mutex
			var won []booking.Hold
			var group errgroup.Group
			for range 100 {
				r := s.limited("customer-1", 1)
				r.TTL, r.Hoarding.Life = time.Hour, 20*minute
				group.Go(func() error {
					h, err := s.ask(r)
					if booking.CodeOf(err) == booking.CodeSeatsTaken {
						return nil
					}
					mu.Lock()
					defer mu.Unlock()
					won = append(won, h)
					return err
				})
			}
			require.NoError(t, group.Wait())
			return won
		}
		won := race()
		require.Len(t, won, 1)
		require.LessOrEqual(t, won[0].Left, 20*minute-brief)
		swap(store, holdScript, broken(t, "hold", "if taken then", "if false then"))
		require.Len(t, race(), 100, "control")
	})
}
