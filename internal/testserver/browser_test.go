package testserver

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// probeBrowser asks a browser who it is.
func probeBrowser(devTools string) (string, error) {
	host, _, _ := strings.Cut(strings.TrimPrefix(devTools, "ws://"), "/")
	answer, err := http.Get("http://" + host + "/json/version")
	if err != nil {
		return "", err
	}
	said, err := io.ReadAll(answer.Body)
	return string(said), err
}

func TestEachTestHasABrowserOfItsOwn(t *testing.T) {
	first, second := Browser(t), Browser(t)
	require.NotEqual(t, first, second)
	said, err := probeBrowser(first)
	require.NoError(t, err)
	require.Contains(t, said, "Chrome")
}

// TestBrowserDiesWithTheTestBinary lets a second copy of this binary start a
// browser and kills that copy as hard as can be: no process and no file is left.
func TestBrowserDiesWithTheTestBinary(t *testing.T) {
	const variable = "SEATHOLD_TEST_OWNER"
	if os.Getenv(variable) != "" {
		fmt.Printf("shared %s %s\n", Browser(t), os.Getenv("TMPDIR"))
		select {} // until killed
	}
	Browser(t) // skips where there is none
	// t.TempDir's would be too long for the browser's sockets.
	folder, err := os.MkdirTemp("", "own")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(folder)) })
	owner := exec.Command(os.Args[0], "-test.run=^TestBrowserDiesWithTheTestBinary$")
	owner.Env = append(os.Environ(), variable+"=1", "TMPDIR="+folder)
	stdout, err := owner.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, owner.Start())
	devTools, _ := readShared(t, stdout)
	require.Greater(t, len(processesOf(t, folder)), 2, "the browser is many processes")

	require.NoError(t, owner.Process.Kill())
	require.Error(t, owner.Wait())

	gone := func() bool {
		files, err := os.ReadDir(folder)
		return err == nil && len(files) == 0 && len(processesOf(t, folder)) == 0
	}
	require.Eventually(t, gone, browserPatience, 10*time.Millisecond)
	_, err = probeBrowser(devTools)
	require.Error(t, err)
}

// processesOf returns the command lines of what runs with the folder as TMPDIR.
func processesOf(t *testing.T, folder string) (found []string) {
	t.Helper()
	all, err := os.ReadDir("/proc")
	require.NoError(t, err)
	for _, one := range all {
		environment, err := os.ReadFile("/proc/" + one.Name() + "/environ")
		if err == nil && strings.Contains(string(environment), "TMPDIR="+folder) {
			line, _ := os.ReadFile("/proc/" + one.Name() + "/cmdline") // empty where it has just ended
			found = append(found, strings.ReplaceAll(string(line), "\x00", " "))
		}
	}
	return found
}

func TestAxeIsHere(t *testing.T) {
	require.Contains(t, Axe(t), "axe")
}
