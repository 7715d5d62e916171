package httpapi

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

// doorCodes are the codes of the refusals in the table.
var doorCodes = map[int]booking.Code{
	http.StatusUnauthorized: booking.CodeUnauthenticated,
	http.StatusForbidden:    booking.CodeForbidden,
	http.StatusNotFound:     booking.CodeNotFound,
	http.StatusBadRequest:   booking.CodeInvalidSignature,
}

// judge says what of an answer is not as the table says, "" where all is.
func (d door) judge(rec *httptest.ResponseRecorder, want int) string {
	code, refused := doorCodes[want]
	switch {
	case rec.Code != want:
		return fmt.Sprintf("%d instead of %d", rec.Code, want)
	case refused && !strings.Contains(rec.Body.String(), `"code":"`+string(code)+`"`):
		return "not " + string(code) + ": " + rec.Body.String()
	case (rec.Header().Get("WWW-Authenticate") == "Bearer") != (want == http.StatusUnauthorized):
		return "WWW-Authenticate: " + rec.Header().Get("WWW-Authenticate")
	}
	return ""
}

// refusals knocks at each door with everyone whom it refuses and returns the
// answers that are not as the table says, and the refusals that left a trace.
func (h *house) refusals() (wrong []string, tried int) {
	h.t.Helper()
	before := h.stored()
	for _, d := range doors {
		for _, v := range h.visitors() {
			want := d.answers[v.kind]
			if want < http.StatusBadRequest {
				continue
			}
			tried++
			at := d.method + " " + d.pattern + " by " + v.name + ": "
			if fault := d.judge(h.knock(v, d.method, h.fill(d.pattern), h.fill(d.body)), want); fault != "" {
				wrong = append(wrong, at+fault)
			}
		}
		if after := h.stored(); after != before {
			wrong, before = append(wrong, d.method+" "+d.pattern+": something changed"), after
		}
	}
	return wrong, tried
}

func TestEveryRouteHasItsLineInTheTable(t *testing.T) {
	listed := map[string]bool{}
	for _, d := range doors {
		listed[d.method+" "+d.pattern] = true
	}
	for _, rt := range newWorld(t).api.routes() {
		for method := range rt.methods {
			require.True(t, listed[method+" "+rt.pattern], "write down in doors what %s %s promises whom", method, rt.pattern)
			delete(listed, method+" "+rt.pattern)
		}
	}
	require.Empty(t, listed, "these are no routes")
}

func TestDoorsRefuseAndNothingChanges(t *testing.T) {
	for _, s := range bothSigns {
		t.Run(s.name, func(t *testing.T) {
			wrong, tried := newHouse(t, s).refusals()
			require.Empty(t, wrong)
			require.Greater(t, tried, 600)
		})
	}
}

// TestDoorsOpen knocks with everyone whom a door lets in, each in a new house
// where something may change.
func TestDoorsOpen(t *testing.T) {
	for _, s := range bothSigns {
		t.Run(s.name, func(t *testing.T) {
			h := newHouse(t, s)
			for _, d := range doors {
				for kind, want := range d.answers {
					if want >= http.StatusBadRequest {
						continue
					}
					if d.method != get {
						h = newHouse(t, s)
					}
					visitors := h.visitors()
					v := visitors[slices.IndexFunc(visitors, func(v visitor) bool { return v.kind == kind })]
					fault := d.judge(h.knock(v, d.method, h.fill(d.pattern), h.fill(d.body)), want)
					require.Empty(t, fault, "%s %s by %s", d.method, d.pattern, v.name)
				}
			}
		})
	}
}

// TestABadTokenMakesNoDifferenceToPublicDoors compares with no token at all.
func TestABadTokenMakesNoDifferenceToPublicDoors(t *testing.T) {
	h := newHouse(t, bothSigns[0])
	for _, d := range doors {
		if d.method != get || d.answers[0] != http.StatusOK {
			continue
		}
		want := h.knock(visitor{}, d.method, h.fill(d.pattern), "")
		for _, v := range h.strangers() {
			got := h.knock(v, d.method, h.fill(d.pattern), "")
			require.Equal(t, want.Body.String(), got.Body.String(), d.pattern)
			require.Equal(t, want.Header(), got.Header(), d.pattern)
		}
	}
}

