package app

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/boltstore"
	"seathold/internal/booking"
	"seathold/internal/config"
	"seathold/internal/doctor"
	"seathold/internal/mongostore"
	"seathold/internal/redisstore"
)

// requireFindings requires that exactly these findings are not fine: check,
// severity, and what was seen in part.
func requireFindings(t *testing.T, found []doctor.Finding, want ...[3]string) {
	t.Helper()
	var bad []doctor.Finding
	for _, f := range found {
		if f.Severity != doctor.OK {
			bad = append(bad, f)
			require.NotEmpty(t, f.Do)
		}
	}
	require.Len(t, bad, len(want), "%v", bad)
	for i, w := range want {
		require.Equal(t, w[:2], []string{bad[i].Check, string(bad[i].Severity)})
		require.Contains(t, bad[i].Saw, w[2])
	}
}

func goodRedis() redisstore.Server {
	return redisstore.Server{
		Told: true, Version: "7.2.4", Role: "master", Replicas: 1,
		UsedMemory: 10 << 20, MaxMemory: 100 << 20, Policy: "noeviction", AppendOnly: true,
	}
}

func TestRedisIsJudged(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*redisstore.Server)
		want   [][3]string
	}{
		"good":    {func(*redisstore.Server) {}, nil},
		"newer":   {func(s *redisstore.Server) { s.Version = "10.0.1" }, nil},
		"older":   {func(s *redisstore.Server) { s.Version = "6.2.14" }, [][3]string{{"redis-version", "problem", "6.2.14"}}},
		"strange": {func(s *redisstore.Server) { s.Version = "" }, [][3]string{{"redis-version", "advice", "does not say"}}},
		"untold": {
			func(s *redisstore.Server) { *s = redisstore.Server{} },
			[][3]string{{"redis-version", "advice", "may not ask"}},
		},
		"hidden policy": {func(s *redisstore.Server) { s.Policy = "" }, [][3]string{{"redis-eviction", "advice", "does not say"}}},
		"almost full":   {func(s *redisstore.Server) { s.UsedMemory = 90 << 20 }, [][3]string{{"redis-memory", "problem", "90.0 MB of 100.0 MB"}}},
		"no limit":      {func(s *redisstore.Server) { s.MaxMemory, s.UsedMemory = 0, 90<<20 }, nil},
		"full disk":     {func(s *redisstore.Server) { s.WriteFailed = true }, [][3]string{{"redis-persistence", "problem", "could not write"}}},
		"written late":  {func(s *redisstore.Server) { s.Fsync = "no" }, [][3]string{{"redis-persistence", "advice", "appendfsync is no"}}},
		"unknown snapshots": {
			func(s *redisstore.Server) { s.AppendOnly = false },
			[][3]string{{"redis-persistence", "problem", "may not ask (+config|get)"}},
		},
		"clock a little ahead": {func(s *redisstore.Server) { s.ClockAhead = time.Second }, [][3]string{{"redis-clock", "advice", "1s ahead of"}}},
		"clock far behind":     {func(s *redisstore.Server) { s.ClockAhead = -time.Hour }, [][3]string{{"redis-clock", "problem", "behind"}}},
		"clock of a slow way": {
			func(s *redisstore.Server) { s.ClockAhead, s.Within = 3*time.Second, 2900*time.Millisecond }, nil,
		},
		"alone": {func(s *redisstore.Server) { s.Replicas = 0 }, [][3]string{{"redis-replicas", "advice", "sales are safe"}}},
	} {
		t.Run(name, func(t *testing.T) {
			s := goodRedis()
			c.change(&s)
			requireFindings(t, redisServer(config.RedisStandalone, s), c.want...)
		})
	}
	alone := goodRedis()
	alone.Replicas, alone.Addr = 0, "10.0.0.1:6379"
	requireFindings(t, redisServer(config.RedisCluster, alone), [3]string{"redis-replicas", "problem", "10.0.0.1:6379: none"})
}

