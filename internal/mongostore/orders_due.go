package mongostore

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo/options"

	"seathold/internal/booking"
)

// Due implements booking.Orders. The index has the status, so that what is left
// out is not read.
func (s *Store) Due(ctx context.Context, t time.Time, deadlines bool, limit int) ([]booking.Order, error) {
	filter := notAfter("due_at", t)
	if !deadlines {
		filter = append(filter, bson.E{
			Key: "status", Value: bson.D{{Key: "$nin", Value: bson.A{booking.OrderPending, booking.BlockActive}}},
		})
	}
	return s.findOrders(ctx, filter, earliestFirst("due_at", limit))
}

// RefundsDue implements booking.Orders.
func (s *Store) RefundsDue(ctx context.Context, before time.Time, page booking.Page) ([]booking.Order, error) {
	return s.listOrders(ctx, notAfter("refund_due_since", before), page)
}

// notAfter matches documents that have the field, which an index over those
// that have it can therefore answer.
func notAfter(field string, t time.Time) bson.D {
	return bson.D{{Key: field, Value: bson.D{{Key: "$lte", Value: t}}}}
}

func earliestFirst(field string, limit int) *options.FindOptions {
	return options.Find().SetSort(keys(field, "_id")).SetLimit(int64(limit))
}

// CountOrders implements booking.Orders.
func (s *Store) CountOrders(ctx context.Context, status booking.OrderStatus, limit int) (int, error) {
	return s.countOrders(ctx, bson.D{{Key: "status", Value: status}}, limit)
}

// CountRefundsDue implements booking.Orders.
func (s *Store) CountRefundsDue(ctx context.Context, before time.Time, limit int) (int, error) {
	return s.countOrders(ctx, notAfter("refund_due_since", before), limit)
}

func (s *Store) countOrders(ctx context.Context, filter bson.D, limit int) (int, error) {
	n, err := s.orders.CountDocuments(ctx, filter, options.Count().SetLimit(int64(limit)))
	return int(n), unavailable(err)
}
