package testserver

import (
	"context"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// RedisAccess is what Redis servers ask of their clients, and of each other.
// The zero value is nothing.
type RedisAccess struct {
	Password string // of the user default, who may do all
	TLS      *Certificates
}

// RedisSecured is RedisOwn for servers that ask for something.
func RedisSecured(t testing.TB, a RedisAccess, args ...string) *Server {
	t.Helper()
	return own(t, a.kind(), args)
}

func (a RedisAccess) kind() kind {
	k := redisKind
	k.command = func(port, folder string) []string {
		command := redisCommand(port, folder)
		if command == nil {
			return nil
		}
		return append(command, a.arguments(port)...)
	}
	k.probe = a.probe
	return k
}

func (a RedisAccess) arguments(port string) (args []string) {
	if a.Password != "" {
		args = append(args, "--requirepass", a.Password, "--masterauth", a.Password)
	}
	if a.TLS != nil {
		args = append(args, "--port", "0", "--tls-port", port,
			"--tls-cert-file", a.TLS.CertFile, "--tls-key-file", a.TLS.KeyFile, "--tls-ca-cert-file", a.TLS.CAFile,
			"--tls-auth-clients", "no", "--tls-replication", "yes", "--tls-cluster", "yes")
	}
	return args
}

// Open returns a client that may do all on a server. It ends with the test.
func (a RedisAccess) Open(t testing.TB, addr string) *redis.Client {
	t.Helper()
	c := a.open(addr)
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// open returns a client that may do all. It does not repeat what failed.
func (a RedisAccess) open(addr string) *redis.Client {
	o := &redis.Options{Addr: addr, Password: a.Password, MaxRetries: -1, DialTimeout: time.Second, ReadTimeout: 5 * time.Second}
	if a.TLS != nil {
		o.TLSConfig = a.TLS.Client()
	}
	return redis.NewClient(o)
}

func (a RedisAccess) probe(addr string) error {
	c := a.open(addr)
	defer func() { _ = c.Close() }()
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	return c.Ping(ctx).Err()
}
