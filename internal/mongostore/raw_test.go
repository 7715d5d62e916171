package mongostore_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/event"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
	"go.mongodb.org/mongo-driver/x/mongo/driver/connstring"

	"seathold/internal/booking"
	"seathold/internal/mongostore"
	"seathold/internal/testserver"
)

// database is a look at the server past the store.
func database(t *testing.T, uri string) *mongo.Database {
	t.Helper()
	ctx := context.Background()
	parsed, err := connstring.ParseAndValidate(uri)
	require.NoError(t, err)
	client, err := mongo.Connect(ctx, options.Client().ApplyURI(uri))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.Disconnect(ctx)) })
	return client.Database(parsed.Database)
}

func pending(id string, seats ...string) booking.Order {
	return booking.Order{
		ID: id, EventID: "event-1", CustomerID: "customer-1", Status: booking.OrderPending,
		Seats: seats, Total: booking.Money{Amount: 4500, Currency: "EUR"}, Revision: 1,
	}
}

func insert(t testing.TB, s *mongostore.Store, orders ...booking.Order) {
	t.Helper()
	for _, o := range orders {
		require.NoError(t, s.InsertOrder(context.Background(), o))
	}
}

// change stores another status and ownership.
func change(t testing.TB, s *mongostore.Store, o *booking.Order, status booking.OrderStatus, owns bool) {
	t.Helper()
	o.Status, o.OwnsSeats = status, owns
	require.NoError(t, s.ReplaceOrder(context.Background(), *o))
	o.Revision++
}

// stored is an order's document as the server has it.
func stored(t *testing.T, db *mongo.Database, id string) bson.M {
	t.Helper()
	var d bson.M
	require.NoError(t, db.Collection("orders").FindOne(context.Background(), bson.M{"_id": id}).Decode(&d))
	return d
}

func TestSoldSeatsExistOnlyWhileOwned(t *testing.T) {
	uri := testserver.Mongo(t)
	s, db := open(t, uri), database(t, uri)
	o := pending("order-1", "A2", "A3")
	insert(t, s, o)
	bare := bson.M{
		"_id": "order-1", "event_id": "event-1", "customer_id": "customer-1", "status": "pending_payment",
		"seats": bson.A{"A2", "A3"}, "total": bson.M{"amount": int64(4500), "currency": "EUR"},
		"claims_seats": true, "revision": int64(1),
	}
	require.Equal(t, bare, stored(t, db, o.ID))

	change(t, s, &o, booking.OrderPaid, true)
	require.Equal(t, bson.A{"A2", "A3"}, stored(t, db, o.ID)["sold_seats"])
	change(t, s, &o, booking.OrderRefunding, true)
	require.Equal(t, bson.A{"A2", "A3"}, stored(t, db, o.ID)["sold_seats"])

	change(t, s, &o, booking.OrderRefunded, false)
	bare["status"], bare["revision"] = "refunded", int64(4)
	delete(bare, "claims_seats")
	require.Equal(t, bare, stored(t, db, o.ID), "sold_seats is neither empty nor null: it is not there")
}

func TestLosingSaleLeavesItsDocument(t *testing.T) {
	uri := testserver.Mongo(t)
	s, db := open(t, uri), database(t, uri)
	winner, loser := pending("order-1", "A2", "A3"), pending("order-2", "A1", "A3")
	insert(t, s, winner, loser)
	change(t, s, &winner, booking.OrderPaid, true)
	before := stored(t, db, loser.ID)
	loser.Status, loser.OwnsSeats = booking.OrderPaid, true
	err := s.ReplaceOrder(context.Background(), loser)
	require.ErrorIs(t, err, booking.ErrSeatSold)
	require.ErrorContains(t, err, "sold_seat_once", "the log shows which index refused")
	require.Equal(t, before, stored(t, db, loser.ID))
}

// TestWithoutGuardSeatIsSoldTwice is the control: it is the index that
// prevents the double sale, and nothing else.
func TestWithoutGuardSeatIsSoldTwice(t *testing.T) {
	uri := testserver.Mongo(t)
	s, db := open(t, uri), database(t, uri)
	_, err := db.Collection("orders").Indexes().DropOne(context.Background(), "sold_seat_once")
	require.NoError(t, err)
	first, second := pending("order-1", "A2"), pending("order-2", "A2")
	insert(t, s, first, second)
	change(t, s, &first, booking.OrderPaid, true)
	change(t, s, &second, booking.OrderPaid, true)
	require.Equal(t, stored(t, db, "order-1")["sold_seats"], stored(t, db, "order-2")["sold_seats"])

	_, err = mongostore.Open(context.Background(), uri)
	require.ErrorContains(t, err, "collection orders", "the guard cannot be built over a double sale, and the start says so")
}

// commands records what the store sends to the server.
type commands struct {
	mu   sync.Mutex
	sent []bson.Raw
}

