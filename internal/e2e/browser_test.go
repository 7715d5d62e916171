package e2e

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/remote"
	"github.com/stretchr/testify/require"

	"seathold/internal/testserver"
)

// Tests of the pages, in Chromium. What they are written in:
//
//	b := openBrowser(t)
//	ada := b.visitor(t, s.url, desktop)     // a person with storage of their own
//	ada.open("/orders")                     // goes to an address
//	ada.click("button", "Sign in")          // mouse on a desktop, finger on a phone
//	dialog := ada.in("dialog", "Sign in")   // looks only in there
//	dialog.fill("Password", password)
//	dialog.press("Enter")                   // the keyboard, to whatever has the focus
//	ada.awaitGone("dialog", "Sign in")
//	ada.await("heading", "My orders")
//	require.Equal(t, "heading \"My orders\"", ada.focused())
//	checkAccessible(t, ada, "orders")       // in each look, and takes pictures
//
// Everything is found as assistive technology finds it, by its role and its
// accessible name; what is hidden, inert or aria-hidden is not found. A role is
// named as ARIA and Chromium name it: button, link, heading, textbox, checkbox,
// combobox, dialog, status, alert, row, gridcell, list, listitem, img (image),
// StaticText. A name is the whole name, spaces collapsed; a * in it stands for
// any text: "Pay *". No step needs a wait before it: each waits by itself until
// it can be done (the thing is there once, can be used, stands still and has
// nothing in front of it) and fails the test after pagePatience, with a list of
// what the page has. A test that fails leaves a picture of each page beside the
// screenshots.
//
// A page's test also fails by what its console says: errors, exceptions, what
// the content security policy refused, answers of 400 and more, requests that
// came to nothing, alerts of scripts. What a test expects of these it allows:
//
//	ada.allow("POST /v1/events/*/holds: 409")

// pagePatience is how long a step waits until it can be done.
const pagePatience = 30 * time.Second

// look is how a page is shown.
type look struct {
	name          string
	width, height int64 // CSS pixels
	phone         bool  // touched, not clicked
	dark          bool
	still         bool // the person prefers reduced motion
}

var (
	desktop = look{name: "1280x800", width: 1280, height: 800}
	phone   = look{name: "360x740", width: 360, height: 740, phone: true}
)

func (l look) inTheDark() look {
	l.name, l.dark = l.name+"-dark", true
	return l
}

func (l look) withoutMotion() look {
	l.still = true
	return l
}

// allLooks are those that every page is made for.
var allLooks = []look{desktop, desktop.inTheDark(), phone, phone.inTheDark()}

// browser is a Chromium that one test has for itself.
type browser struct {
	ctx context.Context
}

// openBrowser starts a browser, which ends with the test.
func openBrowser(t *testing.T) *browser {
	t.Helper()
	all, leave := remote.NewAllocator(context.Background(), testserver.Browser(t), remote.NoModifyURL)
	t.Cleanup(leave)
	ctx, leave := chromedp.NewContext(all)
	t.Cleanup(leave)
	require.NoError(t, chromedp.Do(ctx), "connect to the browser")
	return &browser{ctx: ctx}
}

// visitor is a person in front of an empty page: nothing of what other visitors
// keep is theirs. Paths are of the site at base.
func (b *browser) visitor(t *testing.T, base string, l look) *tab {
	t.Helper()
	return b.newTab(t, base, l, chromedp.WithNewBrowserContext())
}

// another opens one more window of the same person.
func (p *tab) another(l look) *tab {
	p.t.Helper()
	same := chromedp.FromContext(p.ctx).BrowserContextID
	return p.browser.newTab(p.t, p.base, l, chromedp.WithExistingBrowserContext(same))
}

// tab is a page in front of a person, and all that tests do with it. It is not
// safe for concurrent use; two tabs may be used at the same time.
type tab struct {
	t       *testing.T
	ctx     context.Context
	browser *browser
	base    string
	look    look
	heard   *complaints
	number  int64                              // among those of the test binary
	scope   func() (cdp.BackendNodeID, string) // where to look, or why there is no such place; nil: everywhere
	tries   *int                               // how many tries of until it is within
}

var tabs atomic.Int64

func (b *browser) newTab(t *testing.T, base string, l look, how chromedp.ContextOption) *tab {
	t.Helper()
	p := &tab{t: t, browser: b, base: base, heard: newComplaints(), number: tabs.Add(1), tries: new(int)}
	var leave context.CancelFunc
	p.ctx, leave = chromedp.NewContext(b.ctx, how, chromedp.WithListener(p.heard.note))
	require.NoError(t, chromedp.Do(p.ctx), "open a page")
	t.Cleanup(func() {
		p.finish()
		leave()
	})
	p.heard.start(p)
	p.setLook(l)
	return p
}

