package e2e

import (
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	traces "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// receiver is a collector of traces. It keeps what it gets, as it came.
type receiver struct {
	url string

	mu    sync.Mutex
	raw   strings.Builder
	spans []*traces.Span
	names map[string]string // of the resource
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{names: map[string]string{}}
	server := httptest.NewServer(r)
	t.Cleanup(server.Close)
	r.url = server.URL
	return r
}

// settings have traces sent here, soon.
func (r *receiver) settings() settings {
	return settings{"OTEL_EXPORTER_OTLP_ENDPOINT": r.url, "OTEL_BSP_SCHEDULE_DELAY": "50"}
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(request.Body)
	var got collector.ExportTraceServiceRequest
	if err != nil || request.URL.Path != "/v1/traces" || proto.Unmarshal(body, &got) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.raw.Write(body)
	for _, resource := range got.GetResourceSpans() {
		for _, a := range resource.GetResource().GetAttributes() {
			r.names[a.GetKey()] = a.GetValue().GetStringValue()
		}
		for _, scope := range resource.GetScopeSpans() {
			r.spans = append(r.spans, scope.GetSpans()...)
		}
	}
	w.Header().Set("Content-Type", "application/x-protobuf")
}

// of returns the spans of a trace that have arrived.
func (r *receiver) of(trace string) (spans []*traces.Span) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range r.spans {
		if hex.EncodeToString(s.GetTraceId()) == trace {
			spans = append(spans, s)
		}
	}
	return spans
}

// await returns a trace once a span of this name has arrived, which ends last.
func (r *receiver) await(t *testing.T, trace, last string) []*traces.Span {
	t.Helper()
	within(t, startPatience, "the trace is sent", func() bool { return slices.Contains(spanNames(r.of(trace)), last) })
	return r.of(trace)
}

func (r *receiver) everything() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.raw.String()
}

func spanNames(spans []*traces.Span) (names []string) {
	for _, s := range spans {
		names = append(names, s.GetName())
	}
	return names
}

// requireConnected requires that each span but one hangs on another, and that
// one on the caller's.
func requireConnected(t *testing.T, spans []*traces.Span, caller string) {
	t.Helper()
	ids := map[string]bool{}
	for _, s := range spans {
		ids[hex.EncodeToString(s.GetSpanId())] = true
	}
	roots := 0
	for _, s := range spans {
		parent := hex.EncodeToString(s.GetParentSpanId())
		if parent == caller {
			roots++
			continue
		}
		require.True(t, ids[parent], "%s hangs on nothing", s.GetName())
	}
	require.Equal(t, 1, roots, "%v", spanNames(spans))
}

// TestAPurchaseIsATrace follows an order made in one step, and its payment, from
// HTTP through the scripts, the order store and the provider.
func TestAPurchaseIsATrace(t *testing.T) {
	inBothWorldsAtOnce(t, func(t *testing.T, w world) {
		const (
			trace  = "4bf92f3577b34da6a3ce929d0e0e4736"
			caller = "00f067aa0ba902b7"
		)
		r := newReceiver(t)
		s := openShop(t, w, seathold, 8, loopback, r.settings())
		h := newHook(t, s.organizer)
		c := s.customer(t)
		one := c.with("traceparent", "00-"+trace+"-"+caller+"-01").with("baggage", "who=passed-on-by-nobody")
		a := one.orderSeats(s.event.ID, s.guids[0])
		o := read[order](t, a, http.StatusCreated)

		spans := r.await(t, trace, "POST /v1/orders")
		requireConnected(t, spans, caller)
		want := []string{"POST /v1/orders", "script hold", "script bind", "store insert_order", "provider create_payment"}
		if !w.embedded() {
			want = append(want, "orders.insert")
		}
		require.Subset(t, spanNames(spans), want)
		require.NotContains(t, strings.Join(spanNames(spans), " "), "limit", "the limits are off here")

		requireWebhookInTrace(t, s, r, c, o)
		within(t, startPatience, "the organizer is told", func() bool { return len(h.of(t, o.ID)) > 0 })
		requireDeliveryInTrace(t, r, h.of(t, o.ID)[0].trace)
		requireLogged(t, s, trace, a.requestID)
		requireExemplar(t, s, trace)

		s.stop(t) // what is left is sent
		require.Equal(t, "seathold", r.names["service.name"])
		require.NotEmpty(t, r.names["service.version"])
		for name, secret := range map[string]string{
			"an e-mail": c.account.Email, "another": "organizer@shop.example", "a password": password,
			"a token": c.token(), "a webhook's secret": webhookSecret, "an endpoint's": h.secret,
			"a payment page": o.Payment.URL, "baggage": "passed-on-by-nobody", "an address": "127.0.0.1:",
		} {
			require.NotContains(t, r.everything(), secret, name)
		}
	})
}

