package mongostore_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"

	"seathold/internal/booking"
	"seathold/internal/mongostore"
	"seathold/internal/testserver"
)

// listed is a collection's indexes by name, as the server describes them.
func listed(t *testing.T, c *mongo.Collection) map[string]string {
	t.Helper()
	cursor, err := c.Indexes().List(context.Background())
	require.NoError(t, err)
	var all []struct {
		Name   string   `bson:"name"`
		Key    bson.Raw `bson:"key"`
		Unique bool     `bson:"unique"`
		Where  bson.Raw `bson:"partialFilterExpression"`
	}
	require.NoError(t, cursor.All(context.Background(), &all))
	found := map[string]string{}
	for _, i := range all {
		text := relaxed(t, i.Key)
		if i.Unique {
			text += " unique"
		}
		if i.Where != nil {
			text += " where " + relaxed(t, i.Where)
		}
		found[i.Name] = text
	}
	return found
}

func relaxed(t *testing.T, d bson.Raw) string {
	t.Helper()
	text, err := bson.MarshalExtJSON(d, false, false)
	require.NoError(t, err)
	return string(text)
}

func TestIndexesAsTheServerListsThem(t *testing.T) {
	uri := testserver.Mongo(t)
	open(t, uri)
	open(t, uri) // a second start finds them as they should be
	db := database(t, uri)
	require.Equal(t, map[string]string{
		"_id_":                 `{"_id":1}`,
		"sold_seat_once":       `{"event_id":1,"sold_seats":1} unique where {"sold_seats":{"$exists":true}}`,
		"idempotency_key_once": `{"event_id":1,"customer_id":1,"idempotency_key":1} unique where {"idempotency_key":{"$exists":true}}`,
		"order_by_key":         `{"customer_id":1,"idempotency_key":1} where {"idempotency_key":{"$exists":true}}`,
		"order_by_payment":     `{"checkout.provider":1,"payment_ids":1} where {"payment_ids":{"$exists":true}}`,
		"orders_of_customer":   `{"customer_id":1,"_id":-1,"status":1}`,
		"orders_of_event":      `{"event_id":1,"_id":-1,"status":1}`,
		"claims_of_event":      `{"event_id":1,"_id":1} where {"claims_seats":true}`,
		"orders_due":           `{"due_at":1,"_id":1,"status":1} where {"due_at":{"$exists":true}}`,
		"refunds_due":          `{"_id":-1,"refund_due_since":1} where {"refund_due_since":{"$exists":true}}`,
	}, listed(t, db.Collection("orders")))
	require.Equal(t, map[string]string{
		"_id_":                `{"_id":1}`,
		"events_by_sale_end":  `{"sale_ends_at":1}`,
		"events_of_organizer": `{"organizer_id":1,"_id":-1}`,
	}, listed(t, db.Collection("events")))
	require.Equal(t, `{"email":1} unique`, listed(t, db.Collection("accounts"))["email_once"])
	for _, kind := range booking.RecordKinds {
		require.Equal(t, map[string]string{
			"_id_":     `{"_id":1}`,
			"of_owner": `{"owner":1,"_id":-1}`,
			"due":      `{"due_at":1,"_id":1} where {"due_at":{"$exists":true}}`,
			"ends":     `{"ends_at":1} where {"ends_at":{"$exists":true}}`,
		}, listed(t, db.Collection(string(kind))), kind)
	}
}

// TestOpenRefusesAnIndexThatIsNotTheGuard gives the guard's name to indexes
// that look like it and guard nothing, or less.
func TestOpenRefusesAnIndexThatIsNotTheGuard(t *testing.T) {
	guard := bson.D{{Key: "event_id", Value: 1}, {Key: "sold_seats", Value: 1}}
	exists := bson.M{"sold_seats": bson.M{"$exists": true}}
	named := func() *options.IndexOptions { return options.Index().SetName("sold_seat_once") }
	for name, model := range map[string]mongo.IndexModel{
		"not unique":   {Keys: guard, Options: named().SetPartialFilterExpression(exists)},
		"not partial":  {Keys: guard, Options: named().SetUnique(true)},
		"other filter": {Keys: guard, Options: named().SetUnique(true).SetPartialFilterExpression(bson.M{"status": "paid"})},
		"other keys": {
			Keys:    bson.D{{Key: "sold_seats", Value: 1}, {Key: "event_id", Value: 1}},
			Options: named().SetUnique(true).SetPartialFilterExpression(exists),
		},
		"fewer keys": {Keys: guard[:1], Options: named().SetUnique(true).SetPartialFilterExpression(exists)},
	} {
		t.Run(name, func(t *testing.T) {
			uri := testserver.Mongo(t)
			_, err := database(t, uri).Collection("orders").Indexes().CreateOne(context.Background(), model)
			require.NoError(t, err)
			_, err = mongostore.Open(context.Background(), uri)
			require.ErrorContains(t, err, "indexes of collection orders: index sold_seat_once is not the one needed")
		})
	}
}

func TestOpenSaysWhatIsWrongWithTheURI(t *testing.T) {
	for uri, want := range map[string]string{
		"mongodb://127.0.0.1:27017":               "the database's name is missing: add it behind the hosts",
		"mongodb://127.0.0.1:27017/?w=majority":   "the database's name is missing",
		"http://127.0.0.1/seathold":               "MongoDB URI",
		"mongodb://127.0.0.1/seathold?journal=no": "MongoDB URI",
		"": "MongoDB URI",
	} {
		_, err := mongostore.Open(context.Background(), uri)
		require.ErrorContains(t, err, want, uri)
	}
}
