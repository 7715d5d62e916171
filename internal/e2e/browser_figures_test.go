package e2e

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/tracing"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// Figures of the pages, by the browser's own trace. They are told, never
// required: a machine that does much else is not a page that is slow.

// traceCategories are the parts of a trace that are read here.
var traceCategories = []string{"blink.user_timing", "disabled-by-default-devtools.timeline", "disabled-by-default-devtools.timeline.frame"}

// traced is one event of a trace.
type traced struct {
	Name    string  `json:"name"`
	Process int     `json:"pid"`
	Thread  int     `json:"tid"`
	At      float64 `json:"ts"`  // µs
	Length  float64 `json:"dur"` // µs
}

// trace has the browser note what it does while do runs. One trace at a time.
func (p *tab) trace(do func()) []traced {
	p.t.Helper()
	ctx, end := context.WithTimeout(p.ctx, 4*pagePatience)
	defer end()
	var all []traced
	complete := make(chan struct{})
	require.NoError(p.t, chromedp.Listen(ctx, func(event any) {
		switch e := event.(type) {
		case *tracing.EventDataCollected:
			all = append(all, tracedOf(e.Value)...)
		case *tracing.EventTracingComplete:
			close(complete)
		}
	}))
	must(p, tracing.Start, tracing.StartParams{
		TransferMode: tracing.StartTransferModeReportEvents, TraceConfig: &tracing.TraceConfig{IncludedCategories: traceCategories},
	})
	do()
	must(p, tracing.End, cdp.Empty{})
	select {
	case <-complete:
	case <-ctx.Done():
		require.Fail(p.t, "the trace does not come")
	}
	slices.SortFunc(all, func(a, b traced) int { return cmp.Compare(a.At, b.At) })
	return all
}

func tracedOf[T ~[]byte](values []T) (all []traced) {
	for _, value := range values {
		var e traced
		if json.Unmarshal(value, &e) == nil { // what has another form is not read here
			all = append(all, e)
		}
	}
	return all
}

// mark leaves a mark in the trace.
func (p *tab) mark(name string) {
	p.t.Helper()
	p.run("void performance.mark('" + name + "')")
}

// first returns the first event with the name, at or after a time in µs.
func first(all []traced, name string, from float64) (traced, bool) {
	at := slices.IndexFunc(all, func(e traced) bool { return e.Name == name && e.At >= from })
	if at < 0 {
		return traced{}, false
	}
	return all[at], true
}

// frames is what the browser drew while something was done.
type frames struct {
	drawn   int
	length  time.Duration // of the whole
	longest time.Duration // between two frames
	p95     time.Duration // so that only five of a hundred pauses were longer
	busy    time.Duration // the longest that the page kept its thread at once
}

func (f frames) String() string {
	return fmt.Sprintf("%.0f frames a second, %d in %s; between two 95 %% within %s and at most %s; the page busy at most %s at once",
		float64(f.drawn)/max(f.length.Seconds(), 0.001), f.drawn, f.length.Round(time.Millisecond),
		f.p95.Round(time.Millisecond), f.longest.Round(time.Millisecond), f.busy.Round(time.Millisecond))
}

const (
	markBegin = "seathold begin"
	markEnd   = "seathold end"
	markThere = "seathold there"
)

// framesWhile counts the frames of the page that the browser draws while do
// runs, such as p.pan, p.pinch, p.wheel or p.swipe.
func (p *tab) framesWhile(do func()) frames {
	p.t.Helper()
	all := p.trace(func() {
		p.mark(markBegin)
		do()
		p.mark(markEnd)
	})
	begin, ok := first(all, markBegin, 0)
	require.True(p.t, ok, "the trace has no beginning")
	end, ok := first(all, markEnd, begin.At)
	require.True(p.t, ok, "the trace has no end")
	f := frames{length: micros(end.At - begin.At)}
	var pauses []time.Duration
	last := begin.At
	for _, e := range all {
		if e.Process != begin.Process || e.At < begin.At || e.At > end.At {
			continue
		}
		switch e.Name {
		case "DrawFrame":
			f.drawn++
			pauses = append(pauses, micros(e.At-last))
			last = e.At
		case "RunTask":
			if e.Thread == begin.Thread {
				f.busy = max(f.busy, micros(e.Length))
			}
		}
	}
	pauses = append(pauses, micros(end.At-last))
	f.longest, f.p95 = slices.Max(pauses), percentile(pauses, 95)
	return f
}

func micros(us float64) time.Duration { return time.Duration(us * float64(time.Microsecond)) }

