package boltstore

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"go.etcd.io/bbolt"

	"seathold/internal/booking"
)

// TestOpenIndexesTheEventsOfAnOlderFile takes the index out of a file, as if it
// were from before there was one. That it was missed is the control.
func TestOpenIndexesTheEventsOfAnOlderFile(t *testing.T) {
	ctx, path := context.Background(), filepath.Join(t.TempDir(), "seathold.db")
	s, err := Open(path, NoSync())
	require.NoError(t, err)
	for _, e := range []booking.Event{{ID: "e1", OrganizerID: "olga"}, {ID: "e2", OrganizerID: "oscar"}} {
		e.Plan = &booking.Plan{Raw: []byte("{}")}
		require.NoError(t, s.InsertEvent(ctx, &e))
	}
	whole := content(t, s, bucketOfOrganizer)
	require.Len(t, whole, 2)

	require.NoError(t, s.db.Update(func(tx *bbolt.Tx) error {
		return tx.Bucket(bucketOfOrganizer).Delete(key("olga", "e1"))
	}))
	list, err := s.EventsOfOrganizer(ctx, "olga", booking.Page{Limit: 5})
	require.NoError(t, err)
	require.Empty(t, list)

	require.NoError(t, s.db.Update(func(tx *bbolt.Tx) error { return tx.DeleteBucket(bucketOfOrganizer) }))
	require.NoError(t, s.Close(ctx))
	s, err = Open(path, NoSync())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close(ctx)) })
	require.Equal(t, whole, content(t, s, bucketOfOrganizer))
	list, err = s.EventsOfOrganizer(ctx, "olga", booking.Page{Limit: 5})
	require.NoError(t, err)
	require.Len(t, list, 1)
}
