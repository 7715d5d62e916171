package load_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
	"seathold/internal/client"
	"seathold/internal/load"
	"seathold/internal/load/loadtest"
)

// short is a sale of a hundred visitors in half a second.
func short(t *testing.T, url string, seats int) load.Config {
	t.Helper()
	plan, err := booking.GeneratePlan("theatre", seats)
	require.NoError(t, err)
	return load.Config{
		URL: url, Token: "staff", Plan: plan, Customers: 5, MaxInFlight: 200, Pay: true,
		Schedule: load.Schedule{Rate: 200, Duration: 500 * time.Millisecond},
		Mix:      load.Mix{load.Browse: 1, load.Buy: 4, load.Abandon: 1, load.Release: 1, load.Cancel: 1},
	}
}

func sold(t *testing.T, c load.Config) load.Report {
	t.Helper()
	s := opened(t, c)
	s.Run(t.Context())
	return s.Finish(t.Context())
}

func opened(t *testing.T, c load.Config) *load.Sale {
	t.Helper()
	s, err := load.Open(t.Context(), c)
	require.NoError(t, err)
	registered := 0
	require.NoError(t, s.Register(t.Context(), func() { registered++ }))
	require.Equal(t, c.Customers, registered)
	return s
}

func stepOf(t *testing.T, r load.Report, name string) load.Step {
	t.Helper()
	for _, s := range r.Steps {
		if s.Name == name {
			return s
		}
	}
	require.FailNow(t, "no step "+name)
	return load.Step{}
}

func TestASaleThatIsWell(t *testing.T) {
	server := loadtest.New(t, loadtest.Options{})
	r := sold(t, short(t, server.URL, 300))
	require.NoError(t, r.Judge(0))
	require.Equal(t, 100, r.Arrivals)
	require.Zero(t, r.Dropped+r.Cut+r.Errors, r.Examples)
	require.Positive(t, r.Check.Seats)
	require.Equal(t, stepOf(t, r, "confirm").OK, r.Check.Orders)
	require.Equal(t, r.Check.Seats, r.Audit.Sold)
	visits := 0
	for _, n := range r.Visits {
		visits += n
	}
	require.Equal(t, 100, visits)
	require.Equal(t, 100, stepOf(t, r, "event").OK)
	require.Equal(t, r.Visits[load.Release], stepOf(t, r, "release").OK)
	require.Equal(t, r.HoldsGranted, stepOf(t, r, "hold").OK)
	require.Equal(t, client.EventStatusClosed, server.Event().Status, "nobody else is to find it")
	require.Empty(t, r.Notes)
}

// TestADoubleSaleIsFound, and none where there is none: TestASaleThatIsWell.
func TestADoubleSaleIsFound(t *testing.T) {
	c := short(t, loadtest.New(t, loadtest.Options{SellsTwice: true}).URL, 300)
	c.Mix, c.Think = load.Mix{load.Buy: 1}, 100*time.Millisecond
	r := sold(t, c)
	require.NotEmpty(t, r.Check.DoubleSales)
	require.Len(t, r.Check.DoubleSales[0].Orders, 2)
	require.ErrorContains(t, r.Judge(1), "sold twice")
}

func TestASaleThatIsLostIsFound(t *testing.T) {
	c := short(t, loadtest.New(t, loadtest.Options{Forgets: true}).URL, 300)
	r := sold(t, c)
	require.NotEmpty(t, r.Check.Lost)
	require.Equal(t, "the order is cancelled", r.Check.Lost[0].Says)
	require.ErrorContains(t, r.Judge(1), "not as their customers were told")
}

// TestASaleThatTheMapDoesNotShowIsFound, by the map and by the audit.
func TestASaleThatTheMapDoesNotShowIsFound(t *testing.T) {
	c := short(t, loadtest.New(t, loadtest.Options{HidesSales: true}).URL, 300)
	r := sold(t, c)
	require.Len(t, r.Check.Lost, r.Check.Seats)
	require.Contains(t, r.Check.Lost[0].Says, "the map does not show")
	require.ErrorContains(t, r.Judge(1), "the audit finds 0")
}

