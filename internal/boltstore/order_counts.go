package boltstore

import (
	"context"
	"encoding/binary"

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
	found := map[string]uint64{}
	err = tx.Bucket(bucketOrders).ForEach(func(id, value []byte) error {
		var r orderRecord
		if err := fromJSON(string(id), value, &r); err == nil { // a damaged one is told of where it is needed
			found[r.Status]++
		}
		return nil
	})
	if err != nil {
		return err
	}
	for status, n := range found {
		if err := putCount(counts, booking.OrderStatus(status), n); err != nil {
			return err
		}
	}
	return nil
}

// recount moves an order from the status that was stored (old nil: none) to
// the one that is stored now.
func recount(tx *bbolt.Tx, old, now *booking.Order) error {
	counts := tx.Bucket(bucketCounts)
	if old != nil && old.Status == now.Status {
		return nil
	}
	if n := countOf(counts, old); n > 0 {
		if err := putCount(counts, old.Status, n-1); err != nil {
			return err
		}
	}
	return putCount(counts, now.Status, readCount(counts, now.Status)+1)
}

// countOf is the count that a stored order is part of.
func countOf(counts *bbolt.Bucket, stored *booking.Order) uint64 {
	if stored == nil {
		return 0
	}
	return readCount(counts, stored.Status)
}

func readCount(counts *bbolt.Bucket, status booking.OrderStatus) uint64 {
	value := counts.Get(prefix(string(status)))
	if value == nil {
		return 0
	}
	return binary.BigEndian.Uint64(value)
}

func putCount(counts *bbolt.Bucket, status booking.OrderStatus, n uint64) error {
	return counts.Put(prefix(string(status)), binary.BigEndian.AppendUint64(nil, n))
}

// CountOrders implements booking.Orders.
func (s *Store) CountOrders(ctx context.Context, status booking.OrderStatus, limit int) (n int, err error) {
	err = s.view(ctx, func(tx *bbolt.Tx) error {
		n = int(min(readCount(tx.Bucket(bucketCounts), status), uint64(limit)))
		return nil
	})
	return n, err
}
