package redisstore

import (
	"net"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
	"seathold/internal/testserver"
	"seathold/lua"
)

// pair is a server and its replica, with a show on it.
type pair struct {
	*testing.T
	first, second *show // the same event, by each server
}

func newPair(t *testing.T) *pair {
	t.Helper()
	p := &pair{T: t}
	one, other := testserver.RedisOwn(t), testserver.RedisOwn(t, "--repl-diskless-sync-delay", "0")
	p.first = newShow(t, openAt(t, one.Addr), 12)
	beside := *p.first.Show
	beside.Holds = openAt(t, other.Addr)
	p.second = &show{Show: &beside, store: beside.Holds.(*Store)}
	require.NoError(t, p.first.store.client.Do(t.Context(), "CONFIG", "SET", "repl-diskless-sync-delay", "0").Err())
	p.follow(p.second, p.first)
	p.first.Load() // a server's first replica begins another run, to no harm
	return p
}

// follow makes one the replica of the other and waits until it has all.
func (p *pair) follow(replica, primary *show) {
	p.Helper()
	host, port, err := net.SplitHostPort(primary.store.client.(*redis.Client).Options().Addr)
	require.NoError(p, err)
	require.NoError(p, replica.store.client.Do(p.Context(), "REPLICAOF", host, port).Err())
	p.awaitCopy(replica, primary)
}

func (p *pair) awaitCopy(replica, primary *show) {
	p.Helper()
	primary.await("the replica has copied", func() bool {
		link, err := replica.store.client.Info(p.Context(), "replication").Result()
		if err != nil || !strings.Contains(link, "master_link_status:up") {
			return false
		}
		state, err := primary.store.client.Info(p.Context(), "replication").Result()
		return err == nil && infoField(state, "master_repl_offset") == infoField(link, "slave_repl_offset")
	})
}

// promote makes a replica a primary. The other goes on alone, and all that it
// does from now on is lost.
func (p *pair) promote(s *show) {
	p.Helper()
	require.NoError(p, s.store.client.Do(p.Context(), "REPLICAOF", "NO", "ONE").Err())
}

// TestAPromotionIsNoticed, also one that goes back to a server that was primary
// before: it is the same process with the same run id, and is behind all the same.
func TestAPromotionIsNoticed(t *testing.T) {
	p := newPair(t)
	require.False(t, p.first.sweep().Stale)
	p.promote(p.second)
	require.True(t, p.second.sweep().Stale)

	p.follow(p.first, p.second)
	p.promote(p.first)
	require.True(t, p.first.sweep().Stale, "nobody repaired it in between")
	before := p.first.version()
	p.first.Load()
	require.False(t, p.first.sweep().Stale)
	require.NotEqual(t, before.Epoch, p.first.version().Epoch)
}

// TestALoadingDoesNotOutliveItsServer: its lease is copied, but not all that it
// restored.
func TestALoadingDoesNotOutliveItsServer(t *testing.T) {
	guard := `if load[3] ~= this then
  return {'lost'}
end
`
	require.Contains(t, lua.Source("commit"), guard)
	for name, guarded := range map[string]bool{"guarded": true, "without the guard": false} {
		t.Run(name, func(t *testing.T) {
			p := newPair(t)
			if !guarded {
				swap(p.second.store, commitScript, strings.Replace(lua.Source("commit"), guard, "", 1))
			}
			p.first.Take("customer-9", 11)
			token := uuid.NewString()
			loaded, err := p.first.BeginLoad(t.Context(), p.first.Event, token)
			require.NoError(t, err)
			require.True(t, loaded)
			p.awaitCopy(p.second, p.first)
			p.promote(p.second)
			sold, _, _, _ := p.first.claims()
			changed, err := p.first.RestoreSeats(t.Context(), p.first.Event, token, []booking.Restore{sold})
			require.NoError(t, err)
			require.Equal(t, 1, changed, "on the server that is lost")

			_, err = p.second.CommitLoad(t.Context(), p.second.Event, token)
			if !guarded {
				require.NoError(t, err)
				require.False(t, p.second.sweep().Stale, "the control: nobody sees that something is missing")
				return
			}
			require.ErrorIs(t, err, booking.ErrConflict)
			require.True(t, p.second.sweep().Stale)
			require.NoError(t, p.second.AbandonLoad(t.Context(), p.second.Event, token))
			require.Equal(t, 1, p.second.Load(sold))
			require.False(t, p.second.sweep().Stale)
		})
	}
}

// TestNobodyOrdersOnAStaleMap: a seat that was sold shows free on the server that
// took over, and may be held there until the event is repaired. It is not paid for.
func TestNobodyOrdersOnAStaleMap(t *testing.T) {
	const guard = "redis.call('HGET', KEYS[2], 'm:run') ~= run()"
	require.Contains(t, lua.Source("bind"), guard)
	p := newPair(t)
	p.promote(p.second)
	sold := p.first.TakeSold("customer-1", 1)

	h := p.second.Take("customer-2", 1)
	bind := func(s *Store) error {
		_, err := s.Bind(t.Context(), p.second.Event, h.ID, "customer-2", "order-2", time.Minute)
		return err
	}
	require.ErrorIs(t, bind(p.second.store), booking.ErrNotLoaded)
	p.second.Load(claimOf(sold))
	require.Equal(t, booking.CodeHoldReleased, booking.CodeOf(bind(p.second.store)), "the sale came first")

	p.second.rewrite("HSET", keyHolds, "m:run", "another")
	h = p.second.Take("customer-2", 2)
	require.ErrorIs(t, bind(p.second.store), booking.ErrNotLoaded)
	unguarded := openAt(t, p.second.store.client.(*redis.Client).Options().Addr)
	swap(unguarded, bindScript, strings.Replace(lua.Source("bind"), guard, "false", 1))
	require.NoError(t, bind(unguarded), "the control")
}
