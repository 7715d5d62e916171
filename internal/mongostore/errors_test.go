package mongostore

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"

	"seathold/internal/booking"
)

func duplicate(message string) error {
	return mongo.WriteException{WriteErrors: mongo.WriteErrors{{Code: duplicateKey, Message: message}}}
}

func TestWriteErrorsByIndex(t *testing.T) {
	const prefix = "E11000 duplicate key error collection: shop.orders index: "
	for message, want := range map[string]error{
		prefix + `sold_seat_once dup key: { event_id: "e", sold_seats: "A2" }`:                                         booking.ErrSeatSold,
		"Plan executor error during update :: caused by :: " + prefix + `sold_seat_once dup key: { sold_seats: "A2" }`: booking.ErrSeatSold,
		prefix + `_id_ dup key: { _id: " index: sold_seat_once dup key" }`:                                             booking.ErrConflict,
		prefix + `idempotency_key_once dup key: { idempotency_key: "sold_seat_once" }`:                                 booking.ErrConflict,
		prefix + `sold_seat_once_too dup key: { }`:                                                                     booking.ErrConflict,
	} {
		err := writeError(duplicate(message))
		require.ErrorIs(t, err, want, message)
		require.ErrorContains(t, err, "E11000", "the cause stays for the log")
		require.ErrorIs(t, writeError(mongo.CommandError{Code: duplicateKey, Message: message}), want, message)
	}
	require.Equal(t, booking.CodeEmailTaken, booking.CodeOf(writeError(duplicate(prefix+`email_once dup key: { email: "a@b" }`))))
}

func TestOtherWriteErrorsAreTheStoresFault(t *testing.T) {
	unconfirmed := mongo.WriteException{WriteConcernError: &mongo.WriteConcernError{Code: 64, Message: "waiting for replication timed out"}}
	for _, err := range []error{unconfirmed, mongo.CommandError{Code: 10107, Message: "not primary"}, errors.New("connection reset")} {
		require.Equal(t, booking.CodeUnavailable, booking.CodeOf(writeError(err)))
	}
	require.NoError(t, writeError(nil))
}

func TestIndexIsComparedWhole(t *testing.T) {
	guard := orderIndexes[0]
	require.Equal(t, soldSeatIndex, guard.name)
	description := func(more ...bson.E) bson.Raw {
		d := append(bson.D{
			{Key: "v", Value: 2},
			{Key: "key", Value: bson.D{{Key: "event_id", Value: 1.0}, {Key: "sold_seats", Value: int64(1)}}},
			{Key: "name", Value: soldSeatIndex},
			{Key: "unique", Value: true},
			{Key: "partialFilterExpression", Value: exists("sold_seats")},
		}, more...)
		b, err := bson.Marshal(d)
		require.NoError(t, err)
		return b
	}
	require.True(t, guard.is(description()), "whatever type the server's numbers have")
	require.False(t, guard.is(description(bson.E{Key: "expireAfterSeconds", Value: 60})))
	require.False(t, guard.is(description(bson.E{Key: "collation", Value: bson.D{{Key: "locale", Value: "en"}}})))
	require.False(t, guard.is(description(bson.E{Key: "sparse", Value: true})))
	require.False(t, guard.is(bson.Raw("damaged")))
}
