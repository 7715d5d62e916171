package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/stretchr/testify/require"

	"seathold/internal/testserver"
)

// prometheus is one that watches a service.
type prometheus struct {
	url      string
	instance string // the service's, as Prometheus names it
}

// watch starts a Prometheus that asks the service every second, and reads the rules
// of the deployment, where there are any.
func (s *shop) watch(t *testing.T) *prometheus {
	t.Helper()
	rules, err := filepath.Abs(projectRoot + "/docker/prometheus/rules")
	require.NoError(t, err)
	instance := strings.TrimPrefix(s.ops, "http://")
	config := filepath.Join(t.TempDir(), "prometheus.yml")
	require.NoError(t, os.WriteFile(config, fmt.Appendf(nil, `
global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}
rule_files: [%q]
scrape_configs:
  - job_name: seathold
    static_configs: [{targets: [%q]}]
`, filepath.Join(rules, "*.yaml"), instance), 0o600))
	server := testserver.Prometheus(t, config)
	return &prometheus{"http://" + server.Addr, instance}
}

// get asks Prometheus's API and decodes the data of its answer.
func (p *prometheus) get(t *testing.T, path string, query url.Values, into any) {
	t.Helper()
	answer, err := http.Get(p.url + path + "?" + query.Encode())
	require.NoError(t, err)
	body, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	data := struct{ Data any }{into}
	require.Equal(t, http.StatusOK, answer.StatusCode, "%s: %s", query.Get("query"), body)
	require.NoError(t, json.Unmarshal(body, &data))
}

// number returns what an expression is now, NaN where it is nothing.
func (p *prometheus) number(t *testing.T, expr string) float64 {
	t.Helper()
	var found struct{ Result model.Vector }
	p.get(t, "/api/v1/query", url.Values{"query": {expr}}, &found)
	if len(found.Result) == 0 {
		return math.NaN()
	}
	return float64(found.Result[0].Value)
}

// scrapedAgain returns when the service has been asked so many times more.
func (p *prometheus) scrapedAgain(t *testing.T, times int) {
	t.Helper()
	const lastScrape = `timestamp(up{job="seathold"} == 1)`
	for range times {
		before := p.number(t, lastScrape)
		within(t, startPatience, "Prometheus asks the service again", func() bool {
			now := p.number(t, lastScrape)
			return !math.IsNaN(now) && (math.IsNaN(before) || now > before)
		})
	}
}

// named are the labels that a legend names.
var named = regexp.MustCompile(`\{\{(\w+)\}\}`)

// faultOf returns why Prometheus has nothing to show for a query, of the time since
// begin: no number, or a line without the label that it is called by. "": it has.
func (p *prometheus) faultOf(t *testing.T, q panelQuery, begin time.Time) string {
	t.Helper()
	numbers := 0
	for _, line := range p.ask(t, q, begin) {
		for _, label := range named.FindAllStringSubmatch(q.legend, -1) {
			if _, has := line.Metric[model.LabelName(label[1])]; !has {
				return "no label " + label[1]
			}
		}
		for _, v := range line.Values {
			if n := float64(v.Value); !math.IsNaN(n) && !math.IsInf(n, 0) {
				numbers++
			}
		}
	}
	if numbers == 0 {
		return "no number"
	}
	return ""
}

// ask returns what Grafana would get for a query, of the time since begin.
func (p *prometheus) ask(t *testing.T, q panelQuery, begin time.Time) model.Matrix {
	t.Helper()
	expr := strings.NewReplacer(
		"$__rate_interval", "15s", "$__range", time.Since(begin).Round(time.Second).String(), "$instance", p.instance, "$event", ".*",
	).Replace(q.expr)
	require.NotContains(t, expr, "$", q.of)
	start := begin
	if q.instant {
		start = time.Now()
	}
	at := func(when time.Time) []string { return []string{strconv.FormatInt(when.Unix(), 10)} }
	var found struct{ Result model.Matrix }
	p.get(t, "/api/v1/query_range", url.Values{"query": {expr}, "start": at(start), "end": at(time.Now()), "step": {"1"}}, &found)
	return found.Result
}

// faultsOf returns the queries for which Prometheus has nothing to show, each with why.
func (p *prometheus) faultsOf(t *testing.T, all []panelQuery, begin time.Time) (faults []string) {
	t.Helper()
	for _, q := range all {
		if fault := p.faultOf(t, q, begin); fault != "" {
			faults = append(faults, fmt.Sprintf("%s: %s: %s", q.of, fault, q.expr))
		}
	}
	return faults
}

// slowness are the alerts that also a slow machine raises.
var slowness = []string{"SeatholdHoldsSlow", "SeatholdSweeperBehind"}

// requireHealthyRules requires that each rule is evaluated without a fault, and that
// no alert calls anybody.
func (p *prometheus) requireHealthyRules(t *testing.T) {
	t.Helper()
	var evaluated struct {
		Groups []struct {
			Rules []struct {
				Name, Health, LastError, State string
				Labels                         map[string]string
			}
		}
	}
	p.get(t, "/api/v1/rules", nil, &evaluated)
	files, err := filepath.Glob(projectRoot + "/docker/prometheus/rules/*.yaml")
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(evaluated.Groups), len(files), "they are read")
	for _, g := range evaluated.Groups {
		for _, r := range g.Rules {
			require.Equal(t, "ok", r.Health, "%s: %s", r.Name, r.LastError)
			if r.State == "firing" && slices.Contains(slowness, r.Name) {
				figure(t, "this machine is so slow that %s fires", r.Name)
				continue
			}
			require.False(t, r.State == "firing" && r.Labels["severity"] == "page", "%s calls somebody", r.Name)
		}
	}
}
