package mongostore_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/bson/primitive"
	"go.mongodb.org/mongo-driver/event"
	"go.mongodb.org/mongo-driver/mongo/options"

	"seathold/internal/booking"
	"seathold/internal/mongostore"
	"seathold/internal/testserver"
)

func TestDueTimesAreInTheDocumentOnlyWhileTheyAreSet(t *testing.T) {
	uri := testserver.Mongo(t)
	s, db := open(t, uri), database(t, uri)
	o := pending("order-1", "A2")
	o.Payments = []booking.Payment{{
		ID: "pay-1", State: booking.PaymentRefundDue, DueSince: time.UnixMilli(2), NextAt: time.UnixMilli(3),
	}}
	insert(t, s, o)
	d := stored(t, db, o.ID)
	require.Equal(t, primitive.DateTime(3), d["due_at"])
	require.Equal(t, primitive.DateTime(2), d["refund_due_since"])

	o.Payments[0] = booking.Payment{ID: "pay-1", State: booking.PaymentRefunded}
	change(t, s, &o, booking.OrderRefunded, false)
	d = stored(t, db, o.ID)
	require.NotContains(t, d, "due_at")
	require.NotContains(t, d, "refund_due_since")
	require.Equal(t, bson.A{bson.M{
		"id": "pay-1", "received": bson.M{"amount": int64(0), "currency": ""}, "state": "refunded",
	}}, d["payments"], "nor is any other zero time")
}

func TestRecordsAsTheServerHasThem(t *testing.T) {
	ctx := context.Background()
	uri := testserver.Mongo(t)
	s, db := open(t, uri), database(t, uri)
	inCollection := func(id string) bson.M {
		var d bson.M
		require.NoError(t, db.Collection("webhook_deliveries").FindOne(ctx, bson.M{"_id": id}).Decode(&d))
		return d
	}
	r := booking.Record{
		ID: "r1", Owner: "o1", DueAt: time.UnixMilli(1), EndsAt: time.UnixMilli(2), Data: []byte(`{"n": 1}`), Revision: 1,
	}
	require.NoError(t, s.InsertRecord(ctx, booking.RecordDelivery, r))
	require.Equal(t, bson.M{
		"_id": "r1", "owner": "o1", "due_at": primitive.DateTime(1), "ends_at": primitive.DateTime(2),
		"data": `{"n": 1}`, "revision": int64(1),
	}, inCollection("r1"))

	r.DueAt, r.EndsAt, r.Data = time.Time{}, time.Time{}, nil
	require.NoError(t, s.ReplaceRecord(ctx, booking.RecordDelivery, r))
	require.Equal(t, bson.M{"_id": "r1", "owner": "o1", "revision": int64(2)}, inCollection("r1"))
}

// TestARecordKeptLongerMeanwhileStays prolongs one of two ended records between
// the reading of their ids and their deletion.
func TestARecordKeptLongerMeanwhileStays(t *testing.T) {
	ctx := context.Background()
	uri := testserver.Mongo(t)
	other := open(t, uri)
	now := time.UnixMilli(5).UTC()
	kept := booking.Record{ID: "r1", EndsAt: now, Revision: 1}
	require.NoError(t, other.InsertRecord(ctx, booking.RecordDelivery, kept))
	require.NoError(t, other.InsertRecord(ctx, booking.RecordDelivery, booking.Record{ID: "r2", EndsAt: now}))
	kept.EndsAt = now.Add(time.Hour)
	var prolonged error
	s := open(t, uri, mongostore.Option(func(o *options.ClientOptions) {
		o.SetMonitor(&event.CommandMonitor{Started: func(_ context.Context, e *event.CommandStartedEvent) {
			if e.CommandName == "delete" {
				prolonged = other.ReplaceRecord(ctx, booking.RecordDelivery, kept)
			}
		}})
	}))
	n, err := s.DeleteRecordsEnded(ctx, booking.RecordDelivery, now, 10)
	require.NoError(t, err)
	require.NoError(t, prolonged)
	require.Equal(t, 1, n)
	kept.Revision++
	got, err := s.Record(ctx, booking.RecordDelivery, "r1")
	require.NoError(t, err)
	require.Equal(t, kept, got)
	_, err = s.Record(ctx, booking.RecordDelivery, "r2")
	require.Equal(t, booking.CodeNotFound, booking.CodeOf(err))
}