func TestWayToRedis(t *testing.T) {
	// 192.0.2.0/24 and 203.0.113.0/24 are for documentation, and of the public internet as far as this goes.
	requireFindings(t, wayToRedis(t.Context(), config.Redis{Mode: config.RedisStandalone, Addrs: []string{"203.0.113.1:6379"}, Password: "x"}),
		[3]string{"redis-tls", "problem", "203.0.113.1:6379 is on the public internet"})
	requireFindings(t, wayToRedis(t.Context(), config.Redis{Mode: config.RedisStandalone, Addrs: []string{"203.0.113.1:6379"}, Password: "x", TLS: true}))
	requireFindings(t, wayToRedis(t.Context(), config.Redis{Mode: config.RedisStandalone, Addrs: []string{"10.0.0.1:6379"}}),
		[3]string{"redis-user", "advice", "no password"})
	requireFindings(t, wayToRedis(t.Context(), config.Redis{Mode: config.RedisStandalone, Addrs: []string{"127.0.0.1:6379"}}))
	requireFindings(t, wayToRedis(t.Context(), config.Redis{Mode: config.RedisSentinel, Addrs: []string{"10.0.0.1:26379"}, Password: "x"}),
		[3]string{"redis-addresses", "advice", "one server of a sentinel"})
}

func TestSentinelsAreJudged(t *testing.T) {
	s := redisstore.Sentinel{Addr: "10.0.0.1:26379"}
	requireFindings(t, judgeSentinels("main", []redisstore.Sentinel{s, s}))
	away := redisstore.Sentinel{Addr: "10.0.0.2:26379", Err: errors.New("connection refused")}
	requireFindings(t, judgeSentinels("main", []redisstore.Sentinel{s, away}), [3]string{"redis-sentinels", "advice", "10.0.0.2:26379 does not say"})
	s.Refuses = "NOQUORUM 1 usable Sentinels"
	requireFindings(t, judgeSentinels("main", []redisstore.Sentinel{s, away}),
		[3]string{"redis-sentinels", "problem", "10.0.0.1:26379: nobody would take over from the primary: NOQUORUM"},
		[3]string{"redis-sentinels", "advice", "10.0.0.2:26379"})
}

func goodMongoDB() mongostore.Server {
	return mongostore.Server{Version: "8.0.4", SetName: "rs0", Members: 3, Healthy: 3, Majority: 2}
}

