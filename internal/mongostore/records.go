package mongostore

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
	"unicode/utf8"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"

	"seathold/internal/booking"
)

// recordDocument is how a record is stored, in the collection of its kind. Data
// is a text, so that it comes back byte for byte and a person can read it. A
// zero time is left out: the indexes speak of documents that have it.
type recordDocument struct {
	ID       string    `bson:"_id"`
	Owner    string    `bson:"owner"`
	DueAt    time.Time `bson:"due_at,omitempty"`
	EndsAt   time.Time `bson:"ends_at,omitempty"`
	Data     string    `bson:"data,omitempty"`
	Revision int64     `bson:"revision"`
}

func recordDocumentOf(r *booking.Record) recordDocument {
	return recordDocument{
		ID: r.ID, Owner: r.Owner, DueAt: r.DueAt, EndsAt: r.EndsAt, Data: string(r.Data), Revision: r.Revision,
	}
}

func (d *recordDocument) record() booking.Record {
	r := booking.Record{ID: d.ID, Owner: d.Owner, DueAt: d.DueAt, EndsAt: d.EndsAt, Revision: d.Revision}
	if d.Data != "" {
		r.Data = []byte(d.Data)
	}
	return r
}

func (s *Store) collection(kind booking.RecordKind) (*mongo.Collection, error) {
	c, known := s.records[kind]
	if !known {
		return nil, fmt.Errorf("there are no records of the kind %q; the kinds are %q", kind, booking.RecordKinds)
	}
	return c, nil
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
	c, err := s.collection(kind)
	if err != nil {
		return err
	}
	if err := checkData(kind, &r); err != nil {
		return err
	}
	r.Revision = 1
	if _, err := c.InsertOne(ctx, recordDocumentOf(&r)); err != nil {
		return fmt.Errorf("insert record %s of %s: %w", r.ID, kind, writeError(err))
	}
	return nil
}

// ReplaceRecord implements booking.Records.
func (s *Store) ReplaceRecord(ctx context.Context, kind booking.RecordKind, r booking.Record) error {
	c, err := s.collection(kind)
	if err != nil {
		return err
	}
	if err := checkData(kind, &r); err != nil {
		return err
	}
	filter := bson.D{{Key: "_id", Value: r.ID}, {Key: "revision", Value: r.Revision}}
	r.Revision++
	result, err := c.ReplaceOne(ctx, filter, recordDocumentOf(&r))
	if err != nil {
		return fmt.Errorf("replace record %s of %s: %w", r.ID, kind, writeError(err))
	}
	if result.MatchedCount == 0 {
		return fmt.Errorf("replace record %s of %s from revision %d: %w", r.ID, kind, r.Revision-1, booking.ErrConflict)
	}
	return nil
}

// DeleteRecord implements booking.Records.
func (s *Store) DeleteRecord(ctx context.Context, kind booking.RecordKind, id string) error {
	c, err := s.collection(kind)
	if err != nil {
		return err
	}
	if _, err := c.DeleteOne(ctx, bson.D{{Key: "_id", Value: id}}); err != nil {
		return fmt.Errorf("delete record %s of %s: %w", id, kind, unavailable(err))
	}
	return nil
}

// Record implements booking.Records.
func (s *Store) Record(ctx context.Context, kind booking.RecordKind, id string) (booking.Record, error) {
	c, err := s.collection(kind)
	if err != nil {
		return booking.Record{}, err
	}
	var d recordDocument
	if err := c.FindOne(ctx, bson.D{{Key: "_id", Value: id}}).Decode(&d); err != nil {
		return booking.Record{}, notFound(err, "there is no record %q among the %s", id, kind)
	}
	return d.record(), nil
}

// RecordsOf implements booking.Records.
func (s *Store) RecordsOf(ctx context.Context, kind booking.RecordKind, owner string, page booking.Page) ([]booking.Record, error) {
	return s.findRecords(ctx, kind, afterCursor(bson.D{{Key: "owner", Value: owner}}, page), newestFirst(page))
}

// RecordsDue implements booking.Records.
func (s *Store) RecordsDue(ctx context.Context, kind booking.RecordKind, t time.Time, limit int) ([]booking.Record, error) {
	return s.findRecords(ctx, kind, notAfter("due_at", t), earliestFirst("due_at", limit))
}

func (s *Store) findRecords(ctx context.Context, kind booking.RecordKind, filter bson.D, o *options.FindOptions) ([]booking.Record, error) {
	c, err := s.collection(kind)
	if err != nil {
		return nil, err
	}
	var list []booking.Record
	err = each(ctx, c, filter, o, func(d *recordDocument) error {
		list = append(list, d.record())
		return nil
	})
	return list, err
}

// DeleteRecordsEnded implements booking.Records. The server deletes all or one,
// so the ids are read first; one that is to be kept longer by then stays.
func (s *Store) DeleteRecordsEnded(ctx context.Context, kind booking.RecordKind, t time.Time, limit int) (int, error) {
	c, err := s.collection(kind)
	if err != nil {
		return 0, err
	}
	ended := notAfter("ends_at", t)
	ids := bson.A{}
	earliest := options.Find().SetSort(keys("ends_at")).SetLimit(int64(limit)).SetProjection(keys("_id"))
	err = each(ctx, c, ended, earliest, func(d *recordDocument) error {
		ids = append(ids, d.ID)
		return nil
	})
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	result, err := c.DeleteMany(ctx, append(ended, bson.E{Key: "_id", Value: bson.D{{Key: "$in", Value: ids}}}))
	if err != nil {
		return 0, fmt.Errorf("delete ended records of %s: %w", kind, unavailable(err))
	}
	return int(result.DeletedCount), nil
}
