package redisstore

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// Server is what a server says of itself.
type Server struct {
	Addr string // host:port; "" for the only one
	// Told is false where this user may not ask (INFO): all but the clock is zero.
	Told    bool
	Version string // Redis's own, which its kin claim to be compatible with
	Role    string // "master" or "slave"
	// Replicas counts those that copy a master.
	Replicas int

	UsedMemory, MaxMemory int64 // bytes; MaxMemory 0: no limit
	Policy                string

	AppendOnly bool   // every write is logged to a file
	Fsync      string // appendfsync; "" where it may not be asked for
	Save       string // when snapshots are made, "" is never
	ToldSave   bool   // it might be asked for
	// WriteFailed says that the log or the last snapshot could not be written.
	WriteFailed bool

	// ClockAhead is by how much its clock is ahead of this machine's; it is
	// right to within Within.
	ClockAhead, Within time.Duration
}

// Inspect asks the server that the settings lead to what it is; on a cluster
// every primary, in the order of their addresses. It changes nothing. INFO and
// CONFIG may be forbidden: what they tell is missing then, and the server's ACL LOG
// has that they were asked for.
func (s *Store) Inspect(ctx context.Context) ([]Server, error) {
	cluster, sharded := s.client.(*redis.ClusterClient)
	if !sharded {
		one, err := inspect(ctx, s.client)
		return []Server{one}, err
	}
	var mu sync.Mutex
	var all []Server
	err := cluster.ForEachMaster(ctx, func(ctx context.Context, node *redis.Client) error {
		one, err := inspect(ctx, node)
		one.Addr = node.Options().Addr
		mu.Lock()
		defer mu.Unlock()
		all = append(all, one)
		return err
	})
	slices.SortFunc(all, func(a, b Server) int { return strings.Compare(a.Addr, b.Addr) })
	return all, err
}

func inspect(ctx context.Context, asked redis.Cmdable) (s Server, err error) {
	info, err := asked.Info(ctx).Result()
	if err = unlessRefused(err); err != nil {
		return s, err
	}
	if s.Told = info != ""; s.Told {
		s.readInfo(info)
	}
	if err := s.readConfig(ctx, asked); err != nil {
		return s, err
	}
	before := time.Now()
	its, err := asked.Time(ctx).Result()
	if err != nil {
		return s, err
	}
	s.Within = time.Since(before) / 2
	s.ClockAhead = its.Sub(before.Add(s.Within))
	return s, nil
}

// unlessRefused passes over what the server answered, if only that it will not.
func unlessRefused(err error) error {
	var answered redis.Error
	if errors.As(err, &answered) {
		return nil
	}
	return err
}

func (s *Server) readInfo(info string) {
	s.Version = infoField(info, "redis_version")
	s.Role = infoField(info, "role")
	s.Replicas = int(infoNumber(info, "connected_slaves"))
	s.UsedMemory, s.MaxMemory = infoNumber(info, "used_memory"), infoNumber(info, "maxmemory")
	s.Policy = infoField(info, "maxmemory_policy")
	s.AppendOnly = infoField(info, "aof_enabled") == "1"
	for _, status := range []string{"aof_last_write_status", "aof_last_bgrewrite_status", "rdb_last_bgsave_status"} {
		s.WriteFailed = s.WriteFailed || infoField(info, status) == "err"
	}
}

// infoNumber is 0 for what is not there.
func infoNumber(info, name string) int64 {
	n, err := strconv.ParseInt(infoField(info, name), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// readConfig reads what INFO does not tell.
func (s *Server) readConfig(ctx context.Context, asked redis.Cmdable) error {
	fsync, err := asked.ConfigGet(ctx, "appendfsync").Result()
	if err = unlessRefused(err); err != nil {
		return err
	}
	s.Fsync = fsync["appendfsync"]
	save, err := asked.ConfigGet(ctx, "save").Result()
	if err = unlessRefused(err); err != nil {
		return err
	}
	s.Save, s.ToldSave = save["save"]
	s.Save = strings.TrimSpace(s.Save)
	return nil
}
