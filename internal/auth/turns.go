//go:build !failpoint

package auth

import "runtime"

// turns is how many passwords are hashed at once: half the cores stay free for
// holds.
func turns() int { return max(1, runtime.GOMAXPROCS(0)/2) }
