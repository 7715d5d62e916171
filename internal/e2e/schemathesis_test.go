package e2e

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"

	"seathold/internal/testserver"
)

// fuzzSecondsVariable has TestTheDocumentHolds run for so many seconds a role, by
// a seed of its own each time, as `make fuzz` does. Without it the tests are the
// same each time.
const fuzzSecondsVariable = "SEATHOLD_TEST_SCHEMA_SECONDS"

// TestTheDocumentHolds has schemathesis make every call of the document, in each
// role: its examples, the bounds of its schemas and what lies beyond them, random
// values, and sequences along its links. What it checks, and what it lets pass,
// stands in the folder schemathesis.
func TestTheDocumentHolds(t *testing.T) {
	t.Parallel()
	st := testserver.Schemathesis(t)
	for _, role := range []string{"ada", "organizer", "operator"} {
		t.Run(role, func(t *testing.T) {
			t.Parallel()
			box := openBox(t, st)
			said, err := box.run(box.url, append(howLong(), "--auth-wfc-user", role)...)
			require.NoError(t, err, "%s", said)
			figure(t, "%s", lastBytes(said, 120))
		})
	}
}

// howLong returns the options for the same short run each time, or a long one.
func howLong() []string {
	if seconds := os.Getenv(fuzzSecondsVariable); seconds != "" {
		return []string{"--max-time", seconds}
	}
	return []string{"--seed", "1"}
}

// TestRefusalsOfLimitsAreInTheDocument runs into the limits: what is answered then
// has a schema too.
func TestRefusalsOfLimitsAreInTheDocument(t *testing.T) {
	t.Parallel()
	box := openBox(t, testserver.Schemathesis(t), settings{"SEATHOLD_ABUSE_LIMITS": "on"})
	said, err := box.run(box.url, "--seed", "1", "--phases", "examples,coverage", "--auth-wfc-user", "ada")
	require.NoError(t, err, "%s", said)
	require.Contains(t, box.logText(t), `"status":429`, "no call ran into a limit")
}

// TestAnAnswerThatIsNotInTheDocumentIsFound is the control: one member of one
// answer is taken away on its way.
func TestAnAnswerThatIsNotInTheDocumentIsFound(t *testing.T) {
	t.Parallel()
	box := openBox(t, testserver.Schemathesis(t))
	wrong := httptest.NewServer(withoutTheRole(t, box.url))
	t.Cleanup(wrong.Close)
	said, err := box.run(wrong.URL, "--seed", "1", "--phases", "coverage", "--auth-wfc-user", "ada",
		"--include-operation-id", "getMe", "--include-operation-id", "listOrders")
	var failed *exec.ExitError
	require.ErrorAs(t, err, &failed, "%s", said)
	require.Contains(t, said, `"role" is a required property`)
	require.Contains(t, said, "1 passed", "the other call is answered rightly: %s", said)
}

func withoutTheRole(t *testing.T, service string) http.Handler {
	t.Helper()
	target, err := url.Parse(service)
	require.NoError(t, err)
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.ModifyResponse = func(r *http.Response) error {
		if r.Request.URL.Path != "/v1/me" || r.StatusCode != http.StatusOK {
			return nil
		}
		return changed(r, func(account map[string]any) { delete(account, "role") })
	}
	return proxy
}

// TestAStreamThatBeginsOtherwiseIsFound is the control of what hooks.py checks of
// streams: one changes its first event's name on its way.
func TestAStreamThatBeginsOtherwiseIsFound(t *testing.T) {
	t.Parallel()
	box := openBox(t, testserver.Schemathesis(t))
	target, err := url.Parse(box.url)
	require.NoError(t, err)
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.FlushInterval = -1
	proxy.ModifyResponse = func(r *http.Response) error {
		if r.Header.Get("Content-Type") == "text/event-stream" {
			r.Body = struct {
				io.Reader
				io.Closer
			}{renamed{r.Body}, r.Body}
		}
		return nil
	}
	wrong := httptest.NewServer(proxy)
	t.Cleanup(wrong.Close)
	options := []string{"--seed", "1", "--phases", "coverage", "--auth-wfc-user", "ada", "--include-operation-id", "streamSeats"}
	said, err := box.run(box.url, options...)
	require.NoError(t, err, "%s", said)
	require.Regexp(t, `"route":"/v1/events/\{event\}/stream",[^\n]*"status":200`, box.logText(t), "no stream was heard")
	said, err = box.run(wrong.URL, options...)
	var failed *exec.ExitError
	require.ErrorAs(t, err, &failed, "%s", said)
	require.Contains(t, said, "event: whole\n")
}

// renamed calls snapshots something else.
type renamed struct{ from io.Reader }

func (r renamed) Read(p []byte) (int, error) {
	n, err := r.from.Read(p)
	return copy(p, bytes.Replace(p[:n], []byte("event: snapshot\n"), []byte("event: whole\n"), 1)), err
}
