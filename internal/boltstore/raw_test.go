package boltstore

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.etcd.io/bbolt"

	"seathold/internal/booking"
)

func openRaw(t *testing.T) *Store {
	t.Helper()
	s, err := Open(filepath.Join(t.TempDir(), "seathold.db"), NoSync())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close(context.Background())) })
	return s
}

// content is a bucket as it is in the file.
func content(t *testing.T, s *Store, bucket []byte) map[string]string {
	t.Helper()
	entries := map[string]string{}
	require.NoError(t, s.db.View(func(tx *bbolt.Tx) error {
		return tx.Bucket(bucket).ForEach(func(k, v []byte) error {
			entries[string(k)] = string(v)
			return nil
		})
	}))
	return entries
}

func indexContent(t *testing.T, s *Store) map[string]map[string]string {
	t.Helper()
	all := map[string]map[string]string{}
	for _, bucket := range orderIndexes {
		if entries := content(t, s, bucket); len(entries) > 0 {
			all[string(bucket)] = entries
		}
	}
	return all
}

func pending(id, customerID string, seats ...string) booking.Order {
	return booking.Order{
		ID: id, EventID: "e1", CustomerID: customerID, Status: booking.OrderPending, Seats: seats, Revision: 1,
	}
}

func change(t *testing.T, s *Store, o *booking.Order, status booking.OrderStatus, owns bool) {
	t.Helper()
	o.Status, o.OwnsSeats = status, owns
	require.NoError(t, s.ReplaceOrder(context.Background(), *o))
	o.Revision++
}

func TestOwnersBucketFollowsTheOrder(t *testing.T) {
	s := openRaw(t)
	o := pending("o1", "c1", "A2", "A3")
	require.NoError(t, s.InsertOrder(context.Background(), o))
	require.Empty(t, content(t, s, bucketOwners))

	owners := map[string]string{"\x02e1A2": "o1", "\x02e1A3": "o1"}
	change(t, s, &o, booking.OrderPaid, true)
	require.Equal(t, owners, content(t, s, bucketOwners))

	loser := pending("o2", "c2", "A1", "A3")
	require.NoError(t, s.InsertOrder(context.Background(), loser))
	before := content(t, s, bucketOrders)
	loser.Status, loser.OwnsSeats = booking.OrderPaid, true
	require.ErrorIs(t, s.ReplaceOrder(context.Background(), loser), booking.ErrSeatSold)
	require.Equal(t, owners, content(t, s, bucketOwners), "A1 is not left behind")
	require.Equal(t, before, content(t, s, bucketOrders))

	change(t, s, &o, booking.OrderRefunding, true)
	require.Equal(t, owners, content(t, s, bucketOwners))
	change(t, s, &o, booking.OrderRefunded, false)
	require.Empty(t, content(t, s, bucketOwners))
}

// TestWithoutOwnersSeatIsSoldTwice is the control: it is the bucket that
// prevents the double sale, and nothing else.
func TestWithoutOwnersSeatIsSoldTwice(t *testing.T) {
	ctx := context.Background()
	s := openRaw(t)
	first, second := pending("o1", "c1", "A2"), pending("o2", "c2", "A2")
	require.NoError(t, s.InsertOrder(ctx, first))
	require.NoError(t, s.InsertOrder(ctx, second))
	change(t, s, &first, booking.OrderPaid, true)

	require.NoError(t, s.db.Update(func(tx *bbolt.Tx) error {
		return tx.Bucket(bucketOwners).Delete(key("e1", "A2"))
	}))
	change(t, s, &second, booking.OrderPaid, true)
	for _, id := range []string{"o1", "o2"} {
		o, err := s.Order(ctx, id)
		require.NoError(t, err)
		require.True(t, o.OwnsSeats)
	}
}

func TestIndexesHoldWhatTheOrdersSay(t *testing.T) {
	s := openRaw(t)
	o := pending("o1", "c1", "A2")
	o.IdempotencyKey, o.ExpiresAt = "k", millis(o.ExpiresAt).AddDate(1969, 0, 0) // 1970-01-01
	o.Checkout = booking.Checkout{ID: "p1", Provider: "sandbox"}
	o.Payments = []booking.Payment{{ID: "p1"}, {ID: "p2"}}
	require.NoError(t, s.InsertOrder(context.Background(), o))
	require.Equal(t, map[string]map[string]string{
		"claims":      {"\x02e1o1": ""},
		"of_event":    {"\x02e1o1": ""},
		"of_customer": {"\x02c1o1": ""},
		"keys":        {"\x02c1\x01ke1": "o1"},
		"payments":    {"\x07sandbox\x02p1o1": "", "\x07sandbox\x02p2o1": ""},
		"due":         {"\x80\x00\x00\x00\x00\x00\x00\x00o1": "pending_payment"},
	}, indexContent(t, s))

	o.Payments[1] = booking.Payment{ID: "p2", State: booking.PaymentRefundDue, DueSince: time.UnixMilli(2), NextAt: time.UnixMilli(3)}
	o.Checkout.Ended = true
	change(t, s, &o, booking.OrderPaid, true)
	require.Equal(t, map[string]map[string]string{
		"owners":      {"\x02e1A2": "o1"},
		"claims":      {"\x02e1o1": ""},
		"of_event":    {"\x02e1o1": ""},
		"of_customer": {"\x02c1o1": ""},
		"keys":        {"\x02c1\x01ke1": "o1"},
		"payments":    {"\x07sandbox\x02p1o1": "", "\x07sandbox\x02p2o1": ""},
		"due":         {"\x80\x00\x00\x00\x00\x00\x00\x03o1": "paid"},
		"refunds_due": {"o1": "\x80\x00\x00\x00\x00\x00\x00\x02"},
	}, indexContent(t, s))

	o.Checkout, o.Payments = booking.Checkout{}, nil
	change(t, s, &o, booking.OrderExpired, false)
	require.Equal(t, map[string]map[string]string{
		"of_event":    {"\x02e1o1": ""},
		"of_customer": {"\x02c1o1": ""},
		"keys":        {"\x02c1\x01ke1": "o1"},
	}, indexContent(t, s), "nothing stays that the order says no more")
}

func TestDamagedRecordIsReported(t *testing.T) {
	s := openRaw(t)
	require.NoError(t, s.db.Update(func(tx *bbolt.Tx) error {
		return tx.Bucket(bucketOrders).Put([]byte("o1"), []byte("{"))
	}))
	_, err := s.Order(context.Background(), "o1")
	require.Equal(t, booking.CodeUnavailable, booking.CodeOf(err))
	require.ErrorContains(t, err, "stored record o1 is damaged")
}

// TestVisitGoesOnAfterABatch has more claims than one transaction reads, one
// of which changes in between.
func TestVisitGoesOnAfterABatch(t *testing.T) {
	ctx := context.Background()
	s := openRaw(t)
	require.NoError(t, s.db.Update(func(tx *bbolt.Tx) error {
		for i := range visitBatch + 2 {
			o := pending(fmt.Sprintf("o%05d", i), "c1")
			if err := putOrder(tx, nil, &o); err != nil {
				return err
			}
		}
		return nil
	}))
	last, err := s.Order(ctx, fmt.Sprintf("o%05d", visitBatch+1))
	require.NoError(t, err)
	seen := map[string]bool{}
	require.NoError(t, s.EachOwner(ctx, "e1", func(o booking.Order) error {
		if len(seen) == 0 {
			change(t, s, &last, booking.OrderPaid, true)
		}
		seen[o.ID] = true
		return nil
	}))
	require.True(t, seen[last.ID], "paid during the visit")
	require.Len(t, seen, visitBatch+2)
}
