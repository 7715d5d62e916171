package boltstore

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"go.etcd.io/bbolt"

	"seathold/internal/booking"
)

func (s *Store) viewRecords(ctx context.Context, kind booking.RecordKind, fn func(records) error) error {
	if err := checkKind(kind); err != nil {
		return err
	}
	return s.view(ctx, func(tx *bbolt.Tx) error {
		return fn(records{kind, tx.Bucket(bucketRecords).Bucket([]byte(kind))})
	})
}

func (s *Store) updateRecords(ctx context.Context, kind booking.RecordKind, fn func(records) error) error {
	if err := checkKind(kind); err != nil {
		return err
	}
	return s.update(ctx, func(tx *bbolt.Tx) error {
		return fn(records{kind, tx.Bucket(bucketRecords).Bucket([]byte(kind))})
	})
}

func checkKind(kind booking.RecordKind) error {
	if !slices.Contains(booking.RecordKinds, kind) {
		return fmt.Errorf("there are no records of the kind %q; the kinds are %q", kind, booking.RecordKinds)
	}
	return nil
}

// checkData refuses what would not come back as it was.
func checkData(kind booking.RecordKind, r *booking.Record) error {
	if len(r.Data) > 0 && (!utf8.Valid(r.Data) || !json.Valid(r.Data)) {
		return fmt.Errorf("the data of record %s of %s is not JSON in UTF-8", r.ID, kind)
	}
	return nil
}

// InsertRecord implements booking.Records.
func (s *Store) InsertRecord(ctx context.Context, kind booking.RecordKind, r booking.Record) error {
	if err := checkData(kind, &r); err != nil {
		return err
	}
	r.Revision = 1
	return s.updateRecords(ctx, kind, func(b records) error {
		_, found, err := b.find(r.ID)
		if err != nil {
			return err
		}
		if found {
			return fmt.Errorf("insert record %s of %s: its id exists: %w", r.ID, kind, booking.ErrConflict)
		}
		return b.put(&r)
	})
}

// ReplaceRecord implements booking.Records.
func (s *Store) ReplaceRecord(ctx context.Context, kind booking.RecordKind, r booking.Record) error {
	if err := checkData(kind, &r); err != nil {
		return err
	}
	return s.updateRecords(ctx, kind, func(b records) error {
		old, found, err := b.find(r.ID)
		if err != nil {
			return err
		}
		if !found || old.Revision != r.Revision {
			return fmt.Errorf("replace record %s of %s from revision %d: %w", r.ID, kind, r.Revision, booking.ErrConflict)
		}
		if err := b.remove(&old); err != nil {
			return err
		}
		r.Revision++
		return b.put(&r)
	})
}

// DeleteRecord implements booking.Records.
func (s *Store) DeleteRecord(ctx context.Context, kind booking.RecordKind, id string) error {
	return s.updateRecords(ctx, kind, func(b records) error {
		r, found, err := b.find(id)
		if err != nil || !found {
			return err
		}
		return b.remove(&r)
	})
}

// Record implements booking.Records.
func (s *Store) Record(ctx context.Context, kind booking.RecordKind, id string) (r booking.Record, err error) {
	err = s.viewRecords(ctx, kind, func(b records) error {
		r, err = b.get(id)
		return err
	})
	return r, err
}

// RecordsOf implements booking.Records.
func (s *Store) RecordsOf(ctx context.Context, kind booking.RecordKind, owner string, page booking.Page) ([]booking.Record, error) {
	var list []booking.Record
	err := s.viewRecords(ctx, kind, func(b records) (err error) {
		descending(b.in.Bucket(bucketOfOwner), prefix(owner), page.Cursor, func(id, _ []byte) bool {
			list, err = b.appendTo(list, string(id))
			return err == nil && len(list) < page.Limit
		})
		return err
	})
	return list, err
}

// RecordsDue implements booking.Records.
func (s *Store) RecordsDue(ctx context.Context, kind booking.RecordKind, t time.Time, limit int) ([]booking.Record, error) {
	var list []booking.Record
	err := s.viewRecords(ctx, kind, func(b records) (err error) {
		list, err = b.until(bucketRecordsDue, t, limit)
		return err
	})
	return list, err
}

// DeleteRecordsEnded implements booking.Records.
func (s *Store) DeleteRecordsEnded(ctx context.Context, kind booking.RecordKind, t time.Time, limit int) (int, error) {
	var ended []booking.Record
	err := s.updateRecords(ctx, kind, func(b records) (err error) {
		if ended, err = b.until(bucketEnds, t, limit); err != nil {
			return err
		}
		for i := range ended {
			if err := b.remove(&ended[i]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return len(ended), nil
}
