package redisstore

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

func TestACensus(t *testing.T) {
	onEachServer(t, func(t *testing.T, store *Store) {
		s := newShow(t, store, 12)
		count := func() booking.SeatCounts {
			c, lapsed, err := store.Count(s.Ctx, s.Event.ID)
			require.NoError(t, err)
			require.Zero(t, lapsed)
			return c
		}
		require.Equal(t, booking.SeatCounts{Free: 12}, count())
		two := s.Take("customer-1", 0, 1)
		s.Take("customer-1", 5)
		s.TakeBound("customer-2", time.Minute, 7)
		s.TakeSold("customer-2", 2, 3, 4)
		require.NoError(t, s.Block(s.Ctx, s.Event, "block-1", "organizer-1", []int{8, 9}))
		require.Equal(t, booking.SeatCounts{Free: 3, Held: 4, Sold: 3, Blocked: 2, Holds: 3}, count())
		_, _, err := s.Release(s.Ctx, s.Event, two.ID, "customer-1", nil)
		require.NoError(t, err)
		require.Equal(t, booking.SeatCounts{Free: 5, Held: 2, Sold: 3, Blocked: 2, Holds: 2}, count())

		_, _, err = store.Count(s.Ctx, "an event that is not loaded")
		require.ErrorIs(t, err, booking.ErrNotLoaded)
	})
}

// What has lapsed is seen by its age until it is announced: also where nobody
// does, and where no record tells of it any more.
func TestWhatHasLapsedAges(t *testing.T) {
	onEachServer(t, func(t *testing.T, store *Store) {
		s := newShow(t, store, 12)
		r := s.Request("customer-1", 1, 2)
		r.TTL = brief
		h, _, err := s.Hold(s.Ctx, s.Event, r)
		require.NoError(t, err)
		s.Take("customer-2", 5)
		lapsed := func() time.Duration {
			c, age, err := store.Count(s.Ctx, s.Event.ID)
			require.NoError(t, err)
			require.Equal(t, 12, c.All())
			return age
		}
		require.Zero(t, lapsed(), "both are live")
		s.Await(h)
		s.await("it has lapsed", func() bool { return lapsed() > 0 })
		first := lapsed()
		require.Less(t, first, time.Minute)
		s.await("it ages", func() bool { return lapsed() > first })
		s.sweep()
		require.Zero(t, lapsed())
	})
}
