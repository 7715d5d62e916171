package docker

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"
)

// prometheusRule is the Prometheus operator's type of rules.
type prometheusRule struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Metadata   struct {
		Name      string            `json:"name"`
		Namespace string            `json:"namespace,omitempty"`
		Labels    map[string]string `json:"labels,omitempty"`
	} `json:"metadata"`
	Spec ruleFile `json:"spec"`
}

// write has TestTheOperatorHasTheSameRules write the file that it otherwise compares.
var write = flag.Bool("write", false, "write the Prometheus operator's rules anew")

// TestTheOperatorHasTheSameRules as Prometheus by itself. After a change of those:
//
//	go test -run TestTheOperatorHasTheSameRules . -write
func TestTheOperatorHasTheSameRules(t *testing.T) {
	if *write {
		r := prometheusRule{APIVersion: "monitoring.coreos.com/v1", Kind: "PrometheusRule", Spec: ruleFile{ruleGroups(t)}}
		r.Metadata.Name, r.Metadata.Labels = "seathold", map[string]string{"app.kubernetes.io/name": "seathold"}
		text, err := yaml.Marshal(r)
		require.NoError(t, err)
		text = append([]byte("# Written by a test from docker/prometheus/rules: see TestTheOperatorHasTheSameRules.\n"), text...)
		require.NoError(t, os.WriteFile(filepath.Join("k8s", "components", "operator", "prometheusrule.yaml"), text, 0o600))
	}
	rules := build(t, "overlays/example").rules
	require.Len(t, rules, 1)
	require.Equal(t, "monitoring.coreos.com/v1", rules[0].APIVersion)
	require.Equal(t, ruleGroups(t), rules[0].Spec.Groups, "run: go test -run TestTheOperatorHasTheSameRules . -write")
}
