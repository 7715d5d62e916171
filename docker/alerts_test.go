package docker

import (
	"maps"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"

	"seathold/internal/metrics"
)

// rule is an alerting or a recording rule, as Prometheus reads it.
type rule struct {
	Alert       string            `json:"alert,omitempty"`
	Record      string            `json:"record,omitempty"`
	Expr        string            `json:"expr"`
	For         string            `json:"for,omitempty"`
	Labels      map[string]string `json:"labels,omitempty"`
	Annotations map[string]string `json:"annotations,omitempty"`
}

type ruleGroup struct {
	Name  string `json:"name"`
	Rules []rule `json:"rules"`
}

type ruleFile struct {
	Groups []ruleGroup `json:"groups"`
}

// ruleGroups are the groups of all rule files, those of recording rules first.
func ruleGroups(t *testing.T) []ruleGroup {
	t.Helper()
	paths, err := filepath.Glob("prometheus/rules/*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	var all []ruleGroup
	for _, path := range paths {
		var f ruleFile
		require.NoError(t, yaml.UnmarshalStrict(read(t, path), &f), path)
		all = append(all, f.Groups...)
	}
	slices.SortStableFunc(all, func(a, b ruleGroup) int {
		return strings.Count(b.Name, "recording") - strings.Count(a.Name, "recording")
	})
	return all
}

func alerts(t *testing.T) (all []rule) {
	t.Helper()
	for _, g := range ruleGroups(t) {
		for _, r := range g.Rules {
			if r.Alert != "" {
				all = append(all, r)
			}
		}
	}
	require.NotEmpty(t, all)
	return all
}

// TestInstancesAreFoundByTheirJobs: under the names that Prometheus gives them, by its
// own file or by the operator, which takes the service's.
func TestInstancesAreFoundByTheirJobs(t *testing.T) {
	var asked []string
	for _, a := range alerts(t) {
		for _, m := range matcher.FindAllStringSubmatch(a.Expr, -1) {
			if m[1] != "job" {
				continue
			}
			asked = append(asked, a.Alert)
			job := regexp.MustCompile("^(?:" + m[3] + ")$")
			require.Regexp(t, job, build(t, "base").services["seathold-ops"].Name)
			require.Contains(t, string(read(t, "prometheus", "prometheus.yml")), "job_name: seathold\n")
			require.Regexp(t, job, "seathold")
			require.NotRegexp(t, job, "balancer")
		}
	}
	require.Equal(t, []string{"SeatholdNoneUp", "SeatholdInstanceDown"}, asked)
}

var severities = []string{"page", "ticket", "info"}

// TestEveryAlertSaysWhatItIs: whom it concerns, what it means, and where one reads
// what to do.
func TestEveryAlertSaysWhatItIs(t *testing.T) {
	seen := map[string]bool{}
	for _, a := range alerts(t) {
		require.False(t, seen[a.Alert], "%s stands there twice", a.Alert)
		seen[a.Alert] = true
		require.True(t, strings.HasPrefix(a.Alert, "Seathold"), a.Alert)
		require.Contains(t, severities, a.Labels["severity"], a.Alert)
		require.Equal(t, []string{"description", "runbook_url", "summary"}, slices.Sorted(maps.Keys(a.Annotations)), a.Alert)
		for name, text := range a.Annotations {
			require.NotEmpty(t, text, "%s: %s", a.Alert, name)
		}
	}
}

var (
	tableRow  = regexp.MustCompile(`(?m)^//\t(seathold_\w+)(?:\{([\w,]*)\})? `)
	selector  = regexp.MustCompile(`\b((?:seathold_|seathold:|up\b)[\w:]*)(?:\{([^\[]*?)\}(?:\[|\s|\)|$))?`)
	matcher   = regexp.MustCompile(`(\w+)(=~|!~|!=|=)"([^"]*)"`)
	histogram = regexp.MustCompile(`_seconds_(bucket|count|sum)$`)
)

// exported are the metrics that the service has, with their labels, by the table
// that a test of the service holds against what it shows.
func exported(t *testing.T) map[string][]string {
	t.Helper()
	all := map[string][]string{"up": {"job", "instance"}}
	for _, row := range tableRow.FindAllStringSubmatch(string(read(t, "..", "internal", "metrics", "doc.go")), -1) {
		all[row[1]] = strings.FieldsFunc(row[2], func(c rune) bool { return c == ',' })
	}
	require.Greater(t, len(all), 30)
	return all
}

// values are those of the labels of the counters, which are shown from the start,
// and the bounds of the requests' histogram.
func values(t *testing.T) map[string][]string {
	t.Helper()
	registry, bounds := prometheus.NewRegistry(), prometheus.NewRegistry()
	metrics.New(registry)
	metrics.NewStreams(registry)
	metrics.NewHTTP(bounds).RequestEnded(t.Context(), "/", http.MethodGet, http.StatusOK, false, 0)
	families, err := registry.Gather()
	require.NoError(t, err)
	all := map[string][]string{}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			for _, l := range m.GetLabel() {
				key := f.GetName() + " " + l.GetName()
				all[key] = append(all[key], l.GetValue())
			}
		}
	}
	families, err = bounds.Gather()
	require.NoError(t, err)
	for _, f := range families {
		for _, b := range f.GetMetric()[0].GetHistogram().GetBucket() {
			all[f.GetName()+" le"] = append(all[f.GetName()+" le"], strconv.FormatFloat(b.GetUpperBound(), 'g', -1, 64))
		}
	}
	return all
}

