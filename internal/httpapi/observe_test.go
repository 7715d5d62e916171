package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

// lines returns the log's lines about requests.
func (w *world) lines() []map[string]any {
	w.t.Helper()
	var lines []map[string]any
	for line := range strings.Lines(w.log.String()) {
		var v map[string]any
		require.NoError(w.t, json.Unmarshal([]byte(line), &v))
		if v["msg"] == "request" {
			lines = append(lines, v)
		}
	}
	return lines
}

func TestRequestIDs(t *testing.T) {
	w := newWorld(t)
	for _, id := range []string{"a", "Trace-1_2.3", strings.Repeat("x", 64)} {
		a := w.do(nobody, get, "/livez", "", "X-Request-Id", id)
		require.Equal(t, []string{id}, a.Header().Values("X-Request-Id"))
	}
	made := map[string]bool{}
	for _, id := range []string{"", "a b", "ü", "a\"b", "a/b", strings.Repeat("x", 65)} {
		got := w.do(nobody, get, "/nothing", "", "X-Request-Id", id).Header().Get("X-Request-Id")
		require.Regexp(t, `^id-\d+$`, got)
		require.False(t, made[got], "each request has its own")
		made[got] = true
	}
	require.Equal(t, "a", w.lines()[0]["request_id"])
}

func TestEachRequestHasOneLine(t *testing.T) {
	w := newWorld(t)
	event := w.event("")
	w.log.Reset()
	a := w.do(alice, post, "/v1/events/"+event+"/holds", seatsBody("A1")).ok(http.StatusCreated)
	require.Len(t, w.lines(), 1)
	line := w.lines()[0]
	require.Equal(t, "POST", line["method"])
	require.Equal(t, "/v1/events/{event}/holds", line["route"])
	require.Equal(t, "/v1/events/"+event+"/holds", line["path"])
	require.InEpsilon(t, 201, line["status"], 0)
	require.InEpsilon(t, a.Body.Len(), line["bytes"], 0)
	require.Contains(t, line, "ms")
	require.Equal(t, a.Header().Get("X-Request-Id"), line["request_id"])
	require.Equal(t, "192.0.2.1", line["client"])
	require.Equal(t, "alice", line["customer"])
	require.NotContains(t, w.log.String(), "Bearer")
}

func TestTheQueryStaysOutOfTheLog(t *testing.T) {
	w := newWorld(t)
	event := w.event("")
	w.log.Reset()
	w.do(olga, get, "/v1/events/"+event+"/orders?q=hush@example.org", "").ok(http.StatusOK)
	require.Len(t, w.lines(), 1)
	require.NotContains(t, w.log.String(), "hush")
}

func TestTheLogLineOfARefusal(t *testing.T) {
	w := newWorld(t)
	w.do(nobody, get, "/v1/orders", "")
	w.do(nobody, get, "/livez", "")
	w.do(nobody, get, "/"+strings.Repeat("x", 1000), "")
	lines := w.lines()
	require.InEpsilon(t, 401, lines[0]["status"], 0)
	require.Equal(t, "INFO", lines[0]["level"])
	require.NotContains(t, lines[0], "customer")
	require.Equal(t, "DEBUG", lines[1]["level"], "probes do not fill the log")
	require.Less(t, len(lines[2]["path"].(string)), 300)
	require.Empty(t, lines[2]["route"])
}

func TestAClientThatLeftIs499InTheLog(t *testing.T) {
	w := newWorld(t)
	event := w.event("")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	r := httptest.NewRequestWithContext(ctx, post, "/v1/events/"+event+"/holds", strings.NewReader(seatsBody("A1")))
	r.Header.Set("Authorization", "Bearer alice")
	w.log.Reset()
	w.api.ServeHTTP(httptest.NewRecorder(), r)
	require.InEpsilon(t, 499, w.lines()[0]["status"], 0)
	require.Equal(t, allFree, w.seats(event))
}

