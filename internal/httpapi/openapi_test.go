package httpapi

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

func TestTheDocumentIsValid(t *testing.T) {
	require.True(t, document().IsOpenAPI31OrLater())
	require.NoError(t, document().Validate(context.Background(), openapi3.EnableExamplesValidation()))
}

func TestEveryExampleIsValid(t *testing.T) {
	d, err := answersOf()
	require.NoError(t, err)
	n, err := d.CheckExamples()
	require.NoError(t, err)
	require.Greater(t, n, 60)
}

func TestTheDocumentHasEveryCallAndNoOther(t *testing.T) {
	w := newWorld(t)
	var routed, said []string
	for _, rt := range w.api.routes() {
		for method, e := range rt.methods {
			routed = append(routed, method+" "+rt.pattern)
			op := document().Paths.Value(rt.pattern).GetOperation(method)
			require.NotNil(t, op, "%s %s", method, rt.pattern)
			public := op.Security != nil && len(*op.Security) == 0
			require.Equal(t, e.access == accessPublic, public, "%s %s: who may", method, rt.pattern)
		}
	}
	for pattern, item := range document().Paths.Map() {
		for method := range item.Operations() {
			if method != http.MethodHead {
				said = append(said, method+" "+pattern)
			}
		}
	}
	require.ElementsMatch(t, routed, said)
}

func TestEveryCallIsDescribedForPeople(t *testing.T) {
	ids := map[string]bool{}
	for pattern, item := range document().Paths.Map() {
		for method, op := range item.Operations() {
			call := method + " " + pattern
			require.NotEmpty(t, op.OperationID, call)
			require.False(t, ids[op.OperationID], "%s: the id %s is another call's", call, op.OperationID)
			ids[op.OperationID] = true
			require.Len(t, op.Tags, 1, call)
			require.NotEmpty(t, op.Summary, call)
			require.NotNil(t, document().Tags.Get(op.Tags[0]), call)
		}
	}
}

// codesInDocument are the codes of problems with the statuses that they stand
// under.
func codesInDocument() map[booking.Code][]int {
	found := map[booking.Code][]int{}
	add := func(status string, r *openapi3.ResponseRef) {
		media := r.Value.Content.Get("application/problem+json")
		if media == nil {
			return
		}
		n, _ := strconv.Atoi(status)
		for _, code := range codesOf(media.Schema) {
			found[booking.Code(code)] = append(found[booking.Code(code)], n)
		}
	}
	for _, item := range document().Paths.Map() {
		for _, op := range item.Operations() {
			for status, r := range op.Responses.Map() {
				add(status, r)
			}
		}
	}
	add("405", document().Components.Responses["MethodNotAllowed"])
	return found
}

func TestTheDocumentHasEveryCodeUnderItsStatus(t *testing.T) {
	found := codesInDocument()
	for code, m := range meanings {
		require.NotEmpty(t, found[code], "%s is in no answer", code)
		for _, status := range found[code] {
			if code == booking.CodeUnknownSeat && status == http.StatusNotFound {
				continue // of a seat in the path
			}
			require.Equal(t, m.status, status, code)
		}
	}
	require.Len(t, found, len(meanings), "no code that is none")
}

func TestTheDocumentIsServed(t *testing.T) {
	w := newWorld(t)
	a := w.do(nobody, get, "/openapi.yaml", "").ok(http.StatusOK)
	require.Equal(t, "application/yaml", a.Header().Get("Content-Type"))
	require.Equal(t, string(openAPI), a.Body.String())
	tag := a.Header().Get("ETag")
	require.Empty(t, w.do(nobody, get, "/openapi.yaml", "", "If-None-Match", tag).ok(http.StatusNotModified).Body.String())
	w.do(nobody, get, "/openapi.yaml", "", "If-None-Match", `"other"`).ok(http.StatusOK)
}

// TestLinksLeadFromARegistrationToACancelledOrder: a tester that follows the
// document's links gets there.
func TestLinksLeadFromARegistrationToACancelledOrder(t *testing.T) {
	links := func(id string) (to []string) {
		for _, item := range document().Paths.Map() {
			for _, op := range item.Operations() {
				for _, r := range op.Responses.Map() {
					for _, l := range r.Value.Links {
						if op.OperationID == id {
							to = append(to, l.Value.OperationID)
						}
					}
				}
			}
		}
		return to
	}
	require.Contains(t, links("register"), "login")
	require.Contains(t, links("listEvents"), "createHold")
	require.Contains(t, links("createHold"), "createOrder")
	require.Contains(t, links("createOrder"), "cancelOrder")
}

func TestWordsForValuesAreWordsOfOurs(t *testing.T) {
	for name, ref := range document().Components.Schemas {
		words := wantedBy(ref.Value)
		require.NotEmpty(t, words, name)
		require.False(t, strings.ContainsAny(words, `\^$`), "%s: %s", name, words)
	}
}
