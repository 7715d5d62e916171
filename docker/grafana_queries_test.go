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
	variable  = regexp.MustCompile(`\$\w+`)
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

// there is what a query may ask for.
type there struct {
	exported, values   map[string][]string
	runtime, variables []string
}

// lacks returns what an expression asks for and is not there.
func (h there) lacks(expr string) (odd []string) {
	for _, name := range ofRuntime.FindAllString(expr, -1) {
		if !slices.Contains(h.runtime, name) {
			odd = append(odd, name)
		}
	}
	for _, used := range variable.FindAllString(expr, -1) {
		if !slices.Contains(h.variables, used) {
			odd = append(odd, used)
		}
	}
	return append(odd, unknown(variable.ReplaceAllString(expr, "x"), h.exported, h.values, nil)...)
}

// TestPanelsAskForWhatTheServiceHas, or they would be empty for good.
func TestPanelsAskForWhatTheServiceHas(t *testing.T) {
	h := there{exported: exported(t), values: values(t), runtime: runtimeMetrics(t)}
	for name, labels := range h.exported {
		h.exported[name] = append(slices.Clip(labels), "instance", "job") // Prometheus adds them
	}
	for name, d := range dashboards(t) {
		h.variables = []string{"$__rate_interval", "$__range"}
		for _, v := range d.Templating.List {
			h.variables = append(h.variables, "$"+v.Name)
		}
		for title, exprs := range asked(t, d) {
			for _, expr := range exprs {
				require.Empty(t, h.lacks(expr), "%s: %s: %s", name, title, expr)
			}
		}
	}
	for mistake, odd := range map[string]string{
		`rate(seathold_hold_total[$__rate_interval])`:   `seathold_hold_total`,
		`sum(seathold_holds_total{result="granted"})`:   `seathold_holds_total result="granted"`,
		`sum(seathold_seats{place=~"$__range"}) by (x)`: `seathold_seats place=~"x"`,
		`go_gorutines > 1`:                         `go_gorutines`,
		`process_open_fds{instance=~"$instances"}`: `$instances`,
	} {
		require.Equal(t, []string{odd}, h.lacks(mistake), "the control")
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
