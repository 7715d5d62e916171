package mongostore

import (
	"context"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"

	"seathold/internal/booking"
)

// InsertOrder implements booking.Orders.
func (s *Store) InsertOrder(ctx context.Context, o booking.Order) error {
	o.Revision = 1
	_, err := s.orders.InsertOne(ctx, orderDocumentOf(&o))
	if err != nil {
		return fmt.Errorf("insert order %s: %w", o.ID, writeError(err))
	}
	return nil
}

// ReplaceOrder implements booking.Orders. The filter names event_id so that a
// sharded cluster sends it to one shard.
func (s *Store) ReplaceOrder(ctx context.Context, o booking.Order) error {
	filter := bson.D{{Key: "_id", Value: o.ID}, {Key: "event_id", Value: o.EventID}, {Key: "revision", Value: o.Revision}}
	o.Revision++
	result, err := s.orders.ReplaceOne(ctx, filter, orderDocumentOf(&o))
	if err != nil {
		return fmt.Errorf("replace order %s: %w", o.ID, writeError(err))
	}
	if result.MatchedCount == 0 {
		return fmt.Errorf("replace order %s from revision %d: %w", o.ID, o.Revision-1, booking.ErrConflict)
	}
	return nil
}

// Order implements booking.Orders.
func (s *Store) Order(ctx context.Context, id string) (booking.Order, error) {
	o, err := s.findOrder(ctx, bson.D{{Key: "_id", Value: id}})
	return o, notFound(err, "there is no order with the id %q", id)
}

// OrderByPayment implements booking.Orders. Of several, which a provider with
// unique payment ids never has, it returns the one with the smallest id.
func (s *Store) OrderByPayment(ctx context.Context, provider, paymentID string) (booking.Order, error) {
	o, err := s.findOrder(ctx, bson.D{{Key: "checkout.provider", Value: provider}, {Key: "payment_ids", Value: paymentID}}, firstByID())
	return o, notFound(err, "no order has the payment %q of %s", paymentID, provider)
}

// OrderByKey implements booking.Orders. Of several, made in different events,
// it returns the one with the smallest id.
func (s *Store) OrderByKey(ctx context.Context, customerID, key string) (booking.Order, error) {
	o, err := s.findOrder(ctx, bson.D{{Key: "customer_id", Value: customerID}, {Key: "idempotency_key", Value: key}}, firstByID())
	return o, notFound(err, "this customer made no order with the idempotency key %q", key)
}

// firstByID chooses among several matches.
func firstByID() *options.FindOneOptions { return options.FindOne().SetSort(keys("_id")) }

// findOrder returns the match, or the driver's error.
func (s *Store) findOrder(ctx context.Context, filter bson.D, o ...*options.FindOneOptions) (booking.Order, error) {
	var d orderDocument
	err := s.orders.FindOne(ctx, filter, o...).Decode(&d)
	if err != nil {
		return booking.Order{}, err
	}
	return d.order(), nil
}

// OrdersOfCustomer implements booking.Orders.
func (s *Store) OrdersOfCustomer(ctx context.Context, customerID string, page booking.Page) ([]booking.Order, error) {
	return s.listOrders(ctx, bson.D{
		{Key: "customer_id", Value: customerID},
		{Key: "status", Value: bson.D{{Key: "$nin", Value: bson.A{booking.BlockActive, booking.BlockEnded}}}},
	}, page)
}

// OrdersOfEvent implements booking.Orders.
func (s *Store) OrdersOfEvent(ctx context.Context, eventID string, statuses []booking.OrderStatus, page booking.Page) ([]booking.Order, error) {
	filter := bson.D{{Key: "event_id", Value: eventID}}
	if len(statuses) > 0 {
		filter = append(filter, bson.E{Key: "status", Value: bson.D{{Key: "$in", Value: statuses}}})
	}
	return s.listOrders(ctx, filter, page)
}

// listOrders returns a page of the matches, newest id first.
func (s *Store) listOrders(ctx context.Context, filter bson.D, page booking.Page) ([]booking.Order, error) {
	return s.findOrders(ctx, afterCursor(filter, page), newestFirst(page))
}

func (s *Store) findOrders(ctx context.Context, filter bson.D, o *options.FindOptions) ([]booking.Order, error) {
	var list []booking.Order
	err := each(ctx, s.orders, filter, o, func(d *orderDocument) error {
		list = append(list, d.order())
		return nil
	})
	return list, err
}

func afterCursor(filter bson.D, page booking.Page) bson.D {
	if page.Cursor == "" {
		return filter
	}
	return append(filter, bson.E{Key: "_id", Value: bson.D{{Key: "$lt", Value: page.Cursor}}})
}

func newestFirst(page booking.Page) *options.FindOptions {
	return options.Find().SetSort(keys("-_id")).SetLimit(int64(page.Limit))
}

// EachOwner implements booking.Orders. It walks one index whose entries do not
// move while a pending order is paid, so it sees each such order once.
func (s *Store) EachOwner(ctx context.Context, eventID string, fn func(booking.Order) error) error {
	filter := bson.D{{Key: "event_id", Value: eventID}, {Key: "claims_seats", Value: true}}
	return each(ctx, s.orders, filter, options.Find().SetSort(keys("_id")), func(d *orderDocument) error {
		return fn(d.order())
	})
}

// each calls fn for every match. An error of fn is returned as it is, one of
// the driver as CodeUnavailable.
func each[D any](ctx context.Context, c *mongo.Collection, filter bson.D, o *options.FindOptions, fn func(*D) error) (err error) {
	cursor, err := c.Find(ctx, filter, o)
	if err != nil {
		return unavailable(err)
	}
	defer func() {
		if closing := cursor.Close(ctx); closing != nil {
			err = errors.Join(err, unavailable(closing))
		}
	}()
	for cursor.Next(ctx) {
		var d D
		if err := cursor.Decode(&d); err != nil {
			return unavailable(err)
		}
		if err := fn(&d); err != nil {
			return err
		}
	}
	return unavailable(cursor.Err())
}
