package e2e

import (
	"fmt"

	"github.com/chromedp/cdproto/page"
)

// What a page says aloud to readers of the screen: the texts that come into its
// live regions. Notices go by themselves; what was said stays said.

// readerWorld is a world of scripts that the page knows nothing of.
const readerWorld = "reader"

const listenToRegions = `(() => {
	const said = globalThis.said = [];
	const regions = '[aria-live], [role=status], [role=alert]';
	new MutationObserver(changes => {
		for (const {target, addedNodes, type} of changes) {
			if (!(target.nodeType === Node.ELEMENT_NODE ? target : target.parentElement)?.closest(regions)) continue;
			const texts = type === 'characterData' ? [target.data] : [...addedNodes].map(n => n.textContent);
			said.push(...texts.filter(text => text.trim()));
		}
	}).observe(document, {subtree: true, childList: true, characterData: true});
})()`

// listenToReader notes what pages say aloud, from the next that is opened on.
func (p *tab) listenToReader() {
	p.t.Helper()
	must(p, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
		WorldName: readerWorld, Source: listenToRegions,
	})
}

// said returns what the page that is open has said aloud.
func (p *tab) said() []string {
	p.t.Helper()
	return evaluateIn[[]string](p, p.world(readerWorld), "said.map(text => text.trim().replace(/\\s+/g, ' '))")
}

// timesSaid returns how often a text was said; a * stands for any text.
func (p *tab) timesSaid(text string) (n int) {
	p.t.Helper()
	fits := wildcard(text)
	for _, each := range p.said() {
		if fits.MatchString(each) {
			n++
		}
	}
	return n
}

// awaitSaid returns once the page that is open has said a text aloud; a * stands
// for any text.
func (p *tab) awaitSaid(text string) {
	p.t.Helper()
	p.until(fmt.Sprintf("await that is said aloud %q", text), func() string {
		if p.timesSaid(text) == 0 {
			return fmt.Sprintf("said was %q", p.said())
		}
		return ""
	})
}
