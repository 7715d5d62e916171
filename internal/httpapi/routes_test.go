package httpapi

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

var nobody booking.Actor

// pathOf fills a pattern's variables.
func pathOf(pattern, event string) string {
	return strings.NewReplacer("{event}", event, "{hold}", "h", "{order}", "o", "{seat}", "A1",
		"{block}", "b", "{provider}", "fake", "{endpoint}", "w", "{delivery}", "d").Replace(pattern)
}

func TestEveryCallAsksForItsToken(t *testing.T) {
	w := newWorld(t)
	event := w.event("")
	before := w.state()
	needed := 0
	for _, rt := range w.api.routes() {
		for method, e := range rt.methods {
			a := w.do(nobody, method, pathOf(rt.pattern, event), "")
			if e.access == accessPublic {
				require.NotEqual(t, http.StatusUnauthorized, a.Code, rt.pattern)
				continue
			}
			needed++
			a.problem(http.StatusUnauthorized, booking.CodeUnauthenticated)
			require.Equal(t, "Bearer", a.Header().Get("WWW-Authenticate"))
			for _, header := range []string{"Bearer", "Bearer ", "Basic YTpi", "alice", "Bearer nobody"} {
				w.do(nobody, method, pathOf(rt.pattern, event), "", "Authorization", header).
					problem(http.StatusUnauthorized, booking.CodeUnauthenticated)
			}
		}
	}
	require.Equal(t, 33, needed)
	require.Equal(t, before, w.state())
}

func TestTheSchemeOfATokenHasNoCase(t *testing.T) {
	w := newWorld(t)
	w.do(nobody, get, "/v1/orders", "", "Authorization", "bearer alice").ok(http.StatusOK)
}

func TestCustomersMayNotRunEvents(t *testing.T) {
	w := newWorld(t)
	event := w.event("")
	before := w.state()
	refused := 0
	for _, rt := range w.api.routes() {
		for method, e := range rt.methods {
			if e.access != accessOrganizers {
				continue
			}
			refused++
			w.do(alice, method, pathOf(rt.pattern, event), "{}").problem(http.StatusForbidden, booking.CodeForbidden)
			if strings.HasPrefix(rt.pattern, "/v1/events/") {
				body := map[string]string{post: `{"seats": ["A1"], "reason": "x"}`, patch: `{"name": "x"}`}[method]
				w.do(oscar, method, pathOf(rt.pattern, event), body).problem(http.StatusNotFound, booking.CodeNotFound)
			}
		}
	}
	require.Equal(t, 16, refused)
	require.Equal(t, before, w.state())
}

func TestEveryPatternAnswersOptionsAndRefusesOthers(t *testing.T) {
	w := newWorld(t)
	event := w.event("")
	before := w.state()
	for _, rt := range w.api.routes() {
		path := pathOf(rt.pattern, event)
		options := w.do(nobody, http.MethodOptions, path, "").ok(http.StatusNoContent)
		require.Empty(t, options.Body.String())
		allow := strings.Split(options.Header().Get("Allow"), ", ")
		_, hasGet := rt.methods[get]
		require.Equal(t, hasGet, slices.Contains(allow, http.MethodHead), rt.pattern)
		require.Contains(t, allow, http.MethodOptions)
		for _, method := range []string{get, http.MethodHead, post, patch, del, http.MethodPut, http.MethodTrace, "PURGE"} {
			if slices.Contains(allow, method) {
				continue
			}
			a := w.do(nobody, method, path, "")
			require.Equal(t, options.Header().Get("Allow"), a.Header().Get("Allow"), method+" "+path)
			require.Equal(t, http.StatusMethodNotAllowed, a.Code)
			require.NotEmpty(t, a.Header().Get("X-Request-Id"))
			if method != http.MethodHead {
				a.problem(http.StatusMethodNotAllowed, codeMethodNotAllowed)
			}
		}
	}
	require.Equal(t, before, w.state())
}

