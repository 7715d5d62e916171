package redisstore

import (
	"crypto/tls"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// Options say where Redis is.
type Options struct {
	Addrs            []string // host:port: one, the sentinels, or cluster nodes
	Username         string
	Password         string
	DB               int
	Master           string // Sentinel: the name of the master
	SentinelUsername string
	SentinelPassword string
	Cluster          bool
	TLS              bool

	// Observe is told of each call of a script, by its name; nil: nobody is.
	Observe Observe
}

// universal turns the options into the client's, with the settings that the
// hold protocol counts on.
func (o Options) universal() (*redis.UniversalOptions, error) {
	if len(o.Addrs) == 0 {
		return nil, fmt.Errorf("no Redis address is given")
	}
	u := &redis.UniversalOptions{
		Addrs: o.Addrs, Username: o.Username, Password: o.Password, DB: o.DB,
		MasterName: o.Master, SentinelUsername: o.SentinelUsername, SentinelPassword: o.SentinelPassword,
		// Without it a request's deadline does not cut a read short.
		ContextTimeoutEnabled: true,
		// A lost reply is asked for again: every script is made for that.
		MaxRetries:  3,
		DialTimeout: 2 * time.Second,
		ReadTimeout: 2 * time.Second,
		PoolSize:    64,
		// A server that is away is said to be away soon: the retries above are enough.
		DialerRetries: 1,
		// Nor does the client say which version it is, a command more to allow.
		DisableIdentity: true,
		// Notifications of a hosted service's upgrades; asking for them is a
		// call at each connection that other servers refuse.
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	}
	if o.TLS {
		u.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	return u, nil
}

func (o Options) client(u *redis.UniversalOptions) redis.UniversalClient {
	switch {
	case o.Cluster:
		return redis.NewClusterClient(u.Cluster())
	case o.Master != "":
		return redis.NewFailoverClient(u.Failover())
	default:
		return redis.NewClient(u.Simple())
	}
}
