package httpapi

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var wantedOnAll = map[string]string{
	"X-Content-Type-Options":       "nosniff",
	"Referrer-Policy":              "no-referrer",
	"Content-Security-Policy":      "default-src 'none'; frame-ancestors 'none'",
	"X-Frame-Options":              "DENY",
	"Cross-Origin-Opener-Policy":   "same-origin",
	"Cross-Origin-Resource-Policy": "same-origin",
}

func requireHeadersOfAll(t *testing.T, h http.Header, why string) {
	t.Helper()
	for name, value := range wantedOnAll {
		if name == "Content-Security-Policy" && h.Get("Content-Type") == htmlType {
			value = pagePolicy
		}
		require.Equal(t, []string{value}, h.Values(name), "%s of %s", name, why)
	}
}

// TestEveryAnswerHasItsHeaders walks every call, as somebody who may make it
// and as nobody, and what no route answers.
func TestEveryAnswerHasItsHeaders(t *testing.T) {
	w := newWorld(t, func(c *Config) {
		c.Origins = []string{"https://shop.example"}
		c.Mounts = map[string]http.Handler{
			"/page/":  http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusOK) }),
			"/panic/": http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("here") }),
		}
	})
	event := w.event("")
	statuses := map[int]bool{}
	asked := func(a answer, why string) {
		statuses[a.Code] = true
		requireHeadersOfAll(t, a.Header(), why)
		require.Empty(t, a.Header().Get("Strict-Transport-Security"), why)
	}
	for _, rt := range w.api.routes() {
		for _, method := range []string{get, http.MethodHead, post, patch, del, http.MethodPut, http.MethodOptions} {
			path := pathOf(rt.pattern, event)
			asked(w.do(nobody, method, path, ""), method+" "+path)
			asked(w.do(operator, method, path, "{}"), method+" "+path)
		}
	}
	for _, path := range []string{"/", "/nothing", "/page/x", "/panic/x", "/v1//events", "/v1/events?limit=%zz"} {
		asked(w.do(nobody, get, path, ""), path)
	}
	asked(w.do(nobody, http.MethodOptions, "/v1/orders", "", "Origin", "https://shop.example", "Access-Control-Request-Method", "POST"), "a preflight")
	etag := w.do(nobody, get, "/v1/events/"+event+"/plan", "").Header().Get("ETag")
	asked(w.do(nobody, get, "/v1/events/"+event+"/plan", "", "If-None-Match", etag), "304")
	asked(w.do(alice, post, "/v1/orders", strings.Repeat("x", int(smallBody)+1)), "413")
	for _, status := range []int{200, 204, 304, 400, 401, 404, 405, 413, 422, 500} {
		require.True(t, statuses[status], "no answer was %d", status)
	}
}

func TestAPageMayHaveAPolicyOfItsOwn(t *testing.T) {
	w := newWorld(t, func(c *Config) {
		c.Mounts = map[string]http.Handler{"/page/": http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
			rw.Header().Set("Content-Security-Policy", "default-src 'self'")
		})}
	})
	h := w.do(nobody, get, "/page/", "").Header()
	require.Equal(t, []string{"default-src 'self'"}, h.Values("Content-Security-Policy"))
	require.Equal(t, "DENY", h.Get("X-Frame-Options"))
}

func TestOnlyAServiceByHTTPSSaysSo(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.HTTPS = true })
	for _, path := range []string{"/livez", "/nothing", "/v1/orders"} {
		require.Equal(t, []string{"max-age=31536000"}, w.do(nobody, get, path, "").Header().Values("Strict-Transport-Security"))
	}
}

// TestTheHeadersReachTheClient: a recorder would also keep what was set too late.
func TestTheHeadersReachTheClient(t *testing.T) {
	w := newWorld(t)
	server := w.serveDocumented()
	for _, path := range []string{"/livez", "/nothing", "/v1/orders"} {
		requireHeadersOfAll(t, exchange(t, server, get, path, nobody).Header, path)
	}
}
