package metrics

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// mostRoutes bounds how many routes are told apart.
const mostRoutes = 200

var methods = label{"method", []string{
	http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions,
}}

// HTTP counts requests. It is safe for concurrent use.
type HTTP struct {
	seconds  *prometheus.HistogramVec
	streams  *prometheus.CounterVec
	inFlight prometheus.Gauge
	routes   *names
}

// NewHTTP registers the metrics of requests and returns them.
func NewHTTP(registry prometheus.Registerer) *HTTP {
	h := &HTTP{
		seconds: histograms("http_request_seconds",
			"How long requests took, by the pattern of their path, method and class of status; streams are not in it.",
			prometheus.ExponentialBuckets(0.0005, 2, 15), "route", methods.name, "status"),
		streams: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Name: "http_streams_total",
			Help: "Answers sent as a stream that have ended, by the pattern of their path and class of status.",
		}, []string{"route", "status"}),
		inFlight: gauge("http_requests_in_flight", "Requests that are being answered, streams too."),
		routes:   newNames(mostRoutes),
	}
	registry.MustRegister(h.seconds, h.streams, h.inFlight)
	return h
}

// RequestBegan counts a request in flight.
func (h *HTTP) RequestBegan() { h.inFlight.Inc() }

// RequestEnded counts a request that was answered: by a route's pattern, "" for
// none, with a status, 0 for none.
func (h *HTTP) RequestEnded(ctx context.Context, route, method string, status int, streamed bool, took time.Duration) {
	h.inFlight.Dec()
	route = h.routes.of(route)
	if streamed {
		h.streams.WithLabelValues(route, statusClass(status)).Inc()
		return
	}
	observe(ctx, h.seconds.WithLabelValues(route, methods.of(method), statusClass(status)), took.Seconds())
}

func statusClass(status int) string {
	if status < 100 || status > 599 {
		return other
	}
	return strconv.Itoa(status/100) + "xx"
}
