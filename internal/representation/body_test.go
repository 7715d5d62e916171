package representation

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var text = []byte(strings.Repeat("row after row ", 100))

func served(t *testing.T, method string, content []byte, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(method, "/", nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	rec := httptest.NewRecorder()
	Body{
		Type: "text/plain", Tag: "t", Plain: content,
		Gzip: func() []byte { return Compress(content, gzip.DefaultCompression) },
	}.Serve(rec, r)
	require.Equal(t, []string{"Accept-Encoding"}, rec.Header().Values("Vary"))
	return rec
}

func unpacked(t *testing.T, packed []byte) []byte {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader(packed))
	require.NoError(t, err)
	content, err := io.ReadAll(r)
	require.NoError(t, err)
	return content
}

func TestTheCodingIsTheOneThatTheClientWantsMost(t *testing.T) {
	for asked, want := range map[string]string{
		"gzip":                          "gzip",
		"gzip, deflate, br, zstd":       "gzip",
		"br;q=1, GZIP;q=0.1":            "gzip",
		"*":                             "gzip",
		"identity;q=0.5, gzip;q=0.5":    "gzip",
		"identity;q=0, gzip;q=0.1":      "gzip",
		"gzip ; q=1":                    "gzip",
		"gzip;q=0.2, *;q=0":             "gzip",
		"":                              "",
		"br":                            "",
		"identity":                      "",
		"gzip;q=0":                      "",
		"gzip;q=0, *":                   "",
		"gzip;q=0.4, identity;q=0.5":    "",
		"gzip;q=0.4, *":                 "",
		"gzip;q=much":                   "",
		"gzip;q=NaN":                    "",
		"notgzip, gzipped":              "",
		"identity;q=0, deflate":         "", // nothing that it takes: what everybody can read
		"deflate;gzip":                  "",
		strings.Repeat("x,", 50) + "br": "",
	} {
		rec := served(t, http.MethodGet, text, "Accept-Encoding", asked)
		require.Equal(t, http.StatusOK, rec.Code)
		require.Equal(t, want, rec.Header().Get("Content-Encoding"), asked)
		if want == "gzip" {
			require.Equal(t, `"t-gzip"`, rec.Header().Get("ETag"))
			require.Equal(t, text, unpacked(t, rec.Body.Bytes()))
			continue
		}
		require.Equal(t, `"t"`, rec.Header().Get("ETag"))
		require.Equal(t, text, rec.Body.Bytes(), asked)
	}
	require.Empty(t, served(t, http.MethodGet, text).Header().Get("Content-Encoding"), "asked for nothing")
	several := served(t, http.MethodGet, text, "Accept-Encoding", "br", "Accept-Encoding", "gzip")
	require.Equal(t, "gzip", several.Header().Get("Content-Encoding"), "two lines are one list")
}

func TestWhoHasAFormThatItTakesGetsNoOther(t *testing.T) {
	for _, c := range []struct{ asked, known, tag string }{
		{"gzip", `"t-gzip"`, `"t-gzip"`},
		{"gzip", `"t"`, `"t"`},
		{"gzip", `"t", "t-gzip"`, `"t-gzip"`},
		{"gzip", `W/"t-gzip"`, `"t-gzip"`},
		{"gzip", `*`, `"t-gzip"`},
		{"gzip;q=0.1, identity", `"t-gzip"`, `"t-gzip"`},
		{"identity", `"t", "t-gzip"`, `"t"`},
		{"", `*`, `"t"`},
		{"gzip", `"x"`, ""},
		{"identity", `"t-gzip"`, ""}, // which it does not take any more
		{"gzip, identity;q=0", `"t"`, ""},
	} {
		rec := served(t, http.MethodGet, text, "Accept-Encoding", c.asked, "If-None-Match", c.known)
		if c.tag == "" {
			require.Equal(t, http.StatusOK, rec.Code, c)
			require.NotEmpty(t, rec.Body)
			continue
		}
		require.Equal(t, http.StatusNotModified, rec.Code, c)
		require.Equal(t, c.tag, rec.Header().Get("ETag"), c)
		require.Empty(t, rec.Body.String())
		require.Empty(t, rec.Header().Get("Content-Encoding"))
	}
}

func TestHeadHasTheHeadersOfGet(t *testing.T) {
	for _, asked := range []string{"gzip", "identity"} {
		want := served(t, http.MethodGet, text, "Accept-Encoding", asked)
		got := served(t, http.MethodHead, text, "Accept-Encoding", asked)
		require.Equal(t, want.Header(), got.Header())
		require.NotEmpty(t, got.Header().Get("Content-Length"))
		require.Empty(t, got.Body.String())
	}
}

func TestWhatDoesNotGetSmallerIsSentAsItIs(t *testing.T) {
	require.Nil(t, Compress([]byte("short"), gzip.BestCompression))
	rec := served(t, http.MethodGet, []byte("short"), "Accept-Encoding", "gzip, identity;q=0")
	require.Equal(t, "short", rec.Body.String())
	require.Equal(t, `"t"`, rec.Header().Get("ETag"))
	require.Empty(t, rec.Header().Get("Content-Encoding"))
}