func TestMongoDBIsJudged(t *testing.T) {
	m := config.MongoDB{Database: "seathold"}
	for name, c := range map[string]struct {
		change func(*mongostore.Server)
		want   [][3]string
	}{
		"good":               {func(*mongostore.Server) {}, nil},
		"a cluster":          {func(s *mongostore.Server) { *s = mongostore.Server{Version: "8.0.4", Sharded: true} }, nil},
		"health is not told": {func(s *mongostore.Server) { s.Healthy, s.Majority = 0, 0 }, nil},
		"one is away":        {func(s *mongostore.Server) { s.Healthy = 2 }, [][3]string{{"mongodb-topology", "advice", "of the 3 members of replica set rs0 2 are well"}}},
		"two are away":       {func(s *mongostore.Server) { s.Healthy = 1 }, [][3]string{{"mongodb-topology", "problem", "no order can be stored"}}},
		"one member": {
			func(s *mongostore.Server) { s.Members, s.Healthy, s.Majority = 1, 1, 1 },
			[][3]string{{"mongodb-topology", "advice", "has 1 member that holds data"}},
		},
		"an arbiter": {
			func(s *mongostore.Server) { s.Members, s.Arbiters, s.Healthy = 2, 1, 2 },
			[][3]string{{"mongodb-topology", "advice", "2 members that hold data"}, {"mongodb-topology", "advice", "arbiter"}},
		},
		"alone":        {func(s *mongostore.Server) { *s = mongostore.Server{Version: "8.0.4"} }, [][3]string{{"mongodb-topology", "problem", "stands alone"}}},
		"older":        {func(s *mongostore.Server) { s.Version = "4.2.1" }, [][3]string{{"mongodb-version", "problem", "4.2.1"}}},
		"no version":   {func(s *mongostore.Server) { s.Version = "" }, [][3]string{{"mongodb-version", "advice", "does not say"}}},
		"only reading": {func(s *mongostore.Server) { s.Lacking = []string{"insert", "update"} }, [][3]string{{"mongodb-rights", "problem", "may not insert, update"}}},
		"another clock": {
			func(s *mongostore.Server) { s.ClockAhead = time.Minute },
			[][3]string{{"mongodb-clock", "problem", "1m0s ahead of"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := goodMongoDB()
			c.change(&s)
			requireFindings(t, judgeMongoDB(m, mongostore.URI{}, s), c.want...)
		})
	}
	requireFindings(t, wayToMongoDB(t.Context(), mongostore.URI{Hosts: []string{"10.0.0.1:27017", "203.0.113.1:27017"}}),
		[3]string{"mongodb-tls", "problem", "203.0.113.1:27017"})
	requireFindings(t, wayToMongoDB(t.Context(), mongostore.URI{Hosts: []string{"203.0.113.1:27017"}, TLS: true}))
}

func TestProviderIsJudged(t *testing.T) {
	with := func(url, key, base string) []doctor.Finding {
		return examined{config: config.Config{
			PublicURL: url, PaymentProvider: config.ProviderStripe, StripeAPIKey: config.Secret(key), StripeAPIBase: base,
			MongoDB: config.MongoDB{URI: "mongodb://one/seathold"},
		}}.payments()
	}
	requireFindings(t, with("https://tickets.example", "sk_live_x", ""))
	requireFindings(t, with("https://tickets.example", "rk_live_x", ""))
	requireFindings(t, with("http://localhost:8080", "sk_test_x", ""))
	requireFindings(t, with("https://tickets.example", "sk_test_x", ""), [3]string{"payments", "advice", "test mode"})
	requireFindings(t, with("http://localhost:8080", "sk_live_x", ""), [3]string{"payments", "problem", "not https"})
	requireFindings(t, with("https://tickets.example", "CHANGE-ME", ""), [3]string{"payments", "problem", "no key of Stripe's"})
	requireFindings(t, with("https://tickets.example", "sk_live_x", "http://fake.example"), [3]string{"payments", "problem", "SEATHOLD_STRIPE_API_BASE"})

	sandbox := examined{config: config.Config{PublicURL: "http://localhost:8080", PaymentProvider: config.ProviderSandbox, Demo: true}}
	requireFindings(t, sandbox.payments())
	sandbox.config.Redis.Mode = config.RedisStandalone
	requireFindings(t, sandbox.payments(), [3]string{"payments", "advice", "no money"}, [3]string{"demo", "advice", "the demo is on"})
	sandbox.config.PublicURL = "https://tickets.example"
	requireFindings(t, sandbox.payments(), [3]string{"payments", "problem", "no money"}, [3]string{"demo", "problem", "the demo is on"})
}

func TestTimesAreJudged(t *testing.T) {
	c := config.Config{
		HoldTTL: 10 * time.Minute, PaymentTTL: 15 * time.Minute, AccessTTL: 15 * time.Minute, RefreshTTL: 720 * time.Hour,
	}
	requireFindings(t, examined{config: c}.times())
	c = config.Config{HoldTTL: 20 * time.Second, PaymentTTL: 3 * time.Hour, AccessTTL: 2 * time.Hour, RefreshTTL: time.Hour}
	requireFindings(t, examined{config: c}.times(), [3]string{"times", "advice", "SEATHOLD_HOLD_TTL is 20s"},
		[3]string{"times", "advice", "SEATHOLD_PAYMENT_TTL is 3h"}, [3]string{"times", "advice", "SEATHOLD_ACCESS_TTL is 2h"},
		[3]string{"times", "advice", "no session can be renewed"})
}

func TestBalancerIsJudged(t *testing.T) {
	requireFindings(t, examined{config: config.Config{PublicURL: "http://localhost:8080"}}.balancer())
	c := config.Config{PublicURL: "https://tickets.example", ShutdownDelay: config.Delay(time.Second)}
	requireFindings(t, examined{config: c}.balancer(), [3]string{"balancer", "advice", "names nobody"})
	c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	requireFindings(t, examined{config: c}.balancer())
	c.TrustedProxies = append(c.TrustedProxies, netip.MustParsePrefix("::/0"))
	requireFindings(t, examined{config: c}.balancer(), [3]string{"balancer", "problem", "::/0"})
}

func TestPlaceholdersAreKnown(t *testing.T) {
	for _, no := range []string{"CHANGE-ME", "change_me_please", "Password", "redis", "xx12345678xx", "your-secret-here"} {
		require.True(t, isPlaceholder(no), no)
	}
	for _, fine := range []string{"8f3f5f8b4f3d4c1e9a", "what-customers-never-see", "a secret of the box office", "redis-and-more-words"} {
		require.False(t, isPlaceholder(fine), fine)
	}
}

// TestWhereNoSecretIsSet: only with a data folder was anything made there.
func TestWhereNoSecretIsSet(t *testing.T) {
	e := examined{}
	require.Contains(t, e.secrets()[0].Saw, "in the data folder")
	e.config.Redis.Mode = config.RedisStandalone
	e.config.MongoDB.URI = "mongodb://one/seathold"
	found := e.secrets()
	requireFindings(t, found)
	require.NotContains(t, found[0].Saw, "data folder")
}

func TestPasswordOfAURI(t *testing.T) {
	for uri, want := range map[string]string{
		"mongodb://one/x": "", "mongodb://u:p%40ss@one,two/x?a=b@c": "p@ss", "mongodb://u@one/x": "", "mongodb+srv://u:a:b@one": "a:b", "": "",
	} {
		require.Equal(t, want, passwordOf(uri), uri)
	}
}

func TestFilesThatAreOpenToAll(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "secret")
	require.NoError(t, os.WriteFile(path, []byte("x"), 0o600))
	require.False(t, isOpenToAll(path))
	require.NoError(t, os.Chmod(path, 0o644))
	require.NoError(t, os.Chmod(filepath.Dir(folder), 0o711))
	require.NoError(t, os.Chmod(folder, 0o711))
	require.True(t, isOpenToAll(path))
	require.NoError(t, os.Chmod(folder, 0o710))
	require.False(t, isOpenToAll(path), "its folder lets nobody through")
	require.False(t, isOpenToAll(filepath.Join(folder, "absent")))
}

