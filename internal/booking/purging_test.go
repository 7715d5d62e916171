package booking_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

// More sessions than are removed in one step have lapsed; what goes on stays.
func TestLapsedSessionsArePurged(t *testing.T) {
	h := newHooks(t)
	insert := func(id string, endsAt time.Time) {
		require.NoError(t, h.store.InsertRecord(h.ctx, booking.RecordRefreshFamily, booking.Record{ID: id, Owner: "anna", EndsAt: endsAt}))
	}
	end := h.clock.now().Add(time.Hour)
	for i := range 1005 {
		insert("lapsing-"+strconv.Itoa(i), end)
	}
	insert("living", end.Add(time.Second))
	left := func() int {
		list, err := h.store.RecordsOf(h.ctx, booking.RecordRefreshFamily, "anna", booking.Page{Limit: 2000})
		require.NoError(t, err)
		return len(list)
	}
	require.NoError(t, h.service.PurgeSessions(h.ctx))
	require.Equal(t, 1006, left())
	h.clock.forward(time.Hour)
	require.NoError(t, h.service.PurgeSessions(h.ctx))
	require.Equal(t, 1, left())
}
