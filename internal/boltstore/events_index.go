package boltstore

import (
	"context"

	"go.etcd.io/bbolt"

	"seathold/internal/booking"
)

// EventsOfOrganizer implements booking.Events.
func (s *Store) EventsOfOrganizer(ctx context.Context, organizerID string, page booking.Page) ([]*booking.Event, error) {
	var list []*booking.Event
	err := s.view(ctx, func(tx *bbolt.Tx) (err error) {
		events := tx.Bucket(bucketEvents)
		descending(tx.Bucket(bucketOfOrganizer), prefix(organizerID), page.Cursor, func(id, _ []byte) bool {
			var e *booking.Event
			if e, err = readEvent(id, events.Get(id)); err == nil {
				list = append(list, e)
			}
			return err == nil && len(list) < page.Limit
		})
		return err
	})
	return list, err
}

// organize moves an event's entry from the organizer that it had to the one that
// it has now.
func organize(tx *bbolt.Tx, eventID, had, has string) error {
	b := tx.Bucket(bucketOfOrganizer)
	if err := b.Delete(key(had, eventID)); err != nil {
		return err
	}
	return b.Put(key(has, eventID), noValue)
}

// indexOrganizers adds the entries that are missing: a file may be older than
// this index.
func indexOrganizers(tx *bbolt.Tx) error {
	b := tx.Bucket(bucketOfOrganizer)
	return tx.Bucket(bucketEvents).ForEach(func(id, value []byte) error {
		e, err := readEvent(id, value)
		if err != nil {
			return err
		}
		if k := key(e.OrganizerID, e.ID); b.Get(k) == nil {
			return b.Put(k, noValue)
		}
		return nil
	})
}
