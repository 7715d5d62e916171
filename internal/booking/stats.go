package booking

import (
	"context"
	"errors"
)

const (
	// CountedAtMost bounds each count of orders: a larger number is not told.
	CountedAtMost = 1_000_000
	// statsEvents bounds the events whose seats are counted.
	statsEvents = 1000
)

// Stats are live totals.
type Stats struct {
	Events int // whose sale is not over for more than a day
	// Uncounted are those of the events whose seats are not in the numbers: they
	// are being loaded, or there are more than a thousand.
	Uncounted int
	Seats     SeatCounts
	// Orders, RefundsDue and RefundsOverdue are of all events there ever were.
	Orders         map[OrderStatus]int
	RefundsDue     int // orders with money that is due back
	RefundsOverdue int // of these: for more than a day
}

// Stats counts what there is: the orders by an index, and the seats by one
// reading of each event's map, one after the other. Each number is of its own
// moment. CodeForbidden, CodeUnavailable.
func (s *Service) Stats(ctx context.Context, by Actor) (Stats, error) {
	if err := operator(by); err != nil {
		return Stats{}, err
	}
	var stats Stats
	if err := s.countEvents(ctx, &stats); err != nil {
		return Stats{}, err
	}
	return stats, s.countOrders(ctx, &stats)
}

func (s *Service) countEvents(ctx context.Context, to *Stats) error {
	events, err := s.Events.EventsEndingAfter(ctx, s.now().Add(-afterSale))
	if err != nil {
		return err
	}
	to.Events = len(events)
	to.Uncounted = max(0, len(events)-statsEvents)
	for _, e := range events[:len(events)-to.Uncounted] {
		counts, err := s.Holds.CountSeats(ctx, e)
		if errors.Is(err, ErrNotLoaded) {
			s.requestLoad(e.ID)
			to.Uncounted++
			continue
		}
		if err != nil {
			return err
		}
		to.Seats.Add(counts)
	}
	return nil
}

func (s *Service) countOrders(ctx context.Context, to *Stats) (err error) {
	to.Orders = make(map[OrderStatus]int, len(orderStatuses))
	for _, status := range orderStatuses {
		if to.Orders[status], err = s.Orders.CountOrders(ctx, status, CountedAtMost); err != nil {
			return err
		}
	}
	now := timestamp()
	if to.RefundsDue, err = s.Orders.CountRefundsDue(ctx, now, CountedAtMost); err != nil {
		return err
	}
	to.RefundsOverdue, err = s.Orders.CountRefundsDue(ctx, now.Add(-RefundOverdue), CountedAtMost)
	return err
}
