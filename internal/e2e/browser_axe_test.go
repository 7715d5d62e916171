package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"seathold/internal/testserver"
)

// Of WCAG 2.2 the levels A and AA, and what axe-core calls best practice.
const allRules = `['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']`

// The dark is another matter only of colours.
const colourRules = `{type: 'rule', values: ['color-contrast', 'link-in-text-block']}`

// checkAccessible has axe-core judge the page as it is at this moment, in each
// look, and takes a picture of each, as shoot does. The page must also not be
// wider than its window, so that nobody scrolls to read a line.
func checkAccessible(t testing.TB, p *tab, name string) {
	t.Helper()
	looks := map[string][]string{} // by what is wrong in them
	p.inEachLook(allLooks, func(l look) {
		for _, each := range p.violations() {
			looks[each] = append(looks[each], l.name)
		}
		// Not innerWidth: a phone shows a page that is too wide in a wider window.
		if over := evaluate[int64](p, "document.documentElement.scrollWidth") - l.width; over > 0 {
			t.Errorf("%s, %s: the page is %d px wider than its window", name, l.name, over)
		}
		if err := p.picture(name + "-" + l.name + ".png"); err != nil {
			t.Error(err)
		}
	})
	for wrong, in := range looks {
		t.Errorf("%s, %s: %s", name, strings.Join(in, ", "), wrong)
	}
}

// violations returns what axe-core finds on the page in its present look. It
// runs in a world beside the page: the page's policy stays as it is, and the
// page does not see it.
func (p *tab) violations() []string {
	p.t.Helper()
	world := p.world("axe")
	if !evaluateIn[bool](p, world, "'axe' in globalThis") {
		evaluateIn[bool](p, world, testserver.Axe(p.t)+"; true")
	}
	rules := allRules
	if p.look.dark {
		rules = colourRules
	}
	found := evaluateIn[[]violation](p, world, `axe.run(document, {runOnly: `+rules+`, resultTypes: ['violations']})
		.then(r => r.violations.map(v => ({id: v.id, help: v.help,
			nodes: v.nodes.map(n => ({html: n.html.slice(0, 200), why: n.failureSummary}))})))`)
	var said []string
	for _, v := range found {
		said = append(said, v.String())
	}
	return said
}

type violation struct {
	ID, Help string
	Nodes    []struct{ HTML, Why string }
}

func (v violation) String() string {
	const most = 5 // examples
	said := []string{fmt.Sprintf("%s: %s, %d times", v.ID, v.Help, len(v.Nodes))}
	for _, n := range v.Nodes[:min(most, len(v.Nodes))] {
		said = append(said, "  "+n.HTML, "    "+strings.ReplaceAll(n.Why, "\n", "\n    "))
	}
	return strings.Join(said, "\n")
}

// TestWhatIsNotAccessibleIsFound is the control: a page with a fault of each sort.
func TestWhatIsNotAccessibleIsFound(t *testing.T) {
	t.Setenv(screenshotsVariable, t.TempDir())
	p := openBrowser(t).visitor(t, fixture(t), desktop)
	p.open("/inaccessible")
	judged := &errorsOf{TB: t}
	checkAccessible(judged, p, "fixture")
	said := strings.Join(judged.said, "\n")
	for _, rule := range []string{"image-alt", "label", "target-size", "region", "landmark-one-main"} {
		require.Contains(t, said, "fixture, 1280x800, 360x740: "+rule+": ")
	}
	require.Contains(t, said, "fixture, 1280x800, 1280x800-dark, 360x740, 360x740-dark: color-contrast: ")
	require.Contains(t, said, "fixture, 360x740: the page is 640 px wider than its window")
	require.NotContains(t, said, "1280x800: the page is")
}

// errorsOf records what would have failed a test.
type errorsOf struct {
	testing.TB
	said []string
}

func (e *errorsOf) Helper() {}
func (e *errorsOf) Errorf(format string, args ...any) {
	e.said = append(e.said, fmt.Sprintf(format, args...))
}