// TestACheckThatCannotBeDoneIsNoGoodOne, and it does not ask in vain for each customer.
func TestACheckThatCannotBeDoneIsNoGoodOne(t *testing.T) {
	var mu sync.Mutex
	asked := map[string]bool{} // by token: a connection that breaks off may have a call made again
	server := loadtest.New(t, loadtest.Options{Before: func(_ http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet && r.URL.Path == "/v1/orders" {
			mu.Lock()
			asked[r.Header.Get("Authorization")] = true
			mu.Unlock()
			panic(http.ErrAbortHandler)
		}
	}})
	require.ErrorContains(t, sold(t, short(t, server.URL, 300)).Judge(1), "the check could not be done")
	require.Len(t, asked, 1, "of 5 customers")
}

// TestACheckThatTakesTooLongIsNoGoodOne, and the event is closed all the same.
func TestACheckThatTakesTooLongIsNoGoodOne(t *testing.T) {
	server := loadtest.New(t, loadtest.Options{Before: func(_ http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet && r.URL.Path == "/v1/orders" {
			<-r.Context().Done()
		}
	}})
	c := short(t, server.URL, 300)
	c.CheckWithin = 200 * time.Millisecond
	require.ErrorContains(t, sold(t, c).Judge(1), "the check could not be done: read a customer's orders: ")
	require.Equal(t, client.EventStatusClosed, server.Event().Status)
}

func TestLimitsAreNamed(t *testing.T) {
	r := sold(t, short(t, loadtest.New(t, loadtest.Options{Limited: "/holds"}).URL, 300))
	require.ErrorContains(t, r.Judge(1), "holds were asked for, and none was granted")
	require.Equal(t, stepOf(t, r, "hold").Count, stepOf(t, r, "hold").Refused["rate_limited"])
	require.Contains(t, strings.Join(r.Notes, "\n"), "SEATHOLD_ABUSE_LIMITS=off")
}

// TestWhoeverThinksForLongIsCut: nobody waits for the end of a thought.
func TestWhoeverThinksForLongIsCut(t *testing.T) {
	c := short(t, loadtest.New(t, loadtest.Options{}).URL, 20)
	c.Mix, c.Customers = load.Mix{load.Browse: 1}, 0
	c.Think, c.LeaveWithin = time.Hour, 200*time.Millisecond
	s := opened(t, c)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		s.Run(context.Background())
	}()
	select {
	case <-ended:
	case <-time.After(20 * time.Second):
		require.FailNow(t, "they think on")
	}
	r := s.Finish(t.Context())
	require.Equal(t, 100, r.Cut)
	require.Zero(t, r.Errors, r.Examples)
}

// TestWhoeverDoesNotComeToAnEndIsCut, and is no failed call.
func TestWhoeverDoesNotComeToAnEndIsCut(t *testing.T) {
	hanging := make(chan struct{})
	server := loadtest.New(t, loadtest.Options{Before: func(_ http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/plan") {
			<-hanging
		}
	}})
	t.Cleanup(func() { close(hanging) }) // before the server ends, which waits for its answers
	c := short(t, server.URL, 20)
	c.LeaveWithin = 200 * time.Millisecond
	c.Schedule.Rate = 20
	r := sold(t, c)
	require.Equal(t, 10, r.Arrivals)
	require.Equal(t, 10, r.Cut)
	require.Zero(t, r.Errors, r.Examples)
	require.NoError(t, r.Judge(1))
	require.ErrorContains(t, r.Judge(0.99), "10 did not come to an end (100.00%, more than 99.00%)")
}

func TestAnAuditThatFindsSomethingFails(t *testing.T) {
	r := sold(t, short(t, loadtest.New(t, loadtest.Options{Mismatches: 2}).URL, 300))
	require.ErrorContains(t, r.Judge(1), "2 seats are in Redis otherwise than in the orders")
}

// TestAnAuditThatAnOperatorDoesNotGetFails, as it is part of the judgement; that
// of others does not: TestWithoutAnOperatorsTokenThereIsNoAudit.
func TestAnAuditThatAnOperatorDoesNotGetFails(t *testing.T) {
	server := loadtest.New(t, loadtest.Options{Before: func(_ http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/audit") {
			panic(http.ErrAbortHandler)
		}
	}})
	r := sold(t, short(t, server.URL, 300))
	require.Nil(t, r.Audit.Audit)
	require.ErrorContains(t, r.Judge(1), "the audit could not be done: ")
}