// finish says what was wrong with the page, and how it looked where the test failed.
func (p *tab) finish() {
	_, _ = call(p, runtime.Evaluate, runtime.EvaluateParams{Expression: "0"}) // what came before is heard by then
	for _, each := range p.heard.unexpected() {
		p.t.Errorf("the page at %s: %s", p.base, each)
	}
	if p.t.Failed() {
		p.shootFailure()
	}
}

// call makes a call of the DevTools protocol.
func call[P, R any](p *tab, command cdp.Command[P, R], params P) (R, error) {
	ctx, end := context.WithTimeout(p.ctx, pagePatience)
	defer end()
	return chromedp.Call(ctx, command, params)
}

// must is call for what cannot fail on a page that lives.
func must[P, R any](p *tab, command cdp.Command[P, R], params P) R {
	p.t.Helper()
	result, err := call(p, command, params)
	p.requireAnswered(err, command.Method)
	return result
}

// requireAnswered fails the test where the page did not answer; within until it
// ends the try: a page that is being left for another has no document for a moment.
func (p *tab) requireAnswered(err error, asked ...any) {
	p.t.Helper()
	if err != nil && *p.tries > 0 {
		panic(unanswered{err})
	}
	require.NoError(p.t, err, asked...)
}

// unanswered is why a try of until ended before it could say anything.
type unanswered struct{ error }

// do runs an action of chromedp.
func (p *tab) do(action chromedp.Action[chromedp.Void], what string) {
	p.t.Helper()
	ctx, end := context.WithTimeout(p.ctx, pagePatience)
	defer end()
	require.NoError(p.t, chromedp.Do(ctx, action), what)
}

// open goes to an address of the site, or to a whole URL, and returns when it
// is loaded.
func (p *tab) open(path string) {
	p.t.Helper()
	if strings.HasPrefix(path, "/") {
		path = p.base + path
	}
	p.do(chromedp.Navigate(path), "open "+path)
}

// reload loads the page again.
func (p *tab) reload() {
	p.t.Helper()
	p.do(chromedp.Reload(), "reload")
}

// back goes to where the person was before, within the pages too.
func (p *tab) back() {
	p.t.Helper()
	p.run("history.back()")
}

// setLook shows the page in another way.
func (p *tab) setLook(l look) {
	p.t.Helper()
	p.look = l
	must(p, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: l.width, Height: l.height, DeviceScaleFactor: 1, Mobile: l.phone,
	})
	touch := emulation.SetTouchEmulationEnabledParams{Enabled: l.phone}
	if l.phone {
		touch.MaxTouchPoints = 5
	}
	must(p, emulation.SetTouchEmulationEnabled, touch)
	scheme, motion := "light", "no-preference"
	if l.dark {
		scheme = "dark"
	}
	if l.still {
		motion = "reduce"
	}
	must(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: motion},
	}})
}

// inEachLook calls fn with the page in each look, and leaves it as it was.
func (p *tab) inEachLook(looks []look, fn func(l look)) {
	p.t.Helper()
	before := p.look
	for _, l := range looks {
		p.setLook(l)
		p.awaitFrames()
		fn(l)
	}
	p.setLook(before)
	p.awaitFrames()
}

// awaitFrames returns once the page has been drawn as it is, and what moves by a
// style has arrived.
func (p *tab) awaitFrames() {
	p.t.Helper()
	p.run(`(async () => {
		const frame = () => new Promise(requestAnimationFrame);
		await frame();
		await Promise.all(document.getAnimations().filter(a => a.effect?.getComputedTiming().endTime !== Infinity)
			.map(a => a.finished.catch(() => {})));
		await frame();
	})()`)
}

// run runs a script in the page and waits for the promise that it may return.
func (p *tab) run(script string) {
	p.t.Helper()
	evaluate[chromedp.Void](p, script)
}

// evaluate returns the value of an expression in the page, or of its promise.
func evaluate[T any](p *tab, expression string) T {
	p.t.Helper()
	ctx, end := context.WithTimeout(p.ctx, pagePatience)
	defer end()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	p.requireAnswered(err, "in the page: %s", expression)
	return value
}

// world returns a world of scripts beside that of the page: they see the same
// document and share nothing else with it.
func (p *tab) world(name string) runtime.ExecutionContextID {
	p.t.Helper()
	frame := cdp.FrameID(chromedp.FromContext(p.ctx).Target.TargetID) // the same for the outermost frame
	return must(p, page.CreateIsolatedWorld, page.CreateIsolatedWorldParams{FrameID: frame, WorldName: name}).ExecutionContextID
}

// evaluateIn is evaluate in a world. Much may be looked at there, and it is no
// step of a person: it has more time.
func evaluateIn[T any](p *tab, world runtime.ExecutionContextID, expression string) T {
	p.t.Helper()
	ctx, end := context.WithTimeout(p.ctx, 8*pagePatience)
	defer end()
	in := func(params *runtime.EvaluateParams) { params.ContextID = world }
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise, in))
	p.requireAnswered(err, "beside the page: %.200s", expression)
	return value
}
