package httpapi

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"
)

// TestAllowIsWhatTheDocumentHas: also of what a 405 says.
func TestAllowIsWhatTheDocumentHas(t *testing.T) {
	w := newWorld(t)
	event := w.event("")
	for pattern, item := range document().Paths.Map() {
		allowed := append(slices.Collect(maps.Keys(item.Operations())), http.MethodOptions)
		if item.Get != nil && item.Head == nil {
			allowed = append(allowed, http.MethodHead)
		}
		slices.Sort(allowed)
		path := pathOf(pattern, event)
		for _, method := range []string{http.MethodOptions, http.MethodPut} {
			a := w.do(nobody, method, path, "")
			require.Equal(t, strings.Join(allowed, ", "), a.Header().Get("Allow"), "%s %s", method, path)
		}
	}
}

// notForPages are headers that no page of another origin sends or reads: those
// of payment providers, those that every page may send, and those that are about
// the answer itself.
var notForPages = []string{
	"webhook-id", "webhook-timestamp", "webhook-signature", "Stripe-Signature", "Accept",
	"Allow", "Vary", "Content-Security-Policy", "WWW-Authenticate",
}

// TestAPageCanMakeEveryCallOfTheDocument: the preflight lets its method and its
// headers through, and the answer's headers can be read.
func TestAPageCanMakeEveryCallOfTheDocument(t *testing.T) {
	const shop = "https://shop.example"
	w := newWorld(t, func(c *Config) { c.Origins = []string{shop} })
	event := w.event("")
	exposed := w.do(nobody, get, "/v1/events", "", "Origin", shop).Header().Get("Access-Control-Expose-Headers")
	readable := strings.Split(strings.ToLower(exposed), ", ")
	for pattern, item := range document().Paths.Map() {
		for method, op := range item.Operations() {
			a := w.do(nobody, http.MethodOptions, pathOf(pattern, event), "", "Origin", shop,
				"Access-Control-Request-Method", method, "Access-Control-Request-Headers", headersSentBy(op))
			require.Equal(t, shop, a.Header().Get("Access-Control-Allow-Origin"), "%s %s", method, pattern)
			for _, r := range op.Responses.Map() {
				for name := range r.Value.Headers {
					if !slices.Contains(notForPages, name) {
						require.Contains(t, readable, strings.ToLower(name), "%s %s", method, pattern)
					}
				}
			}
		}
	}
}

// headersSentBy lists what a browser asks for: lower case, in order.
func headersSentBy(op *openapi3.Operation) string {
	names := []string{"authorization", "content-type"}
	for _, p := range op.Parameters {
		if p.Value.In == openapi3.ParameterInHeader && !slices.Contains(notForPages, p.Value.Name) {
			names = append(names, strings.ToLower(p.Value.Name))
		}
	}
	slices.Sort(names)
	return strings.Join(names, ",")
}
