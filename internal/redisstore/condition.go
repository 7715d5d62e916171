package redisstore

import (
	"context"
	"sync"

	"github.com/redis/go-redis/v9"
)

// theServer is the name of the one server that there is beside a cluster's.
const theServer = "redis"

// Info returns what each server that takes writes says of itself, as INFO has it,
// by address in a cluster and else as "redis"; empty where the user may not ask.
// An error with it: some do not answer, and are missing.
func (s *Store) Info(ctx context.Context) (map[string]string, error) {
	cluster, sharded := s.client.(*redis.ClusterClient)
	if !sharded {
		said, err := info(ctx, s.client)
		if err != nil {
			return nil, err
		}
		return map[string]string{theServer: said}, nil
	}
	var mu sync.Mutex
	all := map[string]string{}
	err := cluster.ForEachMaster(ctx, func(ctx context.Context, node *redis.Client) error {
		said, err := info(ctx, node)
		if err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		all[node.Options().Addr] = said
		return nil
	})
	if err != nil {
		err = unavailable(err)
	}
	return all, err
}

// info asks one server for the sections that it gives without being asked for
// any: every version knows them. One that does not let this user ask answers all
// the same; one that does not let it in at all does not.
func info(ctx context.Context, asked redis.Cmdable) (string, error) {
	said, err := asked.Info(ctx).Result()
	switch {
	case err == nil:
		return said, nil
	case redis.IsPermissionError(err):
		return "", nil
	}
	return "", unavailable(err)
}
