package boltstore

import (
	"context"

	"go.etcd.io/bbolt"

	"seathold/internal/booking"
)

// bucketCounts has how many orders are in each status: status, behind its
// length, → count. It changes in the same transaction as the order.
var bucketCounts = []byte("order_counts")

// makeCounts makes the bucket where there is none, from the orders that a file
// of an earlier version has.
func makeCounts(tx *bbolt.Tx) error {
	if tx.Bucket(bucketCounts) != nil {
		return nil
	}
	counts, err := tx.CreateBucket(bucketCounts)
	if err != nil {
		return err
	}
	found := map[booking.OrderStatus]int{}
	err = tx.Bucket(bucketOrders).ForEach(func(id, value []byte) error {
		var r orderRecord
		if err := fromJSON(string(id), value, &r); err == nil { // a damaged one is told of where it is needed
			found[booking.OrderStatus(r.Status)]++
		}
		return nil
	})
	if err != nil {
		return err
	}
	for status, n := range found {
		if err := putJSON(counts, countKey(status), n); err != nil {
			return err
		}
	}
	return nil
}

// countKey is never empty, as no key may be.
func countKey(status booking.OrderStatus) string { return string(prefix(string(status))) }

// recount moves an order from the status that was stored (old nil: none) to
// the one that is stored now.
func recount(tx *bbolt.Tx, old, now *booking.Order) error {
	if old != nil && old.Status == now.Status {
		return nil
	}
	if old != nil {
		if err := count(tx, old.Status, -1); err != nil {
			return err
		}
	}
	return count(tx, now.Status, 1)
}

func count(tx *bbolt.Tx, status booking.OrderStatus, more int) error {
	counts, n := tx.Bucket(bucketCounts), 0
	if _, err := getJSON(counts, countKey(status), &n); err != nil {
		return err
	}
	return putJSON(counts, countKey(status), max(0, n+more))
}

// CountOrders implements booking.Orders.
func (s *Store) CountOrders(ctx context.Context, status booking.OrderStatus, limit int) (n int, err error) {
	err = s.view(ctx, func(tx *bbolt.Tx) error {
		_, err := getJSON(tx.Bucket(bucketCounts), countKey(status), &n)
		return err
	})
	return min(n, limit), err
}
