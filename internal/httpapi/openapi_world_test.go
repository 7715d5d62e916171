package httpapi

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"seathold/internal/httpapi/openapitest"
)

// answersOf is the document as answers are held against it.
var answersOf = sync.OnceValues(func() (*openapitest.Document, error) { return openapitest.Load(openAPI) })

// requireDocumented fails the test where the answer is not as the document says.
// Mounts are none of it.
func (w *world) requireDocumented(r *http.Request, rec *httptest.ResponseRecorder) {
	w.t.Helper()
	for prefix := range w.api.Mounts {
		if strings.HasPrefix(r.URL.Path, prefix) {
			return
		}
	}
	requireDocumented(w.t, r, rec)
}

// serveDocumented starts a server whose client holds each answer against the
// document.
func (w *world) serveDocumented(change ...func(*http.Server)) *httptest.Server {
	w.t.Helper()
	d, err := answersOf()
	require.NoError(w.t, err)
	server := httptest.NewUnstartedServer(w.api)
	for _, f := range change {
		f(server.Config)
	}
	server.Start()
	w.t.Cleanup(server.Close)
	client := server.Client()
	client.Transport = &openapitest.Transport{
		Base: client.Transport, Document: d, Report: func(err error) { w.t.Error(err) },
	}
	return server
}

func requireDocumented(t testing.TB, r *http.Request, rec *httptest.ResponseRecorder) {
	t.Helper()
	d, err := answersOf()
	require.NoError(t, err)
	require.NoError(t, d.Check(r, rec.Code, rec.Header(), rec.Body.Bytes()))
}
