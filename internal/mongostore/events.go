package mongostore

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo/options"

	"seathold/internal/booking"
)

// eventDocument is how an event is stored. A zero time is left out.
type eventDocument struct {
	ID                  string          `bson:"_id"`
	OrganizerID         string          `bson:"organizer_id"`
	Name                string          `bson:"name"`
	StartsAt            time.Time       `bson:"starts_at,omitempty"`
	OnSaleAt            time.Time       `bson:"on_sale_at,omitempty"`
	OffSaleAt           time.Time       `bson:"off_sale_at,omitempty"`
	SaleEndsAt          time.Time       `bson:"sale_ends_at,omitempty"` // for the index
	Closed              bool            `bson:"closed,omitempty"`
	Currency            string          `bson:"currency"`
	Prices              []priceDocument `bson:"prices"`
	HoldTTLMillis       int64           `bson:"hold_ttl_ms,omitempty"`
	MaxSeatsPerCustomer int             `bson:"max_seats_per_customer,omitempty"`
	CreatedAt           time.Time       `bson:"created_at,omitempty"`
	Revision            int64           `bson:"revision"`
	PlanID              string          `bson:"plan_id"`
}

// priceDocument is one price. Prices are a list since a category's name may
// contain what the name of a field may not: a dot, a dollar, nothing at all.
type priceDocument struct {
	Category string `bson:"category"`
	Amount   int64  `bson:"amount"`
}

func eventDocumentOf(e *booking.Event, planID string) eventDocument {
	d := eventDocument{
		ID: e.ID, OrganizerID: e.OrganizerID, Name: e.Name,
		StartsAt: e.StartsAt, OnSaleAt: e.OnSaleAt, OffSaleAt: e.OffSaleAt, SaleEndsAt: e.SaleEnds(), Closed: e.Closed,
		Currency: e.Currency, Prices: []priceDocument{},
		HoldTTLMillis: e.HoldTTL.Milliseconds(), MaxSeatsPerCustomer: e.MaxSeatsPerCustomer,
		CreatedAt: e.CreatedAt, Revision: e.Revision, PlanID: planID,
	}
	for _, category := range slices.Sorted(maps.Keys(e.Prices)) {
		d.Prices = append(d.Prices, priceDocument{Category: category, Amount: e.Prices[category]})
	}
	return d
}

func (d *eventDocument) event() *booking.Event {
	e := &booking.Event{
		ID: d.ID, OrganizerID: d.OrganizerID, Name: d.Name,
		StartsAt: d.StartsAt, OnSaleAt: d.OnSaleAt, OffSaleAt: d.OffSaleAt, Closed: d.Closed,
		Currency: d.Currency, Prices: make(map[string]int64, len(d.Prices)),
		HoldTTL: time.Duration(d.HoldTTLMillis) * time.Millisecond, MaxSeatsPerCustomer: d.MaxSeatsPerCustomer,
		CreatedAt: d.CreatedAt, Revision: d.Revision,
	}
	for _, p := range d.Prices {
		e.Prices[p.Category] = p.Amount
	}
	return e
}

// InsertEvent implements booking.Events. The plan comes first: a crash in
// between leaves a plan that nobody names, never an event without its plan.
func (s *Store) InsertEvent(ctx context.Context, e *booking.Event) error {
	planID, err := s.storePlan(ctx, e.Plan.Raw)
	if err != nil {
		return fmt.Errorf("insert plan of event %s: %w", e.ID, err)
	}
	if _, err := s.events.InsertOne(ctx, eventDocumentOf(e, planID)); err != nil {
		return fmt.Errorf("insert event %s: %w", e.ID, writeError(err))
	}
	return nil
}

// UpdateEvent implements booking.Events. The stored document says which plan
// the event has; that never changes, so reading it first is safe.
func (s *Store) UpdateEvent(ctx context.Context, e *booking.Event) error {
	stored, err := s.findEvent(ctx, e.ID)
	if booking.CodeOf(err) == booking.CodeNotFound {
		return fmt.Errorf("update event %s: it does not exist: %w", e.ID, booking.ErrConflict)
	}
	if err != nil {
		return err
	}
	d := eventDocumentOf(e, stored.PlanID)
	d.Revision++
	filter := bson.D{{Key: "_id", Value: e.ID}, {Key: "revision", Value: e.Revision}}
	result, err := s.events.ReplaceOne(ctx, filter, d)
	if err != nil {
		return fmt.Errorf("update event %s: %w", e.ID, writeError(err))
	}
	if result.MatchedCount == 0 {
		return fmt.Errorf("update event %s from revision %d: %w", e.ID, e.Revision, booking.ErrConflict)
	}
	return nil
}

// Event implements booking.Events.
func (s *Store) Event(ctx context.Context, id string) (*booking.Event, error) {
	d, err := s.findEvent(ctx, id)
	if err != nil {
		return nil, err
	}
	return d.event(), nil
}

func (s *Store) findEvent(ctx context.Context, id string) (eventDocument, error) {
	var d eventDocument
	err := s.events.FindOne(ctx, bson.D{{Key: "_id", Value: id}}).Decode(&d)
	return d, notFound(err, "there is no event with the id %q", id)
}

// ListEvents implements booking.Events.
func (s *Store) ListEvents(ctx context.Context, page booking.Page) ([]*booking.Event, error) {
	return s.listEvents(ctx, afterCursor(bson.D{}, page), newestFirst(page))
}

// EventsOfOrganizer implements booking.Events.
func (s *Store) EventsOfOrganizer(ctx context.Context, organizerID string, page booking.Page) ([]*booking.Event, error) {
	filter := bson.D{{Key: "organizer_id", Value: organizerID}}
	return s.listEvents(ctx, afterCursor(filter, page), newestFirst(page))
}

// EventsEndingAfter implements booking.Events.
func (s *Store) EventsEndingAfter(ctx context.Context, t time.Time) ([]*booking.Event, error) {
	filter := bson.D{{Key: "sale_ends_at", Value: bson.D{{Key: "$gt", Value: t}}}}
	return s.listEvents(ctx, filter, options.Find())
}

func (s *Store) listEvents(ctx context.Context, filter bson.D, o *options.FindOptions) ([]*booking.Event, error) {
	var list []*booking.Event
	err := each(ctx, s.events, filter, o, func(d *eventDocument) error {
		list = append(list, d.event())
		return nil
	})
	return list, err
}
