package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/client"
	"seathold/internal/load"
	"seathold/internal/load/loadtest"
)

// ran runs `load` in this process for half a second, with further flags.
func ran(ctx context.Context, t *testing.T, url string, flags ...string) (said, told string, err error) {
	t.Helper()
	t.Setenv("SEATHOLD_TOKEN", "staff")
	return executed(ctx, "", append([]string{
		"load", "--url", url, "--seats", "200", "--rate", "100", "--duration", "500ms", "--customers", "3", "--think", "50ms", "--listen", "0",
	}, flags...)...)
}

// executed runs a command in this process.
func executed(ctx context.Context, stdin string, args ...string) (said, told string, err error) {
	root := rootCommand()
	var out, errs strings.Builder
	root.SetIn(strings.NewReader(stdin))
	root.SetOut(&out)
	root.SetErr(&errs)
	root.SetArgs(args)
	err = root.ExecuteContext(ctx)
	return out.String(), errs.String(), err
}

func TestLoadReports(t *testing.T) {
	server := loadtest.New(t, loadtest.Options{})
	said, told, err := ran(t.Context(), t, server.URL, "--duration", "1s")
	require.NoError(t, err)
	require.Regexp(t, `(?m)^STEP +CALLS +OK +P50 .* REFUSED +ERRORS\nevent +100 +100 .* - +-$`, said)
	require.Regexp(t, `(?m)^arrivals  100 in \d+\.\ds: \d+ browse, `, said)
	require.Regexp(t, `(?m)^sold +[1-9]\d* seats in [1-9]\d* orders$`, said)
	require.Contains(t, said, "every paid seat is its buyer's by the API, none was sold twice")
	require.Contains(t, said, "0 seats are in Redis otherwise than in the orders")
	require.Regexp(t, `^customers: 1 of 3: 1 registered\n(?s:.*)customers: took .*\n(?s:.*)load: \d of 2: the final check\nload: took `, told, "plain lines where there is no terminal")
}

func TestLoadAsJSON(t *testing.T) {
	said, told, err := ran(t.Context(), t, loadtest.New(t, loadtest.Options{}).URL, "--json")
	require.NoError(t, err)
	require.Empty(t, told)
	var r load.Report
	require.NoError(t, json.Unmarshal([]byte(said), &r))
	require.Equal(t, 50, r.Arrivals)
	require.Equal(t, r.Check.Seats, r.Audit.Sold)
}

// TestLoadFailsOnWhatMustNotBe, with status 1; an honest service is the control.
func TestLoadFailsOnWhatMustNotBe(t *testing.T) {
	for says, lie := range map[string]loadtest.Options{
		"sold twice":                       {SellsTwice: true},
		"not as their customers were told": {Forgets: true},
		"2 seats are in Redis otherwise":   {Mismatches: 2},
		"calls failed":                     {Before: aborting("/orders")},
	} {
		t.Run(says, func(t *testing.T) {
			said, _, err := ran(t.Context(), t, loadtest.New(t, lie).URL, "--browse", "0", "--think", "100ms")
			require.ErrorContains(t, err, says)
			require.Equal(t, 1, statusOf(err))
			require.Contains(t, said, "STEP", "the report is there all the same")
		})
	}
	_, _, err := ran(t.Context(), t, loadtest.New(t, loadtest.Options{}).URL, "--browse", "0", "--think", "100ms")
	require.NoError(t, err, "the control")
}

// statusOf is the status with which the program ends.
func statusOf(err error) int {
	var given *statusError
	if errors.As(err, &given) {
		return given.status
	}
	return 1
}

// aborting breaks off the connections of calls to a path.
func aborting(path string) http.HandlerFunc {
	return func(_ http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, path) && r.Method == http.MethodPost {
			panic(http.ErrAbortHandler)
		}
	}
}

// TestLoadEndsWithItsReport where it is interrupted.
func TestLoadEndsWithItsReport(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	var once sync.Once
	server := loadtest.New(t, loadtest.Options{Before: func(_ http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/pay/") {
			once.Do(interrupt)
		}
	}})
	began := time.Now()
	said, _, err := ran(ctx, t, server.URL, "--duration", "10m", "--buy", "1000")
	require.NoError(t, err)
	require.Less(t, time.Since(began), time.Minute)
	require.Regexp(t, `(?m)^sold +[1-9]`, said)
	require.Contains(t, said, "0 seats are in Redis otherwise")
	require.Equal(t, client.EventStatusClosed, server.Event().Status)
}

