package boltstore

import (
	"context"
	"time"

	"go.etcd.io/bbolt"

	"seathold/internal/booking"
)

// Due implements booking.Orders. The entry has the order's status, so that
// what is left out is not read.
func (s *Store) Due(ctx context.Context, t time.Time, deadlines bool, limit int) ([]booking.Order, error) {
	var list []booking.Order
	err := s.view(ctx, func(tx *bbolt.Tx) (err error) {
		until(tx.Bucket(bucketDue), t, func(id string, status []byte) bool {
			if !deadlines && waitsForDeadline(booking.OrderStatus(status)) {
				return true
			}
			var o booking.Order
			if o, err = getOrder(tx, id); err == nil {
				list = append(list, o)
			}
			return err == nil && len(list) < limit
		})
		return err
	})
	return list, err
}

func waitsForDeadline(status booking.OrderStatus) bool {
	return status == booking.OrderPending || status == booking.BlockActive
}

// RefundsDue implements booking.Orders. It passes over the orders whose money
// is due back since later: while refunds work there are few of any age.
func (s *Store) RefundsDue(ctx context.Context, before time.Time, page booking.Page) ([]booking.Order, error) {
	var list []booking.Order
	last := timeKey(before)
	err := s.view(ctx, func(tx *bbolt.Tx) (err error) {
		descending(tx.Bucket(bucketRefundsDue), nil, page.Cursor, func(id, since []byte) bool {
			if string(since) > last {
				return true
			}
			var o booking.Order
			if o, err = getOrder(tx, string(id)); err == nil {
				list = append(list, o)
			}
			return err == nil && len(list) < page.Limit
		})
		return err
	})
	return list, err
}

// CountRefundsDue implements booking.Orders.
func (s *Store) CountRefundsDue(ctx context.Context, before time.Time, limit int) (n int, err error) {
	last := timeKey(before)
	err = s.view(ctx, func(tx *bbolt.Tx) error {
		descending(tx.Bucket(bucketRefundsDue), nil, "", func(_, since []byte) bool {
			if string(since) <= last {
				n++
			}
			return n < limit
		})
		return nil
	})
	return n, err
}