// TestPlansAreJudged puts halls of other sizes on sale in a data folder.
func TestPlansAreJudged(t *testing.T) {
	e := examined{config: config.Config{DataDir: t.TempDir()}}
	requireFindings(t, e.plans(t.Context()))
	store, err := boltstore.Open(dataFile(e.config))
	require.NoError(t, err)
	insert := func(id string, seats int, ends time.Time) {
		plan, err := booking.GeneratePlan("arena", seats)
		require.NoError(t, err)
		require.NoError(t, store.InsertEvent(t.Context(), &booking.Event{
			ID: id, Name: id, OrganizerID: "someone", StartsAt: ends, Currency: "EUR", Plan: &booking.Plan{Raw: plan},
		}))
	}
	insert("to-come", 500, time.Now().Add(time.Hour))
	insert("over", 30_000, time.Now().Add(-time.Hour))
	require.Equal(t, "not looked at: the running service has the data folder", e.plans(t.Context())[0].Saw)
	require.NoError(t, store.Close(t.Context()))
	found := e.plans(t.Context())
	requireFindings(t, found)
	require.Equal(t, "1 event on sale or to come, 500 seats in all, the largest 500", found[0].Saw)

	store, err = boltstore.Open(dataFile(e.config))
	require.NoError(t, err)
	insert("large", 30_000, time.Now().Add(time.Hour))
	require.NoError(t, store.Close(t.Context()))
	requireFindings(t, e.plans(t.Context()), [3]string{"plans", "advice", "30000 seats"})
}

