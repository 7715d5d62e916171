package webui

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"seathold/internal/httpapi"
)

// pagePaths is a path of every page.
var pagePaths = []string{
	"/", "/events/01a20909-ed68", "/events/a%2Fb", "/orders", "/orders/1", "/organizer", "/organizer/new", "/organizer/events/1",
}

// pagesServed is the pages as the service has them: inside of the API, whose
// other calls are not made here.
func pagesServed() http.Handler {
	return httpapi.New(httpapi.Config{
		Log: slog.New(slog.DiscardHandler), NewID: func() string { return "id-1" }, Pages: Pages(),
	})
}

func ask(h http.Handler, method, path string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	return rec
}

func TestEveryPageIsTheShell(t *testing.T) {
	h, patterns := pagesServed(), map[string]bool{}
	for pattern := range Pages() {
		patterns[pattern] = true
	}
	require.Len(t, patterns, len(pagePaths), "every page but one has a path here, one has two, and the files have a pattern")
	for _, path := range pagePaths {
		a := ask(h, http.MethodGet, path)
		require.Equal(t, http.StatusOK, a.Code, path)
		require.Equal(t, "text/html; charset=utf-8", a.Header().Get("Content-Type"))
		require.Equal(t, "no-cache", a.Header().Get("Cache-Control"))
		require.Equal(t, "Accept-Encoding", a.Header().Get("Vary"))
		require.Contains(t, a.Body.String(), `<div id="app"></div>`)
		requireStrict(t, a.Header().Get("Content-Security-Policy"))
		requireHeadersOfAll(t, a.Header())

		tag := a.Header().Get("ETag")
		require.Regexp(t, `^"[0-9a-f]{32}"$`, tag)
		again := ask(h, http.MethodGet, path, "If-None-Match", `"x", W/`+tag)
		require.Equal(t, http.StatusNotModified, again.Code)
		require.Empty(t, again.Body.String())
		require.Equal(t, tag, again.Header().Get("ETag"))
		requireStrict(t, again.Header().Get("Content-Security-Policy"))
		require.Equal(t, http.StatusOK, ask(h, http.MethodGet, path, "If-None-Match", `"x"`).Code)
	}
}

// requireStrict asserts that nothing may be loaded but from here, and that no
// text becomes a script or a style.
func requireStrict(t *testing.T, policy string) {
	t.Helper()
	allowed := map[string]string{}
	for directive := range strings.SplitSeq(policy, "; ") {
		name, sources, _ := strings.Cut(directive, " ")
		allowed[name] = sources
	}
	require.Equal(t, map[string]string{
		"default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "img-src": "'self' data: blob:",
		"connect-src": "'self'", "manifest-src": "'self'", "base-uri": "'none'", "form-action": "'self'",
		"frame-ancestors": "'none'", "require-trusted-types-for": "'script'",
	}, allowed)
}

func requireHeadersOfAll(t *testing.T, h http.Header) {
	t.Helper()
	for name, want := range map[string]string{
		"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY",
		"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin", "X-Request-Id": "id-1",
	} {
		require.Equal(t, []string{want}, h.Values(name), name)
	}
}

func TestWhatIsNoPageIsAProblemDocument(t *testing.T) {
	h := pagesServed()
	for _, path := range []string{
		"/nothing", "/events", "/events/", "/events/1/2", "/orders/", "/orders/1/2", "/organizer/", "/organizer/old",
		"/organizer/events", "/assets", "/assets/", "/assets/x", "/assets/x/", "/index.html", "//", "/%2F",
	} {
		a := ask(h, http.MethodGet, path)
		require.Equal(t, http.StatusNotFound, a.Code, path)
		require.Equal(t, "application/problem+json", a.Header().Get("Content-Type"), path)
	}
}

