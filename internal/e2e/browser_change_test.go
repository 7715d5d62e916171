package e2e

import (
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// serveChanged has one of the page's own scripts served with a text in it that
// stands for another, from the next time that it is opened: a control, to whom a
// guard is missing.
func (p *tab) serveChanged(script, old, now string) {
	p.t.Helper()
	require.NoError(p.t, chromedp.Listen(p.ctx, func(event any) {
		if e, ok := event.(*fetch.EventRequestPaused); ok {
			go p.answerChanged(e, old, now)
		}
	}))
	must(p, fetch.Enable, fetch.EnableParams{Patterns: []*fetch.RequestPattern{{URLPattern: "*/" + script}}})
}

func (p *tab) answerChanged(e *fetch.EventRequestPaused, old, now string) {
	text, err := changedScript(e.Request.URL, old, now)
	if err != nil {
		p.t.Errorf("%s without %q: %v", e.Request.URL, old, err)
	}
	_, err = chromedp.Call(p.ctx, fetch.FulfillRequest, fetch.FulfillRequestParams{
		RequestID: e.RequestID, ResponseCode: http.StatusOK, Body: []byte(text),
		ResponseHeaders: []*fetch.HeaderEntry{{Name: "Content-Type", Value: "text/javascript"}},
	})
	if err != nil {
		p.t.Errorf("%s: %v", e.Request.URL, err)
	}
}

func changedScript(url, old, now string) (string, error) {
	answer, err := http.Get(url)
	if err != nil {
		return "", err
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err == nil && strings.Count(string(text), old) != 1 {
		err = errNotOnce
	}
	return strings.Replace(string(text), old, now, 1), err
}

var errNotOnce = errors.New("it does not stand there once")
