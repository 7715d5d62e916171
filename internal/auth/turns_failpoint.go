//go:build failpoint

package auth

import (
	"os"
	"strconv"
)

// turns is half the cores, or what SEATHOLD_TEST_PASSWORD_TURNS says: tests
// look what becomes of holds without the limit.
func turns() int {
	if n, err := strconv.Atoi(os.Getenv("SEATHOLD_TEST_PASSWORD_TURNS")); err == nil && n > 0 {
		return n
	}
	return halfTheCores()
}
