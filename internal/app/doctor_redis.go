package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"seathold/internal/config"
	"seathold/internal/doctor"
	"seathold/internal/redisstore"
)

// oldestRedis is the first major version whose scripts do all that ours ask for.
const oldestRedis = 7

// farOff is from when on a clock that differs is a problem, and off when it is
// worth a look. Deadlines are judged by the server's clock and shown by this one's.
const (
	farOff = 2 * time.Second
	off    = 500 * time.Millisecond
)

// redis looks at the hold store.
func (e examined) redis(ctx context.Context) []doctor.Finding {
	r := e.config.Redis
	if r.Embedded() {
		return []doctor.Finding{doctor.Fine("redis", "embedded, for one process: a restart frees the seats of unfinished checkouts")}
	}
	store, err := redisstore.Open(redisOptions(r), newID)
	if err != nil {
		return []doctor.Finding{doctor.Wrong("redis", "mend SEATHOLD_REDIS_URL", "%v", err)}
	}
	defer func() { _ = store.Close() }() // nothing was written
	found := slices.Concat(wayToRedis(ctx, r), whoTakesOver(ctx, r), redisSlots(ctx, store))
	if err := store.Check(ctx); err != nil {
		return append(found, redisAway(r, err))
	}
	servers, err := store.Inspect(ctx)
	if err != nil {
		return append(found, redisAway(r, err))
	}
	found = append(found, doctor.Fine("redis", "%s answers", r))
	for _, s := range servers {
		found = append(found, redisServer(r.Mode, s)...)
	}
	return append(found, redisRights(ctx, store, servers)...)
}

func redisAway(r config.Redis, err error) doctor.Finding {
	if errors.Is(err, redisstore.ErrSettings) {
		return doctor.Wrong("redis", "correct SEATHOLD_REDIS_URL, or the user there (docker/redis/users.acl shows one)", "%s: %v", r, err)
	}
	return doctor.Wrong("redis", "start it, or correct SEATHOLD_REDIS_URL; without it nobody can hold seats", "%s does not answer: %v", r, err)
}

// wayToRedis is about who may listen on the way there, and come in.
func wayToRedis(ctx context.Context, r config.Redis) (found []doctor.Finding) {
	if open, is := inTheOpen(ctx, r.Addrs); is && !r.TLS {
		found = append(found, doctor.Wrong("redis-tls", "use rediss:// (?tls=true with sentinels and clusters), or a private network",
			"%s is on the public internet, and what is said there is not encrypted", open))
	}
	if r.Mode != config.RedisStandalone && len(r.Addrs) == 1 {
		found = append(found, doctor.Advise("redis-addresses", "name all of them, separated by commas",
			"SEATHOLD_REDIS_URL names one server of a %s: while that one is away, no instance can start to hold seats", r.Mode))
	}
	if r.Password == "" && isFar(r.Addrs) {
		found = append(found, doctor.Advise("redis-user", "give Seathold a user of its own, as docker/redis/users.acl does",
			"Redis asks for no password: whoever reaches it can free and sell seats"))
	}
	return found
}

// whoTakesOver asks the sentinels, where there are some, whether they can agree on
// another primary when this one is away.
func whoTakesOver(ctx context.Context, r config.Redis) []doctor.Finding {
	if r.Mode != config.RedisSentinel {
		return nil
	}
	all, err := redisstore.Sentinels(ctx, redisOptions(r))
	if err != nil {
		return nil // the same is wrong with the way to the servers, and told there
	}
	return judgeSentinels(r.Master, all)
}

