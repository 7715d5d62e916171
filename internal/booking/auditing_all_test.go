package booking_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

// lose makes Redis forget a sale.
func (w *world) lose(seat int) {
	w.t.Helper()
	before := w.snapshot()
	w.bought(alice, seat)
	before()
}

func TestARoundOfAuditsTellsOfEachEvent(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.everything()
		require.NoError(t, w.service.AuditAll(w.ctx))
		require.Equal(t, 1, w.metrics.of("audited true"))
		require.Empty(t, w.metrics.mismatches)

		w.lose(8)
		before := w.version()
		require.NoError(t, w.service.AuditAll(w.ctx))
		require.Equal(t, map[string]int{w.event.ID: 1}, w.metrics.mismatches)
		require.Equal(t, before, w.version(), "nothing is changed")

		w.load()
		require.NoError(t, w.service.AuditAll(w.ctx))
		require.Equal(t, 3, w.metrics.of("audited true"))
		require.Empty(t, w.metrics.mismatches)
	})
}

// An event that cannot be audited is no reason to leave the others out, and is told.
func TestARoundOfAuditsThatIsNotWhole(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		lost := w.event.ID
		w.flush()
		w.event = w.newEvent(olga, w.setup)
		w.lose(8)
		err := w.service.AuditAll(w.ctx)
		require.Equal(t, booking.CodeEventLoading, booking.CodeOf(err))
		require.Equal(t, 1, w.metrics.of("audited false"))
		require.Equal(t, map[string]int{w.event.ID: 1}, w.metrics.mismatches)
		require.NotEqual(t, lost, w.event.ID)
		w.load()
	})
}
