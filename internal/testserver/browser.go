package testserver

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// browserName is what SEATHOLD_TEST_REQUIRE calls Chromium and what judges its
// pages.
const browserName = "browser"

// browserPatience is for machines that do much else; a start takes a second.
const browserPatience = 60 * time.Second

// browserFlags are those of a browser that nobody watches, that knows nothing
// and asks nobody. A page stays awake when another is in front of it.
var browserFlags = []string{
	"--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
	"--disable-component-update", "--disable-sync", "--disable-breakpad", "--disable-renderer-backgrounding",
	"--disable-background-timer-throttling", "--disable-backgrounding-occluded-windows", "--remote-debugging-port=0", "--accept-lang=en-GB",
}

// Browser starts a Chromium for one test, with a profile of its own, and returns
// the address of its DevTools: ws://…. It ends with the test, and so does all
// that it started.
func Browser(t testing.TB) (devTools string) {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		Require(t, browserName, "put chromium in PATH (Debian: apt-get install chromium)")
	}
	folder, err := os.MkdirTemp("", "seathold-browser-")
	if err != nil {
		t.Fatal(err)
	}
	p, err := launch(folder, removeFolder, browserCommand(path, folder))
	if err != nil {
		t.Fatalf("start %s: %v", path, err)
	}
	t.Cleanup(func() {
		if err := p.kill(); err != nil {
			t.Error(err)
		}
	})
	err = p.awaitReady(browserPatience, func() (err error) {
		devTools, err = readDevTools(folder)
		return err
	})
	if err != nil {
		t.Fatalf("start %s: %v", path, err)
	}
	return devTools
}

// browserCommand has the browser lead a process group, by which all of it is
// found, and keep its files in the folder.
func browserCommand(path, folder string) []string {
	command := []string{"env", "TMPDIR=" + folder, "HOME=" + folder, "setsid", path, "--user-data-dir=" + folder}
	return append(command, browserFlags...)
}

// readDevTools reads where a browser listens, which it writes as it starts: a
// line with the port, and one with the path.
func readDevTools(folder string) (string, error) {
	text, err := os.ReadFile(filepath.Join(folder, "DevToolsActivePort"))
	if err != nil {
		return "", err
	}
	port, path, whole := strings.Cut(string(text), "\n")
	if !whole || !strings.HasPrefix(path, "/devtools/browser/") {
		return "", fmt.Errorf("the browser says %q of where it listens", text)
	}
	return "ws://127.0.0.1:" + port + strings.TrimSpace(path), nil
}

// Axe returns the script of axe-core, which judges how accessible a page is.
func Axe(t testing.TB) string {
	t.Helper()
	script, err := os.ReadFile(filepath.Join(projectRoot(), ".tools", "npm", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		Require(t, browserName, "axe-core is missing: make test-servers installs it into .tools/npm (it takes npm)")
	}
	return string(script)
}
