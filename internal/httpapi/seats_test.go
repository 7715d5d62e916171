package httpapi

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

// boxSeat is "Box 1/Ü" as it stands in a path.
const boxSeat = "Box%201%2F%C3%9C"

func TestThePlanIsServedAsItWasImported(t *testing.T) {
	w := newWorld(t)
	path := "/v1/events/" + w.event("") + "/plan"
	a := w.do(nobody, get, path, "").ok(http.StatusOK)
	require.Equal(t, testPlan, a.Body.String())
	require.Equal(t, "application/json", a.Header().Get("Content-Type"))
	require.Equal(t, "public, max-age=3600", a.Header().Get("Cache-Control"))
	tag := a.Header().Get("ETag")
	require.Regexp(t, `^"[0-9a-f]{32}"$`, tag)
	for _, known := range []string{tag, "W/" + tag, `"x", ` + tag, "*", `"a,b",W/"c" ,` + tag} {
		again := w.do(nobody, get, path, "", "If-None-Match", known).ok(http.StatusNotModified)
		require.Empty(t, again.Body.String())
		require.Equal(t, tag, again.Header().Get("ETag"))
		require.Equal(t, "public, max-age=3600", again.Header().Get("Cache-Control"))
	}
	for _, unknown := range []string{`"x"`, "x", `"x`, "", "W/", `W/"x"`, tag[1:]} {
		w.do(nobody, get, path, "", "If-None-Match", unknown).ok(http.StatusOK)
	}
	w.do(nobody, get, "/v1/events/none/plan", "").problem(http.StatusNotFound, booking.CodeNotFound)
}

func TestPlansOfTwoEventsHaveTwoTags(t *testing.T) {
	w := newWorld(t)
	one := w.event("")
	other := w.do(olga, post, "/v1/events", without(t, "plan",
		`{"categories": [{"name": "Stalls"}, {"name": "Free"}], "zones": [`+planZone+`], "name": "Other"}`)).ok(http.StatusCreated).id()
	tag := func(event string) string {
		return w.do(nobody, get, "/v1/events/"+event+"/plan", "").Header().Get("ETag")
	}
	require.NotEqual(t, tag(one), tag(other))
	require.Equal(t, tag(one), tag(one))
}

func TestTheSeatMapFollowsWhatHappens(t *testing.T) {
	w := newWorld(t)
	event := w.event("")
	require.Equal(t, allFree, w.seats(event))
	w.hold(alice, event, "A2")
	w.pay(w.order(bob, event, "A3"))
	w.do(olga, post, "/v1/events/"+event+"/blocks", `{"seats": ["=B3"], "reason": "house"}`).ok(http.StatusCreated)
	a := w.do(nobody, get, "/v1/events/"+event+"/seats", "").ok(http.StatusOK)
	m := a.object()
	require.Equal(t, ".hs....x", m["seats"])
	require.Equal(t, event, m["event_id"])
	require.Equal(t, `"`+m["version"].(string)+`"`, a.Header().Get("ETag"))
	require.Equal(t, "no-cache", a.Header().Get("Cache-Control"))

	taken := w.do(nobody, get, "/v1/events/"+event+"/seats?taken=true", "").ok(http.StatusOK).object()
	require.Equal(t, map[string]any{
		"event_id": event, "version": m["version"], "taken": []any{
			map[string]any{"seat": "A2", "status": "held", "is_taken": true},
			map[string]any{"seat": "A3", "status": "sold", "is_taken": true},
			map[string]any{"seat": "=B3", "status": "blocked", "is_taken": true},
		},
	}, taken)
	require.Equal(t, m, w.do(nobody, get, "/v1/events/"+event+"/seats?taken=false", "").object())
}

func TestNothingTakenIsAnEmptyList(t *testing.T) {
	w := newWorld(t)
	a := w.do(nobody, get, "/v1/events/"+w.event("")+"/seats?taken=true", "")
	require.Contains(t, a.Body.String(), `"taken":[]`)
}