func judgeSentinels(master string, all []redisstore.Sentinel) (found []doctor.Finding) {
	const check = "redis-sentinels"
	for _, s := range all {
		switch {
		case s.Refuses != "":
			found = append(found, doctor.Wrong(check, "start the others; redis-cli -p 26379 SENTINEL SENTINELS "+master+" lists them",
				"%s: nobody would take over from the primary: %s", s.Addr, s.Refuses))
		case s.Err != nil:
			found = append(found, doctor.Advise(check, "start it, or take it out of SEATHOLD_REDIS_URL; and see that this user may ask, SENTINEL CKQUORUM "+master,
				"%s does not say whether a failover can be agreed on: %v", s.Addr, s.Err))
		}
	}
	return otherwise(found, doctor.Fine(check, "%s can agree on another primary", plural(len(all), "sentinel")))
}

// redisSlots is about the events that no server of a cluster would have. Whether
// it answers at all is told by others.
func redisSlots(ctx context.Context, store *redisstore.Store) []doctor.Finding {
	if unserved, err := store.Unserved(ctx); err == nil && unserved > 0 {
		return []doctor.Finding{doctor.Wrong("redis-slots", "redis-cli --cluster fix, with the address of one of its servers",
			"%s of the cluster %s no server: events there cannot be sold", plural(unserved, "slot"), verb(unserved, "has", "have"))}
	}
	return nil
}

// redisServer judges what one server says of itself.
func redisServer(mode config.RedisMode, s redisstore.Server) []doctor.Finding {
	at := ""
	if s.Addr != "" {
		at = s.Addr + ": "
	}
	found := []doctor.Finding{clock("redis-clock", "Redis's", s.ClockAhead, s.Within)}
	if s.Told {
		found = append(found, redisVersion(s), redisEviction(s), redisMemory(s), redisPersistence(s), redisReplicas(mode, s))
	} else {
		found = append(found, doctor.Advise("redis-version", "grant the user +info; or look yourself, redis-cli INFO: "+
			"redis_version 7.0 or later, maxmemory_policy:noeviction, aof_enabled:1, role:master",
			"this user may not ask what the server is"))
	}
	for i := range found {
		found[i].Saw = at + found[i].Saw
	}
	return found
}

func redisVersion(s redisstore.Server) doctor.Finding {
	const check = "redis-version"
	first, _, _ := strings.Cut(s.Version, ".")
	major, err := strconv.Atoi(first)
	switch {
	case err != nil:
		return doctor.Advise(check, "look yourself: redis-cli INFO server", "the server does not say which version it is")
	case major < oldestRedis:
		return doctor.Wrong(check, "upgrade to Redis 7.0 or later", "Redis is %s: the scripts take %d.0", s.Version, oldestRedis)
	default:
		return doctor.Fine(check, "%s", s.Version)
	}
}

func redisEviction(s redisstore.Server) doctor.Finding {
	const check = "redis-eviction"
	const do = "redis-cli CONFIG SET maxmemory-policy noeviction, and write it into redis.conf"
	switch {
	case s.Policy == "":
		return doctor.Advise(check, "look yourself: redis-cli CONFIG GET maxmemory-policy must say noeviction",
			"the server does not say what it does when its memory is full")
	case s.Policy == "noeviction":
		return doctor.Fine(check, "noeviction")
	case s.MaxMemory > 0:
		return doctor.Wrong(check, do, "maxmemory-policy is %s: full, it drops keys, and holds with them; Seathold does not start on it", s.Policy)
	default:
		return doctor.Wrong(check, do, "maxmemory-policy is %s: with a memory limit it would drop keys, and holds with them", s.Policy)
	}
}

func redisMemory(s redisstore.Server) doctor.Finding {
	const check = "redis-memory"
	switch {
	case s.MaxMemory == 0:
		return doctor.Fine(check, "%s in use, no limit", megabytes(s.UsedMemory))
	case s.UsedMemory > s.MaxMemory/10*8:
		return doctor.Wrong(check, "raise maxmemory: full, it refuses new holds",
			"%s of %s in use", megabytes(s.UsedMemory), megabytes(s.MaxMemory))
	default:
		return doctor.Fine(check, "%s of %s in use", megabytes(s.UsedMemory), megabytes(s.MaxMemory))
	}
}