func TestWithoutAnOperatorsTokenThereIsNoAudit(t *testing.T) {
	r := sold(t, short(t, loadtest.New(t, loadtest.Options{Role: client.AccountRoleOrganizer}).URL, 300))
	require.NoError(t, r.Judge(0))
	require.Nil(t, r.Audit.Audit)
	require.Contains(t, r.Audit.NotDone, "operator")
}

// TestAStallShows: while the service stands still for half of the sale, half of
// the visitors wait, on the average half of that time. Who measures from when a
// call gets its turn, at the one connection that there is here, sees one slow call:
// that is the control.
func TestAStallShows(t *testing.T) {
	const stall = time.Second
	var once sync.Once
	server := loadtest.New(t, loadtest.Options{Before: func(_ http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/plan") { // the first visitor's: making the event asks for none
			once.Do(func() { time.Sleep(stall) })
		}
	}})
	c := short(t, server.URL, 20)
	c.Mix, c.Customers = load.Mix{load.Browse: 1}, 0
	c.Schedule = load.Schedule{Rate: 50, Duration: 2 * stall}
	c.Transport = &http.Transport{MaxConnsPerHost: 1}
	r := sold(t, c)
	require.NoError(t, r.Judge(0))
	arrival := stepOf(t, r, "event")
	require.Greater(t, arrival.Latency.P90, 500.0, "from the intended start: %+v", arrival)
	require.Less(t, arrival.Service.P90, 250.0, "the control: %+v", arrival)
	require.GreaterOrEqual(t, stepOf(t, r, "plan").Service.Max, 999.0, "the one slow call")
}

// TestWhoeverIsTooManyIsDropped and counted: nobody waits for a place, and the
// schedule is kept.
func TestWhoeverIsTooManyIsDropped(t *testing.T) {
	var here, most atomic.Int64
	server := loadtest.New(t, loadtest.Options{Before: func(_ http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, "/plan") {
			return
		}
		most.Store(max(most.Load(), here.Add(1)))
		time.Sleep(200 * time.Millisecond)
		here.Add(-1)
	}})
	c := short(t, server.URL, 20)
	c.MaxInFlight = 3
	c.Mix, c.Customers = load.Mix{load.Browse: 1}, 0
	r := sold(t, c)
	require.Equal(t, 100, r.Arrivals)
	require.Equal(t, r.Arrivals, r.Dropped+stepOf(t, r, "event").Count)
	require.Greater(t, r.Dropped, 50)
	require.NoError(t, r.Judge(1))
	require.ErrorContains(t, r.Judge(0.5), "of 100 visitors were dropped and 0 did not come to an end")
	require.LessOrEqual(t, most.Load(), int64(3))
	require.Less(t, r.Seconds, 3.0, "the schedule is kept: one after the other it would be 6")

	c.MaxInFlight = 200
	r = sold(t, c)
	require.Zero(t, r.Dropped, "the control")
	require.NoError(t, r.Judge(0))
}

func TestSomeListen(t *testing.T) {
	c := short(t, loadtest.New(t, loadtest.Options{}).URL, 20)
	c.Mix, c.Schedule.Rate = load.Mix{load.Listen: 1}, 10
	c.Schedule.Duration = 30 * time.Second
	s := opened(t, c)
	ctx, end := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer end()
	began := time.Now()
	s.Run(ctx)
	require.Less(t, time.Since(began), 4*time.Second, "at the end of arrivals listeners leave")
	r := s.Finish(t.Context())
	require.NoError(t, r.Judge(0), r.Examples)
	require.Positive(t, stepOf(t, r, "stream").OK)
}

// TestAStreamThatNeverBeginsIsATimeout: all listeners wait for it in vain, and
// each is a failed call. TestSomeListen is the control.
func TestAStreamThatNeverBeginsIsATimeout(t *testing.T) {
	t.Parallel()
	server := loadtest.New(t, loadtest.Options{Before: func(_ http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/stream") {
			<-r.Context().Done()
			panic(http.ErrAbortHandler)
		}
	}})
	c := short(t, server.URL, 20)
	c.Mix, c.Customers, c.Schedule.Rate = load.Mix{load.Listen: 1}, 0, 10
	r := sold(t, c)
	require.Equal(t, 5, stepOf(t, r, "stream").Errors["timeout"], r.Examples)
	require.ErrorContains(t, r.Judge(0.01), "calls failed")
}