// faultyPlans is an order store whose plans have a fault.
type faultyPlans struct {
	noPlans
	fault error
}

func (p faultyPlans) Plan(context.Context, string) ([]byte, error) { return nil, p.fault }

// TestAStoreThatIsAwaySaysNothingOfPlans: nobody is told to close an event for it.
func TestAStoreThatIsAwaySaysNothingOfPlans(t *testing.T) {
	events := []*booking.Event{{ID: "one"}, {ID: "other"}}
	_, _, found := countPlans(t.Context(), faultyPlans{fault: booking.Unavailable("the order store", io.EOF)}, events)
	requireFindings(t, found, [3]string{"plans", "advice", "only 0 of 2 events"})
	require.NotContains(t, found[0].Do, "close")
	_, _, found = countPlans(t.Context(), faultyPlans{fault: gzip.ErrChecksum}, events)
	requireFindings(t, found, [3]string{"plans", "problem", "event one"}, [3]string{"plans", "problem", "event other"})
	require.Contains(t, found[0].Do, "close the event")
}

func TestRoomOfPlans(t *testing.T) {
	servers := func(most ...int64) (all []redisstore.Server) {
		for _, m := range most {
			all = append(all, redisstore.Server{MaxMemory: m})
		}
		return all
	}
	const seats = 100_000 // 26.6 MB
	requireFindings(t, judgeRoom(servers(100<<20), seats))
	requireFindings(t, judgeRoom(servers(50<<20), seats), [3]string{"plans", "advice", "25.4 MB"})
	requireFindings(t, judgeRoom(servers(20<<20), seats), [3]string{"plans", "problem", "maxmemory is 20.0 MB"})
	requireFindings(t, judgeRoom(servers(20<<20, 20<<20, 20<<20), seats))
	requireFindings(t, judgeRoom(servers(20<<20, 0), seats))
}

func TestDataFolderIsJudged(t *testing.T) {
	e := examined{config: config.Config{DataDir: t.TempDir()}}
	requireFindings(t, e.dataFolder(t.Context()))
	require.NoError(t, os.WriteFile(dataFile(e.config), []byte("this is no store"), 0o600))
	requireFindings(t, e.dataFolder(t.Context()), [3]string{"data-folder", "problem", "orders.db"})
	require.NoError(t, os.Remove(dataFile(e.config)))
	store, err := boltstore.Open(dataFile(e.config))
	require.NoError(t, err)
	require.NoError(t, store.Close(t.Context()))
	requireFindings(t, e.dataFolder(t.Context()))
	require.NoError(t, os.Chmod(dataFile(e.config), 0o644))
	for _, folder := range []string{e.config.DataDir, filepath.Dir(e.config.DataDir)} {
		require.NoError(t, os.Chmod(folder, 0o711))
	}
	requireFindings(t, e.dataFolder(t.Context()), [3]string{"data-folder", "problem", "everybody on this machine can read"})
}

func TestWrongVariablesAreFindings(t *testing.T) {
	_, _, err := config.Load([]string{"SEATHOLD_BCRYPT_COST=99", "SEATHOLD_LOG_LEVEL=loud"}, "")
	r, ok := DiagnoseWrong(err)
	require.True(t, ok)
	require.Equal(t, 2, r.Problems)
	_, ok = DiagnoseWrong(fmt.Errorf("it cannot be read"))
	require.False(t, ok)
}
