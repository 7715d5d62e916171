package docker

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/cog/plugins"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	grafana "github.com/grafana/grafana-foundation-sdk/go/prometheus"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"
)

// classicDashboard is the form that the Grafana of the compose file reads.
type classicDashboard = dashboard.Dashboard //nolint:staticcheck // the form after it needs Grafana 12

// parseDashboard reads a dashboard by Grafana's own schema, which refuses what it
// does not know, also in the options of a panel and in a query.
func parseDashboard(text []byte) (d classicDashboard, err error) {
	plugins.RegisterDefaultPlugins()
	// What is strict returns an error that is empty where all is well, and no panels.
	var wrong cog.BuildErrors
	err = new(classicDashboard).UnmarshalJSONStrict(text)
	if err != nil && (!errors.As(err, &wrong) || len(wrong) > 0) {
		return d, err
	}
	if err := json.Unmarshal(text, &d); err != nil {
		return d, err
	}
	return d, d.Validate()
}

// dashboards are those that Grafana shows, by the names of their files.
func dashboards(t *testing.T) map[string]classicDashboard {
	t.Helper()
	paths, err := filepath.Glob("grafana/dashboards/*.json")
	require.NoError(t, err)
	all := map[string]classicDashboard{}
	for _, path := range paths {
		d, err := parseDashboard(read(t, path))
		require.NoError(t, err, path)
		all[filepath.Base(path)] = d
	}
	require.Contains(t, all, "sale.json")
	require.Contains(t, all, "machinery.json")
	return all
}

// panels are those of a dashboard that ask for something.
func panels(d classicDashboard) (all []dashboard.Panel) {
	for _, p := range d.Panels {
		if p.Panel != nil {
			all = append(all, *p.Panel)
		}
	}
	return all
}

// queries are those of a panel. By the schema they are Prometheus's.
func queries(t *testing.T, p dashboard.Panel) (all []grafana.Dataquery) {
	t.Helper()
	for _, target := range p.Targets {
		q, is := target.(*grafana.Dataquery)
		require.True(t, is, "%s asks by a %T", *p.Title, target)
		all = append(all, *q)
	}
	require.NotEmpty(t, all, *p.Title)
	return all
}

// TestDashboardsFollowGrafanasSchema, and whatever it does not know is refused,
// wherever it stands.
func TestDashboardsFollowGrafanasSchema(t *testing.T) {
	dashboards(t)
	text := string(read(t, "grafana", "dashboards", "sale.json"))
	for what, mistake := range map[string][2]string{
		"a field of the dashboard": {`"graphTooltip"`, `"graphTip"`},
		"a field of a panel":       {`"gridPos"`, `"grid"`},
		"an option of a panel":     {`"graphMode"`, `"graphMood"`},
		"a field of a query":       {`"legendFormat"`, `"legend"`},
		"a field's configuration":  {`"fillOpacity"`, `"opacity"`},
		"a type":                   {`"schemaVersion": 39`, `"schemaVersion": "39"`},
	} {
		require.Contains(t, text, mistake[0])
		_, err := parseDashboard([]byte(strings.Replace(text, mistake[0], mistake[1], 1)))
		require.Error(t, err, "the control: %s", what)
	}
}

// TestDashboardsAreToldApart, and panels within one.
func TestDashboardsAreToldApart(t *testing.T) {
	uids := map[string]string{}
	for name, d := range dashboards(t) {
		require.NotContains(t, uids, *d.Uid)
		uids[*d.Uid] = name
		require.Contains(t, d.Tags, "seathold", "%s: the links go by it", name)
		require.Equal(t, []string{"seathold"}, d.Links[0].Tags, name)
		ids, titles := map[uint32]bool{}, map[string]bool{}
		for _, p := range d.Panels {
			var id uint32
			var title string
			if p.RowPanel != nil {
				id, title = p.RowPanel.Id, *p.RowPanel.Title
			} else {
				id, title = *p.Panel.Id, *p.Panel.Title
			}
			require.False(t, ids[id], "%s: the id %d twice", name, id)
			require.False(t, titles[title], "%s: %q twice", name, title)
			ids[id], titles[title] = true, true
		}
	}
}

