package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/testserver"
)

// watched is a Prometheus that scrapes a service and has the deployment's rules.
type watched struct {
	t   *testing.T
	url string
}

func watch(t *testing.T, s *service) watched {
	t.Helper()
	config := filepath.Join(t.TempDir(), "prometheus.yml")
	require.NoError(t, os.WriteFile(config, fmt.Appendf(nil, `
global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: [%q]
scrape_configs:
  - job_name: seathold
    static_configs: [{targets: [%q]}]
`, testserver.Deployment("prometheus", "rules", "*.yaml"), s.ops[len("http://"):]), 0o600))
	return watched{t, "http://" + testserver.Prometheus(t, config).Addr}
}

// ask reads what Prometheus's API has at a path.
func (w watched) ask(path string, to any) {
	w.t.Helper()
	response, err := http.Get(w.url + path)
	require.NoError(w.t, err)
	text, err := io.ReadAll(response.Body)
	require.NoError(w.t, err)
	require.NoError(w.t, response.Body.Close())
	require.Equal(w.t, http.StatusOK, response.StatusCode, "%s", text)
	require.NoError(w.t, json.Unmarshal(text, &struct{ Data any }{to}))
}

// evaluated is how many rules there are, and how many were evaluated without a fault.
func (w watched) evaluated() (all, well int) {
	w.t.Helper()
	var found struct {
		Groups []struct {
			Rules []struct{ Name, Health, LastError string }
		}
	}
	w.ask("/api/v1/rules", &found)
	for _, g := range found.Groups {
		for _, r := range g.Rules {
			require.Empty(w.t, r.LastError, r.Name)
			all++
			if r.Health == "ok" {
				well++
			}
		}
	}
	return all, well
}

// firing are the names of the alerts that fire, with their severities.
func (w watched) firing() map[string]string {
	w.t.Helper()
	var found struct {
		Alerts []struct {
			State  string
			Labels map[string]string
		}
	}
	w.ask("/api/v1/alerts", &found)
	firing := map[string]string{}
	for _, a := range found.Alerts {
		if a.State == "firing" {
			firing[a.Labels["alertname"]] = a.Labels["severity"]
		}
	}
	return firing
}

// await is for what Prometheus sees after its next rounds.
func (w watched) await(what string, done func() bool) {
	w.t.Helper()
	within(w.t, 2*time.Minute, what, func() bool {
		time.Sleep(100 * time.Millisecond)
		return done()
	})
}

// TestAlertsOfARunningService has a real Prometheus evaluate the rules on what the
// service shows: all is quiet while seats are sold, loud while Redis is away, and
// quiet again.
func TestAlertsOfARunningService(t *testing.T) {
	t.Parallel()
	redis := testserver.RedisOwn(t)
	s := openShopOn(t, realWorld, newService(t, seathold, realServers(redis.Addr, testserver.Mongo(t)), quick()), 8)
	w := watch(t, s.service)
	s.bought(t, s.customer(t), s.guids[0])
	w.await("every rule was evaluated", func() bool {
		all, well := w.evaluated()
		return all > 30 && all == well
	})
	for _, record := range []string{"seathold:http_error:ratio_rate1m", "seathold:script_fault:ratio_rate1m", "seathold:order_store_fault:ratio_rate1m"} {
		w.await(record, func() bool {
			var found struct{ Result []any }
			w.ask("/api/v1/query?query="+record, &found)
			return len(found.Result) == 1
		})
	}
	require.Empty(t, w.firing())

	redis.Kill()
	w.await("somebody is paged", func() bool { return w.firing()["SeatholdRedisAway"] == "page" })
	redis.Restart()
	w.await("it is over", func() bool { return w.firing()["SeatholdRedisAway"] == "" })
}
