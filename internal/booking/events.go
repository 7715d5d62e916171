package booking

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// NewEvent is what an organizer says of an event. Zero times and numbers mean
// the defaults that Event documents.
type NewEvent struct {
	Name                string
	StartsAt            time.Time
	OnSaleAt            time.Time
	OffSaleAt           time.Time
	Plan                []byte // the seating-plan document
	Prices              map[string]Money
	HoldTTL             time.Duration
	MaxSeatsPerCustomer int
}

// EventChange names what to change; nil leaves as it is. A pointer to a zero
// time or number puts the default back.
type EventChange struct {
	Name                *string
	StartsAt            *time.Time
	OnSaleAt            *time.Time
	OffSaleAt           *time.Time
	HoldTTL             *time.Duration
	MaxSeatsPerCustomer *int
	Close               bool // ends the sale for good
}

// CreateEvent checks and stores an event and puts its seats on sale.
// CodeForbidden, CodeInvalidPlan, CodeInvalidValue, CodeUnavailable.
func (s *Service) CreateEvent(ctx context.Context, by Actor, n NewEvent) (*Event, error) {
	if by.Role == RoleCustomer {
		return nil, Errorf(CodeForbidden, "creating events takes the role organizer")
	}
	plan, err := ParsePlan(n.Plan)
	if err != nil {
		return nil, err
	}
	currency, prices, err := onePriceList(n.Prices)
	if err != nil {
		return nil, err
	}
	if err := plan.CheckPrices(prices); err != nil {
		return nil, err
	}
	e := &Event{
		ID: s.NewID(), OrganizerID: by.ID, Name: strings.TrimSpace(n.Name),
		StartsAt: n.StartsAt, OnSaleAt: n.OnSaleAt, OffSaleAt: n.OffSaleAt,
		Currency: currency, Prices: prices,
		HoldTTL: n.HoldTTL, MaxSeatsPerCustomer: n.MaxSeatsPerCustomer,
		CreatedAt: timestamp(), Revision: 1, Plan: plan,
	}
	if err := s.checkEvent(e); err != nil {
		return nil, err
	}
	if err := s.Events.InsertEvent(ctx, e); err != nil {
		return nil, err
	}
	s.catalog.put(e)
	if err := s.loadNew(ctx, e.ID); err != nil {
		s.Log.WarnContext(ctx, "new event is not loaded yet; it will be at its first use", "event", e.ID, "err", err)
		s.requestLoad(e.ID)
	}
	return e, nil
}

// loadNew loads an event that was just stored. A sweeper that saw it first may
// be at it already: the caller is told of the event when it is on sale.
func (s *Service) loadNew(ctx context.Context, id string) error {
	const wait, most = 20 * time.Millisecond, 100
	err := s.Load(ctx, id)
	for n := 0; errors.Is(err, ErrLoadBusy) && n < most && ctx.Err() == nil; n++ {
		time.Sleep(wait)
		err = s.Load(ctx, id) // where it is loaded by now, this is a cheap repair
	}
	return err
}

func onePriceList(prices map[string]Money) (currency string, amounts map[string]int64, err error) {
	amounts = make(map[string]int64, len(prices))
	for category, m := range prices {
		if !ValidCurrency(m.Currency) {
			return "", nil, Errorf(CodeInvalidValue,
				"prices: %q of category %q is no ISO 4217 code like EUR", m.Currency, category)
		}
		if currency != "" && m.Currency != currency {
			return "", nil, Errorf(CodeInvalidValue, "prices: an event has one currency, these have two or more")
		}
		currency, amounts[category] = m.Currency, m.Amount
	}
	return currency, amounts, nil
}

func (s *Service) checkEvent(e *Event) error {
	switch {
	case e.Name == "" || utf8.RuneCountInString(e.Name) > MaxNameLength:
		return Errorf(CodeInvalidValue, "name: give the event a name of 1 to %d characters", MaxNameLength)
	case strings.ContainsFunc(e.Name, unicode.IsControl):
		return Errorf(CodeInvalidValue, "name: leave out control characters such as line breaks")
	case e.StartsAt.IsZero():
		return Errorf(CodeInvalidValue, "starts_at: say when the event starts, like 2027-05-01T19:30:00Z")
	case !e.OnSaleAt.IsZero() && !e.OnSaleAt.Before(e.SaleEnds()):
		return Errorf(CodeInvalidValue, "on_sale_at: the sale must open before it ends at %s", e.SaleEnds().Format(time.RFC3339))
	case e.HoldTTL < 0 || e.HoldTTL > s.limits.HoldMaxLife:
		return Errorf(CodeInvalidValue, "hold_ttl_seconds: 1 to %d", int(s.limits.HoldMaxLife.Seconds()))
	case e.MaxSeatsPerCustomer < 0 || e.MaxSeatsPerCustomer > MaxPlanSeats:
		return Errorf(CodeInvalidValue, "max_seats_per_customer: 1 to %d", MaxPlanSeats)
	}
	return nil
}

// Event returns the event with its plan. CodeNotFound, CodeUnavailable.
func (s *Service) Event(ctx context.Context, id string) (*Event, error) {
	return s.catalog.get(ctx, id)
}

