//go:build !failpoint

package booking

// step marks a place between two effects where a crash must do no harm. In a
// build with the tag failpoint the environment can make it one.
func step(string) {}