func TestAKnownSeatMapIsNotSentAgain(t *testing.T) {
	w := newWorld(t)
	event := w.event("")
	path := "/v1/events/" + event + "/seats"
	tag := w.do(nobody, get, path, "").Header().Get("ETag")
	for _, known := range []string{tag, "W/" + tag, `"x", ` + tag, tag + `, "x"`, "*"} {
		for _, query := range []string{"", "?taken=true"} {
			a := w.do(nobody, get, path+query, "", "If-None-Match", known).ok(http.StatusNotModified)
			require.Empty(t, a.Body.String())
			require.Equal(t, tag, a.Header().Get("ETag"))
			require.Equal(t, "no-cache", a.Header().Get("Cache-Control"))
			require.Empty(t, a.Header().Get("Content-Type"))
		}
	}
	w.hold(alice, event, "A1")
	a := w.do(nobody, get, path, "", "If-None-Match", tag).ok(http.StatusOK)
	require.NotEqual(t, tag, a.Header().Get("ETag"))
	require.Equal(t, "h.......", a.object()["seats"])
	w.do(nobody, get, path, "", "If-None-Match", `"x", "y"`).ok(http.StatusOK)
}

// notingHolds notes which version the map is asked for.
type notingHolds struct {
	booking.Holds
	known []string
	whole int
}

func (h *notingHolds) SeatMap(ctx context.Context, e *booking.Event, known string) (booking.SeatMap, error) {
	m, err := h.Holds.SeatMap(ctx, e, known)
	h.known = append(h.known, known)
	if m.Seats != nil {
		h.whole++
	}
	return m, err
}

func TestAKnownSeatMapIsNotEvenRead(t *testing.T) {
	w := newWorld(t)
	event := w.event("")
	noting := &notingHolds{Holds: w.service.Holds}
	w.service.Holds = noting
	path := "/v1/events/" + event + "/seats"
	version := w.do(nobody, get, path, "").object()["version"].(string)
	w.do(nobody, get, path, "", "If-None-Match", `W/"`+version+`"`).ok(http.StatusNotModified)
	require.Equal(t, []string{"", version}, noting.known)
	require.Equal(t, 1, noting.whole)
}

func TestASingleSeat(t *testing.T) {
	w := newWorld(t)
	event := w.event("")
	path := "/v1/events/" + event + "/seats/"
	require.JSONEq(t, `{"seat": "A1", "category": "Stalls", "price": {"amount": 4500, "currency": "EUR"}, "status": "free", "is_taken": false}`,
		w.do(nobody, get, path+"A1", "").ok(http.StatusOK).Body.String())
	w.hold(alice, event, "Box 1/Ü", "B2")
	for _, escaped := range []string{boxSeat, "Box%201%2f%c3%9c", "%42ox%201%2F%C3%9C"} {
		box := w.do(nobody, get, path+escaped, "").ok(http.StatusOK)
		require.Equal(t, "Box 1/Ü", box.object()["seat"])
		require.Equal(t, "held", box.object()["status"])
		require.Equal(t, true, box.object()["is_taken"])
		require.Equal(t, "no-store", box.Header().Get("Cache-Control"))
	}
	free := w.do(nobody, get, path+"B2", "").object()
	require.Equal(t, map[string]any{"amount": 0.0, "currency": "EUR"}, free["price"])
	w.do(nobody, get, path+"%3DB3", "").ok(http.StatusOK)
	w.do(nobody, get, path+"=B3", "").ok(http.StatusOK)
}

func TestBadQuestionsAboutSeats(t *testing.T) {
	w := newWorld(t)
	path := "/v1/events/" + w.event("") + "/seats"
	w.refuses([]refusal{
		{"taken as a number", nobody, get, path + "?taken=1", "", nil, 422, booking.CodeInvalidValue, "taken"},
		{"taken as nothing", nobody, get, path + "?taken", "", nil, 422, booking.CodeInvalidValue, "taken"},
		{"taken twice", nobody, get, path + "?taken=true&taken=false", "", nil, 422, booking.CodeInvalidValue, "taken"},
		{"no such seat", nobody, get, path + "/Z9", "", nil, 404, booking.CodeUnknownSeat, "Z9"},
		{"another case", nobody, get, path + "/a1", "", nil, 404, booking.CodeUnknownSeat, "a1"},
		{"a slash as it is", nobody, get, path + "/Box%201/%C3%9C", "", nil, 404, booking.CodeNotFound, ""},
		{"no event", nobody, get, "/v1/events/none/seats", "", nil, 404, booking.CodeNotFound, ""},
		{"a seat of no event", nobody, get, "/v1/events/none/seats/A1", "", nil, 404, booking.CodeNotFound, ""},
	})
}
