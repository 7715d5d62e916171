package docker

import (
	"cmp"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"

	"seathold/internal/testserver"
)

// suite is a file of tests of rules, as promtool reads it.
type suite struct {
	RuleFiles  []string   `json:"rule_files"`
	Interval   string     `json:"evaluation_interval"`
	GroupOrder []string   `json:"group_eval_order"`
	Tests      []ruleTest `json:"tests"`
}

type ruleTest struct {
	Name     string `json:"name"`
	Interval string `json:"interval"`
	Series   []struct {
		Series string `json:"series"`
		Values string `json:"values"`
	} `json:"input_series"`
	Alerts []alertTest `json:"alert_rule_test"`
}

// alertTest is what an alert is to be at a time: silent, or fired with these labels.
type alertTest struct {
	Alert    string `json:"alertname"`
	At       string `json:"eval_time"`
	Expected []struct {
		Labels      map[string]string `json:"exp_labels"`
		Annotations map[string]string `json:"exp_annotations"`
	} `json:"exp_alerts"`
}

func suitePaths(t *testing.T) []string {
	t.Helper()
	paths, err := filepath.Glob("prometheus/tests/*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	return paths
}

// promtool runs the tool; its error is that the rules or their tests are wrong.
func promtool(t *testing.T, args ...string) (said string, err error) {
	t.Helper()
	text, err := exec.CommandContext(t.Context(), testserver.Promtool(t), args...).CombinedOutput()
	return string(text), err
}

func TestPromtoolTakesTheRules(t *testing.T) {
	paths, err := filepath.Glob("prometheus/rules/*.yaml")
	require.NoError(t, err)
	said, err := promtool(t, append([]string{"check", "rules", "--lint-fatal"}, paths...)...)
	require.NoError(t, err, said)
	said, err = promtool(t, append([]string{"test", "rules"}, suitePaths(t)...)...)
	require.NoError(t, err, said)
}

// tested are the tests that speak of an alert, each with what it says of this one.
type tested struct {
	suite suite
	tests []ruleTest
}

// testsByAlert takes the suites apart.
func testsByAlert(t *testing.T) map[string][]tested {
	t.Helper()
	all := map[string][]tested{}
	for _, path := range suitePaths(t) {
		var s suite
		require.NoError(t, yaml.UnmarshalStrict(read(t, path), &s), path)
		here := map[string][]ruleTest{}
		for _, whole := range s.Tests {
			said := map[string][]alertTest{}
			for _, a := range whole.Alerts {
				said[a.Alert] = append(said[a.Alert], a)
			}
			for name, its := range said {
				one := whole
				one.Alerts = its
				here[name] = append(here[name], one)
			}
		}
		for name, tests := range here {
			all[name] = append(all[name], tested{s, tests})
		}
	}
	return all
}

// firesAndClears reports whether the tests of an alert have it silent, then fired,
// then silent again in one run.
func firesAndClears(all []tested) bool {
	return slices.ContainsFunc(all, func(one tested) bool {
		return slices.ContainsFunc(one.tests, func(test ruleTest) bool {
			fired := make([]bool, len(test.Alerts))
			for i, a := range test.Alerts {
				fired[i] = len(a.Expected) > 0
			}
			on := slices.Index(fired, true)
			return on > 0 && !fired[len(fired)-1]
		})
	})
}

// silenced is a rule that never fires, and eager one that always does.
func silenced(r rule) rule { r.Expr = "(" + r.Expr + ") unless on() vector(1)"; return r }

func eager(r rule) rule { r.Expr, r.For = "("+r.Expr+") or on() vector(1)", ""; return r }

// hasty fires without the time for which its reason has to last.
func hasty(r rule) rule { r.For = ""; return r }

var bound = regexp.MustCompile(`([<>]) (\d[\d.]*)`)

// dull are rules of which one bound each is so far out that what is tested does not
// reach it.
func dull(t *testing.T, r rule) (all []rule) {
	t.Helper()
	for _, at := range bound.FindAllStringSubmatchIndex(r.Expr, -1) {
		number, err := strconv.ParseFloat(r.Expr[at[4]:at[5]], 64)
		require.NoError(t, err)
		far := 100 * cmp.Or(number, 10)
		if r.Expr[at[2]:at[3]] == "<" {
			far = number / 100
		}
		one := r
		one.Expr = r.Expr[:at[4]] + strconv.FormatFloat(far, 'f', -1, 64) + r.Expr[at[5]:]
		all = append(all, one)
	}
	return all
}

// TestEveryAlertIsTested: it has a run in which it fires and clears, and a rule that
// never fires, always, too late or too soon, does not pass its tests.
func TestEveryAlertIsTested(t *testing.T) {
	groups, byAlert := ruleGroups(t), testsByAlert(t)
	require.Contains(t, groups[0].Name, "recording")
	for _, a := range alerts(t) {
		t.Run(a.Alert, func(t *testing.T) {
			t.Parallel()
			tests := byAlert[a.Alert]
			require.True(t, firesAndClears(tests), "no test has it silent, fired and silent again")
			passes := func(r rule) bool {
				return slices.IndexFunc(tests, func(one tested) bool { return !passes(t, groups[0], r, one) }) < 0
			}
			require.True(t, passes(a), "alone it passes")
			require.False(t, passes(silenced(a)), "the control: it never fires")
			require.False(t, passes(eager(a)), "the control: it always fires")
			for _, r := range dull(t, a) {
				require.False(t, passes(r), "the control: a bound too far out: %s", r.Expr)
			}
			if a.For != "" {
				require.False(t, passes(hasty(a)), "the control: it fires at once")
			}
		})
	}
}

// passes runs the tests of one alert on this rule alone, beside what is recorded.
func passes(t *testing.T, recording ruleGroup, r rule, one tested) bool {
	t.Helper()
	folder := t.TempDir()
	write := func(name string, content any) string {
		text, err := yaml.Marshal(content)
		require.NoError(t, err)
		path := filepath.Join(folder, name)
		require.NoError(t, os.WriteFile(path, text, 0o600))
		return path
	}
	s := one.suite
	s.RuleFiles = []string{write("rules.yaml", ruleFile{[]ruleGroup{recording, {Name: "alone", Rules: []rule{r}}}})}
	s.GroupOrder, s.Tests = []string{recording.Name, "alone"}, one.tests
	said, err := promtool(t, "test", "rules", write("tests.yaml", s))
	if err != nil {
		require.Contains(t, said, "FAILED", "the control breaks the rule's meaning, not its syntax")
		require.Contains(t, said, "exp:", said)
	}
	return err == nil
}
