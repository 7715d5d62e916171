package boltstore_test

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.etcd.io/bbolt"

	"seathold/internal/boltstore"
	"seathold/internal/booking"
	"seathold/internal/booking/bookingtest"
)

func open(t testing.TB, path string, opts ...boltstore.Option) *boltstore.Store {
	t.Helper()
	s, err := boltstore.Open(path, opts...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close(context.Background())) })
	return s
}

func openNew(t testing.TB) *boltstore.Store {
	t.Helper()
	return open(t, filepath.Join(t.TempDir(), "seathold.db"), boltstore.NoSync())
}

func TestOrders(t *testing.T) {
	bookingtest.Orders(t, func(t *testing.T) booking.Orders { return openNew(t) })
}

func TestEvents(t *testing.T) {
	bookingtest.Events(t, func(t *testing.T) booking.Events { return openNew(t) })
}

func TestAccounts(t *testing.T) {
	bookingtest.Accounts(t, func(t *testing.T) booking.Accounts { return openNew(t) })
}

func TestRecords(t *testing.T) {
	bookingtest.Records(t, func(t *testing.T) booking.Records { return openNew(t) })
}

func paid(id string, seats ...string) booking.Order {
	return booking.Order{
		ID: id, EventID: "event-1", CustomerID: "customer-1", Status: booking.OrderPaid,
		Seats: seats, OwnsSeats: true, Revision: 1,
	}
}

func TestDataOutlivesTheStore(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "seathold.db")
	first, err := boltstore.Open(path)
	require.NoError(t, err)
	o := paid("order-1", "A2", "A3")
	require.NoError(t, first.InsertOrder(ctx, o))
	e := &booking.Event{ID: "event-1", Revision: 1, Plan: &booking.Plan{Raw: []byte("{}")}}
	require.NoError(t, first.InsertEvent(ctx, e))
	require.NoError(t, first.Close(ctx))

	second := open(t, path)
	got, err := second.Order(ctx, o.ID)
	require.NoError(t, err)
	require.Equal(t, o, got)
	raw, err := second.Plan(ctx, e.ID)
	require.NoError(t, err)
	require.Equal(t, "{}", string(raw))
	require.ErrorIs(t, second.InsertOrder(ctx, paid("order-2", "A3")), booking.ErrSeatSold)
}

// TestAcknowledgedOrderIsInTheFile copies the file as it is the moment an
// order is acknowledged, without closing the store: what a crash would leave.
func TestAcknowledgedOrderIsInTheFile(t *testing.T) {
	ctx := context.Background()
	folder := t.TempDir()
	running := open(t, filepath.Join(folder, "running.db"))
	require.NoError(t, running.InsertOrder(ctx, paid("order-1", "A2")))

	content, err := os.ReadFile(filepath.Join(folder, "running.db"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(folder, "left.db"), content, 0o600))
	left := open(t, filepath.Join(folder, "left.db"))
	_, err = left.Order(ctx, "order-1")
	require.NoError(t, err)
	require.ErrorIs(t, left.InsertOrder(ctx, paid("order-2", "A2")), booking.ErrSeatSold)
}

func TestOpenNamesTheOtherProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "seathold.db")
	open(t, path)
	start := time.Now()
	_, err := boltstore.Open(path)
	require.ErrorContains(t, err, "another process has the data folder in use, probably the running service")
	require.ErrorContains(t, err, path)
	require.Less(t, time.Since(start), 10*time.Second)
}

func TestOpenRefusesWhatIsNoStore(t *testing.T) {
	path := filepath.Join(t.TempDir(), "seathold.db")
	require.NoError(t, os.WriteFile(path, []byte("no store at all"), 0o600))
	_, err := boltstore.Open(path)
	require.ErrorContains(t, err, path)
	_, err = boltstore.Open(filepath.Join(t.TempDir(), "no folder", "seathold.db"))
	require.ErrorContains(t, err, "no folder")
}

func TestFileIsForItsOwnerOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "seathold.db")
	open(t, path)
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm(), "it holds password hashes")
}

func TestClosedStoreIsUnavailable(t *testing.T) {
	ctx := context.Background()
	s := openNew(t)
	require.NoError(t, s.Ping(ctx))
	require.NoError(t, s.Close(ctx))
	require.Equal(t, booking.CodeUnavailable, booking.CodeOf(s.Ping(ctx)))
	require.Equal(t, booking.CodeUnavailable, booking.CodeOf(s.InsertOrder(ctx, paid("order-1", "A1"))))
}

// BenchmarkReplaceOrder is the rate of bare updates, each on the disk before
// the next.
func BenchmarkReplaceOrder(b *testing.B) {
	ctx := context.Background()
	s := open(b, filepath.Join(b.TempDir(), "seathold.db"))
	for i := range 1000 {
		require.NoError(b, s.InsertOrder(ctx, paid(fmt.Sprint("other-", i), fmt.Sprint("B", i))))
	}
	o := paid("order-1", "A2", "A3")
	require.NoError(b, s.InsertOrder(ctx, o))
	for b.Loop() {
		o.OwnsSeats = !o.OwnsSeats
		require.NoError(b, s.ReplaceOrder(ctx, o))
		o.Revision++
	}
}

// TestADamagedPlanIsNoOutage: whoever waits and asks again would wait for ever.
func TestADamagedPlanIsNoOutage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "seathold.db")
	require.NoError(t, open(t, path).Close(t.Context()))
	raw, err := bbolt.Open(path, 0o600, nil)
	require.NoError(t, err)
	require.NoError(t, raw.Update(func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte("plans")).Put([]byte("event-1"), []byte("no gzip"))
	}))
	require.NoError(t, raw.Close())
	s := open(t, path)
	_, err = s.Plan(t.Context(), "event-1")
	require.Error(t, err)
	require.Empty(t, booking.CodeOf(err), "%v", err)
	_, err = s.Plan(t.Context(), "event-2")
	require.Equal(t, booking.CodeNotFound, booking.CodeOf(err))
}

func TestReadOnlyLeavesTheFileAsItIs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "seathold.db")
	_, err := boltstore.ReadOnly(path)
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.NoFileExists(t, path)

	empty, err := bbolt.Open(path, 0o600, nil) // a start that was killed before it made anything
	require.NoError(t, err)
	require.NoError(t, empty.Close())
	_, err = boltstore.ReadOnly(path)
	require.ErrorIs(t, err, fs.ErrNotExist)

	s, err := boltstore.Open(path)
	require.NoError(t, err)
	require.NoError(t, s.InsertOrder(t.Context(), paid("order-1", "A2")))
	_, err = boltstore.ReadOnly(path)
	require.ErrorIs(t, err, boltstore.ErrInUse)
	require.NoError(t, s.Close(t.Context()))

	before, err := os.ReadFile(path)
	require.NoError(t, err)
	s, err = boltstore.ReadOnly(path)
	require.NoError(t, err)
	_, err = s.Order(t.Context(), "order-1")
	require.NoError(t, err)
	require.Equal(t, booking.CodeUnavailable, booking.CodeOf(s.InsertOrder(t.Context(), paid("order-2", "A3"))))
	require.NoError(t, s.Close(t.Context()))
	after, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, before, after)
}
