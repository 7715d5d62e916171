package boltstore

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

// FuzzCursor lists from any cursor: what comes is the owner's own, older than
// the cursor, newest first.
func FuzzCursor(f *testing.F) {
	ctx := context.Background()
	s, err := Open(f.TempDir()+"/orders.db", NoSync())
	require.NoError(f, err)
	f.Cleanup(func() { require.NoError(f, s.Close(ctx)) })
	ids := map[string][]string{}
	for _, customer := range []string{"a", "ab", "\xff", "customer-1"} {
		for n := range 5 {
			id := fmt.Sprintf("order-%s-%d", customer, n)
			ids[customer] = append(ids[customer], id)
			require.NoError(f, s.InsertOrder(ctx, booking.Order{ID: id, EventID: "event-1", CustomerID: customer, Status: booking.OrderCancelled, Seats: []string{"A1"}}))
			r := booking.Record{ID: id, Owner: customer, Data: []byte(`{}`)}
			require.NoError(f, s.InsertRecord(ctx, booking.RecordDelivery, r))
		}
		f.Add("order-" + customer + "-3")
	}
	for _, seed := range []string{"", "order", "\x00", "\xff\xff\xff", "zzz", "\x01a", "order-a-3\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, cursor string) {
		for customer, all := range ids {
			var want []string
			for _, id := range slices.Backward(all) {
				if cursor == "" || id < cursor {
					want = append(want, id)
				}
			}
			orders, err := s.OrdersOfCustomer(ctx, customer, booking.Page{Limit: 100, Cursor: cursor})
			require.NoError(t, err)
			records, err := s.RecordsOf(ctx, booking.RecordDelivery, customer, booking.Page{Limit: 100, Cursor: cursor})
			require.NoError(t, err)
			var gotOrders, gotRecords []string
			for _, o := range orders {
				gotOrders = append(gotOrders, o.ID)
			}
			for _, r := range records {
				gotRecords = append(gotRecords, r.ID)
			}
			require.Equal(t, want, gotOrders)
			require.Equal(t, want, gotRecords)
		}
		_, err := s.ListEvents(ctx, booking.Page{Limit: 1, Cursor: cursor})
		require.NoError(t, err)
	})
}
