package docker

import (
	"maps"
	"regexp"
	"slices"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"seathold/internal/metrics"
)

// asked is all that a dashboard asks Prometheus for: by its panels, its variables
// and its annotations, named by their titles.
func asked(t *testing.T, d classicDashboard) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	for _, p := range panels(d) {
		for _, q := range queries(t, p) {
			all[*p.Title] = append(all[*p.Title], q.Expr)
		}
	}
	for _, v := range d.Templating.List[1:] {
		all["$"+v.Name] = []string{*v.Definition}
	}
	for _, a := range d.Annotations.List {
		all[a.Name] = append(all[a.Name], *a.Expr)
	}
	return all
}

var (
	ofRuntime = regexp.MustCompile(`\b(?:go|process)_\w+`)
	variable  = regexp.MustCompile(`\$(\w+)`)
)

// runtimeMetrics are those of Go and of the process.
func runtimeMetrics(t *testing.T) (names []string) {
	t.Helper()
	registry := prometheus.NewRegistry()
	metrics.RegisterProcess(registry, "")
	families, err := registry.Gather()
	require.NoError(t, err)
	for _, f := range families {
		names = append(names, f.GetName(), f.GetName()+"_sum", f.GetName()+"_count")
	}
	return names
}

// TestPanelsAskForWhatTheServiceHas, or they would be empty for good.
func TestPanelsAskForWhatTheServiceHas(t *testing.T) {
	exported, values, ofProcess := exported(t), values(t), runtimeMetrics(t)
	for name, labels := range exported {
		exported[name] = append(slices.Clip(labels), "instance", "job") // Prometheus adds them
	}
	for name, d := range dashboards(t) {
		variables := []string{"__rate_interval", "__range"}
		for _, v := range d.Templating.List {
			variables = append(variables, v.Name)
		}
		for title, exprs := range asked(t, d) {
			for _, expr := range exprs {
				what := name + ": " + title + ": " + expr
				known := variable.ReplaceAllString(expr, "x")
				require.Empty(t, unknown(known, exported, values, nil), what)
				require.Subset(t, ofProcess, ofRuntime.FindAllString(expr, -1), what)
				for _, used := range variable.FindAllStringSubmatch(expr, -1) {
					require.Contains(t, variables, used[1], what)
				}
			}
		}
	}
}

// TestEveryMetricIsOnAPanel: what is worth counting is worth being seen.
func TestEveryMetricIsOnAPanel(t *testing.T) {
	missing := exported(t)
	delete(missing, "up") // Prometheus's own
	for _, d := range dashboards(t) {
		for _, p := range panels(d) {
			for _, q := range queries(t, p) {
				for _, s := range selector.FindAllStringSubmatch(q.Expr, -1) {
					delete(missing, histogram.ReplaceAllString(s[1], "_seconds"))
				}
			}
		}
	}
	require.Empty(t, slices.Sorted(maps.Keys(missing)))
}
