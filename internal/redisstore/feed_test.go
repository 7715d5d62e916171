package redisstore

import (
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

func (s *show) version() booking.MapVersion {
	s.T.Helper()
	v, ok := booking.ParseMapVersion(s.Map().Version)
	require.True(s.T, ok)
	return v
}

func TestTheLogTellsWhatChanged(t *testing.T) {
	onEachServer(t, func(t *testing.T, store *Store) {
		s := newShow(t, store, 12)
		start := s.version()
		h := s.Take("customer-1", 3, 4)
		_, _, err := s.Release(s.Ctx, s.Event, h.ID, "customer-1", nil)
		require.NoError(t, err)
		s.TakeSold("customer-2", 7)
		changes, more, err := store.SeatChanges(s.Ctx, s.Event.ID, start, 0)
		require.NoError(t, err)
		require.False(t, more)
		n := start.Number
		require.Equal(t, []booking.SeatChange{
			{Number: n + 1, Status: booking.SeatHeld, Seats: []int{3, 4}},
			{Number: n + 2, Status: booking.SeatFree, Seats: []int{3, 4}},
			{Number: n + 3, Status: booking.SeatHeld, Seats: []int{7}},
			{Number: n + 4, Status: booking.SeatSold, Seats: []int{7}},
		}, changes)
		require.Equal(t, n+4, s.version().Number)

		changes, _, err = store.SeatChanges(s.Ctx, s.Event.ID, s.version(), 20*time.Millisecond)
		require.NoError(t, err)
		require.Empty(t, changes)
	})
}

func TestTheLogIsWaitedFor(t *testing.T) {
	onEachServer(t, func(t *testing.T, store *Store) {
		s := newShow(t, store, 12)
		start := s.version()
		type told struct {
			changes []booking.SeatChange
			err     error
		}
		answers := make(chan told, 1)
		go func() {
			changes, _, err := store.SeatChanges(s.Ctx, s.Event.ID, start, 1500*time.Millisecond)
			answers <- told{changes, err}
		}()
		s.Take("customer-1", 3)
		answer := <-answers
		require.NoError(t, answer.err)
		require.Len(t, answer.changes, 1)
	})
}

func TestALogOfManyChangesComesInParts(t *testing.T) {
	s := newShow(t, openAt(t, miniredis.RunT(t).Addr()), 12)
	at := s.version()
	for range feedPage + 1 {
		require.NoError(t, s.store.client.XAdd(s.Ctx, &redis.XAddArgs{Stream: s.key(keyLog), ID: "0-*", Values: []string{"c", "h1"}}).Err())
	}
	changes, more, err := s.store.SeatChanges(s.Ctx, s.Event.ID, at, 0)
	require.NoError(t, err)
	require.True(t, more)
	require.Len(t, changes, feedPage)
	at.Number = changes[feedPage-1].Number
	changes, more, err = s.store.SeatChanges(s.Ctx, s.Event.ID, at, 0)
	require.NoError(t, err)
	require.False(t, more)
	require.Len(t, changes, 1)
}

func TestALogThatDoesNotGoOnSaysSo(t *testing.T) {
	onEachServer(t, func(t *testing.T, store *Store) {
		s := newShow(t, store, 12)
		start := s.version()
		s.Take("customer-1", 3)
		s.Take("customer-2", 4)
		ask := func(after booking.MapVersion) error {
			_, _, err := store.SeatChanges(s.Ctx, s.Event.ID, after, 0)
			return err
		}
		require.NoError(t, ask(start))
		require.ErrorIs(t, ask(booking.MapVersion{Epoch: "other", Number: start.Number}), booking.ErrVersionGone)
		require.NoError(t, store.client.XTrimMaxLen(s.Ctx, s.key(keyLog), 1).Err())
		require.ErrorIs(t, ask(start), booking.ErrVersionGone)
		require.NoError(t, ask(s.version()))
		require.NoError(t, store.client.Del(s.Ctx, keys(s.Event.ID)...).Err())
		require.ErrorIs(t, ask(start), booking.ErrNotLoaded)
	})
}

func TestALogWithoutServerIsUnavailable(t *testing.T) {
	server := miniredis.RunT(t)
	s := newShow(t, openAt(t, server.Addr()), 12)
	at := s.version()
	server.Close()
	_, _, err := s.store.SeatChanges(s.Ctx, s.Event.ID, at, 0)
	require.Equal(t, booking.CodeUnavailable, booking.CodeOf(err))
}

func TestWhatIsNoChangeIsAFault(t *testing.T) {
	for _, text := range []string{"q1", "h", "h1,", "h-1", "1", "h1,x", "h99999999999"} {
		_, err := readSeatChange(1, text)
		require.Error(t, err, text)
	}
	c, err := readSeatChange(1, "")
	require.NoError(t, err)
	require.Empty(t, c.Seats)
	_, err = readChanges([]redis.XMessage{{ID: "0-1", Values: map[string]any{"d": "h1"}}}, 0)
	require.ErrorContains(t, err, "does not say")
}
