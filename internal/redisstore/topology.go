package redisstore

import (
	"context"
	"sync"

	"github.com/redis/go-redis/v9"
)

// clusterSlots is how many slots a cluster has (Redis Cluster specification, "Key
// distribution model").
const clusterSlots = 16384

// Unserved returns how many of a cluster's slots have been given to no server: an
// event whose keys are in one cannot be sold. 0 where there is no cluster.
func (s *Store) Unserved(ctx context.Context) (slots int, err error) {
	cluster, sharded := s.client.(*redis.ClusterClient)
	if !sharded {
		return 0, nil
	}
	served, err := cluster.ClusterSlots(ctx).Result() //nolint:staticcheck // the client calls it too; its successor would be one right more
	if err != nil {
		return 0, err
	}
	slots = clusterSlots
	for _, each := range served {
		slots -= each.End - each.Start + 1
	}
	return slots, nil
}

// Sentinel is what a sentinel says of whether a failover can be agreed on.
type Sentinel struct {
	Addr string // host:port
	Err  error  // it does not answer, or does not let this user ask
	// Refuses is why it cannot be, in the sentinel's words; "": it can.
	Refuses string
}

// Sentinels asks each sentinel of the options (SENTINEL CKQUORUM), in their order.
// It changes nothing.
func Sentinels(ctx context.Context, o Options) ([]Sentinel, error) {
	u, err := o.universal()
	if err != nil {
		return nil, err
	}
	u.Username, u.Password, u.DB = o.SentinelUsername, o.SentinelPassword, 0
	u.MaxRetries = -1 // one look: one that hangs is not waited for again
	all := make([]Sentinel, len(o.Addrs))
	var asked sync.WaitGroup
	for i, addr := range o.Addrs {
		asked.Go(func() {
			one := u.Simple()
			one.Addr = addr
			c := redis.NewSentinelClient(one)
			defer func() { _ = c.Close() }() // nothing was written
			all[i] = Sentinel{Addr: addr, Err: c.CkQuorum(ctx, o.Master).Err()}
			if redis.HasErrorPrefix(all[i].Err, "NOQUORUM") {
				all[i].Refuses, all[i].Err = all[i].Err.Error(), nil
			}
		})
	}
	asked.Wait()
	return all, nil
}
