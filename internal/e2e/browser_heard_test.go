package e2e

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/inspector"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// complaints is what a page's console says that none should say.
type complaints struct {
	mu      sync.Mutex
	asked   map[network.RequestID]string // "GET /v1/events"
	all     []string
	allowed []*regexp.Regexp
	dialogs chan struct{} // one that waits for its answer
}

func newComplaints() *complaints {
	return &complaints{asked: map[network.RequestID]string{}, dialogs: make(chan struct{}, 1)}
}

// start turns on what is not on by itself, and answers the alerts of scripts,
// which hold up their page.
func (c *complaints) start(p *tab) {
	p.t.Helper()
	must(p, audits.Enable, cdp.Empty{})
	go func() {
		for {
			select {
			case <-c.dialogs:
				_, _ = chromedp.Call(p.ctx, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: true})
			case <-p.ctx.Done():
				return
			}
		}
	}()
}

// note takes an event of the browser.
func (c *complaints) note(event any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeAssert {
			c.add("console: %s", wordsOf(e.Args))
		}
	case *runtime.EventExceptionThrown:
		c.add("exception: %s", exceptionText(e.ExceptionDetails))
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError && e.Entry.Source != log.EntrySourceNetwork { // the requests are told below
			c.add("console: %s (%s)", e.Entry.Text, e.Entry.URL)
		}
	case *audits.EventIssueAdded:
		if p := e.Issue.Details.ContentSecurityPolicyIssueDetails; p != nil {
			c.add("policy: %s refused %s", p.ViolatedDirective, p.BlockedURL)
		}
	case *inspector.EventTargetCrashed:
		c.add("the page has crashed")
	case *page.EventJavascriptDialogOpening:
		c.add("%s: %s", e.Type, e.Message)
		c.dialogs <- struct{}{}
	default:
		c.noteRequest(event)
	}
}

func (c *complaints) noteRequest(event any) {
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		c.asked[e.RequestID] = e.Request.Method + " " + pathOf(e.Request.URL)
	case *network.EventResponseReceived:
		if e.Response.Status >= 400 {
			c.add("%s: %d", c.asked[e.RequestID], e.Response.Status)
		}
	case *network.EventLoadingFailed:
		// What the page itself gave up, or left behind, is no failure; what the
		// policy refused is told above.
		if !e.Canceled && e.BlockedReason != network.BlockedReasonCsp {
			c.add("%s: %s", c.asked[e.RequestID], e.ErrorText)
		}
	}
}

func (c *complaints) add(format string, args ...any) {
	c.all = append(c.all, fmt.Sprintf(format, args...))
}

// unexpected returns what was heard and is not allowed.
func (c *complaints) unexpected() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var found []string
	for _, each := range c.all {
		if !slices.ContainsFunc(c.allowed, func(p *regexp.Regexp) bool { return p.MatchString(each) }) {
			found = append(found, each)
		}
	}
	return found
}

// allow lets the page say what fits one of the patterns, where * stands for any
// text: "POST /v1/events/*/holds: 409", "GET *: net::ERR_CONNECTION_REFUSED",
// "console: *", "confirm: *".
func (p *tab) allow(patterns ...string) {
	p.heard.mu.Lock()
	defer p.heard.mu.Unlock()
	for _, pattern := range patterns {
		p.heard.allowed = append(p.heard.allowed, wildcard(pattern))
	}
}

// wildcard is a pattern for whole texts, in which * stands for any text.
func wildcard(pattern string) *regexp.Regexp {
	return regexp.MustCompile("(?s)^" + strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, ".*") + "$")
}

// pathOf is a URL without what differs from run to run.
func pathOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme == "data" {
		return address[:min(len(address), 60)]
	}
	return u.RequestURI()
}

func wordsOf(objects []*runtime.RemoteObject) string {
	var words []string
	for _, o := range objects {
		if o.Description != "" {
			words = append(words, o.Description)
		} else {
			words = append(words, strings.Trim(string(o.Value), `"`))
		}
	}
	return strings.Join(words, " ")
}

func exceptionText(e *runtime.ExceptionDetails) string {
	if e.Exception != nil && e.Exception.Description != "" {
		return e.Text + " " + e.Exception.Description
	}
	return fmt.Sprintf("%s (%s:%d)", e.Text, e.URL, e.LineNumber+1)
}
