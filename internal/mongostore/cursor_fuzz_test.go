package mongostore

import (
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/bson"

	"seathold/internal/booking"
)

// FuzzCursor: a cursor is a text to compare with, never part of the query.
func FuzzCursor(f *testing.F) {
	for _, seed := range []string{"", "order-1", "$gt", `{"$gt": ""}`, "\x00", "\xff", "a\x00b", ".", "$where"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, cursor string) {
		filter := afterCursor(bson.D{{Key: "customer_id", Value: "c"}}, booking.Page{Limit: 1, Cursor: cursor})
		raw, err := bson.Marshal(filter)
		require.NoError(t, err)
		var back bson.D
		require.NoError(t, bson.Unmarshal(raw, &back))
		want := bson.D{{Key: "customer_id", Value: "c"}}
		if cursor != "" {
			want = append(want, bson.E{Key: "_id", Value: bson.D{{Key: "$lt", Value: cursor}}})
		}
		if utf8.ValidString(cursor) { // no other reaches the store
			require.Equal(t, want, back)
		}
	})
}
