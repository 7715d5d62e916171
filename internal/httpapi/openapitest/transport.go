package openapitest

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
)

// Transport checks every answer that passes through it, and lets it pass
// whatever comes of that.
type Transport struct {
	Base     http.RoundTripper
	Document *Document
	Except   func(path string) bool // which paths are none of the document's; nil: none
	Report   func(error)            // is told of each difference; safe for concurrent use
}

// RoundTrip implements http.RoundTripper. It reads the whole body. An answer
// that breaks off is none, and a stream of events is left alone.
func (t *Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := t.Base.RoundTrip(r)
	if err != nil || t.excepted(r) || strings.HasPrefix(answer.Header.Get("Content-Type"), "text/event-stream") {
		return answer, err
	}
	body, err := io.ReadAll(answer.Body)
	if err := errors.Join(err, answer.Body.Close()); err != nil {
		return nil, err
	}
	answer.Body = io.NopCloser(bytes.NewReader(body))
	if err := t.Document.Check(r, answer.StatusCode, answer.Header, body); err != nil {
		t.Report(err)
	}
	return answer, nil
}

func (t *Transport) excepted(r *http.Request) bool { return t.Except != nil && t.Except(r.URL.Path) }
