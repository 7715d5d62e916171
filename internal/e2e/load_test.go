package e2e

import (
	"bufio"
	"encoding/json"
	"net/http"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	api "seathold/internal/client"
	driver "seathold/internal/load"
	"seathold/internal/load/loadtest"
)

// TestCommandLoad has the command sell an event, and its judgement be good: that
// of its own ledger, of the audit, and of this test by the organizer's orders.
func TestCommandLoad(t *testing.T) {
	inBothWorldsAtOnce(t, func(t *testing.T, w world) {
		o := openOperations(t, w)
		said, failed, status := o.commandWith(t, settings{"SEATHOLD_TOKEN": ""}, password+"\n", "load", "--url", o.url,
			"--email", "operator@shop.example", "--password-stdin", "--seats", "400", "--hold-ttl", "2s", "--rate", "40",
			"--ramp", "1s", "--duration", "4s", "--customers", "4", "--think", "100ms", "--poisson", "--json")
		require.Zero(t, status, failed)
		require.Empty(t, failed)
		var r driver.Report
		require.NoError(t, json.Unmarshal([]byte(said), &r))
		require.InDelta(t, 140, r.Arrivals, 4*12, "40 a second, after a ramp of a second")
		require.Zero(t, r.Dropped+r.Cut+r.Errors, r.Examples)
		require.Positive(t, r.Check.Seats)
		require.Empty(t, r.Check.DoubleSales)
		require.Empty(t, r.Check.Lost)
		require.NotNil(t, r.Audit.Audit, r.Audit.NotDone)
		require.Empty(t, r.Audit.Mismatches)
		require.Equal(t, r.Check.Seats, r.Audit.Sold)
		require.Empty(t, r.Notes)
		figure(t, "%s: %d arrivals, %.1f holds/s, %d seats sold", w.name, r.Arrivals, r.HoldsPerSecond, r.Check.Seats)

		o.event.ID, o.organizer = r.EventID, o.operator
		seats := 0
		for _, order := range o.allOrders(t, "status=paid") {
			seats += len(order.Seats)
		}
		require.Equal(t, r.Check.Seats, seats)
		sale := read[event](t, o.nobody().get("/v1/events/"+r.EventID), http.StatusOK)
		require.Equal(t, "closed", sale.Status)
	})
}

// TestCommandLoadOnAnEventThatIsThere takes nobody's token: customers register themselves.
func TestCommandLoadOnAnEventThatIsThere(t *testing.T) {
	t.Parallel()
	s := openShop(t, embeddedWorld, seathold, 100)
	said, failed, status := s.command(t, "", "load", "--event", s.event.ID, "--rate", "20", "--duration", "2s", "--customers", "2", "--think", "50ms",
		"--buy", "100")
	require.Zero(t, status, failed)
	require.Regexp(t, `(?m)^sold +[1-9]\d* seats in [1-9]`, said)
	require.Contains(t, said, "audit     not done: it takes an operator; seathold ops audit")
	require.NotEmpty(t, s.requireSoldOnce(t))
	_, failed, status = s.command(t, "", "load")
	require.Equal(t, 1, status)
	require.Contains(t, failed, "SEATHOLD_TOKEN is not set")
}

func TestCommandLoadSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	s := newService(t, seathold, quick(), settings{"SEATHOLD_ABUSE_LIMITS": "on", "SEATHOLD_TOKEN": "none"})
	_, failed, status := s.command(t, "", "load")
	require.Equal(t, 1, status)
	require.Contains(t, failed, "the service does not answer")
	require.Equal(t, 1, strings.Count(failed, "\n"), failed)
	_, failed, status = s.command(t, "", "load", "--rate", "0")
	require.Equal(t, 2, status)
	require.Contains(t, failed, "--rate: 0 is out of range")

	s.createOrganizer(t, "organizer@shop.example")
	s.start(t)
	_, failed, status = s.command(t, "", "load")
	require.Equal(t, 1, status)
	require.Contains(t, failed, "seathold login gives a new one")
	s.set(settings{"SEATHOLD_TOKEN": strings.TrimPrefix(s.login(t, "organizer@shop.example", password).headers["Authorization"], "Bearer ")})
	_, failed, status = s.command(t, "", "load", "--duration", "24h")
	require.Equal(t, 2, status)
	require.Contains(t, failed, "the access token ends before the load does")
	_, failed, status = s.command(t, "wrong\n", "load", "--email", "organizer@shop.example", "--password-stdin")
	require.Equal(t, 1, status)
	require.Contains(t, failed, "log in: ")
	_, failed, status = s.command(t, "", "load", "--customers", "100")
	require.Equal(t, 1, status)
	require.Contains(t, failed, "start it with SEATHOLD_ABUSE_LIMITS=off, or come from more addresses")
}

// TestCommandLoadFindsADoubleSale of a service that lies; TestCommandLoad is the control.
func TestCommandLoadFindsADoubleSale(t *testing.T) {
	s := newCommands(t, settings{"SEATHOLD_TOKEN": "operator"})
	said, failed, status := s.command(t, "", "load", "--url", loadtest.New(t, loadtest.Options{SellsTwice: true}).URL,
		"--seats", "50", "--rate", "50", "--duration", "1s", "--customers", "2", "--think", "100ms", "--listen", "0")
	require.Equal(t, 1, status)
	require.Contains(t, failed, "seats were sold twice")
	require.Regexp(t, `(?m)^ +seat \S+ is sold twice, by the orders order\d+ and order\d+$`, said)
}

// TestCommandLoadInterrupted: a first Ctrl-C ends the arrivals, and the report comes
// all the same; a second one, while visitors still wait for an answer, ends all.
func TestCommandLoadInterrupted(t *testing.T) {
	t.Parallel()
	answering := loadtest.New(t, loadtest.Options{})
	c := startCommandLoad(t, answering.URL)
	require.NoError(t, c.Process.Signal(syscall.SIGINT))
	require.NoError(t, c.Wait())
	require.Contains(t, c.Stdout.(*strings.Builder).String(), "none was sold twice")
	require.Equal(t, api.EventStatusClosed, answering.Event().Status)

	hanging := make(chan struct{})
	silent := loadtest.New(t, loadtest.Options{Before: func(_ http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/orders") {
			<-hanging
		}
	}})
	t.Cleanup(func() { close(hanging) }) // before the server ends, which waits for its answers
	c = startCommandLoad(t, silent.URL)
	require.NoError(t, c.Process.Signal(syscall.SIGINT))
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	within(t, startPatience, "a second Ctrl-C ends it", func() bool {
		_ = c.Process.Signal(syscall.SIGINT) // the first may not have been noticed yet
		select {
		case err := <-ended:
			return err != nil
		default:
			return false
		}
	})
	require.Empty(t, c.Stdout.(*strings.Builder).String())
}

// startCommandLoad starts a load that would last for long, and returns once it sells.
func startCommandLoad(t *testing.T, url string) *exec.Cmd {
	t.Helper()
	s := newService(t, seathold, settings{"SEATHOLD_TOKEN": "operator"})
	c := exec.Command(s.program, "load", "--url", url, "--rate", "50", "--duration", "10s", "--customers", "2", "--think", "10ms", "--buy", "1000")
	c.Dir, c.Env, c.Stdout = s.folder, s.environment(), &strings.Builder{}
	told, err := c.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, c.Start())
	t.Cleanup(func() {
		if c.ProcessState == nil {
			_ = c.Process.Kill()
			_ = c.Wait()
		}
	})
	lines := bufio.NewScanner(told)
	for lines.Scan() && !strings.HasPrefix(lines.Text(), "load: 1 of") {
	}
	require.NoError(t, lines.Err())
	return c
}
