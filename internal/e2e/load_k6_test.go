package e2e

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"seathold/internal/testserver"
)

// visited is what the folder k6 tells of a script that it ran.
type visited struct {
	Checks     map[string]struct{ Passed, Failed int }
	Calls      map[string]map[string]int // by name and status
	Counters   map[string]int
	Thresholds []string
}

// runForK6 runs the script for k6 in node, with a stand-in for what k6 gives it: k6
// itself is under a licence that keeps it away from here.
func (s *service) runForK6(t *testing.T, visits string, given settings) (v visited, failed string) {
	t.Helper()
	node := testserver.Node(t)
	here, err := filepath.Abs("k6")
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), node, filepath.Join(here, "run.mjs"), testserver.Deployment("k6", "sale.js"), visits)
	cmd.Env = []string{"URL=" + s.url, "THINK=0"}
	for name, value := range given {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	said, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		require.ErrorAs(t, err, &exit)
		return v, string(exit.Stderr)
	}
	require.NoError(t, json.Unmarshal(said, &v), "%s", said)
	return v, ""
}

// requireWell requires that all was as it should, and something sold.
func (v visited) requireWell(t *testing.T) {
	t.Helper()
	for name, c := range v.Checks {
		require.Zero(t, c.Failed, name)
		require.Positive(t, c.Passed, name)
	}
	require.Positive(t, v.Counters["seats_sold"])
	require.Zero(t, v.Counters["double_sales"])
}

// TestTheScriptForK6Sells: every kind of visitor comes to its end, and the seats are
// sold that the script believes it has sold.
func TestTheScriptForK6Sells(t *testing.T) {
	t.Parallel()
	o := openOperations(t, embeddedWorld)
	plan := filepath.Join(t.TempDir(), "plan.json")
	require.NoError(t, os.WriteFile(plan, theatre(t, 300), 0o600))
	v, failed := o.runForK6(t, "60", settings{
		"TOKEN": o.settings["SEATHOLD_TOKEN"], "PLAN": plan, "HOLD_TTL": "20", "CUSTOMERS": "2",
		"BROWSE": "1", "BUY": "2", "ABANDON": "1", "RELEASE": "1", "CANCEL": "1",
	})
	require.Empty(t, failed)
	v.requireWell(t)
	for name, status := range map[string]string{
		"register": "201", "login": "200", "event": "200", "plan": "200", "seats": "200", "hold": "201", "order": "201",
		"pay": "200", "confirm": "200", "release": "204", "cancel": "200", "orders": "200", "audit": "200", "close": "200",
	} {
		require.Positive(t, v.Calls[name][status], "%s %s: %v", name, status, v.Calls)
	}
	require.Positive(t, v.Calls["seats"]["304"], "whoever looks again asks by ETag")
	require.Subset(t, v.Thresholds, []string{"checks", "double_sales", "audit_mismatches", "http_req_duration{name:hold}"})

	events := read[list[event]](t, o.operator.get("/v1/me/events"), http.StatusOK).Items
	at := slices.IndexFunc(events, func(e event) bool { return e.ID != o.event.ID })
	require.GreaterOrEqual(t, at, 0)
	require.Equal(t, "closed", events[at].Status)
	o.event, o.organizer = events[at], o.operator
	sold := 0
	for _, order := range o.allOrders(t, "status=paid") {
		sold += len(order.Seats)
	}
	require.Equal(t, v.Counters["seats_sold"], sold)
}

// TestTheScriptForK6FindsWhatMustNotBe: a seat with two orders, and seats that an
// audit finds otherwise or could not compare. TestTheScriptForK6Sells is the control.
func TestTheScriptForK6FindsWhatMustNotBe(t *testing.T) {
	t.Parallel()
	o := openOperations(t, embeddedWorld)
	itself, err := url.Parse(o.url)
	require.NoError(t, err)
	lying := httputil.NewSingleHostReverseProxy(itself)
	lying.ModifyResponse = func(r *http.Response) error {
		switch path := r.Request.URL.Path; {
		case strings.HasSuffix(path, "/audit"):
			return changed(r, func(audit map[string]any) {
				audit["mismatches"], audit["unchecked"] = []any{map[string]any{}, map[string]any{}}, 3
			})
		case strings.HasPrefix(path, "/v1/events/") && strings.HasSuffix(path, "/orders"):
			return changed(r, func(page map[string]any) {
				items := page["items"].([]any)
				page["items"] = append(items, items[0])
			})
		}
		return nil
	}
	between := httptest.NewServer(lying)
	t.Cleanup(between.Close)
	v, failed := o.runForK6(t, "10", settings{
		"URL": between.URL, "TOKEN": o.settings["SEATHOLD_TOKEN"], "EVENT": o.event.ID, "CUSTOMERS": "1",
		"BROWSE": "0", "ABANDON": "0", "RELEASE": "0", "CANCEL": "0",
	})
	require.Empty(t, failed)
	require.Positive(t, v.Counters["double_sales"])
	require.Equal(t, 5, v.Counters["audit_mismatches"])
}

// TestTheScriptForK6OnAnEventThatIsThere, which is nearly sold out: seats that are
// taken are no failure.
func TestTheScriptForK6OnAnEventThatIsThere(t *testing.T) {
	t.Parallel()
	s := openShop(t, embeddedWorld, seathold, 12)
	v, failed := s.runForK6(t, "20", settings{"EVENT": s.event.ID, "CUSTOMERS": "1", "BROWSE": "0"})
	require.Empty(t, failed)
	v.requireWell(t)
	sold := 0
	for _, order := range s.requireSoldOnce(t) {
		sold += len(order.Seats)
	}
	require.Equal(t, v.Counters["seats_sold"], sold)
	require.Empty(t, v.Calls["audit"], "nobody gave a token")
}

// TestTheScriptForK6LeavesNoEventBehind where customers cannot be registered: k6
// calls no teardown then. TestTheScriptForK6Sells is the control, which makes one.
func TestTheScriptForK6LeavesNoEventBehind(t *testing.T) {
	t.Parallel()
	s := newService(t, seathold, quick(), settings{"SEATHOLD_ABUSE_LIMITS": "on"})
	s.createOrganizer(t, "organizer@shop.example")
	s.start(t)
	organizer := s.login(t, "organizer@shop.example", password)
	plan := filepath.Join(t.TempDir(), "plan.json")
	require.NoError(t, os.WriteFile(plan, theatre(t, 100), 0o600))
	_, failed := s.runForK6(t, "1", settings{
		"TOKEN": strings.TrimPrefix(organizer.headers["Authorization"], "Bearer "), "PLAN": plan, "CUSTOMERS": "100",
	})
	require.Contains(t, failed, "/v1/auth/register: 429")
	require.Empty(t, read[list[event]](t, organizer.get("/v1/me/events"), http.StatusOK).Items)
}

func TestTheScriptForK6SaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	s := openShop(t, embeddedWorld, seathold, 12)
	_, failed := s.runForK6(t, "1", nil)
	require.Contains(t, failed, "give EVENT, or PLAN and TOKEN to make one")
	_, failed = s.runForK6(t, "1", settings{"RATE": "fast"})
	require.Contains(t, failed, "RATE: fast is no number of 0 or more")
}
