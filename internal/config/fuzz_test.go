package config

import (
	"encoding/base64"
	"net"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzRedisURL: what is taken can be dialled, is shown without its password,
// and what is shown is a URL of the same servers.
func FuzzRedisURL(f *testing.F) {
	for _, seed := range []string{
		redisURL, "redis://localhost", "rediss://h:1/0?tls=true", "redis://h?tls=false", "redis+sentinel://u:p@a:1,b/master/3",
		"redis+cluster://a,b,c?tls=on", "redis://:p@[::1]:6379/15", "redis://u@h", "redis://h/-1", "redis://h/99999999999", "redis://h:0",
		"redis://u:p%40@h", "redis://u:p@x@h", "REDIS://h", "redis:///", "redis://", "://", "redis://h#x", "redis://h/1?x=1", "redis+sentinel://h/%2f/1",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		r, err := parseRedis(raw)
		if err != nil {
			var want wantError
			require.ErrorAs(t, err, &want, "an error of another kind could quote the value")
			return
		}
		require.NotEmpty(t, r.Addrs)
		for _, addr := range r.Addrs {
			_, _, err := net.SplitHostPort(addr)
			require.NoError(t, err)
		}
		require.GreaterOrEqual(t, r.DB, 0)
		require.Equal(t, r.Mode == RedisSentinel, r.Master != "")
		requireHidden(t, r.String(), r.Password.Reveal())
		again, err := parseRedis(r.String())
		require.NoError(t, err, "%q shows as %q", raw, r.String())
		require.Equal(t, r.Addrs, again.Addrs)
		require.Equal(t, [...]any{r.Mode, r.DB, r.Master, r.TLS}, [...]any{again.Mode, again.DB, again.Master, again.TLS})
	})
}

// requireHidden: a password that could be told from the rest of the URL is not
// in what is shown.
func requireHidden(t *testing.T, shown, password string) {
	t.Helper()
	user, _, found := strings.Cut(strings.TrimPrefix(shown[strings.Index(shown, "://")+3:], "//"), "@")
	if password == "" || !found {
		require.Empty(t, password, "%q", shown)
		return
	}
	require.True(t, strings.HasSuffix(user, "xxxxx"), "%q", shown)
}

// FuzzMongoDBURI: what is shown has neither the password nor the options.
func FuzzMongoDBURI(f *testing.F) {
	for _, seed := range []string{
		mongoURI, "mongodb://h/db", "mongodb+srv://u:p@h/db?tls=true", "mongodb://a:1,b:2/db?authSource=admin", "mongodb://h", "mongodb://h/",
		"mongodb://u:p@h:0/db", "mongodb://u@h/db", "mongodb://h/a.b", "mongodb://h/db?x=%zz", "http://h/db", "mongodb://u:p:q@h/db", "mongodb://h/db#x",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		m, err := parseMongoDB(raw)
		if err != nil {
			var want wantError
			require.ErrorAs(t, err, &want)
			return
		}
		require.True(t, isDatabaseName(m.Database))
		u, ok := parseServerURL(raw)
		require.True(t, ok)
		requireHidden(t, m.String(), u.password)
		if _, options, found := strings.Cut(m.String(), "?"); found {
			require.Equal(t, "…", options)
		}
	})
}

// FuzzOrigins: each is what a browser sends, and none stands for many.
func FuzzOrigins(f *testing.F) {
	for _, seed := range []string{
		"https://shop.example", "HTTPS://SHOP.example:443, http://localhost:3000", "null", "*", "https://*.example", "https://shop.example/",
		"https://u@h", "https://h?", "https://h#", "https://[::1]:8443", "file://", "", ",", "https://h:", "https://h:99999", "https://h h",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		origins, err := parseOrigins(text)
		if err != nil {
			return
		}
		for _, o := range origins {
			require.Equal(t, strings.ToLower(o), o)
			require.NotContains(t, o, "*")
			require.NotEqual(t, "null", o)
			u, err := url.Parse(o)
			require.NoError(t, err)
			require.Equal(t, o, u.Scheme+"://"+u.Host)
			again, err := parseOrigins(o)
			require.NoError(t, err)
			require.Equal(t, Origins{o}, again)
		}
	})
}

// FuzzNetworks: each is a network in its own form.
func FuzzNetworks(f *testing.F) {
	for _, seed := range []string{"10.0.0.0/8", "192.0.2.7", "2001:db8::1/64,::1", "::ffff:10.0.0.0/104", "fe80::1%eth0", "0.0.0.0/0", "10.0.0.0/33", ",", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		networks, err := parseNetworks(text)
		if err != nil {
			return
		}
		require.NotEmpty(t, networks)
		for _, n := range networks {
			require.True(t, n.IsValid())
			require.Equal(t, n.Masked(), n)
			require.False(t, n.Addr().Is4In6())
		}
	})
}

// FuzzLoad sets any variable to any text: never a panic, and what is said about
// it shows no secret.
func FuzzLoad(f *testing.F) {
	for n, v := range variables() {
		for _, seed := range []string{"", "on", "-1", "10m", redisURL, mongoURI, "whsec_x", "\x00", "{order_id}"} {
			f.Add(n, v.name, seed)
		}
	}
	f.Add(0, "SEATHOLD_REDIS_ULR", redisURL)
	secret := "whsec_" + base64.StdEncoding.EncodeToString([]byte("a secret of a test, 32 bytes long"))
	f.Fuzz(func(t *testing.T, pick int, name, value string) {
		if all := variables(); pick >= 0 && pick < len(all) {
			name = all[pick].name
		}
		c, warnings, err := Load([]string{
			"SEATHOLD_SANDBOX_WEBHOOK_SECRET=" + secret, "SEATHOLD_JWT_SECRET=" + jwtSecret, name + "=" + value,
		}, "")
		said := strings.Join(warnings, "\n")
		if err != nil {
			said += err.Error()
		} else {
			for _, s := range c.Table() {
				said += s.Value + "\n"
			}
		}
		for _, hidden := range []string{secret, jwtSecret} {
			if !strings.Contains(name+value, hidden) {
				require.NotContains(t, said, hidden)
			}
		}
		if v, known := variableNamed(name); known && v.secret && len(value) > 20 {
			require.NotContains(t, said, value)
		}
	})
}

func variableNamed(name string) (variable, bool) {
	for _, v := range variables() {
		if v.name == name {
			return v, true
		}
	}
	return variable{}, false
}