func TestFilesAreKeptForGoodUnderTheirOwnPathOnly(t *testing.T) {
	h, s := pagesServed(), built()
	for name, f := range s.files {
		a := ask(h, http.MethodGet, s.base+name)
		require.Equal(t, http.StatusOK, a.Code, name)
		require.Equal(t, "public, max-age=31536000, immutable", a.Header().Get("Cache-Control"), name)
		require.Equal(t, f.Type, a.Header().Get("Content-Type"), name)
		require.Equal(t, f.Plain, a.Body.Bytes(), name)
		requireHeadersOfAll(t, a.Header())
		requireStrict(t, a.Header().Get("Content-Security-Policy"))

		other := ask(h, http.MethodGet, "/assets/0123456789abcdef/"+name)
		require.Equal(t, http.StatusOK, other.Code, "a page that was open during an update")
		require.Equal(t, "no-cache", other.Header().Get("Cache-Control"), name)
		require.Equal(t, f.Plain, other.Body.Bytes(), name)
	}
}

func TestThePathOfTheFilesNamesWhatIsInThem(t *testing.T) {
	again, err := build()
	require.NoError(t, err)
	require.Equal(t, built().base, again.base)
	require.Regexp(t, `^/assets/[0-9a-f]{16}/$`, again.base)
}

func TestWhatIsNoFileIsNotFound(t *testing.T) {
	h, s := pagesServed(), built()
	for _, name := range []string{
		"nothing.js", "app.js.map", "vendor", "vendor/", "vendor/README.md", "../webui.go", "..%2fwebui.go", "texts/../app.js",
		"shell.html", "APP.JS", "app.js/", "%00",
	} {
		a := ask(h, http.MethodGet, s.base+name)
		require.Equal(t, http.StatusNotFound, a.Code, name)
		require.NotContains(t, a.Header().Get("Cache-Control"), "immutable", "%s: it may be there tomorrow", name)
		requireHeadersOfAll(t, a.Header())
	}
}

func TestPagesAndFilesAreSentCompressed(t *testing.T) {
	h, s := pagesServed(), built()
	saved := 0
	for _, path := range []string{"/", s.base + "app.js", s.base + "style.css", s.base + "vendor/preact.js"} {
		plain := ask(h, http.MethodGet, path)
		a := ask(h, http.MethodGet, path, "Accept-Encoding", "gzip, deflate, br")
		require.Equal(t, http.StatusOK, a.Code)
		require.Equal(t, "gzip", a.Header().Get("Content-Encoding"), path)
		require.Equal(t, fmt.Sprint(a.Body.Len()), a.Header().Get("Content-Length"))
		require.NotEqual(t, plain.Header().Get("ETag"), a.Header().Get("ETag"), "two representations")
		saved += plain.Body.Len() - a.Body.Len()
		require.Equal(t, plain.Body.Bytes(), unpacked(t, a.Body.Bytes()), path)
		again := ask(h, http.MethodGet, path, "Accept-Encoding", "gzip", "If-None-Match", a.Header().Get("ETag"))
		require.Equal(t, http.StatusNotModified, again.Code)
		require.Empty(t, ask(h, http.MethodGet, path, "Accept-Encoding", "gzip;q=0").Header().Get("Content-Encoding"))
	}
	require.Positive(t, saved)
}

func unpacked(t *testing.T, packed []byte) []byte {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader(packed))
	require.NoError(t, err)
	content, err := io.ReadAll(r)
	require.NoError(t, err)
	return content
}

func TestPagesAndFilesAreReadOnly(t *testing.T) {
	h, s := pagesServed(), built()
	for _, path := range append([]string{s.base + "app.js"}, pagePaths...) {
		get, head := ask(h, http.MethodGet, path), ask(h, http.MethodHead, path)
		require.Equal(t, get.Code, head.Code)
		require.Equal(t, get.Header(), head.Header())
		require.Empty(t, head.Body.String())

		options := ask(h, http.MethodOptions, path)
		require.Equal(t, http.StatusNoContent, options.Code)
		require.Equal(t, "GET, HEAD, OPTIONS", options.Header().Get("Allow"))
		for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, "PURGE"} {
			a := ask(h, method, path)
			require.Equal(t, http.StatusMethodNotAllowed, a.Code, "%s %s", method, path)
			require.Equal(t, "GET, HEAD, OPTIONS", a.Header().Get("Allow"))
			require.NotContains(t, a.Body.String(), "<", "no page")
		}
	}
}
