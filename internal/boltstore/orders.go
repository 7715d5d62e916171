package boltstore

import (
	"context"
	"fmt"
	"slices"

	"go.etcd.io/bbolt"

	"seathold/internal/booking"
)

// visitBatch is how many orders EachOwner reads in one transaction. Between
// them the visitor may write, which an open reading transaction could block.
const visitBatch = 500

// InsertOrder implements booking.Orders.
func (s *Store) InsertOrder(ctx context.Context, o booking.Order) error {
	o.Revision = 1
	return s.update(ctx, func(tx *bbolt.Tx) error {
		if tx.Bucket(bucketOrders).Get([]byte(o.ID)) != nil {
			return fmt.Errorf("insert order %s: its id exists: %w", o.ID, booking.ErrConflict)
		}
		return putOrder(tx, nil, &o)
	})
}

// ReplaceOrder implements booking.Orders.
func (s *Store) ReplaceOrder(ctx context.Context, o booking.Order) error {
	return s.update(ctx, func(tx *bbolt.Tx) error {
		old, err := getOrder(tx, o.ID)
		switch {
		case booking.CodeOf(err) == booking.CodeNotFound:
			return fmt.Errorf("replace order %s: it does not exist: %w", o.ID, booking.ErrConflict)
		case err != nil:
			return err
		case old.Revision != o.Revision || old.EventID != o.EventID:
			return fmt.Errorf("replace order %s: it is at revision %d, not %d: %w",
				o.ID, old.Revision, o.Revision, booking.ErrConflict)
		}
		o.Revision++
		return putOrder(tx, &old, &o)
	})
}

func putOrder(tx *bbolt.Tx, old, now *booking.Order) error {
	if err := reindex(tx, old, now); err != nil {
		return err
	}
	if err := recount(tx, old, now); err != nil {
		return err
	}
	return putJSON(tx.Bucket(bucketOrders), now.ID, orderRecordOf(now))
}

func getOrder(tx *bbolt.Tx, id string) (booking.Order, error) {
	var r orderRecord
	found, err := getJSON(tx.Bucket(bucketOrders), id, &r)
	if err != nil {
		return booking.Order{}, err
	}
	if !found {
		return booking.Order{}, booking.Errorf(booking.CodeNotFound, "there is no order with the id %q", id)
	}
	return r.order(id), nil
}

// Order implements booking.Orders.
func (s *Store) Order(ctx context.Context, id string) (o booking.Order, err error) {
	err = s.view(ctx, func(tx *bbolt.Tx) error {
		o, err = getOrder(tx, id)
		return err
	})
	return o, err
}

// OrderByPayment implements booking.Orders. Of several, which a provider with
// unique payment ids never has, it returns the one with the smallest id.
func (s *Store) OrderByPayment(ctx context.Context, provider, paymentID string) (o booking.Order, err error) {
	err = s.view(ctx, func(tx *bbolt.Tx) error {
		id := ""
		ascending(tx.Bucket(bucketPayments), prefix(provider, paymentID), "", func(orderID, _ []byte) bool {
			id = string(orderID)
			return false
		})
		if id == "" {
			return booking.Errorf(booking.CodeNotFound, "no order has the payment %q of %s", paymentID, provider)
		}
		o, err = getOrder(tx, id)
		return err
	})
	return o, err
}

// OrderByKey implements booking.Orders. Of several, made in different events,
// it returns the one with the smallest id.
func (s *Store) OrderByKey(ctx context.Context, customerID, idempotencyKey string) (o booking.Order, err error) {
	err = s.view(ctx, func(tx *bbolt.Tx) error {
		var ids []string
		ascending(tx.Bucket(bucketKeys), prefix(customerID, idempotencyKey), "", func(_, orderID []byte) bool {
			ids = append(ids, string(orderID))
			return true
		})
		if len(ids) == 0 {
			return booking.Errorf(booking.CodeNotFound, "this customer made no order with the idempotency key %q", idempotencyKey)
		}
		o, err = getOrder(tx, slices.Min(ids))
		return err
	})
	return o, err
}

// OrdersOfCustomer implements booking.Orders.
func (s *Store) OrdersOfCustomer(ctx context.Context, customerID string, page booking.Page) ([]booking.Order, error) {
	all := func(*booking.Order) bool { return true }
	return s.listNewest(ctx, bucketOfCustomer, customerID, page, all)
}

// OrdersOfEvent implements booking.Orders.
func (s *Store) OrdersOfEvent(ctx context.Context, eventID string, statuses []booking.OrderStatus, page booking.Page) ([]booking.Order, error) {
	return s.listNewest(ctx, bucketOfEvent, eventID, page, func(o *booking.Order) bool {
		return len(statuses) == 0 || slices.Contains(statuses, o.Status)
	})
}

// listNewest returns a page of an index (owner, order id), newest id first.
func (s *Store) listNewest(ctx context.Context, index []byte, owner string, page booking.Page, want func(*booking.Order) bool) ([]booking.Order, error) {
	var list []booking.Order
	err := s.view(ctx, func(tx *bbolt.Tx) (err error) {
		descending(tx.Bucket(index), prefix(owner), page.Cursor, func(id, _ []byte) bool {
			var o booking.Order
			if o, err = getOrder(tx, string(id)); err == nil && want(&o) {
				list = append(list, o)
			}
			return err == nil && len(list) < page.Limit
		})
		return err
	})
	return list, err
}

// EachOwner implements booking.Orders.
func (s *Store) EachOwner(ctx context.Context, eventID string, fn func(booking.Order) error) error {
	for after := ""; ; {
		batch, err := s.claims(ctx, eventID, after)
		if err != nil {
			return err
		}
		for _, o := range batch {
			if err := fn(o); err != nil {
				return err
			}
		}
		if len(batch) < visitBatch {
			return nil
		}
		after = batch[len(batch)-1].ID
	}
}

// claims reads the next documents that own seats or are pending, by id. A
// pending order that is paid between two batches keeps its place here, so a
// visit never misses it.
func (s *Store) claims(ctx context.Context, eventID, after string) ([]booking.Order, error) {
	var batch []booking.Order
	err := s.view(ctx, func(tx *bbolt.Tx) (err error) {
		ascending(tx.Bucket(bucketClaims), prefix(eventID), after, func(id, _ []byte) bool {
			var o booking.Order
			if o, err = getOrder(tx, string(id)); err == nil {
				batch = append(batch, o)
			}
			return err == nil && len(batch) < visitBatch
		})
		return err
	})
	return batch, err
}
