// Package redisstore keeps holds in Redis: it is booking.Holds. The protocol
// itself is in the scripts of package lua; here each script has a file that
// calls it and reads its reply.
package redisstore

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"seathold/internal/booking"
	"seathold/lua"
)

// Store is booking.Holds on a Redis server, Sentinel or Cluster. It is safe
// for concurrent use.
type Store struct {
	client    redis.UniversalClient
	feed      redis.UniversalClient // waits for changes of the maps
	newID     func() string
	observe   Observe
	connected chan struct{}
	lost      atomic.Bool // the last call found nobody
	back      chan struct{}
}

var _ booking.Holds = (*Store)(nil)

// Open returns a Store. It does not wait for the server: until that answers,
// calls fail with CodeUnavailable. newID makes tokens and epochs.
func Open(o Options, newID func() string) (*Store, error) {
	s := &Store{newID: newID, observe: o.Observe, connected: make(chan struct{}, 1), back: make(chan struct{}, 1)}
	if s.observe == nil {
		s.observe = unobserved
	}
	u, err := o.universal()
	if err != nil {
		return nil, err
	}
	// Another server may answer on a new connection: have the sweeper ask at once.
	u.OnConnect = func(context.Context, *redis.Conn) error {
		signal(s.connected)
		return nil
	}
	s.client = o.client(u)
	if s.feed, err = o.feedClient(); err != nil {
		return nil, errors.Join(err, s.client.Close())
	}
	return s, nil
}

// Close ends all connections.
func (s *Store) Close() error { return errors.Join(s.client.Close(), s.feed.Close()) }

// Pools returns the pools of connections by what they are for: the calls, and
// the readers that wait for changes.
func (s *Store) Pools() map[string]func() *redis.PoolStats {
	return map[string]func() *redis.PoolStats{"calls": s.client.PoolStats, "feed": s.feed.PoolStats}
}

// Connected signals that a connection was made: after a loss, another server
// instance may be behind it.
func (s *Store) Connected() <-chan struct{} { return s.connected }

// Back signals that the server answers again after it did not.
func (s *Store) Back() <-chan struct{} { return s.back }

// note remembers whether the server answered a script. A caller that left says
// nothing of the server.
func (s *Store) note(err error) {
	if errors.Is(err, context.Canceled) {
		return
	}
	if err != nil {
		s.lost.Store(true)
	} else if s.lost.Load() && s.lost.CompareAndSwap(true, false) {
		signal(s.back)
	}
}

// signal leaves one signal for whoever looks next.
func signal(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// Ping asks whether the server answers.
func (s *Store) Ping(ctx context.Context) error { return s.client.Ping(ctx).Err() }

// Now returns the server's clock.
func (s *Store) Now(ctx context.Context) (time.Time, error) {
	t, err := s.client.Time(ctx).Result()
	if err != nil {
		return time.Time{}, unavailable(err)
	}
	return t.UTC().Truncate(time.Millisecond), nil
}

func unavailable(err error) error { return booking.Unavailable("the hold store", err) }

// script is one script of package lua, with how many of the event's keys it takes.
type script struct {
	*redis.Script
	name string
	keys int
}

func newScript(name string, lastKey int) script {
	return script{Script: redis.NewScript(lua.Source(name)), name: name, keys: lastKey + 1}
}

// run calls a script and splits its reply into status and rest. Redis's own
// passing refusals (LOADING, READONLY, CLUSTERDOWN, MOVED, ASK, TRYAGAIN, a
// script it does not know yet) are tried again by the client; what is left is
// CodeUnavailable. ErrNotLoaded as for readReply.
func (s *Store) run(ctx context.Context, sc script, eventID string, args ...any) (*reply, error) {
	ctx, end := s.observe(ctx, sc.name)
	raw, err := sc.Run(ctx, s.client, keys(eventID)[:sc.keys], args...).Result()
	s.note(err)
	if err != nil {
		err = unavailable(fmt.Errorf("script %s: %w", sc.name, err))
	}
	end(err)
	if err != nil {
		return nil, err
	}
	return readReply(sc.name, raw)
}
