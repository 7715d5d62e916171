// Package boltstore keeps events, accounts, orders and records in one file, for
// a service that runs alone on one machine. It implements the ports Events,
// Orders, Accounts and Records of package booking.
//
// Every change is one transaction of bbolt, written through to the disk before
// the call returns. The guard over (event, sold seat) is the bucket "owners",
// which changes in the same transaction as the order it speaks of.
package boltstore

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"seathold/internal/booking"
)

// lockPatience is how long Open waits for another process to let go of the
// file: long enough for one that is stopping, short enough for a person.
const lockPatience = time.Second

// The buckets. Those of order_index.go are made from the orders alone; those of
// the records are in record_bucket.go.
var (
	bucketEvents      = []byte("events")              // event id → event
	bucketOfOrganizer = []byte("events_of_organizer") // organizer, event id
	bucketPlans       = []byte("plans")               // event id → plan document, gzip
	bucketAccounts    = []byte("accounts")            // account id → account
	bucketEmails      = []byte("emails")              // e-mail → account id
	bucketOrders      = []byte("orders")              // order id → order
)

var (
	_ booking.Events   = (*Store)(nil)
	_ booking.Orders   = (*Store)(nil)
	_ booking.Accounts = (*Store)(nil)
	_ booking.Records  = (*Store)(nil)
)

// Store is an open file. It is safe for concurrent use.
type Store struct {
	db *bbolt.DB
}

// Option changes how Open opens the file.
type Option func(*bbolt.Options)

// NoSync leaves writing to the disk to the operating system: for tests only,
// since a power failure then loses orders.
func NoSync() Option { return func(o *bbolt.Options) { o.NoSync = true } }

// Open opens the file, or makes it in a folder that exists. Where another
// process has it open, the error says so after about a second.
func Open(path string, opts ...Option) (*Store, error) {
	options := *bbolt.DefaultOptions
	options.Timeout = lockPatience
	// The free pages are cheap to find again at the next start, and dear to
	// write at every change.
	options.NoFreelistSync = true
	options.FreelistType = bbolt.FreelistMapType
	for _, opt := range opts {
		opt(&options)
	}
	db, err := bbolt.Open(path, 0o600, &options)
	if errors.Is(err, bolterrors.ErrTimeout) {
		return nil, fmt.Errorf("data file %s: %w; stop it first", path, ErrInUse)
	}
	if err != nil {
		return nil, fmt.Errorf("open data file %s: %w", path, err)
	}
	if err := db.Update(makeBuckets); err != nil {
		return nil, errors.Join(fmt.Errorf("prepare data file %s: %w", path, err), db.Close())
	}
	return &Store{db: db}, nil
}

// ErrInUse means that another process has the file open for writing.
var ErrInUse = errors.New("another process has the data folder in use, probably the running service")

// ReadOnly opens a file that exists, for reading alone, and leaves it as it is.
// ErrInUse after about a second; fs.ErrNotExist where nothing was ever stored.
func ReadOnly(path string) (*Store, error) {
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: lockPatience, ReadOnly: true})
	if errors.Is(err, bolterrors.ErrTimeout) {
		return nil, fmt.Errorf("data file %s: %w", path, ErrInUse)
	}
	if err != nil {
		return nil, fmt.Errorf("open data file %s: %w", path, err)
	}
	// All buckets are made at once. Without them the first start ended at its very first moment.
	err = db.View(func(tx *bbolt.Tx) error {
		if tx.Bucket(bucketEvents) == nil {
			return fs.ErrNotExist
		}
		return nil
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("data file %s: %w", path, err), db.Close())
	}
	return &Store{db: db}, nil
}

func makeBuckets(tx *bbolt.Tx) error {
	names := append([][]byte{
		bucketEvents, bucketOfOrganizer, bucketPlans, bucketAccounts, bucketEmails, bucketOrders,
	}, orderIndexes...)
	for _, name := range names {
		if _, err := tx.CreateBucketIfNotExists(name); err != nil {
			return fmt.Errorf("bucket %s: %w", name, err)
		}
	}
	if err := indexOrganizers(tx); err != nil {
		return err
	}
	if err := makeCounts(tx); err != nil {
		return fmt.Errorf("bucket %s: %w", bucketCounts, err)
	}
	return makeRecordBuckets(tx)
}

// Close closes the file after the calls that are under way.
func (s *Store) Close(context.Context) error { return s.db.Close() }

// Ping reports whether the file can be read. CodeUnavailable.
func (s *Store) Ping(ctx context.Context) error {
	return s.view(ctx, func(*bbolt.Tx) error { return nil })
}

// view runs a reading transaction.
func (s *Store) view(ctx context.Context, fn func(*bbolt.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return booking.Unavailable("the order store", err)
	}
	return toDomain(s.db.View(fn))
}

// update runs a writing transaction: all of fn's changes are on the disk when
// it returns nil, and none where it returns an error.
func (s *Store) update(ctx context.Context, fn func(*bbolt.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return booking.Unavailable("the order store", err)
	}
	return toDomain(s.db.Update(fn))
}

// toDomain passes the refusals of this package on and makes every other error
// the store's fault.
func toDomain(err error) error {
	if err == nil || booking.CodeOf(err) != "" ||
		errors.Is(err, booking.ErrConflict) || errors.Is(err, booking.ErrSeatSold) {
		return err
	}
	return booking.Unavailable("the order store", err)
}
