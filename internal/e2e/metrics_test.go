package e2e

import (
	"bytes"
	"context"
	"maps"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/stretchr/testify/require"
)

// TestEveryMetricIsInTheTable has a shop do of everything something, and holds
// what operators see of it against the table in the package's documentation:
// neither has more than the other, also of labels.
func TestEveryMetricIsInTheTable(t *testing.T) {
	inBothWorldsAtOnce(t, func(t *testing.T, w world) {
		s := openShop(t, w, seathold, 8, loopback)
		h := newHook(t, s.organizer)
		c := s.customer(t)
		s.listenOnce(t)
		s.held(t, c, s.guids[0])
		o := s.bought(t, c, s.guids[1], s.guids[2])
		read[block](t, s.organizer.block(s.event.ID, s.guids[3]), http.StatusCreated)
		within(t, startPatience, "the organizer is told", func() bool { return len(h.of(t, o.ID)) > 0 })
		within(t, startPatience, "that is counted", func() bool {
			return s.metric(t, `seathold_webhook_deliveries_total{outcome="delivered"}`) > 0
		})

		text := s.scrape(t, "text/plain")
		parser := expfmt.NewTextParser(model.LegacyValidation)
		families, err := parser.TextToMetricFamilies(bytes.NewReader(text))
		require.NoError(t, err)
		requireTable(t, families, w)
		requireWellNamed(t, text)
		event := `event="` + s.event.ID + `"`
		for sample, want := range map[string]float64{
			`seathold_holds_total{outcome="granted"}`:                                     2,
			`seathold_hold_end_total{how="sold"}`:                                         1,
			`seathold_orders_total{status="paid"}`:                                        1,
			`seathold_orders_total{status="blocked"}`:                                     1,
			`seathold_double_sale_guard_hits_total`:                                       0,
			`seathold_payment_webhooks_total{outcome="paid",provider="sandbox"}`:          1,
			`seathold_http_streams_total{route="/v1/events/{event}/stream",status="2xx"}`: 1,
			`seathold_provider_seconds_count{call="create_payment",outcome="ok"}`:         1,
			`seathold_hold_oldest_lapsed_seconds{` + event + `}`:                          0,
			`seathold_holds_live{` + event + `}`:                                          1,
			`seathold_seats{` + event + `,state="held"}`:                                  1,
			`seathold_seats{` + event + `,state="sold"}`:                                  2,
			`seathold_seats{` + event + `,state="blocked"}`:                               1,
			`seathold_seats{` + event + `,state="free"}`:                                  4,
		} {
			// What is live is counted once a second.
			within(t, startPatience, sample, func() bool { return s.metric(t, sample) == want })
		}
	})
}

// scrape returns what operators see in a format.
func (s *service) scrape(t *testing.T, format string) []byte {
	t.Helper()
	ops := s.nobody().with("Accept", format)
	ops.url = s.ops
	a := ops.get("/metrics")
	requireStatus(t, a, http.StatusOK)
	require.Contains(t, a.header.Get("Content-Type"), format)
	return a.body
}

// listenOnce listens to the seat map until the first frame, and returns when
// that is counted.
func (s *shop) listenOnce(t *testing.T) {
	t.Helper()
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+eventPath(s.event.ID)+"/stream", nil)
	require.NoError(t, err)
	answer, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	_, err = answer.Body.Read(make([]byte, 1))
	require.NoError(t, err)
	require.InDelta(t, 1, s.metric(t, "seathold_stream_listeners"), 0)
	leave()
	_ = answer.Body.Close()
	within(t, startPatience, "the stream has ended", func() bool { return s.metric(t, "seathold_stream_listeners") == 0 })
}

// row is a line of the table.
var row = regexp.MustCompile(`(?m)^//\t(seathold_\w+)(?:\{([\w,]*)\})? `)

// ofServers are the metrics of servers of Redis, of which an embedded one has none.
var ofServers = regexp.MustCompile(`^seathold_redis_(up|history|memory|may_evict|evicted|refused|write_failed|replicas)`)

// requireTable holds metrics and their labels against the table.
func requireTable(t *testing.T, families map[string]*dto.MetricFamily, w world) {
	t.Helper()
	documentation, err := os.ReadFile("../metrics/doc.go")
	require.NoError(t, err)
	documented := map[string][]string{}
	for _, r := range row.FindAllStringSubmatch(string(documentation), -1) {
		require.NotContains(t, documented, r[1], "stands there twice")
		if w.embedded() && ofServers.MatchString(r[1]) {
			continue
		}
		documented[r[1]] = strings.FieldsFunc(r[2], func(c rune) bool { return c == ',' })
	}
	shown := slices.DeleteFunc(slices.Sorted(maps.Keys(families)), func(name string) bool {
		return strings.HasPrefix(name, "go_") || strings.HasPrefix(name, "process_") || strings.HasPrefix(name, "promhttp_")
	})
	require.Equal(t, slices.Sorted(maps.Keys(documented)), shown)
	for _, name := range shown {
		for _, m := range families[name].GetMetric() {
			labels := []string{}
			for _, l := range m.GetLabel() {
				labels = append(labels, l.GetName())
			}
			require.ElementsMatch(t, documented[name], labels, name)
		}
	}
}

func requireWellNamed(t *testing.T, text []byte) {
	t.Helper()
	problems, err := promlint.New(bytes.NewReader(text)).Lint()
	require.NoError(t, err)
	for _, p := range problems {
		require.False(t, strings.HasPrefix(p.Metric, "seathold_"), "%s: %s", p.Metric, p.Text)
	}
}