func (c *commands) option() mongostore.Option {
	return func(o *options.ClientOptions) {
		o.SetMonitor(&event.CommandMonitor{Started: func(_ context.Context, e *event.CommandStartedEvent) {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.sent = append(c.sent, slices.Clone(e.Command))
		}})
	}
}

// last returns the latest command of this name.
func (c *commands) last(t *testing.T, name string) bson.Raw {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, command := range slices.Backward(c.sent) {
		if elements, err := command.Elements(); err == nil && elements[0].Key() == name {
			return command
		}
	}
	require.FailNow(t, "never sent: "+name)
	return nil
}

// names returns what was sent, and forgets it.
func (c *commands) names(t *testing.T) (names []string) {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, command := range c.sent {
		elements, err := command.Elements()
		require.NoError(t, err)
		names = append(names, elements[0].Key())
	}
	c.sent = nil
	return names
}

// TestAChangeOfAnOrderIsOneUpdate: also the one that makes it own its seats.
func TestAChangeOfAnOrderIsOneUpdate(t *testing.T) {
	var c commands
	s := open(t, testserver.Mongo(t), c.option())
	o := pending("order-1", "A1", "A2")
	insert(t, s, o)
	c.names(t)
	change(t, s, &o, booking.OrderPaid, true)
	require.Equal(t, []string{"update"}, c.names(t))
}

// TestURICannotWeakenGuarantees looks at the commands on the wire.
func TestURICannotWeakenGuarantees(t *testing.T) {
	ctx := context.Background()
	var c commands
	weak, sign := testserver.Mongo(t), "?"
	if strings.Contains(weak, "?") {
		sign = "&"
	}
	weak += sign + "w=1&journal=false&retryWrites=false&readConcernLevel=local&readPreference=secondary"
	s := open(t, weak, c.option())
	o := pending("order-1", "A2")
	insert(t, s, o)
	change(t, s, &o, booking.OrderPaid, true)
	_, err := s.Order(ctx, o.ID)
	require.NoError(t, err)
	require.NoError(t, s.EachOwner(ctx, o.EventID, func(booking.Order) error { return nil }))

	for _, name := range []string{"insert", "update"} {
		command := c.last(t, name)
		require.Equal(t, "majority", command.Lookup("writeConcern", "w").StringValue())
		require.True(t, command.Lookup("writeConcern", "j").Boolean())
		require.NotEmpty(t, command.Lookup("txnNumber").Value, "%s is retried once", name)
	}
	find := c.last(t, "find")
	require.Equal(t, "majority", find.Lookup("readConcern", "level").StringValue())
	require.NotContains(t, find.String(), "secondary")
	filter := c.last(t, "update").Lookup("updates", "0", "q").Document()
	require.Equal(t, "event-1", filter.Lookup("event_id").StringValue(), "a sharded cluster needs it")
	require.EqualValues(t, 1, filter.Lookup("revision").Int64())
}

func TestAnswersInTimeWhenServerIsAway(t *testing.T) {
	start := time.Now()
	_, err := mongostore.Open(context.Background(), "mongodb://127.0.0.1:1/seathold", mongostore.AnswerPatience(50*time.Millisecond))
	require.Equal(t, booking.CodeUnavailable, booking.CodeOf(err))
	require.Less(t, time.Since(start), 5*time.Second)
}

// TestCrashKeepsAcknowledgedOrder kills the server the moment an order is
// acknowledged.
func TestCrashKeepsAcknowledgedOrder(t *testing.T) {
	server, uri := testserver.MongoOwn(t)
	s := open(t, uri)
	o := pending("order-1", "A2")
	insert(t, s, o)
	change(t, s, &o, booking.OrderPaid, true)
	server.Kill()

	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	start := time.Now()
	_, err := s.Order(ctx, o.ID)
	require.Equal(t, booking.CodeUnavailable, booking.CodeOf(err))
	// Its cause is the deadline, or the lost connection where that was seen first.
	require.Less(t, time.Since(start), 2*time.Second, "a call ends with its deadline")

	server.Restart()
	var got booking.Order
	require.Eventually(t, func() bool {
		got, err = s.Order(context.Background(), o.ID)
		return err == nil
	}, 30*time.Second, 50*time.Millisecond)
	require.Equal(t, o, got)
	second := pending("order-2", "A2")
	second.OwnsSeats = true
	require.ErrorIs(t, s.InsertOrder(context.Background(), second), booking.ErrSeatSold)
}

// BenchmarkReplaceOrder is the rate of bare updates, each durable before the
// next.
func BenchmarkReplaceOrder(b *testing.B) {
	s := open(b, testserver.Mongo(b))
	o := pending("order-1", "A2", "A3")
	insert(b, s, o)
	for b.Loop() {
		change(b, s, &o, booking.OrderPaid, !o.OwnsSeats)
	}
}
