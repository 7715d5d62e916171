package config

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// RedisMode is how the Redis servers are arranged.
type RedisMode string

// The arrangements of Redis. The zero mode is the embedded server.
const (
	RedisEmbedded   RedisMode = ""
	RedisStandalone RedisMode = "standalone"
	RedisSentinel   RedisMode = "sentinel"
	RedisCluster    RedisMode = "cluster"
)

// Redis says how to reach Redis; the zero Redis is the embedded one.
type Redis struct {
	Mode     RedisMode
	Addrs    []string // host:port; RedisSentinel: of the sentinels
	Username string
	Password Secret
	DB       int    // always 0 with RedisCluster
	Master   string // RedisSentinel only: the name that the sentinels watch
	TLS      bool
	CAFile   string // with TLS: who may have signed the servers' certificates; empty: whom the system trusts
}

var redisSchemes = map[string]Redis{
	"redis":          {Mode: RedisStandalone},
	"rediss":         {Mode: RedisStandalone, TLS: true},
	"redis+sentinel": {Mode: RedisSentinel},
	"redis+cluster":  {Mode: RedisCluster},
}

// Embedded reports whether Redis runs inside the process.
func (r Redis) Embedded() bool { return r.Mode == RedisEmbedded }

func parseRedis(raw string) (Redis, error) {
	u, ok := parseServerURL(raw)
	if !ok {
		return Redis{}, wantError(wantHosts)
	}
	r, ok := redisSchemes[u.scheme]
	if !ok {
		return Redis{}, wantError("redis://, rediss://, redis+sentinel:// or redis+cluster://")
	}
	r.Username, r.Password = u.username, Secret(u.password)
	if r.Addrs, ok = u.addresses(r.defaultPort()); !ok || (r.Mode == RedisStandalone && len(r.Addrs) > 1) {
		return Redis{}, wantError(wantHosts + "; one only with redis:// and rediss://")
	}
	if err := r.readPath(u.path); err != nil {
		return Redis{}, err
	}
	return r, r.readQuery(u.query)
}

func (r *Redis) defaultPort() string {
	if r.Mode == RedisSentinel {
		return "26379"
	}
	return "6379"
}

// readPath reads /DB, /MASTER/DB or nothing, as the mode has it.
func (r *Redis) readPath(path string) error {
	db := path
	switch r.Mode {
	case RedisSentinel:
		if r.Master, db, _ = strings.Cut(path, "/"); !isMasterName(r.Master) {
			return wantError("the master's name (letters, digits and .-_) after the sentinels: redis+sentinel://host:port,host:port/MASTER/DB")
		}
	case RedisCluster:
		if path != "" {
			return wantError("no path after the hosts: a Redis Cluster has only database 0")
		}
	}
	if db == "" {
		return nil
	}
	n, err := strconv.ParseUint(db, 10, 31)
	if err != nil {
		return wantError("the database's number, 0 or more, at the path's end")
	}
	r.DB = int(n)
	return nil
}

// isMasterName takes the characters that sentinels take.
func isMasterName(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(c rune) bool {
		return !strings.ContainsRune(".-_", c) && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9')
	})
}

func (r *Redis) readQuery(query map[string][]string) error {
	for name, values := range query {
		value := strings.Join(values, ",")
		switch name {
		case "tls":
			tls, err := parseSwitch(value)
			if err != nil || (r.TLS && !tls) {
				return wantError("?tls=true, or ?tls=false except with rediss://")
			}
			r.TLS = tls
		case "ca":
			r.CAFile = value
		default:
			return wantError("no parameters but ?tls=true and &ca=FILE")
		}
	}
	if _, given := query["ca"]; given && (!r.TLS || r.CAFile == "") {
		return wantError("?ca=FILE only with TLS (rediss:// or ?tls=true), and a file's name")
	}
	return nil
}

// String returns the URL without the password, "embedded" where there is none.
func (r Redis) String() string {
	if r.Embedded() {
		return "embedded"
	}
	servers := redactedUserinfo(r.Username, r.Password.Reveal()) + strings.Join(r.Addrs, ",")
	tls := r.showTLS()
	switch r.Mode {
	case RedisSentinel:
		return fmt.Sprintf("redis+sentinel://%s/%s/%d%s", servers, r.Master, r.DB, tls)
	case RedisCluster:
		return "redis+cluster://" + servers + tls
	default:
		return fmt.Sprintf("redis://%s/%d%s", servers, r.DB, tls)
	}
}

func (r Redis) showTLS() string {
	switch {
	case !r.TLS:
		return ""
	case r.CAFile == "":
		return "?tls=true"
	default:
		return "?tls=true&ca=" + (&url.URL{Path: r.CAFile}).EscapedPath()
	}
}
