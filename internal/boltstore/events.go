package boltstore

import (
	"context"
	"fmt"
	"time"

	"go.etcd.io/bbolt"

	"seathold/internal/booking"
)

// eventRecord is how an event is stored; the id is the key, the plan is in a
// bucket of its own.
type eventRecord struct {
	OrganizerID         string           `json:"organizer_id"`
	Name                string           `json:"name"`
	StartsAt            time.Time        `json:"starts_at,omitzero"`
	OnSaleAt            time.Time        `json:"on_sale_at,omitzero"`
	OffSaleAt           time.Time        `json:"off_sale_at,omitzero"`
	Closed              bool             `json:"closed,omitempty"`
	Currency            string           `json:"currency"`
	Prices              map[string]int64 `json:"prices"`
	HoldTTLMillis       int64            `json:"hold_ttl_ms,omitempty"`
	MaxSeatsPerCustomer int              `json:"max_seats_per_customer,omitempty"`
	CreatedAt           time.Time        `json:"created_at,omitzero"`
	Revision            int64            `json:"revision"`
}

func eventRecordOf(e *booking.Event) eventRecord {
	return eventRecord{
		OrganizerID: e.OrganizerID, Name: e.Name,
		StartsAt: millis(e.StartsAt), OnSaleAt: millis(e.OnSaleAt), OffSaleAt: millis(e.OffSaleAt), Closed: e.Closed,
		Currency: e.Currency, Prices: e.Prices,
		HoldTTLMillis: e.HoldTTL.Milliseconds(), MaxSeatsPerCustomer: e.MaxSeatsPerCustomer,
		CreatedAt: millis(e.CreatedAt), Revision: e.Revision,
	}
}

func (r *eventRecord) event(id string) *booking.Event {
	return &booking.Event{
		ID: id, OrganizerID: r.OrganizerID, Name: r.Name,
		StartsAt: r.StartsAt, OnSaleAt: r.OnSaleAt, OffSaleAt: r.OffSaleAt, Closed: r.Closed,
		Currency: r.Currency, Prices: r.Prices,
		HoldTTL: time.Duration(r.HoldTTLMillis) * time.Millisecond, MaxSeatsPerCustomer: r.MaxSeatsPerCustomer,
		CreatedAt: r.CreatedAt, Revision: r.Revision,
	}
}

// InsertEvent implements booking.Events.
func (s *Store) InsertEvent(ctx context.Context, e *booking.Event) error {
	plan, err := booking.PackPlan(e.Plan.Raw)
	if err != nil {
		return booking.Unavailable("the order store", err)
	}
	return s.update(ctx, func(tx *bbolt.Tx) error {
		if tx.Bucket(bucketEvents).Get([]byte(e.ID)) != nil {
			return fmt.Errorf("insert event %s: its id exists: %w", e.ID, booking.ErrConflict)
		}
		if err := tx.Bucket(bucketPlans).Put([]byte(e.ID), plan); err != nil {
			return err
		}
		if err := organize(tx, e.ID, e.OrganizerID, e.OrganizerID); err != nil {
			return err
		}
		return putJSON(tx.Bucket(bucketEvents), e.ID, eventRecordOf(e))
	})
}

// UpdateEvent implements booking.Events.
func (s *Store) UpdateEvent(ctx context.Context, e *booking.Event) error {
	return s.update(ctx, func(tx *bbolt.Tx) error {
		var old eventRecord
		found, err := getJSON(tx.Bucket(bucketEvents), e.ID, &old)
		if err != nil {
			return err
		}
		if !found || old.Revision != e.Revision {
			return fmt.Errorf("update event %s from revision %d: %w", e.ID, e.Revision, booking.ErrConflict)
		}
		if err := organize(tx, e.ID, old.OrganizerID, e.OrganizerID); err != nil {
			return err
		}
		r := eventRecordOf(e)
		r.Revision++
		return putJSON(tx.Bucket(bucketEvents), e.ID, r)
	})
}

// Event implements booking.Events.
func (s *Store) Event(ctx context.Context, id string) (*booking.Event, error) {
	var r eventRecord
	err := s.view(ctx, func(tx *bbolt.Tx) error {
		found, err := getJSON(tx.Bucket(bucketEvents), id, &r)
		if err == nil && !found {
			return noEvent(id)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return r.event(id), nil
}

func noEvent(id string) error {
	return booking.Errorf(booking.CodeNotFound, "there is no event with the id %q", id)
}

// Plan implements booking.Events.
func (s *Store) Plan(ctx context.Context, eventID string) (raw []byte, err error) {
	var damage error
	err = s.view(ctx, func(tx *bbolt.Tx) error {
		packed := tx.Bucket(bucketPlans).Get([]byte(eventID))
		if packed == nil {
			return noEvent(eventID)
		}
		raw, damage = booking.UnpackPlan(packed)
		return nil
	})
	if damage != nil { // asking again does not help
		return nil, fmt.Errorf("the plan of event %q: %w", eventID, damage)
	}
	return raw, err
}

// ListEvents implements booking.Events.
func (s *Store) ListEvents(ctx context.Context, page booking.Page) ([]*booking.Event, error) {
	var list []*booking.Event
	err := s.view(ctx, func(tx *bbolt.Tx) (err error) {
		descending(tx.Bucket(bucketEvents), nil, page.Cursor, func(id, value []byte) bool {
			var e *booking.Event
			if e, err = readEvent(id, value); err == nil {
				list = append(list, e)
			}
			return err == nil && len(list) < page.Limit
		})
		return err
	})
	return list, err
}

// EventsEndingAfter implements booking.Events. It reads all events: one
// service on one machine has few.
func (s *Store) EventsEndingAfter(ctx context.Context, t time.Time) ([]*booking.Event, error) {
	var list []*booking.Event
	err := s.view(ctx, func(tx *bbolt.Tx) error {
		return tx.Bucket(bucketEvents).ForEach(func(id, value []byte) error {
			e, err := readEvent(id, value)
			if err == nil && e.SaleEnds().After(t) {
				list = append(list, e)
			}
			return err
		})
	})
	return list, err
}

func readEvent(id, value []byte) (*booking.Event, error) {
	var r eventRecord
	if err := fromJSON(string(id), value, &r); err != nil {
		return nil, err
	}
	return r.event(string(id)), nil
}
