package booking

import (
	"context"
	"slices"
	"strings"
)

// EventHold is a live hold as operators see it.
type EventHold struct {
	LiveHold
	Customer Account
	// OrderStatus is that of the order bound to it; "" where none is, or where it
	// is not stored yet.
	OrderStatus OrderStatus
}

// EventHolds returns the event's live holds, oldest first, and the event.
// page.Cursor is the Cursor of the hold after which to go on, whether or not
// that one is over by now. Each page reads all of them. CodeForbidden, CodeNotFound,
// CodeEventLoading, CodeUnavailable.
func (s *Service) EventHolds(ctx context.Context, by Actor, eventID string, page Page) ([]EventHold, *Event, error) {
	e, err := s.operated(ctx, by, eventID)
	if err != nil {
		return nil, nil, err
	}
	oldest := oldestHolds{page: page}
	err = s.Holds.EachLive(ctx, e, func(h LiveHold) error { oldest.add(h); return nil })
	if err != nil {
		return nil, nil, s.loading(e, err)
	}
	holds, err := s.withPeople(ctx, oldest.list())
	return holds, e, err
}

// oldestHolds keeps of many holds those that a page shows.
type oldestHolds struct {
	page Page
	kept []cursorHold
}

type cursorHold struct {
	at string // its cursor
	LiveHold
}

func (o *oldestHolds) add(h LiveHold) {
	at := h.Cursor()
	if at <= o.page.Cursor {
		return
	}
	o.kept = append(o.kept, cursorHold{at, h})
	if len(o.kept) >= 4*o.page.Limit+100 { // memory is for what is shown
		o.list()
	}
}

// list returns the oldest, each once.
func (o *oldestHolds) list() []cursorHold {
	slices.SortFunc(o.kept, func(a, b cursorHold) int { return strings.Compare(a.at, b.at) })
	o.kept = slices.CompactFunc(o.kept, func(a, b cursorHold) bool { return a.at == b.at })
	o.kept = o.kept[:min(len(o.kept), o.page.Limit)]
	return o.kept
}

// withPeople adds who has each hold, and where its order stands.
func (s *Service) withPeople(ctx context.Context, holds []cursorHold) ([]EventHold, error) {
	people := s.newPeople()
	list := make([]EventHold, 0, len(holds))
	for _, h := range holds {
		customer, err := people.account(ctx, h.CustomerID)
		if err != nil {
			return nil, err
		}
		status, err := s.statusOf(ctx, h.OrderID)
		if err != nil {
			return nil, err
		}
		list = append(list, EventHold{LiveHold: h.LiveHold, Customer: customer, OrderStatus: status})
	}
	return list, nil
}

// statusOf returns where an order stands, "" where there is none.
func (s *Service) statusOf(ctx context.Context, orderID string) (OrderStatus, error) {
	if orderID == "" {
		return "", nil
	}
	o, err := s.Orders.Order(ctx, orderID)
	if CodeOf(err) == CodeNotFound {
		return "", nil
	}
	return o.Status, err
}
