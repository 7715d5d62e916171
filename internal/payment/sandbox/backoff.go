package sandbox

import (
	"math/rand/v2"
	"time"
)

// Backoff returns how long to wait before repeat number n (0 is the first
// repeat), and whether there is to be one.
type Backoff func(n int) (wait time.Duration, more bool)

const (
	firstWait   = 250 * time.Millisecond
	longestWait = time.Minute
	// 17 repeats: 8 whose waits double up to the longest, and 9 a minute apart.
	// Together they last about ten minutes.
	maxRepeats = 17
)

// DefaultBackoff doubles the wait from a quarter of a second to a minute, each
// a fifth shorter or longer by chance, and gives up after some ten minutes.
func DefaultBackoff(n int) (time.Duration, bool) {
	if n >= maxRepeats {
		return 0, false
	}
	wait := min(firstWait<<n, longestWait)
	jitter := 0.8 + 0.4*rand.Float64()
	return time.Duration(float64(wait) * jitter), true
}
