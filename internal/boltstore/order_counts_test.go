package boltstore

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"go.etcd.io/bbolt"

	"seathold/internal/booking"
)

// TestCountsOfAnEarlierFile opens a file that was written before there were
// counts; one of its orders is damaged.
func TestCountsOfAnEarlierFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "seathold.db")
	s, err := Open(path, NoSync())
	require.NoError(t, err)
	first := pending("o1", "c1", "A1")
	require.NoError(t, s.InsertOrder(t.Context(), first))
	require.NoError(t, s.InsertOrder(t.Context(), pending("o2", "c1", "A2")))
	require.NoError(t, s.db.Update(func(tx *bbolt.Tx) error {
		if err := tx.Bucket(bucketOrders).Put([]byte("o3"), []byte("{")); err != nil {
			return err
		}
		return tx.DeleteBucket(bucketCounts)
	}))
	require.NoError(t, s.Close(t.Context()))

	for range 2 { // the second time they are there
		s, err = Open(path, NoSync())
		require.NoError(t, err)
		n, err := s.CountOrders(t.Context(), booking.OrderPending, 10)
		require.NoError(t, err)
		require.Equal(t, 2, n)
		require.NoError(t, s.Close(t.Context()))
	}

	s, err = Open(path, NoSync())
	require.NoError(t, err)
	change(t, s, &first, booking.OrderExpired, false)
	require.Equal(t, map[string]string{
		"\x0fpending_payment": "1",
		"\x07expired":         "1",
	}, content(t, s, bucketCounts))
	require.NoError(t, s.Close(t.Context()))
}
