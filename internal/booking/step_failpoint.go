//go:build failpoint

package booking

import (
	"fmt"
	"os"
	"syscall"
)

// step kills the process, as kill -9 does, at the place that
// SEATHOLD_TEST_CRASH_AT names. Test builds only.
func step(name string) {
	if os.Getenv("SEATHOLD_TEST_CRASH_AT") != name {
		return
	}
	fmt.Fprintln(os.Stderr, "failpoint reached:", name)
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {}
}
