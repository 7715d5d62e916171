package booking

import (
	"context"
	"slices"
	"strings"
)

// scanPage is how many orders a search reads at a time.
const scanPage = 500

// OrderFilter narrows an organizer's list. Zero values leave it whole.
type OrderFilter struct {
	Status OrderStatus
	// Query is an order's id or its beginning, a seat's name, or a customer's
	// e-mail address.
	Query string
}

// CustomerOrder is an order with the person who bought.
type CustomerOrder struct {
	Order
	Customer Account
}

var orderStatuses = []OrderStatus{
	OrderPending, OrderPaid, OrderCancelled, OrderExpired, OrderRefunding, OrderRefunded,
}

// EventOrders returns the event's orders for its organizer, newest first.
// CodeForbidden, CodeNotFound, CodeInvalidValue (a status that is none),
// CodeUnavailable.
func (s *Service) EventOrders(ctx context.Context, by Actor, eventID string, f OrderFilter, page Page) ([]CustomerOrder, error) {
	if _, err := s.runnableEvent(ctx, by, eventID); err != nil {
		return nil, err
	}
	statuses := orderStatuses
	if f.Status != "" {
		if !slices.Contains(orderStatuses, f.Status) {
			return nil, Errorf(CodeInvalidValue, "status: %q is none of %v", f.Status, orderStatuses)
		}
		statuses = []OrderStatus{f.Status}
	}
	match, err := s.orderMatcher(ctx, f.Query)
	if err != nil {
		return nil, err
	}
	orders, err := s.scanOrders(ctx, eventID, statuses, match, page)
	if err != nil {
		return nil, err
	}
	return s.withCustomers(ctx, orders)
}

func (s *Service) orderMatcher(ctx context.Context, query string) (func(*Order) bool, error) {
	query = strings.TrimSpace(query)
	if query == "" {
		return func(*Order) bool { return true }, nil
	}
	if strings.Contains(query, "@") {
		a, err := s.Accounts.AccountByEmail(ctx, strings.ToLower(query))
		if CodeOf(err) == CodeNotFound {
			return func(*Order) bool { return false }, nil
		}
		return func(o *Order) bool { return o.CustomerID == a.ID }, err
	}
	return func(o *Order) bool {
		return strings.HasPrefix(o.ID, query) || slices.Contains(o.Seats, query)
	}, nil
}

func (s *Service) scanOrders(ctx context.Context, eventID string, statuses []OrderStatus, match func(*Order) bool, page Page) ([]Order, error) {
	found := []Order{}
	scan := Page{Cursor: page.Cursor, Limit: scanPage}
	for {
		orders, err := s.Orders.OrdersOfEvent(ctx, eventID, statuses, scan)
		if err != nil {
			return nil, err
		}
		for i := range orders {
			if match(&orders[i]) {
				found = append(found, orders[i])
			}
			if len(found) == page.Limit {
				return found, nil
			}
		}
		if len(orders) < scan.Limit {
			return found, nil
		}
		scan.Cursor = orders[len(orders)-1].ID
	}
}

func (s *Service) withCustomers(ctx context.Context, orders []Order) ([]CustomerOrder, error) {
	people := s.newPeople()
	list := make([]CustomerOrder, 0, len(orders))
	for _, o := range orders {
		a, err := people.account(ctx, o.CustomerID)
		if err != nil {
			return nil, err
		}
		list = append(list, CustomerOrder{Order: o, Customer: a})
	}
	return list, nil
}

// people looks accounts up, each once.
type people struct {
	store Accounts
	known map[string]Account
}

func (s *Service) newPeople() people { return people{s.Accounts, map[string]Account{}} }

// account returns the account with this id, an empty one where there is none.
func (p people) account(ctx context.Context, id string) (Account, error) {
	a, ok := p.known[id]
	if ok {
		return a, nil
	}
	a, err := p.store.Account(ctx, id)
	if err != nil && CodeOf(err) != CodeNotFound {
		return Account{}, err
	}
	p.known[id] = a
	return a, nil
}
