package httpapi

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/auth"
	"seathold/internal/booking"
	"seathold/internal/redisstore"
)

// limitedWorld has limits, by a clock that stands still unless it is moved.
type limitedWorld struct {
	*world
	asked atomic.Int64 // calls of the limiter: round trips
	takes []booking.Take
	now   time.Time
}

func newLimitedWorld(t *testing.T, change ...func(*Config)) *limitedWorld {
	t.Helper()
	w := &limitedWorld{world: newWorld(t, change...), now: time.Date(2031, 5, 17, 19, 30, 0, 0, time.UTC)}
	w.redis.SetTime(w.now)
	store, err := redisstore.Open(redisstore.Options{Addrs: []string{w.redis.Addr()}}, w.newID)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	w.api.Throttle = booking.NewThrottle(countingLimiter{store, w}, booking.NoMetrics{}, w.api.Log)
	w.api.Guard = auth.Guard{Throttle: w.api.Throttle}
	return w
}

func (w *limitedWorld) advance(d time.Duration) {
	w.now = w.now.Add(d)
	w.redis.SetTime(w.now)
}

type countingLimiter struct {
	booking.Limiter
	w *limitedWorld
}

func (l countingLimiter) Take(ctx context.Context, takes []booking.Take) ([]booking.Standing, error) {
	l.w.asked.Add(1)
	l.w.takes = takes
	return l.Limiter.Take(ctx, takes)
}

