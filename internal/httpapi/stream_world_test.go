package httpapi

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
)

// serve answers a request. A stream would go on for good: its client leaves
// when it has got the first part.
func serve(api *API, rec *httptest.ResponseRecorder, r *http.Request) {
	if !strings.HasSuffix(r.URL.Path, "/stream") {
		api.ServeHTTP(rec, r)
		return
	}
	ctx, leave := context.WithCancel(r.Context())
	defer leave()
	api.ServeHTTP(leaving{rec, leave}, r.WithContext(ctx))
}

// leaving is a client who leaves at the first part of the answer.
type leaving struct {
	*httptest.ResponseRecorder
	leave func()
}

func (l leaving) Write(part []byte) (int, error) {
	l.leave()
	return l.ResponseRecorder.Write(part)
}
