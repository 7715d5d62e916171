package observed

import (
	"context"
	"time"

	"seathold/internal/booking"
)

// InsertOrder implements booking.Orders.
func (s *stores) InsertOrder(ctx context.Context, o booking.Order) error {
	ctx, end := s.observe(ctx, "insert_order")
	err := s.Stores.InsertOrder(ctx, o)
	end(err)
	return err
}

// ReplaceOrder implements booking.Orders.
func (s *stores) ReplaceOrder(ctx context.Context, o booking.Order) error {
	ctx, end := s.observe(ctx, "replace_order")
	err := s.Stores.ReplaceOrder(ctx, o)
	end(err)
	return err
}

// Order implements booking.Orders.
func (s *stores) Order(ctx context.Context, id string) (booking.Order, error) {
	ctx, end := s.observe(ctx, "order")
	found, err := s.Stores.Order(ctx, id)
	end(err)
	return found, err
}

// OrderByPayment implements booking.Orders.
func (s *stores) OrderByPayment(ctx context.Context, provider, paymentID string) (booking.Order, error) {
	ctx, end := s.observe(ctx, "order_by_payment")
	found, err := s.Stores.OrderByPayment(ctx, provider, paymentID)
	end(err)
	return found, err
}

// OrderByKey implements booking.Orders.
func (s *stores) OrderByKey(ctx context.Context, customerID, key string) (booking.Order, error) {
	ctx, end := s.observe(ctx, "order_by_key")
	found, err := s.Stores.OrderByKey(ctx, customerID, key)
	end(err)
	return found, err
}

// OrdersOfCustomer implements booking.Orders.
func (s *stores) OrdersOfCustomer(ctx context.Context, customerID string, page booking.Page) ([]booking.Order, error) {
	ctx, end := s.observe(ctx, "orders_of_customer")
	found, err := s.Stores.OrdersOfCustomer(ctx, customerID, page)
	end(err)
	return found, err
}

// OrdersOfEvent implements booking.Orders.
func (s *stores) OrdersOfEvent(ctx context.Context, eventID string, statuses []booking.OrderStatus, page booking.Page) ([]booking.Order, error) {
	ctx, end := s.observe(ctx, "orders_of_event")
	found, err := s.Stores.OrdersOfEvent(ctx, eventID, statuses, page)
	end(err)
	return found, err
}

// EachOwner implements booking.Orders.
func (s *stores) EachOwner(ctx context.Context, eventID string, fn func(booking.Order) error) error {
	ctx, end := s.observe(ctx, "each_owner")
	err := s.Stores.EachOwner(ctx, eventID, fn)
	end(err)
	return err
}

// Due implements booking.Orders.
func (s *stores) Due(ctx context.Context, t time.Time, deadlines bool, limit int) ([]booking.Order, error) {
	ctx, end := s.observe(ctx, "due")
	found, err := s.Stores.Due(ctx, t, deadlines, limit)
	end(err)
	return found, err
}

// RefundsDue implements booking.Orders.
func (s *stores) RefundsDue(ctx context.Context, before time.Time, page booking.Page) ([]booking.Order, error) {
	ctx, end := s.observe(ctx, "refunds_due")
	found, err := s.Stores.RefundsDue(ctx, before, page)
	end(err)
	return found, err
}

// CountOrders implements booking.Orders.
func (s *stores) CountOrders(ctx context.Context, status booking.OrderStatus, limit int) (int, error) {
	ctx, end := s.observe(ctx, "count_orders")
	n, err := s.Stores.CountOrders(ctx, status, limit)
	end(err)
	return n, err
}

// CountRefundsDue implements booking.Orders.
func (s *stores) CountRefundsDue(ctx context.Context, before time.Time, limit int) (int, error) {
	ctx, end := s.observe(ctx, "count_refunds_due")
	n, err := s.Stores.CountRefundsDue(ctx, before, limit)
	end(err)
	return n, err
}
