package redisstore

import (
	"net"
	"strconv"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
	"seathold/internal/booking/bookingtest"
	"seathold/internal/testserver"
)

// openCluster opens a store on a cluster of one node, which has all the slots:
// it refuses, as any cluster does, what would touch keys of several slots.
func openCluster(t *testing.T) *Store {
	t.Helper()
	bus, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	port := strconv.Itoa(bus.Addr().(*net.TCPAddr).Port)
	require.NoError(t, bus.Close())
	addr := testserver.RedisOwn(t, "--cluster-enabled", "yes", "--cluster-port", port).Addr
	node := redis.NewClient(&redis.Options{Addr: addr})
	t.Cleanup(func() { require.NoError(t, node.Close()) })
	require.NoError(t, node.ClusterAddSlotsRange(t.Context(), 0, 16383).Err())
	store, err := Open(Options{Addrs: []string{addr}, Cluster: true}, newTestID)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	s := &show{Show: &bookingtest.Show{T: t, Ctx: t.Context()}}
	s.await("the cluster is up", func() bool {
		info, err := node.ClusterInfo(t.Context()).Result()
		return err == nil && strings.Contains(info, "cluster_state:ok")
	})
	return store
}

func TestLimiterOnACluster(t *testing.T) {
	s := openCluster(t)
	bookingtest.Limiter(t, func(*testing.T) booking.Limiter { return s })
}

func TestHoardingOnACluster(t *testing.T) {
	s := newShow(t, openCluster(t), 12)
	for range 3 {
		r := s.limited("customer-1", 1)
		r.TTL = brief
		h, err := s.ask(r)
		require.NoError(t, err)
		s.Await(h)
	}
	s.sweep()
	_, err := s.ask(s.limited("customer-1", 2))
	require.ErrorIs(t, err, booking.CoolDownUnpaid)
	s.release(s.take("customer-2", 1, 2), 2)
	s.take("customer-2", 2)
}