func TestOtherProvidersAreNotPaid(t *testing.T) {
	r := sold(t, short(t, loadtest.New(t, loadtest.Options{Provider: "stripe"}).URL, 300))
	require.NoError(t, r.Judge(0))
	require.Positive(t, stepOf(t, r, "order").OK)
	require.Zero(t, r.Check.Orders)
	require.Contains(t, strings.Join(r.Notes, "\n"), "not the sandbox")
}

func TestAServiceThatFailsIsNotWell(t *testing.T) {
	server := loadtest.New(t, loadtest.Options{Before: func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/holds") {
			panic(http.ErrAbortHandler)
		}
	}})
	r := sold(t, short(t, server.URL, 300))
	require.ErrorContains(t, r.Judge(0.01), "calls failed")
	require.ErrorContains(t, r.Judge(1), "none was granted")
	require.NotEmpty(t, r.Examples)
	require.Positive(t, stepOf(t, r, "hold").Errors["no_answer"])
}

func TestAnEventThatIsThere(t *testing.T) {
	server := loadtest.New(t, loadtest.Options{})
	c := short(t, server.URL, 300)
	opened(t, c)
	c.Event, c.Plan, c.Token = server.Event().ID, nil, ""
	r := sold(t, c)
	require.NoError(t, r.Judge(0))
	require.Equal(t, c.Event, r.EventID)
	require.Equal(t, client.EventStatusOnSale, server.Event().Status, "it is not its own to close")
	require.Contains(t, r.Audit.NotDone, "operator")
}

// TestAnEventOfASaleThatCannotBeginIsClosed: nobody else is to find it.
func TestAnEventOfASaleThatCannotBeginIsClosed(t *testing.T) {
	server := loadtest.New(t, loadtest.Options{Before: func(_ http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/seats") {
			panic(http.ErrAbortHandler)
		}
	}})
	_, err := load.Open(t.Context(), short(t, server.URL, 20))
	require.ErrorContains(t, err, "does not answer")
	require.Equal(t, client.EventStatusClosed, server.Event().Status)
}

func TestWhatCannotBegin(t *testing.T) {
	ctx := t.Context()
	c := short(t, loadtest.New(t, loadtest.Options{Role: client.AccountRoleCustomer}).URL, 20)
	_, err := load.Open(ctx, c)
	require.ErrorIs(t, err, load.ErrRole)
	c.Token = ""
	_, err = load.Open(ctx, c)
	require.ErrorIs(t, err, load.ErrNoToken)
	c.Event = "none"
	_, err = load.Open(ctx, c)
	require.Equal(t, "not_found", client.CodeOf(err))
	c.URL = "http://127.0.0.1:1"
	_, err = load.Open(ctx, c)
	require.ErrorContains(t, err, "does not answer")

	limited, err := load.Open(ctx, short(t, loadtest.New(t, loadtest.Options{Limited: "/register"}).URL, 20))
	require.NoError(t, err)
	err = limited.Register(ctx, func() {})
	require.ErrorIs(t, err, load.ErrLimited)
	require.ErrorContains(t, err, "SEATHOLD_ABUSE_LIMITS=off")
}

func TestTheReportAsJSON(t *testing.T) {
	r := sold(t, short(t, loadtest.New(t, loadtest.Options{}).URL, 300))
	text, err := json.Marshal(r)
	require.NoError(t, err)
	require.NotContains(t, string(text), "null", "what is empty is an empty list")
	var read load.Report
	require.NoError(t, json.Unmarshal(text, &read))
	require.Equal(t, r, read)
	var members map[string]any
	require.NoError(t, json.Unmarshal(text, &members))
	for _, name := range []string{"event_id", "seats", "arrivals", "dropped", "steps", "holds_per_second", "check", "audit", "notes"} {
		require.Contains(t, members, name)
	}
	require.Contains(t, members["check"], "double_sales")
	require.Contains(t, members["audit"], "mismatches")
}
