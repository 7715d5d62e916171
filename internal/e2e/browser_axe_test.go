package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"seathold/internal/testserver"
)

// checkAccessible has axe-core judge the page as it is at this moment, in each
// look: of WCAG 2.2 the levels A and AA, and what axe-core calls best practice.
// The page must also not be wider than its window, so that nobody scrolls to
// read a line.
func checkAccessible(t *testing.T, p *tab, name string) {
	t.Helper()
	p.inEachLook(allLooks, func(l look) { judge(t, p, name, l) })
}

func judge(t *testing.T, p *tab, name string, l look) {
	t.Helper()
	for _, each := range p.violations() {
		t.Errorf("%s, %s: %s", name, l.name, each)
	}
	if over := evaluate[int](p, "document.documentElement.scrollWidth - innerWidth"); over > 0 {
		t.Errorf("%s, %s: the page is %d px wider than its window", name, l.name, over)
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
	found := evaluateIn[[]violation](p, world, `axe.run(document, {
		runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
		resultTypes: ['violations'],
	}).then(r => r.violations.map(v => ({id: v.id, help: v.help,
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

// TestWhatIsNotAccessibleIsFound is the control: a page with one fault of each sort.
func TestWhatIsNotAccessibleIsFound(t *testing.T) {
	t.Parallel()
	p := openBrowser(t).visitor(t, fixture(t), desktop)
	p.open("/inaccessible")
	said := strings.Join(p.violations(), "\n")
	for _, rule := range []string{"image-alt", "color-contrast", "label", "target-size", "region"} {
		require.Contains(t, said, rule+": ")
	}
}
