package redisstore

import (
	"context"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

// seen notes which scripts were called, and with what they ended.
type seen struct {
	names []string
	codes []booking.Code
}

func (s *seen) observe(ctx context.Context, script string) (context.Context, func(error)) {
	s.names = append(s.names, script)
	return ctx, func(err error) { s.codes = append(s.codes, booking.CodeOf(err)) }
}

func TestEachScriptIsTold(t *testing.T) {
	server, told := miniredis.RunT(t), &seen{}
	store, err := Open(Options{Addrs: []string{server.Addr()}, Observe: told.observe}, newTestID)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	s := newShow(t, store, 4)
	told.names, told.codes = nil, nil

	s.Take("customer-1", 0)
	_, _, err = store.Hold(s.Ctx, s.Event, s.Request("customer-2", 0))
	require.Equal(t, booking.CodeSeatsTaken, booking.CodeOf(err))
	_, err = store.Take(s.Ctx, []booking.Take{booking.CustomerWrites.Of("customer-1"), booking.AddressHolds.Of("here")})
	require.NoError(t, err)
	require.Equal(t, []string{"hold", "hold", "limit"}, told.names, "two limits are one call")
	require.Equal(t, []booking.Code{"", "", ""}, told.codes, "a refusal is an answer")

	server.Close()
	_, _, err = store.Count(s.Ctx, s.Event.ID)
	require.Error(t, err)
	require.Equal(t, booking.CodeUnavailable, told.codes[len(told.codes)-1])
	require.NotEmpty(t, store.Pools()["calls"]().Misses)
}

// A confirmation is one script before the order store decides and one after it,
// each one command once the server knows it.
func TestAConfirmationIsTwoCommands(t *testing.T) {
	store := openAt(t, miniredis.RunT(t).Addr())
	s := newShow(t, store, 4)
	s.TakeSold("customer-1", 0) // the server learns the scripts
	h := s.TakeBound("customer-2", time.Minute, 1, 2)
	var sent []string
	store.client.AddHook(hook(func(ctx context.Context, cmd redis.Cmder, next redis.ProcessHook) error {
		sent = append(sent, cmd.Name())
		return next(ctx, cmd)
	}))
	s.Pay(h)
	require.Equal(t, []string{"evalsha"}, sent)
	_, _, err := s.Sell(s.Ctx, s.Event, h.ID, h.OrderID)
	require.NoError(t, err)
	require.Equal(t, []string{"evalsha", "evalsha"}, sent)
}
