package e2e

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"

	"seathold/internal/testserver"
)

// misconfiguration is one thing done wrong to the deployment.
type misconfiguration struct {
	name     string
	wrong    func(t *testing.T, d *deployment) settings
	check    string
	severity string
	saw, do  string // words of the finding
}

// given is a misconfiguration by settings alone.
func given(s settings) func(*testing.T, *deployment) settings {
	return func(*testing.T, *deployment) settings { return s }
}

// front is a misconfiguration of what stands before the service. handle returns
// whether it has answered itself.
func front(handle func(w http.ResponseWriter, r *http.Request) bool) func(*testing.T, *deployment) settings {
	return func(t *testing.T, d *deployment) settings {
		return reachedThrough(t, d.ca, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !handle(w, r) {
				d.front.ServeHTTP(w, r)
			}
		}))
	}
}

func answers(status int, only string) func(w http.ResponseWriter, r *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasPrefix(r.URL.Path, only) {
			return false
		}
		w.Header().Set("Location", "https://elsewhere.example"+r.URL.Path)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, "what is before the service says this")
		return true
	}
}

// ownRedis is a Redis of this case alone.
func ownRedis(args ...string) func(*testing.T, *deployment) settings {
	return func(t *testing.T, _ *deployment) settings { return redisURL(testserver.RedisOwn(t, args...).Addr) }
}