// ask sends a request from an address.
func (w *limitedWorld) ask(by booking.Actor, from, method, path, body string, header ...string) answer {
	w.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.RemoteAddr = from
	if by.ID != "" {
		r.Header.Set("Authorization", "Bearer "+by.ID)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	rec := httptest.NewRecorder()
	w.api.ServeHTTP(rec, r)
	w.requireDocumented(r, rec)
	return answer{rec, w.t}
}

const somewhere = "192.0.2.1:1234"

// The whole policy. What is missing here is a public call without limits, or
// has its customer's rates alone.
func TestEveryRouteHasItsLimits(t *testing.T) {
	perAddress := map[string]string{
		"POST /v1/events/{event}/holds": "address_holds",
		"POST /v1/orders":               "address_holds",
		"POST /v1/auth/register":        "address_registrations",
		"POST /v1/auth/login":           "address_logins",
		"POST /v1/auth/refresh":         "address_sessions",
		"POST /v1/auth/logout":          "address_sessions",
		"POST /v1/me/password":          "address_passwords",

		"GET /v1/ops/stats":                   "address_whole_events",
		"GET /v1/ops/events/{event}/audit":    "address_whole_events",
		"POST /v1/ops/events/{event}/rebuild": "address_whole_events",
	}
	w := newLimitedWorld(t)
	seen := map[string]string{}
	for _, rt := range w.api.routes() {
		for method, e := range rt.methods {
			call := method + " " + rt.pattern
			if e.address.Burst > 0 {
				seen[call] = e.address.Name
			}
			w.takes = nil
			asked := w.asked.Load()
			a := w.ask(operator, somewhere, method, pathOf(rt.pattern, "none"), "")
			var want []string
			switch {
			case e.access == accessPublic:
			case method == get:
				want = append(want, "customer_reads operator")
			default:
				want = append(want, "customer operator")
			}
			if name := perAddress[call]; name != "" {
				want = append(want, name+" 192.0.2.1")
			}
			require.Equal(t, want, subjects(w.takes), call)
			if want == nil {
				require.Equal(t, asked, w.asked.Load(), "%s takes no round trip", call)
				require.Empty(t, a.Header().Get("RateLimit"), call)
			} else {
				require.Equal(t, asked+1, w.asked.Load(), "%s takes one round trip", call)
			}
		}
	}
	require.Equal(t, perAddress, seen)
}

func subjects(takes []booking.Take) (all []string) {
	for _, t := range takes {
		all = append(all, t.Rate.Name+" "+t.Subject)
	}
	return all
}

func TestAnswersSayWhereTheCallerStands(t *testing.T) {
	w := newLimitedWorld(t)
	event := w.event("")
	require.Equal(t, `"customer";q=60;w=12`, w.do(alice, post, "/v1/orders/o/cancel", "").Header().Get("RateLimit-Policy"))
	w.advance(time.Minute)
	a := w.do(alice, post, "/v1/orders/o/cancel", "")
	require.Equal(t, `"customer";r=59;t=1`, a.Header().Get("RateLimit"))
	a = w.do(alice, post, "/v1/events/"+event+"/holds", seatsBody("A1")).ok(http.StatusCreated)
	require.Equal(t, `"customer";q=60;w=12, "address_holds";q=600;w=12`, a.Header().Get("RateLimit-Policy"))
	require.Equal(t, `"customer";r=58;t=1, "address_holds";r=599;t=1`, a.Header().Get("RateLimit"))
	a = w.do(alice, get, "/v1/orders", "")
	require.Equal(t, `"customer_reads";r=299;t=1`, a.Header().Get("RateLimit"))
	a = w.do(alice, http.MethodHead, "/v1/orders", "")
	require.Equal(t, `"customer_reads";r=298;t=1`, a.Header().Get("RateLimit"))
}

func TestACustomerWhoIsTooFastIsRefused(t *testing.T) {
	w := newLimitedWorld(t)
	event := w.event("")
	path := "/v1/events/" + event + "/holds"
	for range 60 {
		w.do(alice, post, path, `{}`).problem(http.StatusUnprocessableEntity, booking.CodeNoSeats)
	}
	before := w.seats(event)
	for range 3 {
		a := w.do(alice, post, path, seatsBody("A1"))
		p := a.problem(http.StatusTooManyRequests, booking.CodeRateLimited)
		require.Equal(t, "1", a.Header().Get("Retry-After"))
		require.InEpsilon(t, 1, p["retry_after"], 0)
		require.Equal(t, `"customer";r=0;t=12, "address_holds";r=`, a.Header().Get("RateLimit")[:39])
		require.Contains(t, p["detail"], "customer")
	}
	require.Equal(t, before, w.seats(event))
	w.do(alice, get, "/v1/orders", "").ok(http.StatusOK) // reading goes on
	w.hold(bob, event, "A1")                             // and so do others
	w.advance(time.Second)
	w.hold(alice, event, "A2")
}

func TestWithoutAThrottleNobodyIsRefused(t *testing.T) {
	w := newWorld(t)
	for range 400 {
		a := w.do(alice, post, "/v1/orders/o/cancel", "")
		require.Equal(t, http.StatusNotFound, a.Code)
		require.Empty(t, a.Header().Get("RateLimit"))
	}
}

func TestRegistrationsAreLimitedByAddress(t *testing.T) {
	w := newLimitedWorld(t)
	register := func(i int, from string) answer {
		return w.ask(nobody, from, post, "/v1/auth/register", fmt.Sprintf(`{"email": "a%d@example.org", "password": "short", "name": "A"}`, i))
	}
	for i := range 60 {
		register(i, somewhere).problem(http.StatusUnprocessableEntity, booking.CodeWeakPassword)
	}
	require.Equal(t, "3", register(60, somewhere).Header().Get("Retry-After"))
	register(61, somewhere).problem(http.StatusTooManyRequests, booking.CodeRateLimited)
	register(62, "192.0.2.2:1").problem(http.StatusUnprocessableEntity, booking.CodeWeakPassword)
}

func TestGuessingAPasswordIsRefused(t *testing.T) {
	w := newLimitedWorld(t)
	w.do(nobody, post, "/v1/auth/register", annaBody).ok(http.StatusCreated)
	for _, email := range []string{"anna@example.org", "nobody@example.org"} {
		login := func(password string) answer {
			return w.ask(nobody, somewhere, post, "/v1/auth/login", fmt.Sprintf(`{"email": %q, "password": %q}`, email, password))
		}
		for range 5 {
			login("wrong horse").problem(http.StatusUnauthorized, booking.CodeInvalidCredentials)
		}
		a := login("correct horse")
		a.problem(http.StatusTooManyRequests, booking.CodeRateLimited)
		require.Equal(t, "60", a.Header().Get("Retry-After"))
	}
	w.advance(time.Minute)
	w.ask(nobody, somewhere, post, "/v1/auth/login", `{"email": "anna@example.org", "password": "correct horse"}`).ok(http.StatusOK)
}

// The limits are of who calls, not of what they write into headers.
func TestASpoofedHeaderGivesNoFreshQuota(t *testing.T) {
	refusedAfter := func(w *limitedWorld, from string, forwarded func(i int) []string) int {
		for i := range 100 {
			var header []string
			for _, line := range forwarded(i) {
				header = append(header, "X-Forwarded-For", line)
			}
			header = append(header, "Forwarded", fmt.Sprintf("for=198.18.0.%d", i), "X-Real-Ip", fmt.Sprintf("198.18.0.%d", i))
			if w.ask(nobody, from, post, "/v1/auth/register", "{}", header...).Code == http.StatusTooManyRequests {
				return i
			}
		}
		return 100
	}
	proxied := func(c *Config) { c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")} }
	const proxy, client = "10.0.0.1:1", "198.51.100.1"
	for name, c := range map[string]struct {
		from string
		line func(i int) []string
		want int
	}{
		"a stranger's header":       {somewhere, func(i int) []string { return []string{fmt.Sprintf("198.18.0.%d", i)} }, 60},
		"what stands left of it":    {proxy, func(i int) []string { return []string{fmt.Sprintf("198.18.0.%d, %s", i, client)} }, 60},
		"a line of its own":         {proxy, func(i int) []string { return []string{fmt.Sprintf("198.18.0.%d", i), client} }, 60},
		"proxies named by a client": {proxy, func(i int) []string { return []string{fmt.Sprintf("198.18.0.%d, 10.0.0.7, %s", i, client)} }, 60},
		"another port":              {proxy, func(i int) []string { return []string{fmt.Sprintf("%s:%d", client, 1024+i)} }, 60},
		"IPv4 in IPv6, or not":      {proxy, func(i int) []string { return []string{[]string{"", "::ffff:", "::FFFF:"}[i%3] + client} }, 60},
		"spaces and empty hops":     {proxy, func(i int) []string { return []string{strings.Repeat(" ,", i) + client + strings.Repeat(", ", i)} }, 60},
		"an IPv6 network":           {proxy, func(i int) []string { return []string{fmt.Sprintf("2001:db8:1:2:%x::%x", i, i)} }, 60},
		"zones":                     {proxy, func(i int) []string { return []string{fmt.Sprintf("fe80::1%%eth%d", i)} }, 60},
		"unknown":                   {proxy, func(i int) []string { return []string{fmt.Sprintf("198.18.0.%d, unknown", i)} }, 60},
		"words":                     {proxy, func(i int) []string { return []string{fmt.Sprintf("_hidden%d", i)} }, 60},
		"control: other clients":    {proxy, func(i int) []string { return []string{fmt.Sprintf("198.18.0.%d", i)} }, 100},
		"control: other networks":   {proxy, func(i int) []string { return []string{fmt.Sprintf("2001:db8:1:%x::1", i)} }, 100},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.want, refusedAfter(newLimitedWorld(t, proxied), c.from, c.line))
		})
	}
}

// While Redis is away nothing is refused for it, except what needs it.
func TestWithoutRedisCallsAreLetThrough(t *testing.T) {
	w := newLimitedWorld(t)
	event := w.event("")
	w.redis.Close()
	for range 70 {
		a := w.do(alice, get, "/v1/orders", "").ok(http.StatusOK)
		require.Empty(t, a.Header().Get("RateLimit"))
		w.ask(nobody, somewhere, post, "/v1/auth/register", "{}").problem(http.StatusUnprocessableEntity, booking.CodeInvalidEmail)
	}
	require.LessOrEqual(t, w.asked.Load(), int64(10))
	require.Equal(t, 1, strings.Count(w.log.String(), "rate limits are off"))
	w.do(alice, post, "/v1/events/"+event+"/holds", seatsBody("A1")).problem(http.StatusServiceUnavailable, booking.CodeUnavailable)
}

func TestSubjectsOfAddresses(t *testing.T) {
	for client, want := range map[string]string{
		"192.0.2.1": "192.0.2.1", "2001:db8:1:2:3::4": "2001:db8:1:2::/64", "::1": "::/64", "@": "@",
	} {
		require.Equal(t, want, subjectOf(client))
	}
}
