package docker

import (
	"context"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"

	"seathold/internal/config"
	"seathold/internal/testserver"
)

var instances = []string{"seathold-1", "seathold-2"}

// loadCompose reads a compose file as the engine's own reader does: against the
// schema of the specification, anchors and names resolved.
func loadCompose(t *testing.T, text []byte) (*types.Project, error) {
	t.Helper()
	folder, err := os.Getwd()
	require.NoError(t, err)
	return loader.LoadWithContext(context.Background(), types.ConfigDetails{
		WorkingDir: folder, ConfigFiles: []types.ConfigFile{{Filename: "compose.yaml", Content: text}},
	}, func(o *loader.Options) { o.SetProjectName("seathold", true) })
}

func compose(t *testing.T) *types.Project {
	t.Helper()
	p, err := loadCompose(t, read(t, "compose.yaml"))
	require.NoError(t, err)
	return p
}

func read(t *testing.T, path ...string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(path...))
	require.NoError(t, err)
	return text
}

func TestComposeFollowsTheSpecification(t *testing.T) {
	p := compose(t)
	require.Len(t, p.Services, 11)

	for name, mistake := range map[string]string{
		"an unknown key":     "services: {a: {image: x, restarts: always}}",
		"an unknown network": "services: {a: {image: x, networks: [nowhere]}}",
		"an unknown volume":  "services: {a: {image: x, volumes: ['nowhere:/x']}}",
		"a cycle":            "services: {a: {image: x, depends_on: [b]}, b: {image: x, depends_on: [a]}}",
	} {
		_, err := loadCompose(t, []byte(mistake))
		require.Error(t, err, "the control: %s", name)
	}
}

// pinned is a tag that names a version to its last number.
var pinned = regexp.MustCompile(`:v?\d+\.\d+\.\d+(-[a-z]+)?$`)

func TestComposeImagesArePinned(t *testing.T) {
	for _, s := range compose(t).Services {
		if s.Build == nil {
			require.Regexp(t, pinned, s.Image, s.Name)
		}
	}
}

// TestComposeEnvironmentIsThePrograms loads each instance's settings as the program
// does, with the secrets that the script makes.
func TestComposeEnvironmentIsThePrograms(t *testing.T) {
	secrets := testserver.DeploymentSecrets(t)
	p := compose(t)
	for _, name := range instances {
		environ := environment(p.Services[name].Environment, "/secrets", filepath.Join(secrets, "seathold"))
		c, warnings, err := config.Load(environ, "")
		require.NoError(t, err)
		require.Empty(t, warnings)
		require.Equal(t, []string{"redis:6379"}, c.Redis.Addrs)
		require.Equal(t, "seathold", c.Redis.Username)

		_, warnings, err = config.Load(append(environ, "SEATHOLD_SHUTDOWN_DELAI=5s"), "")
		require.NoError(t, err)
		require.Len(t, warnings, 1, "the control: a name that is none")
	}
	require.Equal(t, hostsOf(t, secrets), []string{"mongo-1", "mongo-2", "mongo-3"})
	for _, host := range hostsOf(t, secrets) {
		require.Contains(t, p.Services, host)
		require.Contains(t, string(read(t, "mongo", "init.js")), `"`+host+`:27017"`)
	}
}

// environment is what a container sees, with one folder of its files elsewhere.
func environment(all types.MappingWithEquals, from, to string) (environ []string) {
	for name, value := range all {
		text := *value
		if strings.HasSuffix(name, "_FILE") {
			text = strings.Replace(text, from, to, 1)
		}
		environ = append(environ, name+"="+text)
	}
	return environ
}

func hostsOf(t *testing.T, secrets string) (hosts []string) {
	t.Helper()
	uri := string(read(t, secrets, "seathold", "mongodb-uri"))
	_, rest, _ := strings.Cut(uri, "@")
	list, _, _ := strings.Cut(rest, "/")
	for address := range strings.SplitSeq(list, ",") {
		host, _, _ := strings.Cut(address, ":")
		hosts = append(hosts, host)
	}
	return hosts
}

func setting(t *testing.T, s types.ServiceConfig, name string) string {
	t.Helper()
	value := s.Environment[name]
	require.NotNil(t, value, name)
	return *value
}

func duration(t *testing.T, text string) time.Duration {
	t.Helper()
	d, err := time.ParseDuration(text)
	require.NoError(t, err)
	return d
}

// closing is what an instance may take beyond its delay and its grace: it ends
// its workers and closes its stores.
const closing = 5 * time.Second

// TestComposeTimesFit: the balancer notices within the delay, and nobody is
// killed before the grace is over.
func TestComposeTimesFit(t *testing.T) {
	p := compose(t)
	for _, name := range instances {
		s := p.Services[name]
		delay, grace := duration(t, setting(t, s, "SEATHOLD_SHUTDOWN_DELAY")), duration(t, setting(t, s, "SEATHOLD_SHUTDOWN_GRACE"))
		require.GreaterOrEqual(t, time.Duration(*s.StopGracePeriod), delay+grace+closing)
		require.Greater(t, delay, noticedWithin(t))
	}
}

var checkTimes = regexp.MustCompile(`default-server check inter (\S+) fastinter (\S+) .*fall (\d+)`)

// noticedWithin is how long haproxy takes at most to find that an instance ends: a
// check has just been answered, then so many fail.
func noticedWithin(t *testing.T) time.Duration {
	t.Helper()
	found := checkTimes.FindStringSubmatch(string(read(t, "haproxy", "haproxy.cfg")))
	require.NotNil(t, found)
	require.Equal(t, "2", found[3])
	const answer = time.Second // /readyz gives each dependency so long
	return duration(t, found[1]) + answer + duration(t, found[2]) + answer
}

