package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// panelQuery is what a dashboard asks Prometheus, and for what.
type panelQuery struct {
	of      string // the dashboard and the title
	expr    string
	instant bool // asked of the end of the time shown, else over all of it
}

// panelQueries reads what all of Grafana's dashboards ask: their panels, variables
// and annotations. That they are dashboards at all is held by docker's own tests.
func panelQueries(t *testing.T) (all []panelQuery) {
	t.Helper()
	paths, err := filepath.Glob(projectRoot + "/docker/grafana/dashboards/*.json")
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	for _, path := range paths {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		var d struct {
			Panels []struct {
				Title   string
				Targets []struct {
					Expr    string
					Instant bool
				}
			}
			Templating struct {
				List []struct{ Name, Type, Definition string }
			}
			Annotations struct{ List []struct{ Name, Expr string } }
		}
		require.NoError(t, json.Unmarshal(text, &d), path)
		add := func(title, expr string, instant bool) {
			all = append(all, panelQuery{strings.TrimSuffix(filepath.Base(path), ".json") + ": " + title, expr, instant})
		}
		for _, p := range d.Panels {
			for _, q := range p.Targets {
				add(p.Title, q.Expr, q.Instant)
			}
		}
		for _, a := range d.Annotations.List {
			add("annotation "+a.Name, a.Expr, false)
		}
		for _, v := range d.Templating.List {
			if v.Type == "query" {
				add("variable "+v.Name, valuesOfLabel(t, v.Definition), true)
			}
		}
	}
	require.Greater(t, len(all), 50)
	return all
}

// labelValues is Grafana's word for the values that a label has.
var labelValues = regexp.MustCompile(`^label_values\((.+), (\w+)\)$`)

// valuesOfLabel says it in Prometheus's.
func valuesOfLabel(t *testing.T, definition string) string {
	t.Helper()
	parts := labelValues.FindStringSubmatch(definition)
	require.NotNil(t, parts, definition)
	return "count by (" + parts[2] + ") (" + parts[1] + ")"
}

// TestEveryPanelHasData has a real Prometheus watch a sale of which everything that
// happens in sales is a part, and asks it all that the dashboards ask. The rules are
// evaluated beside it: they are in order, and nobody is called for a sale that went well.
func TestEveryPanelHasData(t *testing.T) {
	s := openBusyShop(t)
	p := s.watch(t)
	begin := time.Now()
	for range 2 { // a rate needs a before and an after
		p.scrapedAgain(t, 2)
		s.busyRound(t)
	}
	p.scrapedAgain(t, 2)

	all := panelQueries(t)
	empty := p.emptyOf(t, all, begin)
	require.Empty(t, empty, "%d of %d queries have no number to show:\n%s", len(empty), len(all), strings.Join(empty, "\n"))
	p.requireHealthyRules(t)

	wrong := slices.Clone(all)
	for i := range wrong {
		wrong[i].expr = strings.NewReplacer("seathold_", "seatheld_", "go_", "og_", "process_", "procession_").Replace(wrong[i].expr)
	}
	wrong = slices.DeleteFunc(wrong, func(q panelQuery) bool { return strings.Contains(q.expr, "vector(0)") })
	require.Len(t, p.emptyOf(t, wrong, begin), len(wrong), "the control: of metrics that are not there, nothing is shown")
}
