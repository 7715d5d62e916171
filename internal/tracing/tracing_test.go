package tracing

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/event"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"seathold/internal/booking"
)

// recorded returns what makes traces, and what leaves the process of them.
func recorded(t *testing.T, options ...sdk.TracerProviderOption) (*Tracing, *tracetest.InMemoryExporter) {
	t.Helper()
	left := tracetest.NewInMemoryExporter()
	traces := New(sdk.NewSimpleSpanProcessor(Reduced(left)), options...)
	t.Cleanup(func() { require.NoError(t, traces.Close(context.WithoutCancel(t.Context()))) })
	return traces, left
}

func names(spans tracetest.SpanStubs) []string {
	list := []string{}
	for _, s := range spans {
		list = append(list, s.Name)
	}
	return list
}

func TestOffDoesNothing(t *testing.T) {
	var off *Tracing
	require.NoError(t, off.Close(t.Context()))
	require.Nil(t, off.Scripts())
	require.Nil(t, off.Stores())
	require.Nil(t, off.Providers())
	require.Nil(t, off.Deliveries())
	require.Nil(t, off.Monitor())
	mux, transport := http.NewServeMux(), &http.Transport{}
	require.Same(t, mux, off.Handler(mux, nil))
	require.Same(t, transport, off.Transport(transport))
}

func TestCallsArePartsOfATrace(t *testing.T) {
	traces, left := recorded(t)
	ctx, whole := traces.tracer.Start(t.Context(), "whole")
	inside, endProvider := traces.Providers()(ctx, "create_payment")
	_, endScript := traces.Scripts()(inside, "hold")
	endScript(booking.Unavailable("the hold store", errors.New("secret")))
	endProvider(booking.ErrConflict)
	whole.End()

	spans := left.GetSpans()
	require.Equal(t, []string{"script hold", "provider create_payment", "whole"}, names(spans))
	require.Equal(t, spans[1].SpanContext.SpanID(), spans[0].Parent.SpanID())
	require.Equal(t, spans[2].SpanContext.SpanID(), spans[1].Parent.SpanID())
	require.Equal(t, codes.Error, spans[0].Status.Code)
	require.Contains(t, spans[0].Attributes, attribute.String("error.type", "unavailable"))
	require.Equal(t, codes.Unset, spans[1].Status.Code, "a conflict is how it works")
}

// The sweeper asks twice a second: that is no trace. What calls others is one.
func TestCallsOutsideOfATrace(t *testing.T) {
	traces, left := recorded(t)
	for _, begin := range []Begin{traces.Scripts(), traces.Stores()} {
		_, end := begin(t.Context(), "due")
		end(nil)
	}
	monitor := traces.Monitor()
	started := mongoCommand(t, "orders")
	monitor.Started(t.Context(), started)
	monitor.Succeeded(t.Context(), &event.CommandSucceededEvent{CommandFinishedEvent: event.CommandFinishedEvent{RequestID: 1}})
	require.Empty(t, left.GetSpans())
	for _, begin := range []Begin{traces.Providers(), traces.Deliveries()} {
		_, end := begin(t.Context(), "refund")
		end(nil)
	}
	require.Equal(t, []string{"provider refund", "delivery refund"}, names(left.GetSpans()))
}

func mongoCommand(t *testing.T, collection string) *event.CommandStartedEvent {
	t.Helper()
	command, err := bson.Marshal(bson.D{{Key: "insert", Value: collection}, {Key: "email", Value: "someone@example.org"}})
	require.NoError(t, err)
	return &event.CommandStartedEvent{Command: command, CommandName: "insert", DatabaseName: "seathold", RequestID: 1}
}

