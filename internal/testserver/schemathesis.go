package testserver

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Schemathesis returns the path of the command st, which calls an API as its
// OpenAPI document says, and as it does not.
func Schemathesis(t testing.TB) string {
	t.Helper()
	path := filepath.Join(projectRoot(), ".tools", "schemathesis", "bin", "st")
	if _, err := os.Stat(path); err == nil {
		return path
	}
	path, err := exec.LookPath("st")
	if err != nil {
		Require(t, "schemathesis", "make test-servers installs it into .tools/schemathesis (it takes Python 3 with venv)")
	}
	return path
}
