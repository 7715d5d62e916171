package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"sync"
	"testing"

	goredis "github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
	"go.mongodb.org/mongo-driver/x/mongo/driver/connstring"

	"seathold/internal/testserver"
)

// deployment is Seathold as it is to be: on the deployment's Redis, behind TLS,
// at https://tickets.example. It is not safe for concurrent use.
type deployment struct {
	*service
	redis *goredis.Client // may do all
	ca    *testserver.Certificates
	front http.Handler // what customers come to: the service
}

// hidden are the secrets of all cases; none may be shown.
var hidden = []string{
	"the-key-that-signs-tokens-in-this-test", "sk_live_of-the-doctors-test", "whsec_of-the-doctors-test", "CHANGE-ME-please-1234567890-1234567890",
}

const publicURL = "https://tickets.example"

func newDeployment(t *testing.T) *deployment {
	t.Helper()
	redis, secrets := testserver.RedisDeployed(t)
	d := &deployment{service: deployedOn(t, secrets, redis.Addr), ca: testserver.NewCertificates(t)}
	for name := range quick() {
		delete(d.settings, name)
	}
	delete(d.settings, "SEATHOLD_JWT_SECRET_FILE")
	d.set(settings{
		"SEATHOLD_JWT_SECRET": hidden[0], "SEATHOLD_PAYMENT_PROVIDER": "stripe",
		"SEATHOLD_STRIPE_API_KEY": hidden[1], "SEATHOLD_STRIPE_WEBHOOK_SECRET": hidden[2],
		"SEATHOLD_TRUSTED_PROXIES": "127.0.0.1", "SEATHOLD_SHUTDOWN_DELAY": "100ms",
		"SEATHOLD_PUBLIC_URL": publicURL, "SSL_CERT_FILE": d.ca.CAFile,
	})
	d.redis = goredis.NewClient(&goredis.Options{Addr: redis.Addr, Username: "admin", Password: secret(t, secrets, "redis/admin")})
	t.Cleanup(func() { require.NoError(t, d.redis.Close()) })
	itself, err := url.Parse(d.url)
	require.NoError(t, err)
	d.front = httputil.NewSingleHostReverseProxy(itself)
	d.set(reachedThrough(t, d.ca, d.front))
	return d
}

// reachedThrough are the settings of a command for which tickets.example is this
// handler, by http and https.
func reachedThrough(t *testing.T, ca *testserver.Certificates, front http.Handler) settings {
	t.Helper()
	secured := httptest.NewUnstartedServer(front)
	secured.TLS = ca.Server()
	secured.StartTLS()
	t.Cleanup(secured.Close)
	// A proxy of the web is how a name that nobody has can be reached.
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect {
			front.ServeHTTP(w, r)
			return
		}
		behind, err := net.Dial("tcp", secured.Listener.Addr().String())
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		client, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			_ = behind.Close()
			return
		}
		_, _ = io.WriteString(client, "HTTP/1.1 200 OK\r\n\r\n")
		join(client, behind, nil)
	}))
	t.Cleanup(proxy.Close)
	return settings{"HTTP_PROXY": proxy.URL, "HTTPS_PROXY": proxy.URL}
}

// join copies between two connections until one ends; what comes from behind goes
// through change, where there is one.
func join(client, behind net.Conn, change func([]byte) []byte) {
	var both sync.WaitGroup
	both.Go(func() {
		_, _ = io.Copy(behind, client)
		_ = behind.Close()
	})
	both.Go(func() {
		buffer := make([]byte, 256<<10)
		for {
			n, err := behind.Read(buffer)
			said := buffer[:n]
			if change != nil {
				said = change(said)
			}
			if _, failed := client.Write(said); err != nil || failed != nil {
				break
			}
		}
		_ = client.Close()
	})
	both.Wait()
}

// lying returns the address of a server that says what another says, but for what
// change makes of it: for what cannot be had for real. change keeps the length.
func lying(t *testing.T, addr string, change func([]byte) []byte) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var all sync.WaitGroup
	t.Cleanup(func() {
		require.NoError(t, l.Close())
		all.Wait()
	})
	all.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			behind, err := net.Dial("tcp", addr)
			if err != nil {
				_ = client.Close()
				continue
			}
			all.Go(func() { join(client, behind, change) })
		}
	})
	return l.Addr().String()
}

// anOldVersion is what INFO of Redis 6 says.
func anOldVersion(said []byte) []byte {
	return bytes.Replace(said, []byte("redis_version:7."), []byte("redis_version:6."), 1)
}

var replyToTIME = regexp.MustCompile(`^\*2\r\n\$10\r\n\d{10}\r\n`)

// anotherClock is TIME of a server whose clock stands at some day of 2017.
func anotherClock(said []byte) []byte {
	return replyToTIME.ReplaceAll(said, []byte("*2\r\n$$10\r\n1500000000\r\n"))
}

// finding is what `seathold doctor --json` has of a check.
type finding struct{ Check, Severity, Saw, Do string }

// examination is all that it prints.
type examination struct {
	Findings             []finding
	Problems, Advice, OK int
}

// named are the findings of a check that are not fine.
func (e examination) named(check string) (found []finding) {
	for _, f := range e.Findings {
		if f.Check == check && f.Severity != "ok" {
			found = append(found, f)
		}
	}
	return found
}

// doctor runs the command. What it finds and how it ends belong together.
func (s *service) doctor(t *testing.T, more settings) examination {
	t.Helper()
	said, told, status := s.commandWith(t, more, "", "doctor", "--json")
	require.Empty(t, told, "all is said in the report")
	var e examination
	require.NoError(t, json.Unmarshal([]byte(said), &e), said)
	require.Equal(t, e.Problems > 0, status == 1, "%d: %s", status, said)
	require.Equal(t, len(e.Findings), e.Problems+e.Advice+e.OK)
	for _, f := range e.Findings {
		require.NotEmpty(t, f.Saw)
		require.Equal(t, f.Severity == "ok", f.Do == "", "what to do is told, and only where there is something: %v", f)
	}
	for _, secret := range hidden {
		require.NotContains(t, said, secret)
	}
	return e
}

// openMongo returns the database that the URI names.
func openMongo(t *testing.T, uri string) *mongo.Database {
	t.Helper()
	parsed, err := connstring.ParseAndValidate(uri)
	require.NoError(t, err)
	c, err := mongo.Connect(t.Context(), options.Client().ApplyURI(uri))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Disconnect(context.WithoutCancel(t.Context()))) })
	return c.Database(parsed.Database)
}

// prepared is a database in which everything is as it must be.
func (d *deployment) prepared(t *testing.T) (uri string, db *mongo.Database) {
	t.Helper()
	uri = testserver.Mongo(t)
	_, said, status := d.commandWith(t, settings{"SEATHOLD_MONGODB_URI": uri}, password+"\n",
		"user", "create", "--email", "someone@tickets.example", "--role", "operator", "--password-stdin")
	require.Zero(t, status, said)
	return uri, openMongo(t, uri)
}

func redisURL(addr string) settings { return settings{"SEATHOLD_REDIS_URL": "redis://" + addr} }