// drawnWith opens a path and returns how long after the start of that the
// browser drew the first frame in which a condition was met: an expression that
// is evaluated before each frame, beside the page's own scripts. What a page
// paints itself is seen a frame late, so there is a last frame with a dot in it.
func (p *tab) drawnWith(path, condition string) time.Duration {
	p.t.Helper()
	added := must(p, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
		WorldName: "figures", Source: whenDrawn(condition, "performance.mark('"+markThere+"'); "+dot),
	})
	all := p.trace(func() {
		p.open(path)
		p.until("await that the page has "+condition, func() string {
			if evaluate[bool](p, "performance.getEntriesByName('"+markThere+"').length > 0") {
				return ""
			}
			return "it has not"
		})
		p.awaitFrames()
	})
	must(p, page.RemoveScriptToEvaluateOnNewDocument, page.RemoveScriptToEvaluateOnNewDocumentParams(added))
	there, ok := first(all, markThere, 0)
	require.True(p.t, ok, "the trace does not have the mark")
	for _, e := range all {
		if e.Name == "DrawFrame" && e.Process == there.Process && e.At > there.At {
			// The page's clock begins with the navigation.
			since := evaluate[float64](p, "performance.getEntriesByName('"+markThere+"')[0].startTime")
			return micros(1000*since + e.At - there.At)
		}
	}
	require.Fail(p.t, "the trace has no frame with "+condition)
	return 0
}

// dot changes one pixel of the page.
const dot = `const dot = document.body.appendChild(document.createElement('i'));
	Object.assign(dot.style, {position: 'fixed', left: 0, top: 0, width: '1px', height: '1px', background: '#888'});`

// whenDrawn is a script that does something in the frame in which a condition is
// first met.
func whenDrawn(condition, then string) string {
	return `(() => {
		const met = () => { try { return Boolean(` + condition + `) } catch { return false } };
		const look = () => { if (met()) { ` + then + ` } else requestAnimationFrame(look) };
		requestAnimationFrame(look);
	})()`
}

// drawnAfter has do return the moment from which to count, such as that in which
// a call was answered, and returns how long after it this page had drawn a
// condition: less than 0 where it was faster.
func (p *tab) drawnAfter(condition string, do func() time.Time) time.Duration {
	p.t.Helper()
	world := p.world("figures")
	// The message comes when the frame has been painted.
	evaluateIn[bool](p, world, `globalThis.drawn = new Promise(done => {
		const painted = new MessageChannel();
		painted.port1.onmessage = () => done(performance.timeOrigin + performance.now());
		`+whenDrawn(condition, "painted.port2.postMessage(0)")+`;
	}), true`)
	from := do()
	ms := evaluateIn[float64](p, world, "globalThis.drawn")
	return time.UnixMicro(int64(ms * 1000)).Sub(from)
}

// TestFiguresAreTaken tries what measures the pages, on a page of its own.
func TestFiguresAreTaken(t *testing.T) {
	b, site := openBrowser(t), fixture(t)
	for _, l := range []look{desktop, phone} {
		p := b.visitor(t, site, l)
		took := p.drawnWith("/picture", "document.getElementById('late').textContent === 'there'")
		require.Positive(t, took)
		figure(t, "%s: drawn %s after it was opened", l.name, took.Round(time.Millisecond))

		corner, width, height := p.box("image", "Squares")
		middle := point{corner.x + width/2, corner.y + height/2}
		p.drag(middle, point{middle.x - 100, middle.y - 50}, 10)
		require.Equal(t, []float64{-100, -50, 1}, evaluate[[]float64](p, "moved()"))
		panned := p.framesWhile(func() { p.pan(middle, point{middle.x + 100, middle.y + 50}, time.Second) })
		require.Positive(t, panned.drawn)
		figure(t, "%s: panned: %s", l.name, panned)
		where := evaluate[[]float64](p, "moved()")
		require.Greater(t, where[0], -100.0)

		larger := func() bool { return evaluate[[]float64](p, "moved()")[2] > where[2] }
		if l.phone {
			figure(t, "%s: pinched: %s", l.name, p.framesWhile(func() { p.pinch(middle, 3) }))
			require.True(t, larger())
			p.swipe(middle, -60, 0)
			require.Less(t, evaluate[[]float64](p, "moved()")[0], where[0])
		} else {
			figure(t, "%s: wheel: %s", l.name, p.framesWhile(func() { p.wheel(middle, 400) }))
			require.True(t, larger())
		}

		still := p.framesWhile(func() { p.awaitFrames() })
		require.Less(t, still.drawn, 5, "a page that stands still is not drawn: %s", still)

		later := p.drawnAfter("document.getElementById('late').textContent === 'changed'", func() time.Time {
			asked := time.Now()
			p.run("document.getElementById('late').textContent = 'changed'")
			return asked
		})
		require.Greater(t, later, -time.Second, "the clocks are the same")
		figure(t, "%s: a change was drawn after %s", l.name, later.Round(time.Millisecond))
	}
}
