package testserver

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

var stripeMockKind = kind{
	name:     "stripe-mock",
	missing:  "make test-servers installs it into .tools/bin (go install github.com/stripe/stripe-mock), or put it in PATH",
	patience: 30 * time.Second, // it reads all of Stripe's API description first
	command:  stripeMockCommand,
	probe:    probeStripeMock,
}

var sharedStripeMock = &shared{kind: stripeMockKind}

// StripeMock returns the base URL of a stripe-mock that all tests of this binary
// share: Stripe's own server that checks requests against the description of its
// API and answers with examples. It keeps no state.
func StripeMock(t testing.TB) (baseURL string) {
	t.Helper()
	return "http://" + sharedStripeMock.address(t)
}

func stripeMockCommand(port, _ string) []string {
	path := filepath.Join(projectRoot(), ".tools", "bin", "stripe-mock")
	if _, err := os.Stat(path); err != nil {
		if path, err = exec.LookPath("stripe-mock"); err != nil {
			return nil
		}
	}
	// It would listen for HTTPS as well, on one port for all and to everybody.
	return []string{path, "-http-addr", "127.0.0.1:" + port, "-https-addr", "127.0.0.1:0"}
}

func probeStripeMock(addr string) (err error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+"/v1/balance", nil)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer sk_test_probe")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, response.Body.Close()) }()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("stripe-mock answers %s", response.Status)
	}
	return nil
}
