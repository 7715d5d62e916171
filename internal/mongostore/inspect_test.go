package mongostore_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"

	"seathold/internal/mongostore"
	"seathold/internal/testserver"
)

func inspect(t *testing.T, uri string) mongostore.Server {
	t.Helper()
	s, err := mongostore.Look(t.Context(), uri)
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close(context.WithoutCancel(t.Context()))) }()
	found, err := s.Inspect(t.Context())
	require.NoError(t, err)
	require.NotEmpty(t, found.Version)
	require.Less(t, found.ClockAhead.Abs(), time.Second)
	require.Positive(t, found.Within)
	return found
}

func TestInspectMakesNothing(t *testing.T) {
	uri := testserver.Mongo(t)
	require.True(t, inspect(t, uri).Empty)
	names, err := database(t, uri).ListCollectionNames(t.Context(), bson.D{})
	require.NoError(t, err)
	require.Empty(t, names)
}

func TestInspectFindsIndexesThatAreNotAsTheyMustBe(t *testing.T) {
	uri := testserver.Mongo(t)
	open(t, uri)
	found := inspect(t, uri)
	require.False(t, found.Empty)
	require.Empty(t, found.Missing)
	require.Empty(t, found.Weakened)

	db := database(t, uri)
	for _, gone := range []string{"sold_seat_once", "orders_due"} {
		_, err := db.Collection("orders").Indexes().DropOne(t.Context(), gone)
		require.NoError(t, err)
	}
	_, err := db.Collection("orders").Indexes().CreateOne(t.Context(), mongo.IndexModel{
		Keys:    bson.D{{Key: "event_id", Value: 1}, {Key: "sold_seats", Value: 1}},
		Options: options.Index().SetName("sold_seat_once"),
	})
	require.NoError(t, err)
	require.NoError(t, db.Collection("accounts").Drop(t.Context()))
	found = inspect(t, uri)
	require.Equal(t, []string{"orders.orders_due", "accounts.email_once"}, found.Missing)
	require.Equal(t, []string{"orders.sold_seat_once"}, found.Weakened)
}

func TestInspectAsTheUserOfTheDatabase(t *testing.T) {
	_, uri := testserver.MongoSecured(t, testserver.NewCertificates(t))
	s, err := mongostore.Look(t.Context(), uri)
	require.NoError(t, err, "nobody was asked yet")
	defer func() { require.NoError(t, s.Close(context.WithoutCancel(t.Context()))) }()
	_, err = s.Inspect(t.Context())
	require.Error(t, err)
	inspect(t, strings.Replace(uri, "mongodb://", "mongodb://"+testserver.MongoUser+":"+testserver.MongoPassword+"@", 1))
}

func TestInspectAServerThatStandsAlone(t *testing.T) {
	found := inspect(t, testserver.MongoStandalone(t))
	require.Empty(t, found.SetName)
	require.False(t, found.Sharded)
	require.Zero(t, found.Members)
}

func TestReadURI(t *testing.T) {
	for options, overridden := range map[string][]string{
		"":                                  nil,
		"?w=majority&journal=true":          nil,
		"?w=1":                              {"w=1"},
		"?w=0&journal=false":                {"w=0", "journal=false"},
		"?w=eu":                             {"w=eu"},
		"?retryWrites=false":                {"retryWrites=false"},
		"?readPreference=primary":           nil,
		"?readPreference=nearest":           {"readPreference=nearest"},
		"?readConcernLevel=local":           {"readConcernLevel=local"},
		"?readConcernLevel=majority&tls=no": nil,
	} {
		read, err := mongostore.ReadURI("mongodb://one:1,two:2/seathold" + options)
		if options == "?readConcernLevel=majority&tls=no" {
			require.Error(t, err)
			continue
		}
		require.NoError(t, err, options)
		require.Equal(t, mongostore.URI{Hosts: []string{"one:1", "two:2"}, Overridden: overridden}, read, options)
	}
	read, err := mongostore.ReadURI("mongodb://one/seathold?tls=true")
	require.NoError(t, err)
	require.True(t, read.TLS)
}
