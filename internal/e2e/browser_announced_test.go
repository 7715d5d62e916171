package e2e

import (
	"fmt"
	"strings"

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

// awaitSaid returns once the page that is open has said a text aloud; a * stands
// for any text.
func (p *tab) awaitSaid(text string) {
	p.t.Helper()
	fits := wildcard(text)
	p.until(fmt.Sprintf("await that is said aloud %q", text), func() string {
		said := evaluateIn[[]string](p, p.world(readerWorld), "said")
		for _, each := range said {
			if fits.MatchString(strings.Join(strings.Fields(each), " ")) {
				return ""
			}
		}
		return fmt.Sprintf("said was %q", said)
	})
}