func TestAPanicIsAnInternalError(t *testing.T) {
	w := newWorld(t, func(c *Config) {
		c.Mounts = map[string]http.Handler{
			"/panic/": http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("hunter2") }),
			"/late/": http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
				_, _ = rw.Write([]byte("begun"))
				panic("hunter3")
			}),
			"/abort/": http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }),
		}
	})
	a := w.do(nobody, get, "/panic/", "")
	a.problem(http.StatusInternalServerError, codeInternal)
	require.NotContains(t, a.Body.String(), "hunter2")
	line := w.lines()[0]
	require.Equal(t, "ERROR", line["level"])
	require.Contains(t, line["err"], "hunter2")
	require.Contains(t, line["stack"], "observe_test.go")

	require.PanicsWithValue(t, http.ErrAbortHandler, func() { w.do(nobody, get, "/late/", "") })
	require.Contains(t, w.lines()[1]["err"], "hunter3", "logged although the connection ends")
	require.Equal(t, "ERROR", w.lines()[1]["level"])
	require.PanicsWithValue(t, http.ErrAbortHandler, func() { w.do(nobody, get, "/abort/", "") })
	require.Len(t, w.lines(), 3)
}

func TestAFaultInABegunAnswerEndsTheConnection(t *testing.T) {
	w := newWorld(t)
	broken := w.api.observe(w.api.answering(func(rw http.ResponseWriter, _ *http.Request) error {
		writeBytes(rw, http.StatusOK, []byte("half"))
		return errors.New("the other half is lost")
	}))
	require.PanicsWithValue(t, http.ErrAbortHandler, func() {
		broken.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(get, "/", nil))
	})
	require.Contains(t, w.lines()[0]["err"], "the other half is lost")
	require.Equal(t, "ERROR", w.lines()[0]["level"])
}

func TestClientAddresses(t *testing.T) {
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	for _, c := range []struct {
		name, remote string
		forwarded    []string
		want         string
	}{
		{"no proxy", "203.0.113.5:1234", nil, "203.0.113.5"},
		{"a stranger says so", "203.0.113.5:1234", []string{"198.51.100.1"}, "203.0.113.5"},
		{"a trusted proxy", "10.0.0.1:1234", []string{"198.51.100.1"}, "198.51.100.1"},
		{"a chain of proxies", "10.0.0.1:1", []string{"198.51.100.1, 10.0.0.2"}, "198.51.100.1"},
		{"the rightmost stranger", "10.0.0.1:1", []string{"1.1.1.1, 198.51.100.1, 10.9.9.9"}, "198.51.100.1"},
		{"several lines", "10.0.0.1:1", []string{"1.1.1.1", "198.51.100.1"}, "198.51.100.1"},
		{"all trusted", "10.0.0.1:1", []string{"10.0.0.3, 10.0.0.2"}, "10.0.0.3"},
		{"nonsense", "10.0.0.1:1", []string{"198.51.100.1, unknown"}, "10.0.0.1"},
		{"empty", "10.0.0.1:1", []string{""}, "10.0.0.1"},
		{"with a port", "10.0.0.1:1", []string{"198.51.100.1:99"}, "198.51.100.1"},
		{"IPv6", "[fd00::1]:1", []string{"[2001:db8::1]:99"}, "2001:db8::1"},
		{"a port and a bracket too few", "10.0.0.1:1", []string{"[2001:db8::1"}, "10.0.0.1"},
		{"a bracket too many", "10.0.0.1:1", []string{"2001:db8::1]"}, "10.0.0.1"},
		{"empty hops", "10.0.0.1:1", []string{",198.51.100.1,, ,10.0.0.2,"}, "198.51.100.1"},
		{"an empty line after it", "10.0.0.1:1", []string{"198.51.100.1", ""}, "198.51.100.1"},
		{"a name", "10.0.0.1:1", []string{"localhost"}, "10.0.0.1"},
		{"quotes", "10.0.0.1:1", []string{`"198.51.100.1"`}, "10.0.0.1"},
		{"a zone", "10.0.0.1:1", []string{"fe80::1%eth0"}, "fe80::1"},
		{"a proxy with a zone", "[fd00::1%eth0]:1", []string{"198.51.100.1"}, "198.51.100.1"},
		{"leading zeros", "10.0.0.1:1", []string{"010.000.000.001"}, "10.0.0.1"},
		{"IPv4 in IPv6 forwarded", "10.0.0.1:1", []string{"::ffff:198.51.100.1"}, "198.51.100.1"},
		{"a proxy as IPv4 in IPv6", "10.0.0.1:1", []string{"198.51.100.1, ::ffff:10.0.0.2"}, "198.51.100.1"},
		{"a long list of proxies", "10.0.0.1:1", []string{"198.51.100.1" + strings.Repeat(", 10.0.0.2", 2500)}, "198.51.100.1"},
		{"a long list of nothing", "10.0.0.1:1", []string{strings.Repeat(",", 30_000)}, "10.0.0.1"},
		{"IPv6 without a port", "[fd00::1]:1", []string{"[2001:db8::1]"}, "2001:db8::1"},
		{"IPv4 in IPv6", "[::ffff:10.0.0.1]:1", []string{"198.51.100.1"}, "198.51.100.1"},
		{"a socket", "@", []string{"198.51.100.1"}, "@"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := httptest.NewRequest(get, "/", nil)
			r.RemoteAddr = c.remote
			r.Header["X-Forwarded-For"] = c.forwarded
			require.Equal(t, c.want, (&API{Config: Config{TrustedProxies: proxies}}).clientAddress(r))
		})
	}
}

