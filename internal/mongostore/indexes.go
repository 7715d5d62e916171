package mongostore

import (
	"bytes"
	"context"
	"fmt"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
)

// The unique indexes whose refusals mean something to the domain.
const (
	soldSeatIndex = "sold_seat_once"
	emailIndex    = "email_once"
)

// index is an index as this package needs it.
type index struct {
	name   string
	keys   bson.D
	unique bool
	where  bson.D // partial: only documents that match; nil for all
}

// exists is the filter of a partial index over documents that have the field.
func exists(field string) bson.D {
	return bson.D{{Key: field, Value: bson.D{{Key: "$exists", Value: true}}}}
}

func keys(fields ...string) bson.D {
	d := make(bson.D, 0, len(fields))
	for _, field := range fields {
		direction := int32(1)
		if field[0] == '-' {
			field, direction = field[1:], -1
		}
		d = append(d, bson.E{Key: field, Value: direction})
	}
	return d
}

// The unique indexes begin with event_id, as a collection sharded on it asks.
var orderIndexes = []index{
	// The double-sale guard. An array has one entry a seat.
	{name: soldSeatIndex, keys: keys("event_id", "sold_seats"), unique: true, where: exists("sold_seats")},
	{
		name: "idempotency_key_once", keys: keys("event_id", "customer_id", "idempotency_key"),
		unique: true, where: exists("idempotency_key"),
	},
	{name: "order_by_key", keys: keys("customer_id", "idempotency_key"), where: exists("idempotency_key")},
	{name: "order_by_payment", keys: keys("checkout.provider", "payment_ids"), where: exists("payment_ids")},
	{name: "orders_of_customer", keys: keys("customer_id", "-_id", "status")},
	{name: "orders_of_event", keys: keys("event_id", "-_id", "status")},
	// Owners and pending orders by id, which a sale does not change: a visit
	// never misses an order that is paid meanwhile.
	{name: "claims_of_event", keys: keys("event_id", "_id"), where: bson.D{{Key: "claims_seats", Value: true}}},
	{name: "orders_due", keys: keys("due_at", "_id", "status"), where: exists("due_at")},
	{name: "refunds_due", keys: keys("-_id", "refund_due_since"), where: exists("refund_due_since")},
}

var eventIndexes = []index{
	{name: "events_by_sale_end", keys: keys("sale_ends_at")},
	{name: "events_of_organizer", keys: keys("organizer_id", "-_id")},
}

// recordIndexes are the indexes of each kind's collection.
var recordIndexes = []index{
	{name: "of_owner", keys: keys("owner", "-_id")},
	{name: "due", keys: keys("due_at", "_id"), where: exists("due_at")},
	{name: "ends", keys: keys("ends_at"), where: exists("ends_at")},
}

var accountIndexes = []index{
	{name: emailIndex, keys: keys("email"), unique: true},
}

// ensureIndexes creates what is missing and fails where an index of the same
// name is another than the one needed.
func ensureIndexes(ctx context.Context, c *mongo.Collection, wanted []index) error {
	if err := verifyIndexes(ctx, c, wanted, false); err != nil {
		return err
	}
	models := make([]mongo.IndexModel, 0, len(wanted))
	for _, w := range wanted {
		models = append(models, w.model())
	}
	if _, err := c.Indexes().CreateMany(ctx, models); err != nil {
		return fmt.Errorf("create: %w", err)
	}
	return verifyIndexes(ctx, c, wanted, true)
}

func (w index) model() mongo.IndexModel {
	o := options.Index().SetName(w.name)
	if w.unique {
		o.SetUnique(true)
	}
	if w.where != nil {
		o.SetPartialFilterExpression(w.where)
	}
	return mongo.IndexModel{Keys: w.keys, Options: o}
}

// verifyIndexes compares the wanted indexes with those the server lists. One
// that is not there is an error only where all must be.
func verifyIndexes(ctx context.Context, c *mongo.Collection, wanted []index, all bool) error {
	found, err := listIndexes(ctx, c)
	if err != nil {
		return fmt.Errorf("list: %w", err)
	}
	for _, w := range wanted {
		listed, there := found[w.name]
		if !there && all {
			return fmt.Errorf("index %s is missing after it was created", w.name)
		}
		if there && !w.is(listed) {
			return fmt.Errorf("index %s is not the one needed: it is %s, drop it and start again to have it built anew",
				w.name, listed)
		}
	}
	return nil
}

func listIndexes(ctx context.Context, c *mongo.Collection) (map[string]bson.Raw, error) {
	cursor, err := c.Indexes().List(ctx)
	if err != nil {
		return nil, err
	}
	var all []bson.Raw
	if err := cursor.All(ctx, &all); err != nil {
		return nil, err
	}
	found := map[string]bson.Raw{}
	for _, listed := range all {
		name, _ := listed.Lookup("name").StringValueOK()
		found[name] = listed
	}
	return found, nil
}

// is reports whether the server's description is this index and nothing more:
// a collation, a time to live or a filter would change what it promises.
func (w index) is(listed bson.Raw) bool {
	elements, err := listed.Elements()
	if err != nil {
		return false
	}
	unique, filtered := false, false
	for _, e := range elements {
		switch e.Key() {
		case "v", "ns", "name", "background": // say nothing about what it holds
		case "key":
			if !w.hasKeys(e.Value().Document()) {
				return false
			}
		case "unique":
			unique = e.Value().Boolean()
		case "partialFilterExpression":
			filtered = sameDocument(w.where, e.Value().Document())
		default:
			return false
		}
	}
	return unique == w.unique && filtered == (w.where != nil)
}

// hasKeys compares field by field: servers differ in the number's type.
func (w index) hasKeys(listed bson.Raw) bool {
	elements, err := listed.Elements()
	if err != nil || len(elements) != len(w.keys) {
		return false
	}
	for i, e := range elements {
		direction, isNumber := e.Value().AsInt64OK()
		if !isNumber || e.Key() != w.keys[i].Key || direction != int64(w.keys[i].Value.(int32)) {
			return false
		}
	}
	return true
}

func sameDocument(want bson.D, listed bson.Raw) bool {
	b, err := bson.Marshal(want)
	return err == nil && bytes.Equal(b, listed)
}
