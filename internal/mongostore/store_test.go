package mongostore_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
	"seathold/internal/booking/bookingtest"
	"seathold/internal/mongostore"
	"seathold/internal/testserver"
)

func open(t testing.TB, uri string, opts ...mongostore.Option) *mongostore.Store {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	s, err := mongostore.Open(ctx, uri, opts...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close(context.Background())) })
	return s
}

func TestOrders(t *testing.T) {
	bookingtest.Orders(t, func(t *testing.T) booking.Orders { return open(t, testserver.Mongo(t)) })
}

func TestEvents(t *testing.T) {
	bookingtest.Events(t, func(t *testing.T) booking.Events { return open(t, testserver.Mongo(t)) })
}

func TestRecords(t *testing.T) {
	bookingtest.Records(t, func(t *testing.T) booking.Records { return open(t, testserver.Mongo(t)) })
}

func TestAccounts(t *testing.T) {
	bookingtest.Accounts(t, func(t *testing.T) booking.Accounts { return open(t, testserver.Mongo(t)) })
}
