package docker

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	apps "k8s.io/api/apps/v1"
	autoscaling "k8s.io/api/autoscaling/v2"
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	policy "k8s.io/api/policy/v1"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"

	"seathold/internal/booking"
	"seathold/internal/config"
	"seathold/internal/metrics"
)

// serviceMonitor is as much of the Prometheus operator's type as we use.
type serviceMonitor struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Metadata   struct {
		Name, Namespace string
		Labels          map[string]string
	} `json:"metadata"`
	Spec struct {
		Selector struct {
			MatchLabels map[string]string `json:"matchLabels"`
		} `json:"selector"`
		Endpoints []struct{ Port, Path, Interval string } `json:"endpoints"`
	} `json:"spec"`
}

// cluster is the manifests of an overlay, each as the type that it says it is.
type cluster struct {
	accounts    []core.ServiceAccount
	namespaces  []core.Namespace
	secrets     []core.Secret
	configs     []core.ConfigMap
	services    map[string]core.Service
	deployments []apps.Deployment
	ingresses   []networking.Ingress
	policies    []networking.NetworkPolicy
	budgets     []policy.PodDisruptionBudget
	scalers     []autoscaling.HorizontalPodAutoscaler
	monitors    []serviceMonitor
	rules       []prometheusRule
}

func build(t *testing.T, folder string) cluster {
	t.Helper()
	resources, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), filepath.Join("k8s", folder))
	require.NoError(t, err)
	c := cluster{services: map[string]core.Service{}}
	for _, r := range resources.Resources() {
		text, err := r.AsYAML()
		require.NoError(t, err)
		require.NoError(t, c.add(r.GetKind(), text), "%s %s", r.GetKind(), r.GetName())
	}
	return c
}

func (c *cluster) add(kind string, text []byte) error {
	switch kind {
	case "ServiceAccount":
		return strictly(text, &c.accounts)
	case "Namespace":
		return strictly(text, &c.namespaces)
	case "Secret":
		return strictly(text, &c.secrets)
	case "ConfigMap":
		return strictly(text, &c.configs)
	case "Service":
		var all []core.Service
		err := strictly(text, &all)
		c.services[all[0].Name] = all[0]
		return err
	case "Deployment":
		return strictly(text, &c.deployments)
	case "Ingress":
		return strictly(text, &c.ingresses)
	case "NetworkPolicy":
		return strictly(text, &c.policies)
	case "PodDisruptionBudget":
		return strictly(text, &c.budgets)
	case "HorizontalPodAutoscaler":
		return strictly(text, &c.scalers)
	case "PrometheusRule":
		return strictly(text, &c.rules)
	default:
		return strictly(text, &c.monitors)
	}
}

// strictly refuses fields that the type does not have, and doubled ones.
func strictly[T any](text []byte, all *[]T) error {
	var one T
	err := yaml.UnmarshalStrict(text, &one)
	*all = append(*all, one)
	return err
}

var overlays = []string{"base", "overlays/example"}

func (c cluster) pod(t *testing.T) (core.PodSpec, core.Container) {
	t.Helper()
	require.Len(t, c.deployments, 1)
	pod := c.deployments[0].Spec.Template.Spec
	require.Len(t, pod.Containers, 1)
	return pod, pod.Containers[0]
}

func TestManifestsAreWhatTheySay(t *testing.T) {
	for _, folder := range overlays {
		c := build(t, folder)
		require.Len(t, c.deployments, 1)
		require.Len(t, c.services, 3)
		require.Len(t, c.scalers, 1)
		require.Len(t, c.budgets, 1)
		require.Len(t, c.policies, 1)
		require.Len(t, c.ingresses, 1)
	}
	var c cluster
	err := c.add("Deployment", []byte("spec: {replica: 2}"))
	require.ErrorContains(t, err, "unknown field", "the control")
}