// unknown returns what an expression asks for and the service does not have: a
// metric, a label, or a value of one.
func unknown(expr string, exported, values map[string][]string, recorded []string) (odd []string) {
	for _, s := range selector.FindAllStringSubmatch(expr, -1) {
		name := histogram.ReplaceAllString(s[1], "_seconds")
		labels, known := exported[name]
		if !known {
			if !slices.Contains(recorded, name) {
				odd = append(odd, name)
			}
			continue
		}
		if strings.HasSuffix(s[1], "_bucket") {
			labels = append(slices.Clip(labels), "le")
		}
		for _, m := range matcher.FindAllStringSubmatch(s[2], -1) {
			shown, listed := values[name+" "+m[1]]
			if !slices.Contains(labels, m[1]) || (listed && !eachIsShown(m[3], shown)) {
				odd = append(odd, name+" "+m[0])
			}
		}
	}
	return odd
}

// eachIsShown reports whether each alternative of a matcher is a value that there is.
func eachIsShown(wanted string, shown []string) bool {
	for one := range strings.SplitSeq(wanted, "|") {
		if !slices.Contains(shown, one) {
			return false
		}
	}
	return true
}

// TestRulesAskForWhatTheServiceHas, or they would be silent for good.
func TestRulesAskForWhatTheServiceHas(t *testing.T) {
	exported, values := exported(t), values(t)
	var recorded []string
	routes := string(read(t, "..", "internal", "httpapi", "openapi.yaml"))
	for _, g := range ruleGroups(t) {
		for _, r := range g.Rules {
			require.Empty(t, unknown(r.Expr, exported, values, recorded), r.Alert+r.Record)
			for _, m := range matcher.FindAllStringSubmatch(r.Expr, -1) {
				if m[1] == "route" && m[2] == "=" {
					require.Contains(t, routes, "\n  "+m[3]+":\n", "the route of %s", r.Alert+r.Record)
				}
			}
			recorded = append(recorded, r.Record)
		}
	}
	for mistake, odd := range map[string]string{
		`rate(seathold_hold_total[1m]) > 0`:                                            `seathold_hold_total`,
		`seathold:no_such:ratio > 0`:                                                   `seathold:no_such:ratio`,
		`sum(seathold_holds_total{result="granted"}) > 0`:                              `seathold_holds_total result="granted"`,
		`sum(rate(seathold_hold_end_total{how=~"sold|lost"}[1m])) > 0`:                 `seathold_hold_end_total how=~"sold|lost"`,
		`seathold_http_request_seconds_count{path="/v1/events/{event}/holds"} > 0`:     `seathold_http_request_seconds path="/v1/events/{event}/holds"`,
		`rate(seathold_http_request_seconds_bucket{route="/{x}",le="0.5"}[1m]) > 0.1`:  `seathold_http_request_seconds le="0.5"`,
		`rate(seathold_http_request_seconds_count{route="/{x}",code="5xx"}[1m]) > 0.1`: `seathold_http_request_seconds code="5xx"`,
	} {
		require.Equal(t, []string{odd}, unknown(mistake, exported, values, nil), "the control")
	}
}
