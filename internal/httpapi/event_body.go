package httpapi

import (
	"math"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"seathold/internal/booking"
)

// newEventBody is the body of POST /v1/events. The plan is passed on as it is:
// it may have fields that nobody here knows.
type newEventBody struct {
	Name                string               `json:"name"`
	StartsAt            moment               `json:"starts_at"`
	OnSaleAt            moment               `json:"on_sale_at"`
	OffSaleAt           moment               `json:"off_sale_at"`
	Plan                jsontext.Value       `json:"plan"`
	Prices              map[string]priceBody `json:"prices"`
	HoldTTL             *int64               `json:"hold_ttl_seconds"`
	MaxSeatsPerCustomer *int64               `json:"max_seats_per_customer"`
}

// priceBody has an amount that can be absent: a price that was forgotten must
// not make a seat free of charge.
type priceBody struct {
	Amount   *int64 `json:"amount"`
	Currency string `json:"currency"`
}

func (b newEventBody) read() (booking.NewEvent, error) {
	n := booking.NewEvent{
		Name: b.Name, StartsAt: time.Time(b.StartsAt),
		OnSaleAt: time.Time(b.OnSaleAt), OffSaleAt: time.Time(b.OffSaleAt),
		Plan: b.Plan, Prices: make(map[string]booking.Money, len(b.Prices)),
	}
	if b.Plan == nil {
		return n, booking.Errorf(booking.CodeInvalidPlan, "plan: give the seating plan, as an object")
	}
	for category, p := range b.Prices {
		if p.Amount == nil {
			return n, booking.Errorf(booking.CodeInvalidValue,
				"prices: category %q has no amount; give it in minor units", category)
		}
		n.Prices[category] = booking.Money{Amount: *p.Amount, Currency: p.Currency}
	}
	var err error
	if b.HoldTTL != nil {
		if n.HoldTTL, err = readSeconds("hold_ttl_seconds", *b.HoldTTL); err != nil {
			return n, err
		}
	}
	if b.MaxSeatsPerCustomer != nil {
		n.MaxSeatsPerCustomer, err = readCount("max_seats_per_customer", *b.MaxSeatsPerCustomer)
	}
	return n, err
}

// readSeconds refuses 0 and less, which the domain takes as "the default"; the
// upper bound is the domain's.
func readSeconds(field string, seconds int64) (time.Duration, error) {
	if seconds < 1 {
		return 0, booking.Errorf(booking.CodeInvalidValue, "%s: use 1 or more", field)
	}
	const most = math.MaxInt64 / int64(time.Second)
	return time.Duration(min(seconds, most)) * time.Second, nil
}

func readCount(field string, n int64) (int, error) {
	if n < 1 {
		return 0, booking.Errorf(booking.CodeInvalidValue, "%s: use 1 or more", field)
	}
	return int(n), nil
}

// eventChangeBody is the body of PATCH /v1/events/{event}. Absent leaves as it
// is; null puts the default back where there is one.
type eventChangeBody struct {
	Name                optional[string]         `json:"name"`
	StartsAt            optional[moment]         `json:"starts_at"`
	OnSaleAt            optional[moment]         `json:"on_sale_at"`
	OffSaleAt           optional[moment]         `json:"off_sale_at"`
	HoldTTL             optional[int64]          `json:"hold_ttl_seconds"`
	MaxSeatsPerCustomer optional[int64]          `json:"max_seats_per_customer"`
	Status              optional[string]         `json:"status"`
	Plan                optional[jsontext.Value] `json:"plan"`
	Prices              optional[jsontext.Value] `json:"prices"`
}

func (b eventChangeBody) read() (c booking.EventChange, err error) {
	if err := b.check(); err != nil {
		return c, err
	}
	c.Close = b.Status.given
	if b.Name.given {
		c.Name = &b.Name.value
	}
	c.StartsAt, c.OnSaleAt, c.OffSaleAt = readTime(b.StartsAt), readTime(b.OnSaleAt), readTime(b.OffSaleAt)
	if c.HoldTTL, err = readOptional("hold_ttl_seconds", b.HoldTTL, readSeconds); err != nil {
		return c, err
	}
	c.MaxSeatsPerCustomer, err = readOptional("max_seats_per_customer", b.MaxSeatsPerCustomer, readCount)
	return c, err
}

// check refuses what cannot be changed, or not to that.
func (b eventChangeBody) check() error {
	switch {
	case b.Plan.given || b.Prices.given:
		return booking.Errorf(booking.CodeInvalidValue,
			"plan, prices: they never change once the event exists; make a new event")
	case b.Name.null:
		return booking.Errorf(booking.CodeInvalidValue, "name: an event always has one; leave it out to keep it")
	case b.StartsAt.null:
		return booking.Errorf(booking.CodeInvalidValue, "starts_at: an event always has one; leave it out to keep it")
	case b.Status.given && b.Status.value != string(booking.EventClosed):
		return booking.Errorf(booking.CodeInvalidValue, "status: can only become %q, which ends the sale", booking.EventClosed)
	}
	return nil
}

func readTime(o optional[moment]) *time.Time {
	if !o.given {
		return nil
	}
	t := time.Time(o.value)
	return &t
}

// readOptional reads a number that may be absent (nil) or null (a pointer to 0).
func readOptional[T any](field string, o optional[int64], read func(string, int64) (T, error)) (*T, error) {
	var value T
	switch {
	case !o.given:
		return nil, nil
	case o.null:
		return &value, nil
	}
	value, err := read(field, o.value)
	return &value, err
}