// TestEachMeansThePods: services, the budget, the policy and the autoscaler speak of
// the deployment's pods, and of no others.
func TestEachMeansThePods(t *testing.T) {
	for _, folder := range overlays {
		c := build(t, folder)
		d := c.deployments[0]
		labels := d.Spec.Template.Labels
		require.NotEmpty(t, labels)
		require.Equal(t, labels, d.Spec.Selector.MatchLabels)
		require.Equal(t, labels, c.budgets[0].Spec.Selector.MatchLabels)
		require.Equal(t, labels, c.policies[0].Spec.PodSelector.MatchLabels)
		require.Equal(t, labels, d.Spec.Template.Spec.TopologySpreadConstraints[0].LabelSelector.MatchLabels)
		for _, s := range c.services {
			require.Equal(t, labels, s.Spec.Selector, s.Name)
		}
		require.Equal(t, d.Name, c.scalers[0].Spec.ScaleTargetRef.Name)
		require.Equal(t, c.accounts[0].Name, d.Spec.Template.Spec.ServiceAccountName)
		for _, rule := range c.ingresses[0].Spec.Rules[0].HTTP.Paths {
			s := c.services[rule.Backend.Service.Name]
			require.Equal(t, rule.Backend.Service.Port.Name, s.Spec.Ports[0].Name)
		}
		for _, m := range c.monitors {
			s := c.services["seathold-ops"]
			for name, value := range m.Spec.Selector.MatchLabels {
				require.Equal(t, value, s.Labels[name])
			}
			require.Equal(t, s.Spec.Ports[0].Name, m.Spec.Endpoints[0].Port)
			require.Equal(t, "/metrics", m.Spec.Endpoints[0].Path)
		}
	}
}

// probe is a question that Kubernetes asks: a path, and the port's name.
type probe struct{ name, path, port string }

func probes(t *testing.T) []probe {
	t.Helper()
	_, c := build(t, "base").pod(t)
	var all []probe
	for name, p := range map[string]*core.Probe{"startup": c.StartupProbe, "readiness": c.ReadinessProbe, "liveness": c.LivenessProbe} {
		require.NotNil(t, p, name)
		all = append(all, probe{name, p.HTTPGet.Path, p.HTTPGet.Port.StrVal})
	}
	return all
}

// TestProbesAskTheRight: readiness is lost with a store, life is not. That the
// program answers them is seen where the image's steps are run.
func TestProbesAskTheRight(t *testing.T) {
	want := map[string]string{"startup": "/livez", "readiness": "/readyz", "liveness": "/livez"}
	for _, p := range probes(t) {
		require.Equal(t, want[p.name], p.path)
		require.Equal(t, "http", p.port)
	}
}

// TestPodsAreRestricted holds the pod against the standard of this name.
func TestPodsAreRestricted(t *testing.T) {
	pod, c := build(t, "overlays/example").pod(t)
	require.True(t, *pod.SecurityContext.RunAsNonRoot)
	require.EqualValues(t, 65532, *pod.SecurityContext.RunAsUser)
	require.Equal(t, core.SeccompProfileTypeRuntimeDefault, pod.SecurityContext.SeccompProfile.Type)
	require.False(t, *c.SecurityContext.AllowPrivilegeEscalation)
	require.True(t, *c.SecurityContext.ReadOnlyRootFilesystem)
	require.Equal(t, []core.Capability{"ALL"}, c.SecurityContext.Capabilities.Drop)
	require.Empty(t, c.SecurityContext.Capabilities.Add)
	require.False(t, *pod.AutomountServiceAccountToken)
	require.False(t, pod.HostNetwork)
	require.EqualValues(t, 0o440, *pod.Volumes[0].Secret.DefaultMode)
	require.Equal(t, "registry.example/seathold:1.2.3", c.Image)
}

// TestNothingIsDroppedByARollout: a new one is ready before an old one goes, and
// that one has its time.
func TestNothingIsDroppedByARollout(t *testing.T) {
	k := build(t, "base")
	pod, c := k.pod(t)
	rolling := k.deployments[0].Spec.Strategy.RollingUpdate
	require.Zero(t, rolling.MaxUnavailable.IntValue())
	require.Positive(t, rolling.MaxSurge.IntValue())
	require.Nil(t, k.deployments[0].Spec.Replicas, "the autoscaler's, or an apply would shrink a sale")
	require.GreaterOrEqual(t, *k.scalers[0].Spec.MinReplicas, int32(2))
	require.Equal(t, 1, k.budgets[0].Spec.MaxUnavailable.IntValue())

	settings := k.configs[0].Data
	delay, grace := duration(t, settings["SEATHOLD_SHUTDOWN_DELAY"]), duration(t, settings["SEATHOLD_SHUTDOWN_GRACE"])
	require.GreaterOrEqual(t, time.Duration(*pod.TerminationGracePeriodSeconds)*time.Second, delay+grace+closing)
	ready := c.ReadinessProbe
	noticed := time.Duration((ready.PeriodSeconds+ready.TimeoutSeconds)*ready.FailureThreshold) * time.Second
	require.Greater(t, delay, noticed)
}