// ListEvents returns events with their plans, newest first. CodeUnavailable.
func (s *Service) ListEvents(ctx context.Context, page Page) ([]*Event, error) {
	list, err := s.Events.ListEvents(ctx, page)
	if err != nil {
		return nil, err
	}
	return s.withPlans(ctx, list)
}

// EventsRunBy returns the events that the actor may run, with their plans,
// newest first: an organizer's own, an operator's all. CodeForbidden,
// CodeUnavailable.
func (s *Service) EventsRunBy(ctx context.Context, by Actor, page Page) ([]*Event, error) {
	switch by.Role {
	case RoleOperator:
		return s.ListEvents(ctx, page)
	case RoleOrganizer:
		list, err := s.Events.EventsOfOrganizer(ctx, by.ID, page)
		if err != nil {
			return nil, err
		}
		return s.withPlans(ctx, list)
	default:
		return nil, Errorf(CodeForbidden, "only organizers have events; your role is %s", by.Role)
	}
}

func (s *Service) withPlans(ctx context.Context, list []*Event) ([]*Event, error) {
	for i, e := range list {
		var err error
		if list[i], err = s.catalog.get(ctx, e.ID); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// UpdateEvent changes an event. Repeating a change is harmless. CodeNotFound
// (also for another organizer's event), CodeForbidden, CodeInvalidValue.
func (s *Service) UpdateEvent(ctx context.Context, by Actor, id string, c EventChange) (*Event, error) {
	for {
		e, err := s.runnableEvent(ctx, by, id)
		if err != nil {
			return nil, err
		}
		stored, err := s.Events.Event(ctx, id)
		if err != nil {
			return nil, err
		}
		stored.Plan = e.Plan
		c.apply(stored)
		if err := s.checkEvent(stored); err != nil {
			return nil, err
		}
		err = s.Events.UpdateEvent(ctx, stored)
		if errors.Is(err, ErrConflict) {
			continue // someone else changed it: apply to what is there now
		}
		if err != nil {
			return nil, err
		}
		stored.Revision++
		s.catalog.put(stored)
		return stored, nil
	}
}

func (c EventChange) apply(e *Event) {
	if c.Name != nil {
		e.Name = strings.TrimSpace(*c.Name)
	}
	if c.StartsAt != nil {
		e.StartsAt = *c.StartsAt
	}
	if c.OnSaleAt != nil {
		e.OnSaleAt = *c.OnSaleAt
	}
	if c.OffSaleAt != nil {
		e.OffSaleAt = *c.OffSaleAt
	}
	if c.HoldTTL != nil {
		e.HoldTTL = *c.HoldTTL
	}
	if c.MaxSeatsPerCustomer != nil {
		e.MaxSeatsPerCustomer = *c.MaxSeatsPerCustomer
	}
	e.Closed = e.Closed || c.Close
}

// runnableEvent returns the event if the actor may run it: a role that never
// may is told so, another organizer finds nothing.
func (s *Service) runnableEvent(ctx context.Context, by Actor, id string) (*Event, error) {
	if by.Role == RoleCustomer {
		return nil, Errorf(CodeForbidden, "this takes the event's organizer")
	}
	e, err := s.Event(ctx, id)
	if CodeOf(err) == CodeNotFound || (err == nil && !by.MayRun(e)) {
		return nil, Errorf(CodeNotFound, "no event of yours has the id %s", id)
	}
	return e, err
}

// SeatMap returns the state of all seats, from memory where that is current;
// Seats is nil where known is the current version. CodeNotFound, CodeEventLoading, CodeUnavailable.
func (s *Service) SeatMap(ctx context.Context, eventID, known string) (SeatMap, *Event, error) {
	e, err := s.Event(ctx, eventID)
	if err != nil {
		return SeatMap{}, nil, err
	}
	if s.Live != nil {
		if m, ok := s.Live.LiveMap(e, known); ok {
			return m, e, nil
		}
	}
	m, err := s.Holds.SeatMap(ctx, e, known)
	return m, e, s.loading(e, err)
}

// ListenTo has listen add a listener to the event. CodeNotFound,
// CodeEventLoading, or what listen returns.
func (s *Service) ListenTo(
	ctx context.Context, eventID string, listen func(*Event) (SeatListener, error),
) (SeatListener, error) {
	e, err := s.Event(ctx, eventID)
	if err != nil {
		return nil, err
	}
	l, err := listen(e)
	return l, s.loading(e, err)
}

// Seat returns one seat's index and its status at this moment. CodeNotFound,
// CodeUnknownSeat, CodeEventLoading, CodeUnavailable.
func (s *Service) Seat(ctx context.Context, eventID, guid string) (*Event, int, SeatStatus, error) {
	e, err := s.Event(ctx, eventID)
	if err != nil {
		return nil, 0, 0, err
	}
	i, ok := e.Plan.Index(guid)
	if !ok {
		return nil, 0, 0, unknownSeats([]string{guid})
	}
	status, err := s.Holds.Seat(ctx, e, i)
	return e, i, status, s.loading(e, err)
}
