package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// box is a service with an account of every role, and what schemathesis has to
// know of it.
type box struct {
	*shop
	other  string // the id of a second event
	taker  string // the URL of who takes every webhook
	st     string // the command
	folder string // where it runs
	t      *testing.T
}

// openBox starts a service whose holds and payments end soon, so that there are
// free seats again, and orders that have expired.
func openBox(t *testing.T, st string, more ...settings) *box {
	t.Helper()
	given := append([]settings{quick(), {
		"SEATHOLD_ACCESS_TTL": "24h", "SEATHOLD_HOLD_TTL": "5s", "SEATHOLD_PAYMENT_TTL": "10s", "SEATHOLD_LOG_FORMAT": "json",
		"SEATHOLD_WEBHOOK_NETWORKS": "127.0.0.0/8",
	}}, more...)
	s := newService(t, seathold, given...)
	s.createAccount(t, "operator@shop.example", "operator")
	b := &box{shop: openShopOn(t, embeddedWorld, s, 100), st: st, folder: t.TempDir(), t: t}
	for _, name := range []string{"schemathesis.toml", "hooks.py"} {
		content, err := os.ReadFile(filepath.Join("schemathesis", name))
		require.NoError(t, err)
		b.write(name, content)
	}
	taker := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(taker.Close)
	b.taker = taker.URL
	other, _ := b.organizer.createEvent(t, "Another play", theatre(t, 10))
	b.other = other.ID
	b.write("seats.dict", quotedLines(b.guids))
	b.write("events.dict", quotedLines([]string{b.event.ID}))
	b.writeAccounts(map[string]*client{
		"ada": b.customer(t), "bob": b.customer(t), "organizer": b.organizer,
		"operator": b.login(t, "operator@shop.example", password),
	})
	return b
}

func (b *box) write(name string, content []byte) {
	b.t.Helper()
	require.NoError(b.t, os.WriteFile(filepath.Join(b.folder, name), content, 0o600))
}

func quotedLines(words []string) []byte {
	var lines strings.Builder
	for _, word := range words {
		fmt.Fprintf(&lines, "%q\n", word)
	}
	return []byte(lines.String())
}

// writeAccounts writes the tokens as the Web Fuzzing Commons have it.
func (b *box) writeAccounts(people map[string]*client) {
	b.t.Helper()
	type header struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	type person struct {
		Name    string   `json:"name"`
		Headers []header `json:"fixedHeaders"`
	}
	var list []person
	for name, c := range people {
		list = append(list, person{name, []header{{"Authorization", "Bearer " + c.token()}}})
	}
	content, err := json.Marshal(map[string]any{"auth": list})
	require.NoError(b.t, err)
	b.write("accounts.json", content)
}

// run has schemathesis call the service at this address, and returns what it said.
func (b *box) run(address string, options ...string) (string, error) {
	args := append([]string{"run", address + "/openapi.yaml", "--no-color"}, options...)
	cmd := exec.CommandContext(b.t.Context(), b.st, args...)
	cmd.Dir = b.folder
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + b.folder, "PYTHONDONTWRITEBYTECODE=1",
		"EVENT=" + b.event.ID, "OTHER_EVENT=" + b.other, "RECEIVER=" + b.taker, "WEBHOOK_SECRET=" + webhookSecret,
	}
	said, err := cmd.CombinedOutput()
	return string(said), err
}
