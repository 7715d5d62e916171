package e2e

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// binaries is the folder of the programs that the tests run.
var binaries string

func TestMain(m *testing.M) { os.Exit(buildAndRun(m)) }

func buildAndRun(m *testing.M) int {
	folder, err := os.MkdirTemp("", "seathold-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		return 1
	}
	defer func() {
		if err := os.RemoveAll(folder); err != nil {
			fmt.Fprintln(os.Stderr, "e2e:", err)
		}
	}()
	if err := noteSources(); err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		return 1
	}
	binaries = folder
	return m.Run()
}

// noteSources looks at every file that the program is built and run from. `go test`
// sees what a test binary looks at, and so knows that a change of the program
// makes its cached result worthless.
func noteSources() error {
	for _, folder := range []string{"cmd", "internal", "lua", "docker", "go.mod", "go.sum"} {
		err := filepath.WalkDir(filepath.Join(projectRoot, folder), func(path string, _ fs.DirEntry, err error) error {
			if err == nil {
				_, err = os.Stat(path)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

const projectRoot = "../.."

// program is the binary in one of its builds, made when it is first asked for.
type program struct {
	name  string
	flags []string
	once  sync.Once
	path  string
	err   error
}

var (
	// seathold has the race detector where the tests have it.
	seathold = &program{name: "seathold", flags: raceFlags()}
	// plainSeathold is as it is shipped: for measuring.
	plainSeathold = plain()
	// crashingSeathold dies where SEATHOLD_TEST_CRASH_AT says.
	crashingSeathold = &program{name: "seathold-crashing", flags: []string{"-tags", "failpoint"}}
)

func plain() *program {
	if raceDetector {
		return &program{name: "seathold-plain"}
	}
	return seathold
}

func raceFlags() []string {
	if raceDetector {
		return []string{"-race"}
	}
	return nil
}

// build returns the program's path.
func (p *program) build(t *testing.T) string {
	t.Helper()
	p.once.Do(func() {
		p.path = filepath.Join(binaries, p.name)
		build := exec.Command("go", slices.Concat([]string{"build"}, p.flags, []string{"-o", p.path, "./cmd/seathold"})...)
		build.Dir = projectRoot
		if said, err := build.CombinedOutput(); err != nil {
			p.err = fmt.Errorf("build %s: %w\n%s", p.name, err, said)
		}
	})
	require.NoError(t, p.err)
	return p.path
}
