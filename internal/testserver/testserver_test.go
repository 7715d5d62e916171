package testserver

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// verdict records how a test would have ended.
type verdict struct {
	testing.TB
	skipped, failed string
}

func (v *verdict) Helper()                   {}
func (v *verdict) Skipf(f string, a ...any)  { v.skipped = fmt.Sprintf(f, a...) }
func (v *verdict) Fatalf(f string, a ...any) { v.failed = fmt.Sprintf(f, a...) }

func TestRequireSkipsLoudlyOrFails(t *testing.T) {
	for _, c := range []struct {
		list  string
		fails bool
	}{
		{"", false},
		{"redis", false},
		{"mongodb", false},
		{"mongo", true},
		{"redis,mongo", true},
		{"redis, mongo", true},
	} {
		t.Run(c.list, func(t *testing.T) {
			t.Setenv(requireVariable, c.list)
			v := &verdict{TB: t}
			Require(v, "mongo", "get it there")
			said := v.skipped
			if c.fails {
				said = v.failed
			}
			require.Contains(t, said, "mongo is not here")
			require.Contains(t, said, "get it there")
		})
	}
}

// command sends one Redis command and returns the reply's lines up to want.
func command(t *testing.T, addr, line string) string {
	t.Helper()
	conn, err := net.DialTimeout("tcp", addr, time.Second)
	require.NoError(t, err)
	defer func() { require.NoError(t, conn.Close()) }()
	require.NoError(t, conn.SetDeadline(time.Now().Add(5*time.Second)))
	_, err = fmt.Fprintf(conn, "%s\r\nQUIT\r\n", line)
	require.NoError(t, err)
	reply, err := io.ReadAll(conn)
	require.NoError(t, err)
	return strings.TrimSuffix(string(reply), "+OK\r\n")
}

func TestSharedRedisIsOneServer(t *testing.T) {
	addr := Redis(t)
	require.Equal(t, addr, Redis(t))
	require.Equal(t, "+PONG\r\n", command(t, addr, "PING"))
	require.Contains(t, command(t, addr, "CONFIG GET save"), "$0\r\n", "nothing is kept on disk")
}

func TestOwnRedisIsKilledAndRestarted(t *testing.T) {
	s := RedisOwn(t, "--appendonly", "yes", "--appendfsync", "always")
	require.NotEqual(t, Redis(t), s.Addr)
	require.Equal(t, "+OK\r\n", command(t, s.Addr, "SET seat A2"))

	s.Kill()
	require.Error(t, probeRedis(s.Addr))

	s.Restart()
	require.Equal(t, "$2\r\nA2\r\n", command(t, s.Addr, "GET seat"))
	s.Restart()
	require.NoError(t, probeRedis(s.Addr))
}

func TestStartFailureShowsTheServersWords(t *testing.T) {
	failing := kind{
		patience: time.Minute,
		command:  func(string, string) []string { return []string{"sh", "-c", "echo no such option >&2; exit 1"} },
		probe:    probeRedis,
	}
	_, err := startShared(failing)
	require.ErrorContains(t, err, "no such option")
}

func TestSilentServerIsGivenUp(t *testing.T) {
	silent := kind{
		patience: 50 * time.Millisecond,
		command:  func(string, string) []string { return []string{"sleep", "60"} },
		probe:    probeRedis,
	}
	_, err := startShared(silent)
	require.ErrorContains(t, err, "does not answer after 50ms")
}

// TestServerDiesWithTheTestBinary lets a second copy of this binary start the
// shared server and kills that copy as hard as can be.
func TestServerDiesWithTheTestBinary(t *testing.T) {
	Redis(t) // skips where there is none
	const variable = "SEATHOLD_TEST_OWNER"
	if os.Getenv(variable) != "" {
		fmt.Printf("shared %s %s\n", sharedRedis.server.Addr, sharedRedis.server.folder)
		select {} // until killed
	}
	owner := exec.Command(os.Args[0], "-test.run=^TestServerDiesWithTheTestBinary$")
	owner.Env = append(os.Environ(), variable+"=1")
	stdout, err := owner.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, owner.Start())
	addr, folder := readShared(t, stdout)
	require.NoError(t, probeRedis(addr))

	require.NoError(t, owner.Process.Kill())
	require.Error(t, owner.Wait())

	require.Eventually(t, func() bool { return probeRedis(addr) != nil }, 5*time.Second, 5*time.Millisecond)
	require.Eventually(t, func() bool {
		_, err := os.Stat(folder)
		return os.IsNotExist(err)
	}, 5*time.Second, 5*time.Millisecond)
}

func readShared(t *testing.T, r io.Reader) (addr, folder string) {
	t.Helper()
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		if n, _ := fmt.Sscanf(lines.Text(), "shared %s %s", &addr, &folder); n == 2 {
			return addr, folder
		}
	}
	require.FailNow(t, "the owner said nothing", "%v", lines.Err())
	return "", ""
}

func TestMongoGivesEachTestItsDatabase(t *testing.T) {
	first, second := Mongo(t), Mongo(t)
	require.NotEqual(t, first, second)
	require.Contains(t, first, "/seathold_test_")
	require.Equal(t, strings.Split(first, "/")[2], strings.Split(second, "/")[2], "one server")
}

func TestWithDatabase(t *testing.T) {
	for uri, want := range map[string]string{
		"mongodb://127.0.0.1:27017":               "mongodb://127.0.0.1:27017/new",
		"mongodb://127.0.0.1:27017/":              "mongodb://127.0.0.1:27017/new",
		"mongodb://a:1,b:2/old?replicaSet=rs":     "mongodb://a:1,b:2/new?replicaSet=rs",
		"mongodb://u:p@a/admin":                   "mongodb://u:p@a/new?authSource=admin",
		"mongodb://u:p@a/admin?tls=true":          "mongodb://u:p@a/new?tls=true&authSource=admin",
		"mongodb://u:p@a/x?authSource=admin":      "mongodb://u:p@a/new?authSource=admin",
		"mongodb+srv://u:p@cluster.example/?w=1":  "mongodb+srv://u:p@cluster.example/new?w=1",
		"mongodb://a/?directConnection=true&w=1":  "mongodb://a/new?directConnection=true&w=1",
		"mongodb://u:p@a,b/x?authsource=y&ssl=on": "mongodb://u:p@a,b/new?authsource=y&ssl=on",
	} {
		require.Equal(t, want, withDatabase(uri, "new"))
	}
}

func TestSharedStripeMockIsOneServer(t *testing.T) {
	base := StripeMock(t)
	require.Equal(t, base, StripeMock(t))
	response, err := http.Get(base + "/v1/balance")
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, http.StatusUnauthorized, response.StatusCode, "it wants a key that looks like one")
	require.NoError(t, probeStripeMock(strings.TrimPrefix(base, "http://")))
}

func TestPrometheusReadsItsFile(t *testing.T) {
	config := filepath.Join(t.TempDir(), "prometheus.yml")
	require.NoError(t, os.WriteFile(config, []byte("scrape_configs: [{job_name: seathold}]\n"), 0o600))
	s := Prometheus(t, config)
	response, err := http.Get("http://" + s.Addr + "/api/v1/targets?scrapePool=seathold")
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, http.StatusOK, response.StatusCode)
	said, err := exec.CommandContext(t.Context(), Promtool(t), "check", "config", config).CombinedOutput()
	require.NoError(t, err, "%s", said)
}
