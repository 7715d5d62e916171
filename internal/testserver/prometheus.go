package testserver

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// prometheusMissing is how to get Prometheus and its tool.
const prometheusMissing = "make test-servers unpacks it into .tools/prometheus, or put prometheus and promtool in PATH " +
	"(Debian: apt-get install prometheus)"

// Prometheus starts one for this test alone, by the file config, whose rules and
// targets it reads. It answers at http:// and Addr.
func Prometheus(t testing.TB, config string) *Server {
	t.Helper()
	return own(t, kind{
		name:     "prometheus",
		missing:  prometheusMissing,
		patience: 30 * time.Second,
		command: func(port, folder string) []string {
			path := prometheusCommand("prometheus")
			if path == "" {
				return nil
			}
			return []string{
				path, "--config.file=" + config, "--storage.tsdb.path=" + filepath.Join(folder, "data"),
				"--web.listen-address=127.0.0.1:" + port, "--log.level=warn",
			}
		},
		probe: probePrometheus,
	}, nil)
}

// Promtool returns the path of the command promtool, which checks rules and runs
// their tests.
func Promtool(t testing.TB) string {
	t.Helper()
	path := prometheusCommand("promtool")
	if path == "" {
		Require(t, "prometheus", prometheusMissing)
	}
	return path
}

// prometheusCommand returns the path of a command of the package, "" where it is
// not here.
func prometheusCommand(name string) string {
	path := filepath.Join(projectRoot(), ".tools", "prometheus", name)
	if _, err := os.Stat(path); err == nil {
		return path
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return ""
	}
	return path
}

func probePrometheus(addr string) (err error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+"/-/ready", nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, response.Body.Close()) }()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("prometheus answers %s", response.Status)
	}
	return nil
}
