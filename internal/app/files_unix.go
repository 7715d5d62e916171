//go:build unix

package app

import (
	"math"
	"syscall"
)

// openFilesLimit is how many files and connections the process may have open.
func openFilesLimit() int {
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) != nil || limit.Cur > math.MaxInt32 {
		return math.MaxInt32
	}
	return int(limit.Cur)
}
