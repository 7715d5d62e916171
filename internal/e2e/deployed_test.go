package e2e

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"seathold/internal/testserver"
)

// TestASaleOnTheDeployedRedis sells seats with the rights that the deployment's
// Redis gives, and none is missed. After a crash of Redis the holds are there.
func TestASaleOnTheDeployedRedis(t *testing.T) {
	t.Parallel()
	redis, secrets := testserver.RedisDeployed(t)
	s := openShopOn(t, realWorld, deployedOn(t, secrets, redis.Addr), 20)
	c := s.customer(t)
	one := &listener{url: s.url + "/v1/events/" + s.event.ID + "/stream", all: &listeners{shop: s}}
	one.until(t, func() bool { return one.is(s.now(t)) })
	s.bought(t, c, "A1")
	s.held(t, c, "A2")
	released := s.held(t, c, "A3")
	requireStatus(t, c.release(s.event.ID, released.ID), http.StatusNoContent)
	within(t, startPatience, "the listener hears of it", func() bool { return one.is(s.now(t)) })

	admin := goredis.NewClient(&goredis.Options{Addr: redis.Addr, Username: "admin", Password: secret(t, secrets, "redis/admin")})
	t.Cleanup(func() { require.NoError(t, admin.Close()) })
	refused, err := admin.ACLLog(t.Context(), 10).Result()
	require.NoError(t, err)
	require.Empty(t, refused)

	within(t, startPatience, "all is in the log's file", func() bool {
		said, err := admin.Info(t.Context(), "persistence").Result()
		return err == nil && strings.Contains(said, "aof_buffer_length:0\r") && strings.Contains(said, "aof_pending_bio_fsync:0\r")
	})
	redis.Restart()
	s.requireSeats(t, "held", "A2")
	s.requireSeats(t, "sold", "A1")
	s.requireSeats(t, "free", "A3")
	require.Empty(t, s.filesWritten(t), "on real servers nothing is written")
}

// TestASaleOverTLS has Redis speak TLS as the deployment would, with a private
// authority. Without its certificate the service does not start.
func TestASaleOverTLS(t *testing.T) {
	t.Parallel()
	certificates := selfSigned(t)
	address := freeAddress(t)
	_, port, err := net.SplitHostPort(address)
	require.NoError(t, err)
	// Plain text is left on for the test server's own question.
	_, secrets := testserver.RedisDeployed(
		t, "--include", testserver.Deployment("redis", "tls.conf"), "--tls-port", port, "--tls-ca-cert-file", certificates+"/redis.crt",
		"--tls-cert-file", certificates+"/redis.crt", "--tls-key-file", certificates+"/redis.key",
	)
	service := deployedOn(t, secrets, address)
	service.set(settings{
		"SEATHOLD_REDIS_URL": strings.Replace(service.settings["SEATHOLD_REDIS_URL"], "redis://", "rediss://", 1),
		"SSL_CERT_FILE":      certificates + "/redis.crt",
	})
	s := openShopOn(t, realWorld, service, 20)
	s.bought(t, s.customer(t), "A1")
	require.Equal(t, "s", s.shows(t, "A1"))
	s.stop(t)
	s.set(settings{"SSL_CERT_FILE": "/dev/null"})
	_, said, status := s.command(t, "", "serve")
	require.NotZero(t, status)
	require.Contains(t, said, "its certificate does not count here")
}

// deployedOn is a service with the deployment's secrets, on a Redis at this address.
func deployedOn(t *testing.T, secrets, redis string) *service {
	t.Helper()
	url := secret(t, secrets, "seathold/redis-url")
	require.Contains(t, url, "@redis:6379/")
	return newService(t, seathold, quick(), settings{
		"SEATHOLD_REDIS_URL":       strings.Replace(url, "redis:6379", redis, 1),
		"SEATHOLD_MONGODB_URI":     testserver.Mongo(t),
		"SEATHOLD_JWT_SECRET_FILE": filepath.Join(secrets, "seathold/jwt"), "SEATHOLD_PAYMENT_PROVIDER": "sandbox",
	})
}

func secret(t *testing.T, folder, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(folder, name))
	require.NoError(t, err)
	return strings.TrimSpace(string(text))
}

// filesWritten are the files in the folder where the service runs.
func (s *service) filesWritten(t *testing.T) (names []string) {
	t.Helper()
	found, err := os.ReadDir(s.folder)
	require.NoError(t, err)
	for _, f := range found {
		names = append(names, f.Name())
	}
	return names
}

// selfSigned makes redis.crt and redis.key, for 127.0.0.1, in a folder.
func selfSigned(t *testing.T) (folder string) {
	t.Helper()
	folder = t.TempDir()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "redis"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	for name, block := range map[string]*pem.Block{
		"redis.crt": {Type: "CERTIFICATE", Bytes: certificate}, "redis.key": {Type: "PRIVATE KEY", Bytes: private},
	} {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), pem.EncodeToMemory(block), 0o600))
	}
	return folder
}
