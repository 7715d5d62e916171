package boltstore

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.etcd.io/bbolt"

	"seathold/internal/booking"
)

// recordContent is everything that the file has of a kind, by bucket.
func recordContent(t *testing.T, s *Store, kind booking.RecordKind) map[string]map[string]string {
	t.Helper()
	all := map[string]map[string]string{}
	require.NoError(t, s.db.View(func(tx *bbolt.Tx) error {
		of := tx.Bucket(bucketRecords).Bucket([]byte(kind))
		return of.ForEachBucket(func(name []byte) error {
			return of.Bucket(name).ForEach(func(k, v []byte) error {
				if all[string(name)] == nil {
					all[string(name)] = map[string]string{}
				}
				all[string(name)][string(k)] = string(v)
				return nil
			})
		})
	}))
	return all
}

func TestIndexesHoldWhatTheRecordsSay(t *testing.T) {
	ctx := context.Background()
	s := openRaw(t)
	r := booking.Record{ID: "r1", Owner: "o1", DueAt: time.UnixMilli(1), EndsAt: time.UnixMilli(2), Data: []byte(`{"n": 1}`), Revision: 1}
	require.NoError(t, s.InsertRecord(ctx, booking.RecordDelivery, r))
	require.Equal(t, map[string]map[string]string{
		"by_id": {"r1": `{"owner":"o1","due_at":"1970-01-01T00:00:00.001Z","ends_at":"1970-01-01T00:00:00.002Z",` +
			`"data":"{\"n\": 1}","revision":1}`},
		"of_owner": {"\x02o1r1": ""},
		"due":      {"\x80\x00\x00\x00\x00\x00\x00\x01r1": ""},
		"ends":     {"\x80\x00\x00\x00\x00\x00\x00\x02r1": ""},
	}, recordContent(t, s, booking.RecordDelivery))

	r.Owner, r.DueAt, r.EndsAt, r.Data = "o2", time.Time{}, time.Time{}, nil
	require.NoError(t, s.ReplaceRecord(ctx, booking.RecordDelivery, r))
	require.Equal(t, map[string]map[string]string{
		"by_id":    {"r1": `{"owner":"o2","revision":2}`},
		"of_owner": {"\x02o2r1": ""},
	}, recordContent(t, s, booking.RecordDelivery), "nothing stays that the record says no more")

	require.NoError(t, s.DeleteRecord(ctx, booking.RecordDelivery, r.ID))
	require.Empty(t, recordContent(t, s, booking.RecordDelivery))
}