func megabytes(bytes int64) string { return fmt.Sprintf("%.1f MB", float64(bytes)/(1<<20)) }

// redisPersistence is about what a restart of Redis leaves of the holds. Sales are
// in the order store.
func redisPersistence(s redisstore.Server) doctor.Finding {
	const check = "redis-persistence"
	const do = "redis-cli CONFIG SET appendonly yes, and write it into redis.conf"
	switch {
	case s.WriteFailed:
		return doctor.Wrong(check, "look into its log, and at the space of its disk", "Redis could not write its files the last time")
	case s.AppendOnly && s.Fsync == "no":
		return doctor.Advise(check, "redis-cli CONFIG SET appendfsync everysec",
			"appendfsync is no: after a power failure holds of half a minute may be gone")
	case s.AppendOnly:
		return doctor.Fine(check, "every write is logged")
	case s.Save != "":
		return doctor.Advise(check, do, "only snapshots are kept (save %s): a restart loses the holds since the last one", s.Save)
	case s.ToldSave:
		return doctor.Wrong(check, do, "nothing is kept (appendonly no, no snapshots): a restart loses all holds, of people who are paying too")
	default:
		return doctor.Wrong(check, do, "appendonly is no, and whether there are snapshots this user may not ask (+config|get): "+
			"a restart loses holds, of people who are paying too")
	}
}

func redisReplicas(mode config.RedisMode, s redisstore.Server) doctor.Finding {
	const check = "redis-replicas"
	switch {
	case s.Role == "slave":
		return doctor.Wrong(check, "put its primary into SEATHOLD_REDIS_URL, or redis+sentinel://, which finds it",
			"this Redis is a replica: it takes no writes")
	case s.Replicas > 0:
		return doctor.Fine(check, "%d", s.Replicas)
	case mode == config.RedisStandalone:
		return doctor.Advise(check, "where minutes without new holds are too long, use Sentinel or Cluster",
			"none: while this Redis is away nobody can hold seats; sales are safe")
	default:
		return doctor.Wrong(check, "start a replica of it: nobody could take over", "none, and replicas are what %s is for", mode)
	}
}

// clock judges how far a server's clock is from this machine's.
func clock(check, whose string, ahead, within time.Duration) doctor.Finding {
	const do = "have both machines keep their time by NTP (timedatectl, chronyc tracking)"
	sure := max(0, ahead.Abs()-within) // by this much at least
	word := "ahead of"
	if ahead < 0 {
		word = "behind"
	}
	saw := fmt.Sprintf("%s clock is %s %s this machine's", whose, ahead.Abs().Round(time.Millisecond), word)
	switch {
	case sure > farOff:
		return doctor.Wrong(check, do, "%s: deadlines are judged by one and shown by the other", saw)
	case sure > off:
		return doctor.Advise(check, do, "%s", saw)
	default:
		return doctor.Fine(check, "%s", saw)
	}
}

// redisRights tries what this user may call. Servers that are too old for that
// are reported already.
func redisRights(ctx context.Context, store *redisstore.Store, servers []redisstore.Server) []doctor.Finding {
	const check = "redis-rights"
	for _, s := range servers {
		if s.Told && redisVersion(s).Severity == doctor.Problem {
			return nil
		}
	}
	refused, err := store.Refused(ctx)
	switch {
	case err != nil:
		return []doctor.Finding{doctor.Wrong(check, "see that scripts may run there: redis-cli EVAL 'return 1' 0", "scripts cannot be run: %v", err)}
	case len(refused) > 0:
		return []doctor.Finding{doctor.Wrong(
			check, "redis-cli ACL SETUSER NAME ~seathold:* +"+strings.Join(refused, " +")+"; docker/redis/users.acl has all that it needs",
			"the user may not call: %s", strings.Join(refused, ", "))}
	default:
		return []doctor.Finding{doctor.Fine(check, "all %d commands are allowed", len(redisstore.Commands()))}
	}
}
