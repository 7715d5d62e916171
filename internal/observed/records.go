package observed

import (
	"context"
	"time"

	"seathold/internal/booking"
)

// InsertRecord implements booking.Records.
func (s *stores) InsertRecord(ctx context.Context, kind booking.RecordKind, r booking.Record) error {
	ctx, end := s.observe(ctx, "insert_record")
	err := s.Stores.InsertRecord(ctx, kind, r)
	end(err)
	return err
}

// ReplaceRecord implements booking.Records.
func (s *stores) ReplaceRecord(ctx context.Context, kind booking.RecordKind, r booking.Record) error {
	ctx, end := s.observe(ctx, "replace_record")
	err := s.Stores.ReplaceRecord(ctx, kind, r)
	end(err)
	return err
}

// DeleteRecord implements booking.Records.
func (s *stores) DeleteRecord(ctx context.Context, kind booking.RecordKind, id string) error {
	ctx, end := s.observe(ctx, "delete_record")
	err := s.Stores.DeleteRecord(ctx, kind, id)
	end(err)
	return err
}

// Record implements booking.Records.
func (s *stores) Record(ctx context.Context, kind booking.RecordKind, id string) (booking.Record, error) {
	ctx, end := s.observe(ctx, "record")
	found, err := s.Stores.Record(ctx, kind, id)
	end(err)
	return found, err
}

// RecordsOf implements booking.Records.
func (s *stores) RecordsOf(ctx context.Context, kind booking.RecordKind, owner string, page booking.Page) ([]booking.Record, error) {
	ctx, end := s.observe(ctx, "records_of")
	found, err := s.Stores.RecordsOf(ctx, kind, owner, page)
	end(err)
	return found, err
}

// RecordsDue implements booking.Records.
func (s *stores) RecordsDue(ctx context.Context, kind booking.RecordKind, t time.Time, limit int) ([]booking.Record, error) {
	ctx, end := s.observe(ctx, "records_due")
	found, err := s.Stores.RecordsDue(ctx, kind, t, limit)
	end(err)
	return found, err
}

// DeleteRecordsEnded implements booking.Records.
func (s *stores) DeleteRecordsEnded(ctx context.Context, kind booking.RecordKind, t time.Time, limit int) (int, error) {
	ctx, end := s.observe(ctx, "delete_records_ended")
	found, err := s.Stores.DeleteRecordsEnded(ctx, kind, t, limit)
	end(err)
	return found, err
}