// environ is what the program gets in the pod, with its secrets in a folder.
func (c cluster) environ(t *testing.T, secrets string) []string {
	t.Helper()
	pod, container := c.pod(t)
	require.Equal(t, c.configs[0].Name, container.EnvFrom[0].ConfigMapRef.Name)
	require.Equal(t, pod.Volumes[0].Name, container.VolumeMounts[0].Name)
	var environ []string
	for name, value := range c.configs[0].Data {
		environ = append(environ, name+"="+strings.Replace(value, container.VolumeMounts[0].MountPath, secrets, 1))
	}
	for _, e := range container.Env {
		environ = append(environ, e.Name+"="+strings.ReplaceAll(e.Value, "$(POD_IP)", "10.1.2.3"))
	}
	return environ
}

// writeSecret lays the secret's keys out as a mount does.
func writeSecret(t *testing.T, data map[string]string) (folder string) {
	t.Helper()
	folder = t.TempDir()
	for name, value := range data {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(value), 0o600))
	}
	return folder
}

// TestManifestsEnvironmentIsThePrograms loads the pod's settings as the program does.
func TestManifestsEnvironmentIsThePrograms(t *testing.T) {
	k := build(t, "overlays/example")
	given := k.secrets[0].StringData
	_, _, err := config.Load(k.environ(t, writeSecret(t, given)), "")
	require.ErrorContains(t, err, "SEATHOLD_STRIPE_WEBHOOK_SECRET", "with the example's secrets it does not start")
	given["stripe-webhook"] = "whsec_0123456789abcdef"
	_, _, err = config.Load(k.environ(t, writeSecret(t, given)), "")
	require.ErrorContains(t, err, "SEATHOLD_JWT_SECRET", "nor with the one that is left")

	given["jwt"] = "a secret of the tests, which has more than 32 bytes"
	given["stripe-api-key"] = "sk_live_0123456789"
	environ := k.environ(t, writeSecret(t, given))
	c, warnings, err := config.Load(environ, "")
	require.NoError(t, err)
	require.Empty(t, warnings)
	require.Equal(t, "10.1.2.3:9091", c.OpsAddr)
	require.Equal(t, ":8080", c.Addr)
	require.True(t, c.Redis.TLS)

	// What Kubernetes would add for a service of this name is no setting.
	pod, container := k.pod(t)
	require.False(t, *pod.EnableServiceLinks)
	_, warnings, err = config.Load(append(environ, "SEATHOLD_SERVICE_HOST=10.0.0.1"), "")
	require.NoError(t, err)
	require.Len(t, warnings, 1, "the control")
	ports := map[string]int32{}
	for _, p := range container.Ports {
		ports[p.Name] = p.ContainerPort
	}
	require.Equal(t, map[string]int32{"http": 8080, "ops": 9091}, ports)
}

// TestTheAutoscalersMetricIsThePrograms follows the metric from the autoscaler by
// the adapter's rule to what the program counts.
func TestTheAutoscalersMetricIsThePrograms(t *testing.T) {
	var adapter struct {
		Rules struct {
			Default bool
			Custom  []struct {
				SeriesQuery string
				Resources   struct {
					Overrides map[string]struct{ Resource string }
				}
				Name         struct{ As string }
				MetricsQuery string
			}
		}
	}
	require.NoError(t, yaml.UnmarshalStrict(read(t, "k8s", "prometheus-adapter", "values.yaml"), &adapter))
	rule := adapter.Rules.Custom[0]
	var asked []string
	for _, m := range build(t, "base").scalers[0].Spec.Metrics {
		if m.Type == autoscaling.PodsMetricSourceType {
			asked = append(asked, m.Pods.Metric.Name)
		}
	}
	require.Equal(t, []string{rule.Name.As}, asked)
	require.Equal(t, "pod", rule.Resources.Overrides["pod"].Resource)

	registry := prometheus.NewRegistry()
	metrics.New(registry).HoldAsked(string(booking.CodeSeatsTaken))
	families, err := registry.Gather()
	require.NoError(t, err)
	var counted []string
	for _, f := range families {
		counted = append(counted, f.GetName())
	}
	series, _, _ := strings.Cut(rule.SeriesQuery, "{")
	require.Contains(t, counted, series)
}
