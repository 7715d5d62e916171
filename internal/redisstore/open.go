package redisstore

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// clusterStateAge is how old a cluster client's knowledge may be of who has
// which slots. A node that is gone redirects nobody to its successor, so this
// is how long its events go on asking it.
const clusterStateAge = time.Second

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
	CAFile           string // with TLS: who may have signed, in PEM; empty: whom the system trusts

	// Observe is told of each call of a script, by its name; nil: nobody is.
	Observe Observe

	dialTimeout time.Duration // zero: 2 s; tests on a slow machine have more
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
		DialTimeout: cmp.Or(o.dialTimeout, 2*time.Second),
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
	var err error
	u.TLSConfig, err = o.tls()
	return u, err
}

// tls returns nil where there is none.
func (o Options) tls() (*tls.Config, error) {
	if !o.TLS {
		return nil, nil
	}
	c := &tls.Config{MinVersion: tls.VersionTLS12}
	if o.CAFile == "" {
		return c, nil
	}
	certificates, err := os.ReadFile(o.CAFile)
	if err != nil {
		return nil, fmt.Errorf("read the authority's certificate: %w", err)
	}
	c.RootCAs = x509.NewCertPool()
	if !c.RootCAs.AppendCertsFromPEM(certificates) {
		return nil, fmt.Errorf("%s holds no certificate in PEM", o.CAFile)
	}
	return c, nil
}

func (o Options) client(u *redis.UniversalOptions) redis.UniversalClient {
	switch {
	case o.Cluster:
		c := u.Cluster()
		c.ClusterStateReloadInterval = clusterStateAge
		return redis.NewClusterClient(c)
	case o.Master != "":
		return redis.NewFailoverClient(u.Failover())
	default:
		return redis.NewClient(u.Simple())
	}
}
