// Package mongostore keeps events, accounts, orders and records in MongoDB. It
// implements the ports Events, Orders, Accounts and Records of package booking.
//
// An order is one document and every change replaces it whole, so no
// transaction is needed and a standalone server, a replica set and a cluster
// sharded on event_id all serve. The guard over (event, sold seat) is the
// unique index "sold_seat_once": whoever comes second gets an error and leaves
// its document as it was.
package mongostore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/event"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
	"go.mongodb.org/mongo-driver/mongo/readconcern"
	"go.mongodb.org/mongo-driver/mongo/readpref"
	"go.mongodb.org/mongo-driver/mongo/writeconcern"
	"go.mongodb.org/mongo-driver/x/mongo/driver/connstring"

	"seathold/internal/booking"
)

// answerPatience is how long a call looks for a server and a connection before
// it gives up, where its own deadline is not earlier.
const answerPatience = 3 * time.Second

var (
	_ booking.Events   = (*Store)(nil)
	_ booking.Orders   = (*Store)(nil)
	_ booking.Accounts = (*Store)(nil)
	_ booking.Records  = (*Store)(nil)
)

// Store is a connection to one database. It is safe for concurrent use.
type Store struct {
	client   *mongo.Client
	events   *mongo.Collection
	plans    *mongo.Collection
	orders   *mongo.Collection
	accounts *mongo.Collection
	records  map[booking.RecordKind]*mongo.Collection
}

// Option changes how Open connects.
type Option func(*options.ClientOptions)

// AnswerPatience replaces the 3 s that a call looks for a server.
func AnswerPatience(d time.Duration) Option {
	return func(o *options.ClientOptions) { o.SetServerSelectionTimeout(d).SetConnectTimeout(d) }
}

// Monitor has m told of all commands; nil: nobody is.
func Monitor(m *event.CommandMonitor) Option {
	return func(o *options.ClientOptions) { o.SetMonitor(m) }
}

// Open connects to the database that the URI names, creates the indexes and
// verifies that they are what this package relies on. The error says which
// part of the URI or which index is wrong.
func Open(ctx context.Context, uri string, opts ...Option) (*Store, error) {
	s, err := Look(ctx, uri, opts...)
	if err != nil {
		return nil, err
	}
	if err := s.prepare(ctx); err != nil {
		return nil, errors.Join(err, s.client.Disconnect(context.WithoutCancel(ctx)))
	}
	return s, nil
}

// Look connects as Open does, and neither asks the server anything yet nor
// makes anything there: for who only reads.
func Look(ctx context.Context, uri string, opts ...Option) (*Store, error) {
	database, err := databaseOf(uri)
	if err != nil {
		return nil, err
	}
	client, err := mongo.Connect(ctx, clientOptions(uri, opts))
	if err != nil {
		return nil, fmt.Errorf("connect to MongoDB: %w", err)
	}
	db := client.Database(database)
	s := &Store{
		client: client, events: db.Collection("events"), plans: db.Collection("plans"),
		orders: db.Collection("orders"), accounts: db.Collection("accounts"),
		records: map[booking.RecordKind]*mongo.Collection{},
	}
	for _, kind := range booking.RecordKinds {
		s.records[kind] = db.Collection(string(kind))
	}
	return s, nil
}

func databaseOf(uri string) (string, error) {
	parsed, err := connstring.ParseAndValidate(uri)
	if err != nil {
		return "", fmt.Errorf("MongoDB URI: %w", err)
	}
	if parsed.Database == "" {
		return "", errors.New("MongoDB URI: the database's name is missing: " +
			"add it behind the hosts, as in mongodb://host:27017/seathold?…")
	}
	return parsed.Database, nil
}

// clientOptions sets what the guarantees rest on after the URI, which
// therefore cannot weaken it: what was acknowledged is on the disks of a
// majority, and what is read is what a majority has.
func clientOptions(uri string, opts []Option) *options.ClientOptions {
	journaled := true
	durable := writeconcern.Majority()
	durable.Journal = &journaled
	o := options.Client().ApplyURI(uri).
		SetAppName("seathold").
		SetServerSelectionTimeout(answerPatience).
		SetConnectTimeout(answerPatience).
		SetRetryWrites(true).
		SetRetryReads(true).
		SetWriteConcern(durable).
		SetReadConcern(readconcern.Majority()).
		SetReadPreference(readpref.Primary())
	for _, opt := range opts {
		opt(o)
	}
	return o
}

// indexed is a collection with the indexes that it must have.
type indexed struct {
	collection *mongo.Collection
	indexes    []index
}

func (s *Store) indexed() []indexed {
	all := []indexed{{s.orders, orderIndexes}, {s.events, eventIndexes}, {s.accounts, accountIndexes}}
	for _, kind := range booking.RecordKinds {
		all = append(all, indexed{s.records[kind], recordIndexes})
	}
	return all
}

func (s *Store) prepare(ctx context.Context) error {
	if err := s.Ping(ctx); err != nil {
		return err
	}
	for _, want := range s.indexed() {
		if err := ensureIndexes(ctx, want.collection, want.indexes); err != nil {
			return fmt.Errorf("indexes of collection %s: %w", want.collection.Name(), err)
		}
	}
	return nil
}

// Close ends the connections after the calls that are under way.
func (s *Store) Close(ctx context.Context) error { return s.client.Disconnect(ctx) }

// Ping reports whether the primary answers. CodeUnavailable.
func (s *Store) Ping(ctx context.Context) error {
	return unavailable(s.client.Ping(ctx, readpref.Primary()))
}