// TestComposeAddresses: who is told an address is told the right one, and no
// other container can have got it first.
func TestComposeAddresses(t *testing.T) {
	p := compose(t)
	balancer := p.Services["balancer"].Networks["front"].Ipv4Address
	for _, name := range instances {
		s := p.Services[name]
		require.Equal(t, balancer, setting(t, s, "SEATHOLD_TRUSTED_PROXIES"))
		require.Equal(t, s.Networks["ops"].Ipv4Address+":9091", setting(t, s, "SEATHOLD_OPS_ADDR"))
		require.Empty(t, s.Ports, "only the balancer is published")
		require.Contains(t, string(read(t, "haproxy", "haproxy.cfg")), "-"+name+":8080}")
	}
	for _, s := range p.Services {
		for name, n := range s.Networks {
			if n == nil || n.Ipv4Address == "" {
				continue
			}
			pool := p.Networks[name].Ipam.Config[0]
			require.True(t, netip.MustParsePrefix(pool.Subnet).Contains(netip.MustParseAddr(n.Ipv4Address)), s.Name)
			require.False(t, netip.MustParsePrefix(pool.IPRange).Contains(netip.MustParseAddr(n.Ipv4Address)), s.Name)
		}
		for _, port := range s.Ports {
			require.Equal(t, "127.0.0.1", port.HostIP, s.Name)
		}
	}
}

// TestComposeMountsWhatIsThere: an engine makes an empty folder of what is missing.
func TestComposeMountsWhatIsThere(t *testing.T) {
	p := compose(t)
	for _, s := range p.Services {
		for _, v := range s.Volumes {
			if v.Type == types.VolumeTypeBind {
				require.FileExistsf(t, firstFile(t, v.Source), "%s", s.Name)
				require.True(t, v.ReadOnly, "%s: %s", s.Name, v.Source)
			}
		}
	}
	require.Equal(t, []string{"redis-server", "/etc/redis/redis.conf", "--aclfile", "/secrets/users.acl"},
		[]string(p.Services["redis"].Command), "as the tests start it")
	require.Equal(t, []string{"sh", "/secrets.sh", "/secrets", "/users.acl"}, []string(p.Services["secrets"].Entrypoint))
}

// firstFile is the path itself, or a file in the folder.
func firstFile(t *testing.T, path string) string {
	t.Helper()
	info, err := os.Stat(path)
	require.NoError(t, err)
	if !info.IsDir() {
		return path
	}
	files, err := os.ReadDir(path)
	require.NoError(t, err)
	require.NotEmpty(t, files)
	if files[0].IsDir() {
		return firstFile(t, filepath.Join(path, files[0].Name()))
	}
	return filepath.Join(path, files[0].Name())
}

// TestPrometheusAsksWhoIsThere holds Prometheus's and Grafana's files against the
// names of the compose file.
func TestPrometheusAsksWhoIsThere(t *testing.T) {
	p := compose(t)
	var scraped struct {
		ScrapeConfigs []struct {
			JobName       string `json:"job_name"`
			StaticConfigs []struct{ Targets []string }
		} `json:"scrape_configs"`
		RuleFiles []string `json:"rule_files"`
	}
	text := read(t, "prometheus", "prometheus.yml")
	text = []byte(strings.ReplaceAll(string(text), "static_configs", "StaticConfigs"))
	require.NoError(t, yaml.Unmarshal(text, &scraped))
	var targets []string
	for _, job := range scraped.ScrapeConfigs {
		for _, static := range job.StaticConfigs {
			targets = append(targets, static.Targets...)
		}
	}
	slices.Sort(targets)
	require.Equal(t, []string{"balancer:8404", "localhost:9090", "seathold-1:9091", "seathold-2:9091"}, targets)
	require.True(t, mounted(p.Services["prometheus"], filepath.Dir(scraped.RuleFiles[0])))

	var boards struct {
		Providers []struct{ Options struct{ Path string } }
	}
	require.NoError(t, yaml.Unmarshal(read(t, "grafana", "provisioning", "dashboards", "seathold.yaml"), &boards))
	require.True(t, mounted(p.Services["grafana"], boards.Providers[0].Options.Path))
	var sources struct {
		Datasources []struct{ URL string }
	}
	require.NoError(t, yaml.Unmarshal(read(t, "grafana", "provisioning", "datasources", "prometheus.yaml"), &sources))
	require.Equal(t, "http://prometheus:9090", sources.Datasources[0].URL)
}

func mounted(s types.ServiceConfig, target string) bool {
	return slices.ContainsFunc(s.Volumes, func(v types.ServiceVolumeConfig) bool { return v.Target == target })
}

// TestSecretsAreKept: a second start makes no new ones, and nothing in the file of
// Redis's users is a password.
func TestSecretsAreKept(t *testing.T) {
	folder := testserver.DeploymentSecrets(t)
	again := func() map[string]string {
		all := map[string]string{}
		require.NoError(t, filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				all[path] = string(read(t, path))
			}
			return err
		}))
		return all
	}
	first := again()
	require.Len(t, first, 12)
	testserver.RunSecrets(t, folder)
	require.Equal(t, first, again())
	users := first[filepath.Join(folder, "redis/users.acl")]
	require.NotContains(t, users, "SHA256")
	require.NotContains(t, users, strings.TrimSpace(first[filepath.Join(folder, "redis/password")]))

	key, err := os.Stat(filepath.Join(folder, "mongo/keyfile"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o400), key.Mode().Perm(), "MongoDB takes no other")
}