// TestNothingPersonalLeaves notes what instrumentation does, and more. The
// control is what left without the reduction.
func TestNothingPersonalLeaves(t *testing.T) {
	const personal = "someone@example.org"
	whole := tracetest.NewInMemoryExporter()
	traces, left := recorded(t, sdk.WithSyncer(whole))
	ctx, span := traces.tracer.Start(t.Context(), "POST /v1/orders", trace.WithSpanKind(trace.SpanKindServer), trace.WithAttributes(
		attribute.String("url.path", "/sandbox/"+personal), attribute.String("client.address", personal),
		attribute.String("server.address", personal), attribute.String("user_agent.original", personal),
		attribute.String("http.route", "/v1/orders")))
	span.RecordError(errors.New(personal))
	span.SetStatus(codes.Error, personal)
	monitor := traces.Monitor()
	monitor.Started(ctx, mongoCommand(t, "accounts"))
	monitor.Failed(ctx, &event.CommandFailedEvent{
		CommandFinishedEvent: event.CommandFinishedEvent{RequestID: 1},
		Failure:              `E11000 duplicate key { email: "` + personal + `" }`,
	})
	server := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(server.Close)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/hooks/"+personal+"?token="+personal, nil)
	require.NoError(t, err)
	answer, err := (&http.Client{Transport: traces.Transport(http.DefaultTransport)}).Do(request)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	span.End()

	text := func(e *tracetest.InMemoryExporter) string {
		all := ""
		for _, s := range e.GetSpans() {
			all += s.Name + s.Status.Description
			for _, a := range s.Attributes {
				all += string(a.Key) + "=" + a.Value.String() + " "
			}
			for _, e := range s.Events {
				all += e.Name
				for _, a := range e.Attributes {
					all += a.Value.String()
				}
			}
		}
		return all
	}
	require.Contains(t, text(whole), personal, "the control")
	require.NotContains(t, text(left), personal)
	require.ElementsMatch(t, []string{"accounts.insert", "HTTP GET", "POST /v1/orders"}, names(left.GetSpans()))
	require.Contains(t, text(left), "http.route=/v1/orders")
	require.Contains(t, text(left), "http.response.status_code=404")
	require.Contains(t, text(left), "server.address=127.0.0.1", "whom we call is told")
}

func TestTheTraceGoesOnInWhatIsSent(t *testing.T) {
	traces, _ := recorded(t)
	var got http.Header
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.Header }))
	t.Cleanup(server.Close)
	ctx, span := traces.tracer.Start(t.Context(), "whole")
	defer span.End()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, server.URL, nil)
	require.NoError(t, err)
	answer, err := (&http.Client{Transport: traces.Transport(http.DefaultTransport)}).Do(request)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Contains(t, got.Get("traceparent"), span.SpanContext().TraceID().String())
}

const (
	strangersTrace  = "0af7651916cd43dd8448eb211c80319c"
	strangersParent = "00-" + strangersTrace + "-b7ad6b7169203331-01"
)

func serve(t *testing.T, traces *Tracing, path string, trusted bool, inside func(*http.Request)) {
	t.Helper()
	h := traces.Handler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { inside(r) }),
		func(*http.Request) bool { return trusted })
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, nil)
	r.Header.Set("traceparent", strangersParent)
	r.Header.Set("baggage", "who=someone@example.org")
	h.ServeHTTP(httptest.NewRecorder(), r)
}

func TestARequestIsNamedByItsRoute(t *testing.T) {
	traces, left := recorded(t)
	serve(t, traces, "/v1/orders/42", true, func(r *http.Request) {
		r.Pattern = "/v1/orders/{order}"
		Describe(r.Context(), r.Pattern, "req-1")
	})
	span := left.GetSpans()[0]
	require.Equal(t, "POST /v1/orders/{order}", span.Name)
	require.Contains(t, span.Attributes, attribute.String("http.route", "/v1/orders/{order}"))
	require.Contains(t, span.Attributes, attribute.String("seathold.request_id", "req-1"))
	require.Equal(t, strangersTrace, span.SpanContext.TraceID().String(), "who is trusted has the trace go on")
}

