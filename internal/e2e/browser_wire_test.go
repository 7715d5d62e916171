package e2e

import (
	"context"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// wire is a place between a page and the service at which requests wait.
type wire struct {
	p       *tab
	method  string
	waiting chan *fetch.EventRequestPaused
	end     context.CancelFunc
}

// holdUp has the page's requests with the method to a path wait for the test; a
// * stands for any text. One wire of a page at a time.
func (p *tab) holdUp(method, path string) *wire {
	p.t.Helper()
	ctx, end := context.WithCancel(p.ctx)
	w := &wire{p: p, method: method, waiting: make(chan *fetch.EventRequestPaused, 64), end: end}
	require.NoError(p.t, chromedp.Listen(ctx, w.paused))
	must(p, fetch.Enable, fetch.EnableParams{Patterns: []*fetch.RequestPattern{{URLPattern: p.base + path}}})
	return w
}

// paused takes an event of the browser, which must not be kept waiting.
func (w *wire) paused(event any) {
	e, ok := event.(*fetch.EventRequestPaused)
	if !ok {
		return
	}
	if e.ResponseStatusCode == 0 && e.ResponseErrorReason == "" && e.Request.Method != w.method {
		go func() {
			_, _ = chromedp.Call(w.p.ctx, fetch.ContinueRequest, fetch.ContinueRequestParams{RequestID: e.RequestID})
		}()
		return
	}
	w.waiting <- e
}

// await returns the request, or the answer, that waits next.
func (w *wire) await() *fetch.EventRequestPaused {
	w.p.t.Helper()
	select {
	case e := <-w.waiting:
		return e
	case <-time.After(pagePatience):
		require.FailNow(w.p.t, "no request of that kind is made", "at %s the page has\n%s", w.p.path(), w.p.outline())
		return nil
	}
}

// pass lets a request go on.
func (w *wire) pass(e *fetch.EventRequestPaused) {
	w.p.t.Helper()
	must(w.p, fetch.ContinueRequest, fetch.ContinueRequestParams{RequestID: e.RequestID})
}

// loseAnswer lets a request reach the service, and its answer not the page.
func (w *wire) loseAnswer(e *fetch.EventRequestPaused) {
	w.p.t.Helper()
	yes := true
	must(w.p, fetch.ContinueRequest, fetch.ContinueRequestParams{RequestID: e.RequestID, InterceptResponse: &yes})
	answered := w.await()
	require.Equal(w.p.t, e.RequestID, answered.RequestID)
	w.lose(answered)
}

// lose has a request fail as a connection does that breaks.
func (w *wire) lose(e *fetch.EventRequestPaused) {
	w.p.t.Helper()
	must(w.p, fetch.FailRequest, fetch.FailRequestParams{RequestID: e.RequestID, ErrorReason: network.ErrorReasonConnectionClosed})
}

// open lets everything through from now on.
func (w *wire) open() {
	w.p.t.Helper()
	must(w.p, fetch.Disable, cdp.Empty{})
	w.end()
}