// requireWebhookInTrace pays on the sandbox's page, which tells the service by a
// webhook: what that brings about is a part of the trace of its sending.
func requireWebhookInTrace(t *testing.T, s *shop, r *receiver, c *client, o order) {
	t.Helper()
	requireStatus(t, c.press(o, "pay"), http.StatusOK)
	s.requireOrder(t, c, o.ID, "paid")
	const webhook = "POST /v1/webhooks/{provider}"
	trace := ""
	within(t, startPatience, "the webhook's trace is sent", func() bool {
		r.mu.Lock()
		defer r.mu.Unlock()
		at := slices.IndexFunc(r.spans, func(s *traces.Span) bool { return s.GetName() == webhook })
		if at >= 0 {
			trace = hex.EncodeToString(r.spans[at].GetTraceId())
		}
		return at >= 0
	})
	spans := r.await(t, trace, "HTTP POST")
	requireConnected(t, spans, "")
	require.Subset(t, spanNames(spans), []string{"HTTP POST", webhook, "script confirm", "store replace_order", "script sell"})
}

// requireDeliveryInTrace requires that an organizer's system can go on with the
// trace of a delivery.
func requireDeliveryInTrace(t *testing.T, r *receiver, parent string) {
	t.Helper()
	parts := strings.Split(parent, "-")
	require.Len(t, parts, 4, "traceparent %q", parent)
	spans := r.await(t, parts[1], "delivery send")
	requireConnected(t, spans, "")
	require.ElementsMatch(t, []string{"delivery send", "HTTP POST"}, spanNames(spans))
	require.True(t, slices.ContainsFunc(spans, func(s *traces.Span) bool { return hex.EncodeToString(s.GetSpanId()) == parts[2] }))
}

// requireLogged requires that the request's line says its trace and its id.
func requireLogged(t *testing.T, s *shop, trace, requestID string) {
	t.Helper()
	for line := range strings.Lines(s.logText(t)) {
		var said map[string]any
		if json.Unmarshal([]byte(line), &said) == nil && said["trace_id"] == trace {
			require.Equal(t, requestID, said["request_id"])
			require.NotEmpty(t, said["span_id"])
			require.Equal(t, 1, strings.Count(line, `"request_id"`), line)
			return
		}
	}
	require.FailNow(t, "no line says the trace")
}

// requireExemplar requires that OpenMetrics points from the numbers to the trace.
func requireExemplar(t *testing.T, s *shop, trace string) {
	t.Helper()
	text := string(s.scrape(t, "application/openmetrics-text"))
	require.True(t, strings.HasSuffix(text, "# EOF\n"))
	for _, name := range []string{"seathold_http_request_seconds_bucket", "seathold_script_seconds_bucket", "seathold_hold_life_seconds_bucket"} {
		require.Regexp(t, `(?m)^`+name+`\{.* # \{trace_id="[0-9a-f]{32}"\}`, text)
	}
	require.Contains(t, text, trace)
}

// TestAWrongCollectorStopsTheStart: what was asked for and cannot be is said.
func TestAWrongCollectorStopsTheStart(t *testing.T) {
	s := newService(t, seathold, quick(), settings{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4317", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"})
	_, said, status := s.command(t, "", "serve")
	require.NotZero(t, status)
	require.Contains(t, said, "OTEL_EXPORTER_OTLP_PROTOCOL: \"grpc\"")
}
