package boltstore

import (
	"fmt"
	"time"

	"go.etcd.io/bbolt"

	"seathold/internal/booking"
)

// bucketRecords has a bucket for each kind of record, and that has these. All
// but the first are made from the records and change with them.
var (
	bucketRecords    = []byte("records")
	bucketByID       = []byte("by_id")    // record id → record
	bucketOfOwner    = []byte("of_owner") // owner, record id
	bucketRecordsDue = []byte("due")      // due at, record id
	bucketEnds       = []byte("ends")     // ends at, record id
	recordIndexes    = [][]byte{bucketOfOwner, bucketRecordsDue, bucketEnds}
)

// recordRecord is how a record is stored; the id is the key. Data is a text, so
// that it comes back as it was, byte for byte.
type recordRecord struct {
	Owner    string    `json:"owner,omitempty"`
	DueAt    time.Time `json:"due_at,omitzero"`
	EndsAt   time.Time `json:"ends_at,omitzero"`
	Data     string    `json:"data,omitempty"`
	Revision int64     `json:"revision"`
}

func recordRecordOf(r *booking.Record) recordRecord {
	return recordRecord{
		Owner: r.Owner, DueAt: millis(r.DueAt), EndsAt: millis(r.EndsAt), Data: string(r.Data), Revision: r.Revision,
	}
}

func (r *recordRecord) record(id string) booking.Record {
	record := booking.Record{ID: id, Owner: r.Owner, DueAt: r.DueAt, EndsAt: r.EndsAt, Revision: r.Revision}
	if r.Data != "" {
		record.Data = []byte(r.Data)
	}
	return record
}

func makeRecordBuckets(tx *bbolt.Tx) error {
	all, err := tx.CreateBucketIfNotExists(bucketRecords)
	if err != nil {
		return fmt.Errorf("bucket %s: %w", bucketRecords, err)
	}
	for _, kind := range booking.RecordKinds {
		b, err := all.CreateBucketIfNotExists([]byte(kind))
		if err != nil {
			return fmt.Errorf("bucket of %s: %w", kind, err)
		}
		for _, name := range append([][]byte{bucketByID}, recordIndexes...) {
			if _, err := b.CreateBucketIfNotExists(name); err != nil {
				return fmt.Errorf("bucket %s of %s: %w", name, kind, err)
			}
		}
	}
	return nil
}

// records is a kind's bucket in a transaction.
type records struct {
	kind booking.RecordKind
	in   *bbolt.Bucket
}

// find reads a record, or reports false where there is none.
func (b records) find(id string) (r booking.Record, found bool, err error) {
	var stored recordRecord
	found, err = getJSON(b.in.Bucket(bucketByID), id, &stored)
	if err != nil || !found {
		return booking.Record{}, false, err
	}
	return stored.record(id), true, nil
}

func (b records) get(id string) (booking.Record, error) {
	r, found, err := b.find(id)
	if err == nil && !found {
		return r, booking.Errorf(booking.CodeNotFound, "there is no record %q among the %s", id, b.kind)
	}
	return r, err
}

// entries returns a record's entries in every index of its kind.
func (records) entries(r *booking.Record) []entry {
	entries := []entry{{bucketOfOwner, key(r.Owner, r.ID), noValue}}
	if !r.DueAt.IsZero() {
		entries = append(entries, entry{bucketRecordsDue, dueKey(r.DueAt, r.ID), noValue})
	}
	if !r.EndsAt.IsZero() {
		entries = append(entries, entry{bucketEnds, dueKey(r.EndsAt, r.ID), noValue})
	}
	return entries
}

func (b records) put(r *booking.Record) error {
	for _, e := range b.entries(r) {
		if err := b.in.Bucket(e.bucket).Put(e.key, e.value); err != nil {
			return err
		}
	}
	return putJSON(b.in.Bucket(bucketByID), r.ID, recordRecordOf(r))
}

func (b records) remove(r *booking.Record) error {
	for _, e := range b.entries(r) {
		if err := b.in.Bucket(e.bucket).Delete(e.key); err != nil {
			return err
		}
	}
	return b.in.Bucket(bucketByID).Delete([]byte(r.ID))
}

// until reads the records of an index by time that are not after t.
func (b records) until(index []byte, t time.Time, limit int) (list []booking.Record, err error) {
	until(b.in.Bucket(index), t, func(id string, _ []byte) bool {
		list, err = b.appendTo(list, id)
		return err == nil && len(list) < limit
	})
	return list, err
}

func (b records) appendTo(list []booking.Record, id string) ([]booking.Record, error) {
	r, err := b.get(id)
	if err != nil {
		return list, err
	}
	return append(list, r), nil
}
