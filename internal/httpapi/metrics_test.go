package httpapi

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
)

// requestCounts notes what is told of requests.
type requestCounts struct {
	began int
	ended []Answered
	ids   []string // by the contexts
}

func (c *requestCounts) RequestBegan() { c.began++ }

func (c *requestCounts) RequestEnded(ctx context.Context, a Answered) {
	a.Took = 0
	c.ended = append(c.ended, a)
	c.ids = append(c.ids, RequestID(ctx))
}

func TestEachRequestIsCounted(t *testing.T) {
	c := &requestCounts{}
	w := newWorld(t, func(config *Config) {
		config.Metrics = c
		config.Mounts = map[string]http.Handler{"/broken/": http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("broken") })}
	})
	event := w.event("")
	*c = requestCounts{}
	w.do(alice, post, "/v1/events/"+event+"/holds", seatsBody("A1"), "X-Request-Id", "one")
	w.do(nobody, get, "/nothing/here", "", "X-Request-Id", "two")
	w.do(olga, get, "/v1/events/"+event+"/orders.csv", "", "X-Request-Id", "three")
	w.do(nobody, http.MethodPut, "/v1/orders", "", "X-Request-Id", "four")
	require.Equal(t, []Answered{
		{ID: "one", Route: "/v1/events/{event}/holds", Method: "POST", Status: 201},
		{ID: "two", Method: "GET", Status: 404},
		{ID: "three", Route: "/v1/events/{event}/orders.csv", Method: "GET", Status: 200, Streamed: true},
		{ID: "four", Route: "/v1/orders", Method: "PUT", Status: 405},
	}, c.ended)
	require.Equal(t, 4, c.began)
	require.Empty(t, c.ids[0], "no request's id is known outside of it")
	require.Empty(t, RequestID(t.Context()))

	r := httptest.NewRequestWithContext(t.Context(), get, "/broken/here", nil)
	w.api.ServeHTTP(httptest.NewRecorder(), r)
	require.Equal(t, 500, c.ended[4].Status, "what panics is requestCounts too")
	require.Equal(t, "/broken/", r.Pattern, "whoever is around it finds the route")
}
