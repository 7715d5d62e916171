package config

import (
	"errors"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// hidden are the texts that no message may contain.
var hidden = []string{
	jwtSecret, demoPassword, "redispw", "mongopw", webhookSecret, strings.TrimPrefix(webhookSecret, "whsec_"),
}

func requireNoSecret(t *testing.T, text string) {
	t.Helper()
	for _, secret := range hidden {
		require.NotContains(t, text, secret)
	}
}

// oneLine is the shape of every error: variable, problem, what is accepted.
var oneLine = regexp.MustCompile(`^SEATHOLD_[A-Z_]+: [^\n]+; want [^\n]+$`)

func TestBadValues(t *testing.T) {
	const (
		hostPort = `host:port with a port from 0 (any free one) to 65535, such as 127.0.0.1:8080`
		duration = `a duration of at least 100ms, such as 500ms, 90s, 10m or 1h30m`
		public   = `an absolute http or https URL such as https://tickets.example, without user, query and fragment`
		origins  = `exact origins, scheme://host or scheme://host:port with http or https, separated by commas, without a path and without *`
		networks = `networks such as 10.0.0.0/8 or addresses such as 192.0.2.7 or 2001:db8::1, separated by commas`
		provider = `sandbox, stripe or standard`
		perHold  = `a whole number from 1 to 1000`
		cost     = `a whole number from 4 to 15`
		levels   = `debug, info, warn or error`
	)
	cases := []struct{ name, value, want string }{
		{"ADDR", "8080", hostPort},
		{"ADDR", "localhost", hostPort},
		{"ADDR", "localhost:http", hostPort},
		{"ADDR", "localhost:65536", hostPort},
		{"ADDR", "local host:1", hostPort},
		{"ADDR", "http://localhost:80", hostPort},
		{"OPS_ADDR", "x:-1", hostPort},
		{"PUBLIC_URL", "tickets.example", public},
		{"PUBLIC_URL", "/shop", public},
		{"PUBLIC_URL", "ftp://tickets.example", public},
		{"PUBLIC_URL", "https://", public},
		{"PUBLIC_URL", "https://h:99999", public},
		{"PUBLIC_URL", "https://h:", public},
		{"PUBLIC_URL", "https://h/?a=1", public},
		{"PUBLIC_URL", "https://h/?", public},
		{"PUBLIC_URL", "https://h/#a", public},
		{"PUBLIC_URL", "https://h h", public},
		{"PAYMENT_PROVIDER", "paypal", provider},
		{"WEBHOOK_NETWORKS", "localhost", networks},
		{"PAYMENT_PROVIDER", "Sandbox", provider},
		{"ACCESS_TTL", "15", duration},
		{"ACCESS_TTL", "99ms", duration},
		{"HOLD_TTL", "0s", duration},
		{"HOLD_TTL", "-10m", duration},
		{"PAYMENT_TTL", "soon", duration},
		{"HOLD_MAX_LIFE", "1 h", duration},
		{"SHUTDOWN_GRACE", "1d", duration},
		{"SHUTDOWN_DELAY", "-5s", "0s, or " + duration},
		{"SHUTDOWN_DELAY", "1ms", "0s, or " + duration},
		{"BCRYPT_COST", "ten", "a whole number"},
		{"BCRYPT_COST", "10.5", "a whole number"},
		{"BCRYPT_COST", "99999999999", "a whole number"},
		{"BCRYPT_COST", "3", cost},
		{"BCRYPT_COST", "16", cost},
		{"MAX_SEATS_PER_HOLD", "0", perHold},
		{"MAX_SEATS_PER_HOLD", "1001", perHold},
		{"MAX_SEATS_PER_HOLD", "-1", perHold},
		{"MAX_SEATS_PER_CUSTOMER", "0", "a whole number from 1 to 200000"},
		{"MAX_SEATS_PER_CUSTOMER", "200001", "a whole number from 1 to 200000"},
		{"CORS_ORIGINS", "*", origins},
		{"CORS_ORIGINS", "https://*.example", origins},
		{"CORS_ORIGINS", "https://a.example/", origins},
		{"CORS_ORIGINS", "a.example", origins},
		{"CORS_ORIGINS", "null", origins},
		{"CORS_ORIGINS", "https://a.example,", origins},
		{"CORS_ORIGINS", "ws://a.example", origins},
		{"TRUSTED_PROXIES", "10.0.0.0/33", networks},
		{"TRUSTED_PROXIES", "proxy.example", networks},
		{"TRUSTED_PROXIES", "10.0.0.1,", networks},
		{"TRUSTED_PROXIES", "fe80::1%eth0", networks},
		{"TRUSTED_PROXIES", "::ffff:10.0.0.0/104", networks},
		{"LOG_FORMAT", "xml", "text or json"},
		{"LOG_LEVEL", "verbose", levels},
		{"LOG_LEVEL", "info+2", levels},
		{"DEMO", "yes", "on, off, true or false"},
		{"DEMO", "1", "on, off, true or false"},
		{"DEMO", "on\nSEATHOLD_ADDR=x", "on, off, true or false"},
	}
	for _, tc := range cases {
		t.Run(tc.name+"="+tc.value, func(t *testing.T) {
			_, _, err := Load([]string{"SEATHOLD_" + tc.name + "=" + tc.value}, "")
			var wrong *Error
			require.ErrorAs(t, err, &wrong)
			require.Equal(t, "SEATHOLD_"+tc.name+": "+quote(tc.value)+" is not accepted; want "+tc.want, err.Error())
			require.Regexp(t, oneLine, err.Error())
		})
	}
}

func TestBadSecretsAreNotShown(t *testing.T) {
	const (
		whsec = "whsec_ followed by 24 to 64 bytes in base64; several separated by commas while rotating"
		demo  = "at least 10 characters and at most 72 bytes"
		hosts = wantHosts

		signing = "whsec_ and at least 16 characters, as Stripe shows it; several separated by commas while rotating"
	)
	cases := []struct{ name, value, want string }{
		{"JWT_SECRET", "mongopw", "at least 32 bytes"},
		{"JWT_SECRET", strings.Repeat("x", 31), "at least 32 bytes"},
		{"DEMO_PASSWORD", "ninechars", demo},
		{"DEMO_PASSWORD", strings.Repeat("x", 73), demo},
		{"DEMO_PASSWORD", "ééééééééé", demo},
		{"SANDBOX_WEBHOOK_SECRET", jwtSecret, whsec},
		{"SANDBOX_WEBHOOK_SECRET", strings.TrimPrefix(webhookSecret, "whsec_"), whsec},
		{"SANDBOX_WEBHOOK_SECRET", "whsec_!" + jwtSecret, whsec},
		{"SANDBOX_WEBHOOK_SECRET", "whsec_c2hvcnQ=", whsec},
		{"SANDBOX_WEBHOOK_SECRET", "whsec_" + strings.Repeat("QUFB", 22), whsec},
		{"SANDBOX_WEBHOOK_SECRET", webhookSecret + ",", whsec},
		{"STANDARD_WEBHOOK_SECRET", "whsec_c2hvcnQ=", whsec},
		{"STRIPE_WEBHOOK_SECRET", "whsec_short", signing},
		{"STRIPE_WEBHOOK_SECRET", "sk_test_0123456789abcdef", signing},
		{"STRIPE_WEBHOOK_SECRET", "whsec_0123456789abcdef,", signing},
		{"REDIS_URL", "redispw", hosts},
		{"REDIS_URL", "redis://:red%ispw@h:1", hosts},
		{"REDIS_URL", "http://:redispw@h:1", "redis://, rediss://, redis+sentinel:// or redis+cluster://"},
		{"REDIS_URL", "redis://:redispw@:6379", hosts + "; one only with redis:// and rediss://"},
		{"REDIS_URL", "redis://:redispw@a:1,b:2", hosts + "; one only with redis:// and rediss://"},
		{"REDIS_URL", "redis://:redis/pw@a:1", hosts + "; one only with redis:// and rediss://"},
		{"REDIS_URL", "redis+cluster://:redispw@a:1,b:0", hosts + "; one only with redis:// and rediss://"},
		{"REDIS_URL", "redis://:redispw@a:1/two", "the database's number, 0 or more, at the path's end"},
		{"REDIS_URL", "redis://:redispw@a:1/-1", "the database's number, 0 or more, at the path's end"},
		{"REDIS_URL", "redis+sentinel://:redispw@a:1", "the master's name (letters, digits and .-_) after the sentinels: redis+sentinel://host:port,host:port/MASTER/DB"},
		{"REDIS_URL", "redis+sentinel://:redispw@a:1/m/x", "the database's number, 0 or more, at the path's end"},
		{"REDIS_URL", "redis+cluster://:redispw@a:1/1", "no path after the hosts: a Redis Cluster has only database 0"},
		{"REDIS_URL", "redis://:redispw@a:1?pool_size=3", "no parameters but ?tls=true and &ca=FILE"},
		{"REDIS_URL", "redis://:redispw@a:1?tls=1", "?tls=true, or ?tls=false except with rediss://"},
		{"REDIS_URL", "rediss://:redispw@a:1?tls=false", "?tls=true, or ?tls=false except with rediss://"},
		{"REDIS_URL", "redis://:redispw@a:1?ca=ca.crt", "?ca=FILE only with TLS (rediss:// or ?tls=true), and a file's name"},
		{"REDIS_URL", "redis+cluster://:redispw@a:1?tls=false&ca=ca.crt", "?ca=FILE only with TLS (rediss:// or ?tls=true), and a file's name"},
		{"REDIS_URL", "rediss://:redispw@a:1?ca=", "?ca=FILE only with TLS (rediss:// or ?tls=true), and a file's name"},
		{"REDIS_URL", "redis://:redispw@a:1#x", hosts},
		{"MONGODB_URI", "mongopw", "mongodb://" + hosts},
		{"MONGODB_URI", "http://u:mongopw@h/db", "mongodb:// or mongodb+srv://"},
		{"MONGODB_URI", "mongodb://u:mongopw@h:x/db", hosts},
		{"MONGODB_URI", "mongodb://u:mongopw@/db", hosts},
		{"MONGODB_URI", "mongodb://u:mongopw@h:1", "the database's name after the hosts: mongodb://host:port/NAME"},
		{"MONGODB_URI", "mongodb://u:mongopw@h:1/?w=1", "the database's name after the hosts: mongodb://host:port/NAME"},
		{"MONGODB_URI", "mongodb://u:mongopw@h:1/a.b", "the database's name after the hosts: mongodb://host:port/NAME"},
	}
	for _, tc := range cases {
		t.Run(tc.name+"="+tc.value, func(t *testing.T) {
			_, _, err := Load([]string{"SEATHOLD_" + tc.name + "=" + tc.value}, "")
			require.EqualError(t, err, "SEATHOLD_"+tc.name+": its value (not shown) is not accepted; want "+tc.want)
			require.Regexp(t, oneLine, err.Error())
			require.NotContains(t, err.Error(), tc.value)
			requireNoSecret(t, err.Error())
		})
	}
}

func TestRequiredOnRealServers(t *testing.T) {
	required := []string{
		"SEATHOLD_PUBLIC_URL", "SEATHOLD_PAYMENT_PROVIDER", "SEATHOLD_SANDBOX_WEBHOOK_SECRET", "SEATHOLD_JWT_SECRET",
	}
	for _, name := range required {
		t.Run(name, func(t *testing.T) {
			// The last entry wins, and an empty one is as good as none.
			_, _, err := Load(realServers(name+"="), "")
			require.Error(t, err)
			require.Regexp(t, oneLine, err.Error())
			require.True(t, strings.HasPrefix(err.Error(), name+": not set; want "), err.Error())
			require.True(t, strings.HasSuffix(err.Error(), requiredOnRealServers), err.Error())
			requireNoSecret(t, err.Error())
		})
	}
	for _, one := range []string{"SEATHOLD_REDIS_URL=" + redisURL, "SEATHOLD_MONGODB_URI=" + mongoURI} {
		_, _, err := Load([]string{one}, "")
		require.ErrorContains(t, err, "SEATHOLD_JWT_SECRET: not set", "one real server is enough")
	}
}

func TestSeveralErrorsAreOneLineEach(t *testing.T) {
	for _, environ := range [][]string{
		{"SEATHOLD_DEMO=x", "SEATHOLD_HOLD_TTL=x", "SEATHOLD_REDIS_URL=redispw"},
		{"SEATHOLD_ADDR=x", "SEATHOLD_BCRYPT_COST=1", "SEATHOLD_JWT_SECRET=redispw"},
	} {
		_, _, err := Load(environ, "")
		require.Error(t, err)
		lines := strings.Split(err.Error(), "\n")
		require.Len(t, lines, 3)
		for _, line := range lines {
			require.Regexp(t, oneLine, line)
		}
		requireNoSecret(t, err.Error())
	}
}

func TestWrongVariables(t *testing.T) {
	_, _, err := Load(realServers("SEATHOLD_HOLD_TTL=ten", "SEATHOLD_DEMO=perhaps"), "")
	var names []string
	for _, wrong := range WrongVariables(err) {
		names = append(names, wrong.Variable)
		require.NotEmpty(t, wrong.Want)
	}
	require.ElementsMatch(t, []string{"SEATHOLD_HOLD_TTL", "SEATHOLD_DEMO"}, names)

	_, _, err = Load(realServers("SEATHOLD_JWT_SECRET=short", "SEATHOLD_LOG_LEVEL=loud", "SEATHOLD_STRIPE_API_KEY=", "SEATHOLD_PAYMENT_PROVIDER=stripe"), "")
	require.Len(t, WrongVariables(err), 4, "joined errors are taken apart, how deep they may be")

	_, _, err = Load(nil, writeFile(t, "dotenv", `SEATHOLD_ADDR="`))
	require.Error(t, err)
	require.Empty(t, WrongVariables(err))
	require.Empty(t, WrongVariables(nil))
}

func TestCredentialsInOtherVariablesAreNotShown(t *testing.T) {
	for _, name := range []string{"SEATHOLD_PUBLIC_URL", "SEATHOLD_CORS_ORIGINS", "SEATHOLD_ADDR", "SEATHOLD_DEMO"} {
		_, _, err := Load([]string{name + "=" + redisURL}, "")
		require.ErrorContains(t, err, name+`: "redis://xxxxx@redis.example:6379/2" is not accepted`)
	}
	_, _, err := Load([]string{"SEATHOLD_JWT_SECRET_FILE=" + redisURL}, "")
	require.Error(t, err)
	requireNoSecret(t, err.Error())
}

func TestLongValuesAreCut(t *testing.T) {
	_, _, err := Load([]string{"SEATHOLD_DEMO=" + strings.Repeat("é", 5000)}, "")
	require.Error(t, err)
	require.Less(t, len(err.Error()), 300)
}

func TestSecretFiles(t *testing.T) {
	cases := map[string]string{
		"SEATHOLD_JWT_SECRET":             jwtSecret,
		"SEATHOLD_SANDBOX_WEBHOOK_SECRET": webhookSecret,
		"SEATHOLD_DEMO_PASSWORD":          demoPassword,
		"SEATHOLD_REDIS_URL":              redisURL,
		"SEATHOLD_MONGODB_URI":            mongoURI,

		"SEATHOLD_STANDARD_WEBHOOK_SECRET": webhookSecret,
		"SEATHOLD_STRIPE_API_KEY":          "sk_test_of-this-test",
		"SEATHOLD_STRIPE_WEBHOOK_SECRET":   webhookSecret,

		"SEATHOLD_JWT_KEY":          keyText(t, 1),
		"SEATHOLD_JWT_KEY_NEXT":     keyText(t, 2),
		"SEATHOLD_JWT_KEY_PREVIOUS": keyText(t, 3),
	}
	for _, v := range variables() {
		require.True(t, !v.secret || cases[v.name] != "", "%s is a secret that no case is about", v.name)
	}
	for name, value := range cases {
		for _, end := range []string{"", "\n", "\r\n"} {
			t.Run(name+quote(end), func(t *testing.T) {
				path := writeFile(t, "secret", value+end)
				var others []string
				if strings.HasPrefix(name, "SEATHOLD_JWT_KEY") { // instead of a secret, and the first of them
					others = []string{"SEATHOLD_JWT_SECRET=", "SEATHOLD_JWT_KEY=" + keyText(t, 4)}
				}
				direct := mustLoad(t, realServers(append(others, name+"="+value)...)...)
				fromFile := mustLoad(t, realServers(append(others, name+"=", name+"_FILE="+path)...)...)
				require.Equal(t, SourceFile, fromFile.sources[name])
				require.Equal(t, []SecretFile{{Variable: name + "_FILE", Path: path}}, fromFile.SecretFiles())
				require.Empty(t, direct.SecretFiles())
				fromFile.sources, fromFile.files, direct.sources = nil, nil, nil
				require.Equal(t, direct, fromFile)
			})
		}
	}
}

// keyText is a key of the tests as a file has it, but for its line end.
func keyText(t *testing.T, seed byte) string {
	t.Helper()
	_, private, _ := keyPEM(t, seed)
	return strings.TrimSpace(private)
}

func TestSecretFileErrors(t *testing.T) {
	good := writeFile(t, "secret", jwtSecret)
	empty := writeFile(t, "empty", "\n")
	absent := filepath.Join(t.TempDir(), "absent")
	folder := t.TempDir()
	cases := map[string]struct {
		environ []string
		want    string
	}{
		"both set": {
			[]string{"SEATHOLD_JWT_SECRET=" + jwtSecret, "SEATHOLD_JWT_SECRET_FILE=" + good},
			"SEATHOLD_JWT_SECRET: set together with SEATHOLD_JWT_SECRET_FILE; want only one of the two",
		},
		"absent": {
			[]string{"SEATHOLD_REDIS_URL_FILE=" + absent},
			"SEATHOLD_REDIS_URL_FILE: " + quote(absent) + " cannot be read: no such file or directory; want the path of a readable file",
		},
		"a folder": {
			[]string{"SEATHOLD_DEMO_PASSWORD_FILE=" + folder},
			"SEATHOLD_DEMO_PASSWORD_FILE: " + quote(folder) + " cannot be read: is a directory; want the path of a readable file",
		},
		"empty": {
			[]string{"SEATHOLD_JWT_SECRET_FILE=" + empty},
			"SEATHOLD_JWT_SECRET_FILE: " + quote(empty) + " is empty; want a file with the value in it",
		},
		"bad value in the file": {
			[]string{"SEATHOLD_MONGODB_URI_FILE=" + good},
			"SEATHOLD_MONGODB_URI: its value (not shown) is not accepted; want mongodb://" + wantHosts,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			_, _, err := Load(tc.environ, "")
			require.EqualError(t, err, tc.want)
			require.Regexp(t, oneLine, err.Error())
			requireNoSecret(t, err.Error())
		})
	}
}

func TestTheTwoNamesOfASecretGoTogether(t *testing.T) {
	dotenv := writeFile(t, ".env", "SEATHOLD_JWT_SECRET=of-the-file-of-the-file-of-the-file\n")
	c, _, err := Load([]string{"SEATHOLD_JWT_SECRET_FILE=" + writeFile(t, "secret", jwtSecret)}, dotenv)
	require.NoError(t, err)
	require.Equal(t, jwtSecret, c.JWTSecret.Reveal())

	dotenv = writeFile(t, ".env", "SEATHOLD_JWT_SECRET_FILE=/nowhere\n")
	c, _, err = Load([]string{"SEATHOLD_JWT_SECRET=" + jwtSecret}, dotenv)
	require.NoError(t, err, "what is hidden is not even read")
	require.Equal(t, jwtSecret, c.JWTSecret.Reveal())

	_, _, err = Load(nil, dotenv)
	var wrong *Error
	require.True(t, errors.As(err, &wrong))
	require.Equal(t, "SEATHOLD_JWT_SECRET_FILE", wrong.Variable)
}
