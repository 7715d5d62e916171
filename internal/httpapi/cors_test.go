package httpapi

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// strangers are origins that look like https://shop.example, and are not.
var strangers = []string{
	"null", "", " ", "*", "https://", "shop.example", "//shop.example",
	"http://shop.example", "https://shop.example:443", "https://shop.example:8443", "https://shop.example:80",
	"HTTPS://shop.example", "https://SHOP.example", "https://shop.Example",
	"https://shop.example.evil.example", "https://shop.exampleevil.com", "https://evil-shop.example", "https://xshop.example",
	"https://evil.example/https://shop.example", "https://evil.example?https://shop.example", "https://evil.example#https://shop.example",
	"https://shop.example@evil.example", "https://evil.example@shop.example", "https://shop.example/", "https://shop.example.",
	"https://shop.example ", " https://shop.example", "https://shop.example,https://evil.example", "https://shop.example https://evil.example",
	"https://x.shop.example", "https://shop%2eexample", "https://shop.example\t", "https://shоp.example", // a Cyrillic о
}

func TestWhatLooksLikeAnOriginIsNotOne(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Origins = []string{"https://shop.example", "http://localhost:3000"} })
	event := w.event("")
	for _, origin := range strangers {
		for _, a := range []answer{
			w.do(nobody, http.MethodOptions, "/v1/orders", "", "Origin", origin,
				"Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "authorization"),
			w.do(nobody, get, "/v1/events", "", "Origin", origin),
			w.do(alice, get, "/v1/orders", "", "Origin", origin),
			w.do(nobody, get, "/v1/events/"+event+"/plan", "", "Origin", origin),
		} {
			for name := range a.Header() {
				require.False(t, strings.HasPrefix(name, "Access-Control-"), "%q is told %s", origin, name)
			}
			require.Contains(t, vary(a), "Origin", "a cache must not give this answer to another origin")
		}
	}
	for _, origin := range []string{"https://shop.example", "http://localhost:3000"} {
		a := w.do(nobody, get, "/v1/events/"+event+"/plan", "", "Origin", origin).ok(http.StatusOK)
		require.Equal(t, []string{origin}, a.Header().Values("Access-Control-Allow-Origin"))
		require.Empty(t, a.Header().Get("Access-Control-Allow-Credentials"))
		require.Contains(t, vary(a), "Origin")
	}
}

// TestVaryIsSaidWithoutAnOriginToo: a server's own client sends none, and a cache keeps
// what it got apart from what a page gets.
func TestVaryIsSaidWithoutAnOriginToo(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Origins = []string{"https://shop.example"} })
	event := w.event("")
	for _, path := range []string{"/v1/events", "/v1/events/" + event + "/plan", "/v1/events/" + event + "/seats", "/nothing"} {
		require.Contains(t, vary(w.do(nobody, get, path, "")), "Origin", path)
	}
}

func TestAPreflightAllowsWhatCallsTakeAndNoMore(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Origins = []string{"https://shop.example"} })
	preflight := func(method, headers string) http.Header {
		return w.do(nobody, http.MethodOptions, "/v1/orders", "", "Origin", "https://shop.example",
			"Access-Control-Request-Method", method, "Access-Control-Request-Headers", headers,
			"Access-Control-Request-Private-Network", "true").ok(http.StatusNoContent).Header()
	}
	for _, method := range []string{"GET", "HEAD", "POST", "PATCH", "DELETE"} {
		require.Equal(t, method, preflight(method, "").Get("Access-Control-Allow-Methods"))
	}
	for _, method := range []string{"PUT", "TRACE", "CONNECT", "post", "*"} {
		require.Empty(t, preflight(method, "").Get("Access-Control-Allow-Origin"), method)
	}
	for _, header := range []string{"x-evil", "cookie", "authorization,x-evil", "*"} {
		require.Empty(t, preflight("POST", header).Get("Access-Control-Allow-Origin"), header)
	}
	require.Empty(t, preflight("POST", "").Get("Access-Control-Allow-Private-Network"))
	require.Empty(t, preflight("POST", "").Get("Access-Control-Allow-Credentials"))
	require.Equal(t, "600", preflight("POST", "authorization").Get("Access-Control-Max-Age"))
}

func vary(a answer) string { return strings.Join(a.Header().Values("Vary"), ", ") }