// misplaced returns what is wrong with where panels stand: they overlap, leave the
// grid, or a line has a gap.
func misplaced(all []dashboard.GridPos) (wrong []string) {
	const columns = 24 // of Grafana's grid
	taken, bottom := map[[2]uint32]int{}, uint32(0)
	for i, p := range all {
		if p.W == 0 || p.H == 0 || p.X+p.W > columns {
			return []string{fmt.Sprintf("panel %d leaves the grid", i)}
		}
		for cell := range p.W * p.H {
			at := [2]uint32{p.X + cell%p.W, p.Y + cell/p.W}
			if other, is := taken[at]; is {
				return []string{fmt.Sprintf("panels %d and %d overlap", other, i)}
			}
			taken[at] = i
		}
		bottom = max(bottom, p.Y+p.H)
	}
	if missing := int(bottom)*columns - len(taken); missing > 0 {
		wrong = append(wrong, fmt.Sprintf("%d cells are empty", missing))
	}
	return wrong
}

func TestPanelsFillTheGrid(t *testing.T) {
	for name, d := range dashboards(t) {
		var all []dashboard.GridPos
		for _, p := range d.Panels {
			if p.RowPanel != nil {
				all = append(all, *p.RowPanel.GridPos)
			} else {
				all = append(all, *p.Panel.GridPos)
			}
		}
		require.Empty(t, misplaced(all), name)
	}
	half, other := dashboard.GridPos{W: 12, H: 2}, dashboard.GridPos{X: 12, W: 12, H: 2}
	require.Empty(t, misplaced([]dashboard.GridPos{half, other}))
	for wrong, control := range map[string][]dashboard.GridPos{
		"panels 0 and 1 overlap":  {half, {X: 11, Y: 1, W: 13, H: 1}},
		"panel 1 leaves the grid": {half, {X: 12, W: 13, H: 2}},
		"24 cells are empty":      {half},
	} {
		require.Equal(t, []string{wrong}, misplaced(control), "the control")
	}
}

// TestPanelsExplainThemselves: what it shows and what is good, in which unit, and
// what each line is.
func TestPanelsExplainThemselves(t *testing.T) {
	for name, d := range dashboards(t) {
		require.NotEmpty(t, d.Description, name)
		for _, p := range panels(d) {
			what := name + ": " + *p.Title
			require.NotNil(t, p.Description, what)
			require.NotEmpty(t, p.FieldConfig.Defaults.Unit, what)
			if p.Type != "timeseries" && p.Type != "bargauge" {
				continue
			}
			for _, q := range queries(t, p) {
				require.NotEmpty(t, *q.LegendFormat, what)
			}
		}
	}
}

// TestGrafanaFindsItsData: panels ask the data source that the variable names, which
// at first is the one that is provisioned.
func TestGrafanaFindsItsData(t *testing.T) {
	var provisioned struct {
		Datasources []struct{ UID, Name, Type string }
	}
	require.NoError(t, yaml.Unmarshal(read(t, "grafana", "provisioning", "datasources", "prometheus.yaml"), &provisioned))
	source := provisioned.Datasources[0]
	for name, d := range dashboards(t) {
		variable := d.Templating.List[0]
		require.Equal(t, dashboard.VariableTypeDatasource, variable.Type, name)
		require.Equal(t, "datasource", variable.Name, name)
		require.Equal(t, source.Type, *variable.Query.String, name)
		require.Equal(t, source.UID, *variable.Current.Value.String, name)
		require.Equal(t, source.Name, *variable.Current.Text.String, name)
		asked := []*common.DataSourceRef{}
		for _, v := range d.Templating.List[1:] {
			asked = append(asked, v.Datasource)
		}
		for _, a := range d.Annotations.List {
			asked = append(asked, a.Datasource)
		}
		for _, p := range panels(d) {
			asked = append(asked, p.Datasource)
			for _, q := range queries(t, p) {
				asked = append(asked, q.Datasource)
			}
		}
		for _, ref := range asked {
			require.NotNil(t, ref, name)
			require.Equal(t, "${datasource}", *ref.Uid, name)
			require.Equal(t, source.Type, *ref.Type, name)
		}
	}
}