func TestUnknownPathsAreProblemsToo(t *testing.T) {
	w := newWorld(t)
	event := w.event("")
	for _, path := range []string{
		"/", "/v1", "/v1/events/", "/v1/nothing", "/v1//events", "/v1/events/" + event + "/seats/",
		"/v1/../v1/events", "/v1/orders/o/cancel/x", "/V1/events", "/v1/events/%FF", "/v1/events/none",
	} {
		a := w.do(nobody, get, path, "")
		a.problem(http.StatusNotFound, booking.CodeNotFound)
		require.NotEmpty(t, a.Header().Get("X-Request-Id"), path)
		require.Equal(t, "nosniff", a.Header().Get("X-Content-Type-Options"))
		require.Empty(t, a.Header().Get("Location"), "no redirect")
	}
	require.Contains(t, w.log.String(), `"path":"/v1/nothing","status":404`)
}

func TestABadEscapeInAPathNamesNothing(t *testing.T) {
	w := newWorld(t)
	r := httptest.NewRequest(get, "/v1/me", nil)
	r.URL = &url.URL{Path: "/v1/events/\xff"}
	rec := httptest.NewRecorder()
	w.api.ServeHTTP(rec, r)
	w.requireDocumented(r, rec)
	answer{rec, t}.problem(http.StatusNotFound, booking.CodeNotFound)
}

func TestABadQueryIsRefused(t *testing.T) {
	w := newWorld(t)
	w.do(nobody, get, "/v1/events?limit=%zz", "").problem(http.StatusUnprocessableEntity, booking.CodeInvalidValue)
	w.do(nobody, get, "/v1/events?limit=1;cursor=2", "").problem(http.StatusUnprocessableEntity, booking.CodeInvalidValue)
}

// TestHeadAnswersAsGetWithoutABody goes through a real server, which is where
// a body would break the connection for the next request.
func TestHeadAnswersAsGetWithoutABody(t *testing.T) {
	w := newWorld(t)
	event := w.event("")
	w.order(alice, event, "A1")
	hold := w.hold(alice, event, "A2")
	server := w.serveDocumented()
	heads := 0
	for _, rt := range w.api.routes() {
		if _, ok := rt.methods[get]; !ok {
			continue
		}
		path := pathOf(strings.Replace(rt.pattern, "{hold}", hold, 1), event)
		for _, who := range []booking.Actor{nobody, alice, olga} {
			want, got := exchange(t, server, get, path, who), exchange(t, server, http.MethodHead, path, who)
			require.Equal(t, want.StatusCode, got.StatusCode, path)
			require.Equal(t, want.Header.Get("Content-Type"), got.Header.Get("Content-Type"), path)
			require.Equal(t, want.Header.Get("ETag"), got.Header.Get("ETag"), path)
			if !strings.HasSuffix(path, ".csv") { // streamed: of no length known before
				require.Equal(t, want.ContentLength, got.ContentLength, path)
			}
			heads++
		}
	}
	require.Equal(t, 30*3, heads)
}

func exchange(t *testing.T, server *httptest.Server, method, path string, by booking.Actor) *http.Response {
	t.Helper()
	r, err := http.NewRequest(method, server.URL+path, nil)
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer "+by.ID)
	r.Header.Set("Accept-Encoding", "identity") // the library would ask for gzip, but by GET only
	resp, err := server.Client().Do(r)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	return resp
}

func TestMountsServeTheirPrefixAndStayOutOfTheLog(t *testing.T) {
	page := func(name string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte(name + r.URL.Path)) })
	}
	w := newWorld(t, func(c *Config) {
		c.Mounts = map[string]http.Handler{"/pay/": page("pay "), "/pay/long/": page("long ")}
	})
	a := w.do(nobody, post, "/pay/secret-token?q=1", "").ok(http.StatusOK)
	require.Equal(t, "pay /pay/secret-token", a.Body.String())
	require.Equal(t, "nosniff", a.Header().Get("X-Content-Type-Options"))
	require.Empty(t, a.Header().Get("Cache-Control"), "a mount decides for itself")
	require.Equal(t, "long /pay/long/x", w.do(nobody, get, "/pay/long/x", "").Body.String())
	require.Contains(t, w.log.String(), `"route":"/pay/","path":"/pay/"`)
	require.NotContains(t, w.log.String(), "secret-token")
}

func TestTheLogCountsNoBodyForHead(t *testing.T) {
	w := newWorld(t)
	require.Empty(t, w.do(nobody, http.MethodHead, "/livez", "").ok(http.StatusOK).Body.String())
	require.EqualValues(t, 0, w.lines()[0]["bytes"])
}