// TestWhatIsSomeoneElsesIsAsIfItWereNotThere compares, to the byte, the answer
// about someone else's thing with that about a thing that does not exist.
func TestWhatIsSomeoneElsesIsAsIfItWereNotThere(t *testing.T) {
	h := newHouse(t, bothSigns[0])
	there, gone := h.names, h.goneNames()
	answer := func(v visitor, d door, names map[string]string) string {
		h.names = names
		defer func() { h.names = there }()
		rec := h.knock(v, d.method, h.fill(d.pattern), h.fill(d.body))
		text := fmt.Sprint(rec.Code, rec.Header(), rec.Body)
		for name, id := range names {
			text = strings.ReplaceAll(text, id, name)
		}
		return text
	}
	compared := 0
	for _, d := range doors {
		for _, v := range h.visitors() {
			if d.answers[v.kind] != http.StatusNotFound {
				continue
			}
			for _, missing := range h.missing(d, gone) {
				compared++
				require.Equal(t, answer(v, d, missing), answer(v, d, there), "%s %s by %s", d.method, d.pattern, v.name)
			}
		}
	}
	require.Greater(t, compared, 30)
}

// missing are the names with one of those gone that the door names.
func (h *house) missing(d door, gone map[string]string) (list []map[string]string) {
	for name := range gone {
		if gone[name] == h.names[name] || !strings.Contains(d.pattern+d.body, name) {
			continue
		}
		if name == "{event}" && (strings.Contains(d.pattern, "{hold}") || d.pattern == "/v1/orders") {
			continue // that there is such an event is public, and what is told here
		}
		names := maps.Clone(h.names)
		names[name] = gone[name]
		list = append(list, names)
	}
	return list
}

// TestMethodsThatADoorDoesNotTake asks everyone for every method of every path.
func TestMethodsThatADoorDoesNotTake(t *testing.T) {
	h := newHouse(t, bothSigns[1])
	before := h.stored()
	for _, rt := range h.doors.routes() {
		for _, method := range []string{get, http.MethodHead, post, patch, del, http.MethodPut, http.MethodTrace, http.MethodConnect, "PURGE"} {
			if _, taken := rt.endpoint(method); taken {
				continue
			}
			for _, v := range h.visitors() {
				rec := h.knock(v, method, h.fill(rt.pattern), "")
				require.Equal(t, http.StatusMethodNotAllowed, rec.Code, "%s %s by %s", method, rt.pattern, v.name)
				require.Equal(t, rt.allow(), rec.Header().Get("Allow"))
			}
		}
	}
	require.Equal(t, before, h.stored())
}

// TestHeadIsGuardedAsGetIs asks for the headers alone.
func TestHeadIsGuardedAsGetIs(t *testing.T) {
	h := newHouse(t, bothSigns[0])
	before := h.stored()
	for _, d := range doors {
		if d.method != get {
			continue
		}
		for _, v := range h.visitors() {
			rec := h.knock(v, http.MethodHead, h.fill(d.pattern), "")
			require.Equal(t, d.answers[v.kind], rec.Code, "%s by %s", d.pattern, v.name)
			require.Empty(t, rec.Body.String())
		}
	}
	require.Equal(t, before, h.stored())
}

// TestListsHaveNothingOfOthers reads every list as everyone, also from cursors
// that are others' things.
func TestListsHaveNothingOfOthers(t *testing.T) {
	h := newHouse(t, bothSigns[0])
	owners := map[string][]string{ // of what each list has one item
		"/v1/events/{event}/holds":                      {"alice"},
		"/v1/orders":                                    {"alice"},
		"/v1/me/events":                                 {"olga", "operator"},
		"/v1/events/{event}/blocks":                     {"olga", "operator"},
		"/v1/events/{event}/orders":                     {"olga", "operator"},
		"/v1/webhook-endpoints":                         {"olga"},
		"/v1/webhook-endpoints/{endpoint}/deliveries":   {"olga", "operator"},
		"/v1/webhook-endpoints?organizer=olga":          {"olga", "operator"},
		"/v1/events/{event}/orders?q=alice@example.com": {"olga", "operator"},
	}
	for path, who := range owners {
		for _, v := range h.visitors() {
			rec := h.knock(v, get, h.fill(path), "")
			seen := rec.Code == http.StatusOK && len(answer{rec, t}.object()["items"].([]any)) > 0
			require.Equal(t, slices.Contains(who, v.name), seen, "%s by %s: %s", path, v.name, rec.Body)
			if slices.Contains(who, v.name) {
				continue
			}
			for _, cursor := range slices.Sorted(maps.Values(h.names)) {
				rec := h.knock(v, get, withQuery(h.fill(path), "limit=1&cursor="+cursor), "")
				require.NotContains(t, rec.Body.String(), `"id"`, "%s by %s from %s", path, v.name, cursor)
				none := strings.Repeat("z", len(cursor))
				require.Equal(t, h.knock(v, get, withQuery(h.fill(path), "limit=1&cursor="+none), "").Body.String(),
					rec.Body.String(), "%s by %s from %s tells no more than from what is not there", path, v.name, cursor)
			}
		}
	}
}

func withQuery(path, query string) string {
	if strings.Contains(path, "?") {
		return path + "&" + query
	}
	return path + "?" + query
}