var misconfigurations = []misconfiguration{
	// Redis
	{
		"it drops keys when full", ownRedis("--appendonly", "yes", "--maxmemory", "77mb", "--maxmemory-policy", "allkeys-lru"),
		"redis-eviction", "problem", "maxmemory-policy is allkeys-lru", "CONFIG SET maxmemory-policy noeviction",
	},
	{
		"it would drop keys", ownRedis("--appendonly", "yes", "--maxmemory-policy", "volatile-ttl"),
		"redis-eviction", "problem", "maxmemory-policy is volatile-ttl", "noeviction",
	},
	{"it keeps nothing", ownRedis(), "redis-persistence", "problem", "nothing is kept", "CONFIG SET appendonly yes"},
	{"it keeps snapshots only", ownRedis("--save", "900 1"), "redis-persistence", "advice", "only snapshots", "appendonly yes"},
	{"it is too old", func(t *testing.T, _ *deployment) settings {
		return redisURL(lying(t, testserver.RedisOwn(t).Addr, anOldVersion))
	}, "redis-version", "problem", "Redis is 6.", "upgrade to Redis 7.0"},
	{"its clock is another", func(t *testing.T, _ *deployment) settings {
		return redisURL(lying(t, testserver.RedisOwn(t).Addr, anotherClock))
	}, "redis-clock", "problem", "behind this machine's", "NTP"},
	{"its user lacks commands", func(t *testing.T, d *deployment) settings {
		require.NoError(t, d.redis.Do(t.Context(), "acl", "setuser", "lesser", "on", ">"+hidden[0], "~seathold:*", "-@all",
			"+ping", "+time", "+info", "+eval", "+evalsha", "+hget", "+hmget", "+get", "+set").Err())
		return settings{"SEATHOLD_REDIS_URL": "redis://lesser:" + hidden[0] + "@" + d.redis.Options().Addr}
	}, "redis-rights", "problem", "may not call: del, exists, getrange, setrange", "+setrange"},
	{"its user may not ask what it is", func(t *testing.T, d *deployment) settings {
		require.NoError(t, d.redis.Do(t.Context(), "acl", "setuser", "silent", "on", ">"+hidden[0], "~seathold:*", "+@all", "-info", "-config").Err())
		return settings{"SEATHOLD_REDIS_URL": "redis://silent:" + hidden[0] + "@" + d.redis.Options().Addr}
	}, "redis-version", "advice", "may not ask what the server is", "grant the user +info"},
	{"it is a replica", func(t *testing.T, d *deployment) settings {
		host, port, _ := strings.Cut(testserver.RedisOwn(t).Addr, ":")
		return redisURL(testserver.RedisOwn(t, "--replicaof", host, port).Addr)
	}, "redis-replicas", "problem", "is a replica", "primary"},
	{
		"it is away", func(t *testing.T, _ *deployment) settings { return redisURL(freeAddress(t)) },
		"redis", "problem", "does not answer", "start it",
	},
	{"it hangs", func(t *testing.T, _ *deployment) settings {
		redis := testserver.RedisOwn(t)
		redis.Pause()
		return redisURL(redis.Addr)
	}, "redis", "problem", "does not answer", "start it"},
	{"its password is wrong", func(t *testing.T, d *deployment) settings {
		return settings{"SEATHOLD_REDIS_URL": "redis://seathold:wrong@" + d.redis.Options().Addr}
	}, "redis", "problem", "user and password", "correct SEATHOLD_REDIS_URL"},
	{"it has too little memory for the halls", func(t *testing.T, d *deployment) settings {
		return redisURL(testserver.RedisOwn(t, "--appendonly", "yes", "--maxmemory", "1500kb").Addr)
	}, "plans", "problem", "9000 seats take", "raise maxmemory"},
	{"two of three sentinels are away", func(t *testing.T, _ *deployment) settings {
		g := testserver.RedisSentinel(t, testserver.RedisAccess{})
		g.Watchers[1].Kill()
		g.Watchers[2].Kill()
		within(t, startPatience, "the third notices", func() bool {
			return g.Client(g.Watchers[0]).Do(t.Context(), "SENTINEL", "CKQUORUM", testserver.SentinelMaster).Err() != nil
		})
		return sentinelSettings(g)
	}, "redis-sentinels", "problem", "nobody would take over", "start the others"},
	{"a cluster has slots without a server", func(t *testing.T, _ *deployment) settings {
		c := testserver.RedisCluster(t, testserver.RedisAccess{})
		c.TakeSlots(0, 9)
		return clusterSettings(c)
	}, "redis-slots", "problem", "10 slots of the cluster have no server", "cluster fix"},

	// MongoDB
	{"it is away", func(t *testing.T, _ *deployment) settings {
		return settings{"SEATHOLD_MONGODB_URI": "mongodb://" + freeAddress(t) + "/seathold"}
	}, "mongodb", "problem", "does not answer", "start it"},
	{"it hangs", func(t *testing.T, _ *deployment) settings {
		mongo, uri := testserver.MongoOwn(t)
		mongo.Pause()
		return settings{"SEATHOLD_MONGODB_URI": uri}
	}, "mongodb", "problem", "does not answer", "start it"},
	{"its password is wrong", func(t *testing.T, d *deployment) settings {
		_, uri := testserver.MongoSecured(t, d.ca)
		return settings{"SEATHOLD_MONGODB_URI": strings.Replace(uri, "mongodb://", "mongodb://"+testserver.MongoUser+":wrong@", 1)}
	}, "mongodb", "problem", "does not let this user in", "correct user and password"},
	{"it stands alone", func(t *testing.T, _ *deployment) settings {
		return settings{"SEATHOLD_MONGODB_URI": testserver.MongoStandalone(t)}
	}, "mongodb-topology", "problem", "stands alone", "rs.initiate()"},
	{"the guard against double sales is gone", func(t *testing.T, d *deployment) settings {
		uri, db := d.prepared(t)
		_, err := db.Collection("orders").Indexes().DropOne(t.Context(), "sold_seat_once")
		require.NoError(t, err)
		return settings{"SEATHOLD_MONGODB_URI": uri}
	}, "mongodb-indexes", "problem", "missing: orders.sold_seat_once", "restart an instance"},
	{"the guard against double sales is none", func(t *testing.T, d *deployment) settings {
		uri, db := d.prepared(t)
		indexes := db.Collection("orders").Indexes()
		_, err := indexes.DropOne(t.Context(), "sold_seat_once")
		require.NoError(t, err)
		_, err = indexes.CreateOne(t.Context(), mongo.IndexModel{
			Keys:    bson.D{{Key: "event_id", Value: 1}, {Key: "sold_seats", Value: 1}},
			Options: options.Index().SetName("sold_seat_once"),
		})
		require.NoError(t, err)
		return settings{"SEATHOLD_MONGODB_URI": uri}
	}, "mongodb-indexes", "problem", "not as they must be: orders.sold_seat_once", `db.orders.dropIndex("sold_seat_once")`},
	{"its database is another", func(t *testing.T, _ *deployment) settings {
		return settings{"SEATHOLD_MONGODB_URI": testserver.Mongo(t)}
	}, "mongodb-indexes", "advice", "is empty", "names the right one"},
	{"its URI asks for less", func(t *testing.T, d *deployment) settings {
		return settings{"SEATHOLD_MONGODB_URI": d.settings["SEATHOLD_MONGODB_URI"] + "?w=1"}
	}, "mongodb-write-concern", "advice", "w=1 does not count", "take it out"},

	// Secrets
	{"a secret is a placeholder", given(settings{"SEATHOLD_JWT_SECRET": hidden[3]}), "secrets", "problem", "SEATHOLD_JWT_SECRET is a placeholder", "openssl rand"},
	{"a secret has two uses", func(t *testing.T, d *deployment) settings {
		require.NoError(t, d.redis.Do(t.Context(), "acl", "setuser", "again", "on", ">"+hidden[0], "~seathold:*", "+@all").Err())
		return settings{"SEATHOLD_REDIS_URL": "redis://again:" + hidden[0] + "@" + d.redis.Options().Addr}
	}, "secrets", "problem", "is the same as SEATHOLD_JWT_SECRET", "one of its own"},
	{"a secret's file is open to all", func(t *testing.T, _ *deployment) settings {
		folder, err := os.MkdirTemp("", "seathold-open-")
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, os.RemoveAll(folder)) })
		require.NoError(t, os.Chmod(folder, 0o755))
		path := filepath.Join(folder, "jwt")
		require.NoError(t, os.WriteFile(path, []byte(hidden[0]), 0o600))
		require.NoError(t, os.Chmod(path, 0o644))
		return settings{"SEATHOLD_JWT_SECRET": "", "SEATHOLD_JWT_SECRET_FILE": path}
	}, "secrets", "advice", "SEATHOLD_JWT_SECRET_FILE: everybody", "chmod o-rwx"},
	{
		"a secret is too short", given(settings{"SEATHOLD_JWT_SECRET": "hush"}),
		"configuration", "problem", "SEATHOLD_JWT_SECRET: its value (not shown)", "at least 32 bytes",
	},

	// What customers and providers come to
	{"it is not https", given(settings{"SEATHOLD_PUBLIC_URL": "http://tickets.example"}), "public-url", "problem", "is not https", "put TLS before"},
	{
		"it is this machine", func(_ *testing.T, d *deployment) settings { return settings{"SEATHOLD_PUBLIC_URL": d.url} },
		"public-url", "advice", "is this machine", "the address that customers use",
	},
	{"nobody has it", func(t *testing.T, _ *deployment) settings {
		return settings{"SEATHOLD_PUBLIC_URL": "http://" + freeAddress(t)}
	}, "public-url", "problem", "connection refused", "start the service"},
	{
		"its certificate does not count", given(settings{"SSL_CERT_FILE": "/dev/null", "SSL_CERT_DIR": "/dev/null"}),
		"public-url", "problem", "certificate", "the certificate counts",
	},
	{"the balancer has no instance", front(answers(http.StatusServiceUnavailable, "/")), "public-url", "problem", "has no instance", "/readyz"},
	{
		"it hangs", front(func(_ http.ResponseWriter, r *http.Request) bool {
			<-r.Context().Done()
			panic(http.ErrAbortHandler) // who merely returns answers 200, which may yet arrive
		}),
		"public-url", "problem", "does not answer", "start the service",
	},
	{"it leads elsewhere", front(answers(http.StatusMovedPermanently, "/")), "public-url", "problem", "leads on to https://elsewhere.example/livez", "follow no redirects"},
	{"it is another service", front(answers(http.StatusOK, "/")), "public-url", "problem", "not as Seathold does", "Seathold's own address"},
	{
		"the balancer keeps webhooks out", front(answers(http.StatusForbidden, "/v1/webhooks/")),
		"webhook", "problem", "/v1/webhooks/stripe answers 403", "let POST /v1/webhooks/ pass",
	},
	{"the service has another provider", given(settings{
		"SEATHOLD_PAYMENT_PROVIDER": "standard", "SEATHOLD_STANDARD_WEBHOOK_SECRET": "whsec_YSBzZWNyZXQgb2YgdGhlIGRvY3RvcidzIHRlc3Q=",
	}), "webhook", "problem", "another payment provider than standard", "restart the service"},
	{"no proxy is trusted", given(settings{"SEATHOLD_TRUSTED_PROXIES": ""}), "balancer", "advice", "names nobody", "SEATHOLD_TRUSTED_PROXIES"},
	{"everybody is trusted", given(settings{"SEATHOLD_TRUSTED_PROXIES": "0.0.0.0/0"}), "balancer", "problem", "no limit holds", "name only"},
	{"it ends too soon", given(settings{"SEATHOLD_SHUTDOWN_DELAY": "0s"}), "balancer", "advice", "SEATHOLD_SHUTDOWN_DELAY is 0s", "/readyz"},
	{"operators' pages are open", given(settings{"SEATHOLD_OPS_ADDR": "0.0.0.0:9091"}), "configuration", "advice", "may be reached by anyone", "firewall"},

	// What is for trying
	{
		"payments move no money", given(settings{"SEATHOLD_PAYMENT_PROVIDER": "sandbox", "SEATHOLD_SANDBOX_WEBHOOK_SECRET": webhookSecret}),
		"payments", "problem", "moves no money", "stripe or standard",
	},
	{"payments are a test", given(settings{"SEATHOLD_STRIPE_API_KEY": "sk_test_of-the-doctors-test"}), "payments", "advice", "test mode", "live key"},
	{
		"the demo is on", given(settings{"SEATHOLD_DEMO": "on", "SEATHOLD_DEMO_PASSWORD": "a password that was given"}),
		"demo", "problem", "the demo is on", "SEATHOLD_DEMO=off",
	},
	{"limits are off", given(settings{"SEATHOLD_ABUSE_LIMITS": "off"}), "configuration", "advice", "SEATHOLD_ABUSE_LIMITS is off", "unless it is meant"},
	{"nobody pays so fast", given(settings{"SEATHOLD_PAYMENT_TTL": "5s"}), "times", "advice", "SEATHOLD_PAYMENT_TTL is 5s", "some minutes"},
	{"no hold can be extended", given(settings{"SEATHOLD_HOLD_TTL": "2h"}), "configuration", "advice", "no hold can be extended", "unless it is meant"},
	{"a variable is misspelt", given(settings{"SEATHOLD_HOLD_TLL": "5m"}), "configuration", "advice", "SEATHOLD_HOLD_TLL", "SEATHOLD_HOLD_TTL"},

	// What else is asked
	{
		"the issuer is away", given(settings{"SEATHOLD_OIDC_ISSUER": "http://127.0.0.1:1", "SEATHOLD_OIDC_AUDIENCE": "seathold"}),
		"oidc", "problem", "cannot be had", "SEATHOLD_OIDC_ISSUER",
	},
	{"nobody takes traces", given(settings{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"}), "traces", "advice", "nobody takes traces", "OTEL_EXPORTER_OTLP_ENDPOINT"},
	{
		"traces are spoken otherwise", given(settings{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}),
		"traces", "problem", "not spoken here", "correct it",
	},
}