func TestLoadSaysWhatIsWrong(t *testing.T) {
	url := loadtest.New(t, loadtest.Options{}).URL
	wrong := func(status int, says, url string, flags ...string) {
		t.Helper()
		said, _, err := ran(t.Context(), t, url, flags...)
		require.ErrorContains(t, err, says)
		require.Equal(t, status, statusOf(err), err)
		require.Empty(t, said)
		require.NotContains(t, err.Error(), "\n")
	}
	wrong(2, "--rate: 0 is", url, "--rate", "0")
	wrong(2, "--ramp: 1s is", url, "--ramp", "1s")
	wrong(2, "--seats: 0 is", url, "--seats", "0")
	wrong(2, "--like: ", url, "--like", "cave")
	wrong(2, "--pay: ", url, "--pay", "gold")
	wrong(2, "--max-errors: 2 ", url, "--max-errors", "2")
	wrong(2, "--password-stdin: whose", url, "--password-stdin")
	wrong(2, "--buy: a weight", url, "--buy", "-1")
	wrong(2, "leave them out, or --event", url, "--event", "some")
	wrong(2, "unknown flag", url, "--nothing")
	wrong(2, "unknown command", url, "something")
	wrong(1, "--url says where it is", "http://127.0.0.1:1")
	wrong(1, "customers make no events", loadtest.New(t, loadtest.Options{Role: client.AccountRoleCustomer}).URL)

	limited := loadtest.New(t, loadtest.Options{Limited: "/register"})
	wrong(1, "SEATHOLD_ABUSE_LIMITS=off, or come from more addresses", limited.URL)
	require.Equal(t, client.EventStatusClosed, limited.Event().Status, "no sale is left behind")
}

// TestLoadLogsIn by an account, whose password comes from standard input.
func TestLoadLogsIn(t *testing.T) {
	server := loadtest.New(t, loadtest.Options{})
	said, _, err := executed(t.Context(), "a password\n", "load", "--url", server.URL, "--seats", "20", "--rate", "20",
		"--duration", "100ms", "--customers", "0", "--email", "operator@shop.example", "--password-stdin")
	require.NoError(t, err)
	require.Contains(t, said, "0 seats are in Redis otherwise", "it may have the audit")
	require.Equal(t, 1, server.LoggedIn())
}

func TestLoadWithoutAToken(t *testing.T) {
	require.ErrorContains(t, explainedLoad(load.ErrNoToken), "SEATHOLD_TOKEN is not set")
	ends := explainedLoad(fmt.Errorf("%w: soon", load.ErrTokenEnds))
	require.ErrorContains(t, ends, "--email")
	require.Equal(t, 2, statusOf(ends))
	require.ErrorContains(t, explainedLoad(context.Canceled), "interrupted before")
	require.ErrorContains(t, explainedLoad(refused("unauthenticated")), "SEATHOLD_TOKEN")
}

func TestLoadsTableNamesWhatMustNotBe(t *testing.T) {
	r := load.Report{
		EventID: "e1", Seats: 3, Examples: []string{"hold: no answer"}, Notes: []string{"calls were limited"},
		Steps: []load.Step{{
			Name: "hold", Count: 9, OK: 3, Refused: map[string]int{"hold_expired": 1, "seats_taken": 4}, Errors: map[string]int{"timeout": 1},
			Latency: load.Percentiles{P50: 1.25, P90: 99.94, P99: 100, P999: 12_345, Max: 60_000}, Service: load.Percentiles{P50: 1, P99: 2},
		}},
		Check: load.Check{
			Orders: 2, DoubleSales: []load.DoubleSale{{Seat: "A1", Orders: []string{"o1", "o2"}}},
			Lost: []load.Lost{{Order: "o1", Seats: []string{"A1"}, Says: "no such order"}},
		},
		Audit: load.Audit{NotDone: "the reason"},
	}
	require.Contains(t, checked(load.Check{Error: "no answer", DoubleSales: r.Check.DoubleSales}),
		"1 seats sold twice, 0 sales not as their customers were told, and not all was looked at: no answer")
	require.Equal(t, "not done: no answer", checked(load.Check{Error: "no answer"}))
	var said strings.Builder
	require.NoError(t, printSale(&said, r))
	require.Regexp(t, `(?m)^hold +9 +3 +1\.2ms +99\.9ms +100ms +12\.3s +60\.0s +1\.0ms +2\.0ms +4 seats_taken, 1 hold_expired +1 timeout$`, said.String())
	for _, says := range []string{
		"hold: no answer", "FAILED: 1 seats sold twice, 1 sales not as", "seat A1 is sold twice, by the orders o1 and o2",
		"order o1, seats A1: no such order", "audit     not done: the reason; seathold ops audit e1 does it", "note      calls were limited",
	} {
		require.Contains(t, said.String(), says)
	}
}