func TestOnlyNamedOriginsMayCallFromABrowser(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Origins = []string{"https://shop.example"} })
	preflight := func(origin string) answer {
		return w.do(nobody, http.MethodOptions, "/v1/orders", "", "Origin", origin,
			"Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "authorization,content-type,idempotency-key")
	}
	good := preflight("https://shop.example").ok(http.StatusNoContent)
	require.Equal(t, "https://shop.example", good.Header().Get("Access-Control-Allow-Origin"))
	require.Equal(t, "POST", good.Header().Get("Access-Control-Allow-Methods"))
	require.Contains(t, good.Header().Get("Access-Control-Allow-Headers"), "idempotency-key")
	require.Empty(t, good.Header().Get("Access-Control-Allow-Credentials"))
	require.NotEmpty(t, good.Header().Get("X-Request-Id"))

	call := w.do(nobody, get, "/v1/orders", "", "Origin", "https://shop.example")
	call.problem(http.StatusUnauthorized, booking.CodeUnauthenticated)
	require.Equal(t, "https://shop.example", call.Header().Get("Access-Control-Allow-Origin"), "a page can read its refusal")
	for _, name := range []string{"Location", "Etag", "Link", "Retry-After", "Ratelimit", "Ratelimit-Policy", "X-Request-Id"} {
		require.Contains(t, call.Header().Get("Access-Control-Expose-Headers"), name)
	}
	for _, origin := range []string{"https://SHOP.example", "http://shop.example", "https://shop.example.evil", "null", "https://x.shop.example"} {
		require.Empty(t, preflight(origin).Header().Get("Access-Control-Allow-Origin"), origin)
		require.Empty(t, w.do(nobody, get, "/livez", "", "Origin", origin).Header().Get("Access-Control-Allow-Origin"))
	}
}

func TestWithoutOriginsNobodyMayCallFromABrowser(t *testing.T) {
	w := newWorld(t)
	a := w.do(nobody, http.MethodOptions, "/v1/orders", "", "Origin", "https://shop.example", "Access-Control-Request-Method", "POST")
	a.ok(http.StatusNoContent)
	require.Empty(t, a.Header().Get("Access-Control-Allow-Origin"))
	require.Equal(t, "GET, HEAD, OPTIONS, POST", a.Header().Get("Allow"))
}
