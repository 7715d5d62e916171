package booking

import "time"

// EventStatus is what an event shows to customers.
type EventStatus string

// An event's sale is scheduled, then on sale, then closed.
const (
	EventScheduled EventStatus = "scheduled"
	EventOnSale    EventStatus = "on_sale"
	EventClosed    EventStatus = "closed"
)

// Event is one show in one seating plan. Plan and prices never change once the
// event exists; name, times and limits may.
//
// Events read from a store share their Plan: treat it as read-only.
type Event struct {
	ID          string
	OrganizerID string
	Name        string
	StartsAt    time.Time
	OnSaleAt    time.Time // zero: at once
	OffSaleAt   time.Time // zero: at StartsAt
	Closed      bool      // ended by hand
	Currency    string
	Prices      map[string]int64 // minor units by category name
	// HoldTTL and MaxSeatsPerCustomer are 0 where the service's own apply.
	HoldTTL             time.Duration
	MaxSeatsPerCustomer int
	CreatedAt           time.Time
	Revision            int64 // raised by every stored change

	Plan *Plan // nil in lists
}

// SaleEnds returns when the sale ends by the calendar.
func (e *Event) SaleEnds() time.Time {
	if !e.OffSaleAt.IsZero() {
		return e.OffSaleAt
	}
	return e.StartsAt
}

// closesAt returns when holds end to be admitted: long ago, once the sale was
// ended by hand.
func (e *Event) closesAt() time.Time {
	if e.Closed {
		return time.UnixMilli(1)
	}
	return e.SaleEnds()
}

// StatusAt returns what the event shows at time now. It is for display: a hold
// is admitted by the hold store's clock, inside the script.
func (e *Event) StatusAt(now time.Time) EventStatus {
	switch {
	case e.Closed || !now.Before(e.SaleEnds()):
		return EventClosed
	case now.Before(e.OnSaleAt):
		return EventScheduled
	default:
		return EventOnSale
	}
}

// Price returns what seat i costs, in minor units of the event's currency.
func (e *Event) Price(i int) int64 {
	return e.Prices[e.Plan.Categories[e.Plan.Seats[i].Category].Name]
}

// Total returns what the seats cost together.
func (e *Event) Total(seats []int) Money {
	sum := int64(0)
	for _, i := range seats {
		sum += e.Price(i)
	}
	return Money{Amount: sum, Currency: e.Currency}
}
