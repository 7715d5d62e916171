package testserver

import (
	"os/exec"
	"testing"
)

// Node returns the path of node, which runs scripts that are for no browser.
func Node(t testing.TB) string {
	t.Helper()
	path, err := exec.LookPath("node")
	if err != nil {
		Require(t, "node", "install Node.js 20.6 or later (Debian: apt-get install nodejs) so that node is in PATH")
	}
	return path
}
