package httpapi

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

// BenchmarkHold is POST holds through the whole handler, with and without the
// document. It names a seat twice, so that it is refused before the hold store is
// asked, which would take a hundred times as long.
func BenchmarkHold(b *testing.B) {
	for name, doc := range map[string]*openapi3.T{"checked": document(), "unchecked": {Paths: openapi3.NewPaths()}} {
		b.Run(name, func(b *testing.B) {
			w := newWorld(b, func(c *Config) { c.Log = slog.New(slog.DiscardHandler) })
			w.api.handler = w.api.observe(w.api.router(doc))
			body, path := seatsBody("A1", "A2", "A1"), "/v1/events/"+w.event("")+"/holds"
			b.ReportAllocs()
			for b.Loop() {
				r := httptest.NewRequest(post, path, strings.NewReader(body))
				r.Header.Set("Authorization", "Bearer bob")
				r.Header.Set(idempotencyKey, "checkout-1")
				rec := httptest.NewRecorder()
				if w.api.ServeHTTP(rec, r); rec.Code != http.StatusUnprocessableEntity {
					b.Fatal(rec.Body.String())
				}
			}
		})
	}
}

// BenchmarkCheck is what the document costs a request, by itself.
func BenchmarkCheck(b *testing.B) {
	hold := describedBy(document(), route{"/v1/events/{event}/holds", methods{post: endpoint{}}}).of(post)
	order := describedBy(document(), route{"/v1/orders", methods{post: endpoint{}}}).of(post)
	list := describedBy(document(), route{"/v1/orders", methods{get: endpoint{}}}).of(get)
	for _, c := range []struct {
		name  string
		op    *operation
		body  string
		query map[string][]string
	}{
		{"hold", hold, seatsBody("A1", "A2"), nil},
		{"order", order, `{"event_id": "01a20909-ed68-7b03-a401-891048c104b8", "hold_id": "01a20909-f48f-7434-bb08-fbe963fabcd9"}`, nil},
		{"list", list, "", map[string][]string{"limit": {"20"}, "cursor": {"01a20909-ed68-7b03-a401-891048c104b8"}}},
	} {
		b.Run(c.name, func(b *testing.B) {
			r := &request{Request: httptest.NewRequest(post, "/", nil), query: c.query}
			body := []byte(c.body)
			b.ReportAllocs()
			for b.Loop() {
				if err := c.op.checkParameters(r); err != nil {
					b.Fatal(err)
				}
				if len(body) == 0 {
					continue
				}
				if err := checkDepth(body, smallDepth); err != nil {
					b.Fatal(err)
				}
				if err := c.op.checkBody(body); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkPlan is a plan of 16 MiB: read strictly, parsed, and what the document
// costs beside that.
func BenchmarkPlan(b *testing.B) {
	plan, err := booking.GeneratePlan("arena", 100_000)
	require.NoError(b, err)
	body := []byte(`{"name": "x", "starts_at": "2099-05-01T17:30:00Z", "prices": {}, "plan": ` + string(plan) + `}`)
	require.LessOrEqual(b, int64(len(body)), planBody)
	op := describedBy(document(), route{"/v1/events", methods{post: endpoint{}}}).of(post)
	for name, step := range map[string]func() error{
		"decode": func() error { return decodeObject(body, &newEventBody{}) },
		"parse":  func() error { _, err := booking.ParsePlan(plan); return err },
		"depth":  func() error { return checkDepth(body, planDepth) },
		"check":  func() error { return op.checkBody(body) },
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				if err := step(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkDocument is what reading the document adds to a start.
func BenchmarkDocument(b *testing.B) {
	b.Run("read", func(b *testing.B) {
		for b.Loop() {
			if _, err := openapi3.NewLoader().LoadFromData(openAPI); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("routes", func(b *testing.B) {
		routes := (&API{}).routes()
		for b.Loop() {
			for _, rt := range routes {
				describedBy(document(), rt)
			}
		}
	})
}
