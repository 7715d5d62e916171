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
			c, err := store.Count(s.Ctx, s.Event.ID)
			require.NoError(t, err)
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

		_, err = store.Count(s.Ctx, "an event that is not loaded")
		require.ErrorIs(t, err, booking.ErrNotLoaded)
	})
}
