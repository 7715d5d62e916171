package bench

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestFiguresOfAStart(t *testing.T) {
	needBench(t)
	binary := filepath.Join(t.TempDir(), "seathold")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "seathold/cmd/seathold").CombinedOutput()
	require.NoError(t, err, string(out))
	data := t.TempDir()

	heading("A start with everything embedded")
	for _, which := range []string{"first start, with the demo made", "second start"} {
		took, memory := start(t, binary, data)
		figure(which+", to the first answer", fmt.Sprintf("%d ms", took.Milliseconds()), "under 1,000 ms")
		figure("idle memory, 2 s later", fmt.Sprintf("%.0f MB", memory), "under 100 MB")
	}
}

// start runs the binary until it has answered and idled for 2 s; it returns
// the time to the first answer and the resident memory in MB.
func start(t *testing.T, binary, data string) (time.Duration, float64) {
	cmd := exec.Command(binary, "serve")
	cmd.Dir = t.TempDir()
	cmd.Env = append(os.Environ(), "SEATHOLD_ADDR=127.0.0.1:0", "SEATHOLD_OPS_ADDR=127.0.0.1:0", "SEATHOLD_DATA_DIR="+data)
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	begin := time.Now()
	require.NoError(t, cmd.Start())
	defer func() {
		require.NoError(t, cmd.Process.Signal(syscall.SIGTERM))
		require.NoError(t, cmd.Wait())
	}()
	answer, err := http.Get(urlFrom(t, stdout) + "/v1/events") //nolint:noctx // bounded by the test
	require.NoError(t, err)
	took := time.Since(begin)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, http.StatusOK, answer.StatusCode)
	time.Sleep(2 * time.Second) // what is measured is idling
	return took, residentMB(t, cmd.Process.Pid)
}

func urlFrom(t *testing.T, stdout io.Reader) string {
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		if fields := strings.Fields(lines.Text()); len(fields) == 2 && fields[0] == "Tickets" {
			go func() { _, _ = io.Copy(io.Discard, stdout) }()
			return fields[1]
		}
	}
	t.Fatal("the banner names no address")
	return ""
}

func residentMB(t *testing.T, pid int) float64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	require.NoError(t, err)
	for line := range strings.Lines(string(status)) {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == "VmRSS:" {
			kb, err := strconv.ParseFloat(fields[1], 64)
			require.NoError(t, err)
			return kb / 1024
		}
	}
	t.Fatal("no VmRSS")
	return 0
}
