//go:build !unix

package app

import "math"

// openFilesLimit is how many files and connections the process may have open.
func openFilesLimit() int { return math.MaxInt32 }
