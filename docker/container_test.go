package docker

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// patience is for machines that do much else.
const patience = time.Minute

// container is the built program, run as the image would have it as far as
// that goes without an engine: its user, its environment and its data folder.
type container struct {
	built     built
	cmd       *exec.Cmd
	env       []string
	addr, ops string
}

func startContainer(t *testing.T, b built) *container {
	t.Helper()
	c := &container{built: b, addr: freeAddress(t), ops: freeAddress(t)}
	data := filepath.Join(b.root, "data")
	for _, pair := range b.env {
		c.env = append(c.env, strings.Replace(pair, "=/data", "="+data, 1))
	}
	c.env = append(c.env, "SEATHOLD_ADDR="+c.addr, "SEATHOLD_OPS_ADDR="+c.ops)
	c.cmd = exec.Command(b.binary(), "serve")
	c.cmd.Dir, c.cmd.Env = b.root, c.env
	if os.Getuid() == 0 {
		const nobody = 65532
		require.NoError(t, os.Chown(data, nobody, nobody))
		for folder := b.root; folder != os.TempDir() && folder != "/"; folder = filepath.Dir(folder) {
			require.NoError(t, os.Chmod(folder, 0o755)) // to get there; the folder itself it may not change
		}
		c.cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	}
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	require.NoError(t, err)
	c.cmd.Stdout, c.cmd.Stderr = log, log
	require.NoError(t, c.cmd.Start())
	t.Cleanup(func() {
		if c.cmd.ProcessState == nil {
			_ = c.cmd.Process.Kill()
			_ = c.cmd.Wait()
		}
		if t.Failed() {
			t.Logf("%s", read(t, log.Name()))
		}
		require.NoError(t, log.Close())
	})
	return c
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	return l.Addr().String()
}

func (c *container) healthcheck(t *testing.T) error {
	t.Helper()
	check := exec.CommandContext(t.Context(), c.built.binary(), "healthcheck")
	check.Dir, check.Env = c.built.root, c.env
	said, err := check.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w: %s", err, said)
	}
	return nil
}

func (c *container) awaitHealthy(t *testing.T) {
	t.Helper()
	require.Eventually(t, func() bool { return c.healthcheck(t) == nil }, patience, 50*time.Millisecond)
}

// requireAnswers asks what a probe asks.
func (c *container) requireAnswers(t *testing.T, p probe) {
	t.Helper()
	address := map[string]string{"http": c.addr, "ops": c.ops}[p.port]
	require.NotEmpty(t, address, "a probe of the port %s", p.port)
	status, _ := get(t, "http://"+address+p.path)
	require.Equal(t, http.StatusOK, status, p.path)
}

func (c *container) metrics(t *testing.T) string {
	t.Helper()
	status, body := get(t, "http://"+c.ops+"/metrics")
	require.Equal(t, http.StatusOK, status)
	return body
}

func get(t *testing.T, url string) (status int, body string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	require.NoError(t, err)
	answer, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	return answer.StatusCode, string(text)
}

func (c *container) stop(t *testing.T) {
	t.Helper()
	require.NoError(t, c.cmd.Process.Signal(syscall.SIGTERM))
	require.NoError(t, c.cmd.Wait())
}
