package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// panelQuery is what a dashboard asks Prometheus, and for what.
type panelQuery struct {
	of      string // the dashboard and the title
	expr    string
	legend  string // what each line is called; names labels
	instant bool   // asked of the end of the time shown, else over all of it
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
					Expr, LegendFormat string
					Instant            bool
				}
			}
			Templating struct {
				List []struct{ Name, Type, Definition string }
			}
			Annotations struct {
				List []struct{ Name, Expr, TitleFormat, TextFormat string }
			}
		}
		require.NoError(t, json.Unmarshal(text, &d), path)
		add := func(title, expr, legend string, instant bool) {
			all = append(all, panelQuery{strings.TrimSuffix(filepath.Base(path), ".json") + ": " + title, expr, legend, instant})
		}
		for _, p := range d.Panels {
			for _, q := range p.Targets {
				add(p.Title, q.Expr, q.LegendFormat, q.Instant)
			}
		}
		for _, a := range d.Annotations.List {
			add("annotation "+a.Name, a.Expr, a.TitleFormat+a.TextFormat, false)
		}
		for _, v := range d.Templating.List {
			if v.Type == "query" {
				expr, legend := valuesOfLabel(t, v.Definition)
				add("variable "+v.Name, expr, legend, true)
			}
		}
	}
	require.Greater(t, len(all), 50)
	return all
}

// labelValues is Grafana's word for the values that a label has.
var labelValues = regexp.MustCompile(`^label_values\((.+), (\w+)\)$`)

// valuesOfLabel says it in Prometheus's.
func valuesOfLabel(t *testing.T, definition string) (expr, legend string) {
	t.Helper()
	parts := labelValues.FindStringSubmatch(definition)
	require.NotNil(t, parts, definition)
	return "count by (" + parts[2] + ") (" + parts[1] + ")", "{{" + parts[2] + "}}"
}

// orNothing is what shows 0 for faults as long as there are none.
var orNothing = regexp.MustCompile(` or (?:label_replace\()?vector\(0\)(?:, "\w+", "\w+", "", ""\))?`)

// asIfHappened makes queries for faults, of which a sale that goes well has none, such
// as ask in the same way for what did happen.
func asIfHappened(all []panelQuery) (made []panelQuery) {
	happened := strings.NewReplacer(`status="5xx"`, `status="2xx"`, `outcome!="ok"`, `outcome="ok"`)
	for _, q := range all {
		if orNothing.MatchString(q.expr) && !strings.Contains(q.expr, "ALERTS") { // of alerts there are really none
			q.of += ", had it happened"
			q.expr = happened.Replace(orNothing.ReplaceAllString(q.expr, ""))
			made = append(made, q)
		}
	}
	return made
}

// TestEveryPanelHasData has a real Prometheus watch a sale of which everything that
// happens in sales is a part, and asks it all that the dashboards ask. The rules are
// evaluated beside it: they are in order, and nobody is called for a sale that went well.
func TestEveryPanelHasData(t *testing.T) {
	t.Parallel()
	s := openBusyShop(t)
	p := s.watch(t)
	begin := time.Now()
	for range 2 { // a rate needs a before and an after
		p.scrapedAgain(t, 2)
		s.busyRound(t)
	}
	p.scrapedAgain(t, 2)

	all := panelQueries(t)
	all = append(all, asIfHappened(all)...)
	faults := p.faultsOf(t, all, begin)
	require.Empty(t, faults, "of %d queries %d show nothing, or lines without a name:\n%s", len(all), len(faults), strings.Join(faults, "\n"))
	p.requireHealthyRules(t)

	misspelt := strings.NewReplacer("seathold_", "seatheld_", "go_", "og_", "process_", "procession_")
	for _, q := range all {
		if !orNothing.MatchString(q.expr) {
			empty := q
			empty.expr = misspelt.Replace(q.expr)
			require.Equal(t, "no number", p.faultOf(t, empty, begin), "the control: %s", empty)
		}
	}
	nameless := panelQuery{"the control", "count(seathold_build_info)", "{{instance}}", true}
	require.Equal(t, "no label instance", p.faultOf(t, nameless, begin))
}
