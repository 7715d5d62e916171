package e2e

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"seathold/internal/testserver"
)

// TestASaleByTLS: both stores speak TLS only, by a private authority, and want a
// password.
func TestASaleByTLS(t *testing.T) {
	t.Parallel()
	x := openSecured(t)
	s := openShopOn(t, realWorld, newService(t, seathold, x.settings(), quick()), 40)
	c := s.customer(t)
	s.bought(t, c, s.guids[:2]...)
	s.held(t, c, s.guids[2])
	require.Equal(t, "ssh", s.shows(t, s.guids[:3]...))
	shown, _, status := s.command(t, "", "config")
	require.Zero(t, status)
	require.NotContains(t, shown, redisPassword)
	require.NotContains(t, shown, testserver.MongoPassword)

	// The system's authorities count where none is named.
	s.stop(t)
	s.start(t, settings{"SEATHOLD_REDIS_URL": x.redis("", redisPassword), "SSL_CERT_FILE": x.certificates.CAFile})
	require.Equal(t, "ssh", s.shows(t, s.guids[:3]...))
	require.Contains(t, s.logText(t), `event loaded from its orders`)
}

// TestWrongKeysStopTheStart, with a line that names the variable and says what
// to do.
func TestWrongKeysStopTheStart(t *testing.T) {
	t.Parallel()
	x := openSecured(t)
	for name, c := range map[string]struct {
		wrong settings
		says  []string
	}{
		"the password of Redis": {
			settings{"SEATHOLD_REDIS_URL": x.redis(x.certificates.CAFile, "wrong")},
			[]string{"SEATHOLD_REDIS_URL", "does not take this user and password"},
		},
		"the authority of Redis": {
			settings{"SEATHOLD_REDIS_URL": x.redis("", redisPassword)},
			[]string{"SEATHOLD_REDIS_URL", "its certificate does not count here", "?ca=FILE"},
		},
		"the authority's file": {
			settings{"SEATHOLD_REDIS_URL": x.redis("/no/such/file", redisPassword)},
			[]string{"SEATHOLD_REDIS_URL", "/no/such/file"},
		},
		"the password of MongoDB": {
			settings{"SEATHOLD_MONGODB_URI": x.mongo("wrong")},
			[]string{"SEATHOLD_MONGODB_URI"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newService(t, seathold, x.settings(), quick(), c.wrong)
			_, said, status := s.command(t, "", "serve")
			require.NotZero(t, status)
			lines := strings.Split(strings.TrimSpace(said), "\n")
			for _, part := range c.says {
				require.Contains(t, lines[len(lines)-1], part)
			}
			require.NotContains(t, said, redisPassword)
		})
	}
}

const redisPassword = "what-customers-never-see"

// secured are servers that let nobody in who does not show who they are.
type securedServers struct {
	certificates *testserver.Certificates
	redisAddr    string
	mongoURI     string
}

func openSecured(t *testing.T) securedServers {
	t.Helper()
	c := testserver.NewCertificates(t)
	_, uri := testserver.MongoSecured(t, c)
	return securedServers{c, testserver.RedisSecured(t, testserver.RedisAccess{Password: redisPassword, TLS: c}).Addr, uri}
}

func (x securedServers) redis(ca, password string) string {
	u := "rediss://default:" + password + "@" + x.redisAddr
	if ca != "" {
		u += "?ca=" + url.QueryEscape(ca)
	}
	return u
}

func (x securedServers) mongo(password string) string {
	return strings.Replace(x.mongoURI, "mongodb://", "mongodb://"+testserver.MongoUser+":"+password+"@", 1)
}

func (x securedServers) settings() settings {
	given := realServers("", x.mongo(testserver.MongoPassword))
	given["SEATHOLD_REDIS_URL"] = x.redis(x.certificates.CAFile, redisPassword)
	return given
}