// With a sampler that keeps nothing of its own, a stranger's word changes
// nothing; the control is the word of who is trusted.
func TestStrangersDoNotDecideWhatIsKept(t *testing.T) {
	for _, trusted := range []bool{false, true} {
		traces, left := recorded(t, sdk.WithSampler(sdk.ParentBased(sdk.NeverSample())))
		serve(t, traces, "/v1/orders", trusted, func(*http.Request) {})
		require.Equal(t, trusted, len(left.GetSpans()) == 1)
	}
	traces, left := recorded(t)
	serve(t, traces, "/v1/orders", false, func(*http.Request) {})
	span := left.GetSpans()[0]
	require.NotEqual(t, strangersTrace, span.SpanContext.TraceID().String())
	require.Len(t, span.Links, 1)
	require.Equal(t, strangersTrace, span.Links[0].SpanContext.TraceID().String())
}

func TestProbesAndStreamsAreNoTraces(t *testing.T) {
	traces, left := recorded(t)
	for _, path := range []string{"/livez", "/readyz", "/v1/events/42/stream"} {
		serve(t, traces, path, true, func(r *http.Request) { require.False(t, inTrace(r.Context())) })
	}
	require.Empty(t, left.GetSpans())
}

func TestTheEnvironmentDecides(t *testing.T) {
	for name, c := range map[string]struct {
		set   map[string]string
		on    bool
		wrong string
	}{
		"nothing":                 {nil, false, ""},
		"an endpoint":             {map[string]string{varEndpoint: "http://127.0.0.1:4318"}, true, ""},
		"an endpoint for traces":  {map[string]string{varTracesEndpoint: "https://collector/v1/traces"}, true, ""},
		"disabled":                {map[string]string{varEndpoint: "http://127.0.0.1:4318", varDisabled: "TRUE"}, false, ""},
		"no exporter":             {map[string]string{varEndpoint: "http://127.0.0.1:4318", varExporter: "none"}, false, ""},
		"another exporter":        {map[string]string{varExporter: "zipkin"}, false, varExporter},
		"no URL":                  {map[string]string{varEndpoint: "collector:4318"}, false, varEndpoint},
		"another protocol":        {map[string]string{varEndpoint: "http://c:4317", varProtocol: "grpc"}, false, varProtocol},
		"another for traces only": {map[string]string{varEndpoint: "http://c:4317", varTracesProtocol: "grpc"}, false, varTracesProtocol},
		"the protocol spoken":     {map[string]string{varEndpoint: "http://c:4318", varProtocol: "http/protobuf"}, true, ""},
	} {
		t.Run(name, func(t *testing.T) {
			on, err := wanted(func(name string) string { return c.set[name] })
			require.Equal(t, c.on, on)
			if c.wrong == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, c.wrong+":")
		})
	}
	off, err := Open(t.Context(), "1.2.3", func(string) string { return "" }, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	require.Nil(t, off)
}

func TestWhereTracesGo(t *testing.T) {
	collector := func(set map[string]string) (string, string, error) {
		variable, u, err := Collector(func(name string) string { return set[name] })
		if u == nil {
			return variable, "", err
		}
		return variable, u.String(), err
	}
	variable, where, err := collector(map[string]string{varEndpoint: "https://someone:secret@collector.example/path"})
	require.NoError(t, err)
	require.Equal(t, []string{varEndpoint, "https://collector.example"}, []string{variable, where}, "host and scheme, and no more")
	variable, where, err = collector(map[string]string{varEndpoint: "http://one.example:4318", varTracesEndpoint: "http://two.example:4318/v1/traces"})
	require.NoError(t, err)
	require.Equal(t, []string{varTracesEndpoint, "http://two.example:4318"}, []string{variable, where})
	_, where, err = collector(nil)
	require.NoError(t, err)
	require.Empty(t, where)
	_, _, err = collector(map[string]string{varEndpoint: "collector.example"})
	require.ErrorContains(t, err, varEndpoint)
}
