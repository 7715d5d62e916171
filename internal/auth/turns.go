//go:build !failpoint

package auth

// turns is how many passwords are hashed at once.
func turns() int { return halfTheCores() }
