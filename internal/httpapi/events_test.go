package httpapi

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

func TestAnEventIsShownAsTheContractSays(t *testing.T) {
	w := newWorld(t)
	a := w.do(olga, post, "/v1/events", eventBody("")).ok(http.StatusCreated)
	id := a.id()
	require.Equal(t, "/v1/events/"+id, a.Header().Get("Location"))
	require.JSONEq(t, `{"id": "`+id+`", "name": "Premiere", "starts_at": "`+startsAt+`",
		"on_sale_at": null, "off_sale_at": null, "status": "on_sale", "seat_count": 8,
		"categories": [
			{"name": "Stalls", "color": "#a00", "price": {"amount": 4500, "currency": "EUR"}},
			{"name": "Free", "color": "#0a0", "price": {"amount": 0, "currency": "EUR"}}],
		"hold_ttl_seconds": 600, "max_seats_per_customer": 6}`, a.Body.String())
	require.Equal(t, a.Body.String(), w.do(nobody, get, "/v1/events/"+id, "").ok(http.StatusOK).Body.String())
}

func TestAnEventsOwnTimesAndLimits(t *testing.T) {
	w := newWorld(t)
	id := w.event(`, "on_sale_at": "2098-05-01T10:00:00.5+02:00", "off_sale_at": "2099-05-01T10:00:00Z",
		"hold_ttl_seconds": 90, "max_seats_per_customer": 2`)
	e := w.do(nobody, get, "/v1/events/"+id, "").object()
	require.Equal(t, "scheduled", e["status"])
	require.Equal(t, "2098-05-01T08:00:00.500Z", e["on_sale_at"])
	require.Equal(t, "2099-05-01T10:00:00.000Z", e["off_sale_at"])
	require.InEpsilon(t, 90, e["hold_ttl_seconds"], 0)
	require.InEpsilon(t, 2, e["max_seats_per_customer"], 0)
}

func TestNullAtCreationIsTheDefault(t *testing.T) {
	w := newWorld(t)
	id := w.event(`, "on_sale_at": null, "off_sale_at": null, "hold_ttl_seconds": null, "max_seats_per_customer": null`)
	e := w.do(nobody, get, "/v1/events/"+id, "").object()
	require.Nil(t, e["on_sale_at"])
	require.InEpsilon(t, 600, e["hold_ttl_seconds"], 0)
}

func TestEventsComeInPages(t *testing.T) {
	w := newWorld(t)
	var want []string
	for range 3 {
		want = append([]string{w.event("")}, want...)
	}
	var got []string
	path := "/v1/events?limit=2"
	for range 2 {
		a := w.do(nobody, get, path, "").ok(http.StatusOK)
		page := a.object()
		for _, item := range page["items"].([]any) {
			got = append(got, item.(map[string]any)["id"].(string))
		}
		link := a.Header().Get("Link")
		if page["next_cursor"] == nil {
			require.Empty(t, link)
			break
		}
		path, _ = strings.CutSuffix(strings.TrimPrefix(link, "<"), `>; rel="next"`)
		require.Contains(t, path, "cursor="+page["next_cursor"].(string))
		require.Contains(t, path, "limit=2")
	}
	require.Equal(t, want, got)
	require.Len(t, w.do(nobody, get, "/v1/events?limit=3", "").object()["items"], 3)
	require.Nil(t, w.do(nobody, get, "/v1/events?limit=3", "").object()["next_cursor"], "exactly full is the end")
}

func TestAnOrganizersOwnEvents(t *testing.T) {
	w := newWorld(t)
	first, second := w.event(""), w.event("")
	oscars := w.do(oscar, post, "/v1/events", eventBody("")).ok(http.StatusCreated).id()
	ids := func(by booking.Actor, query string) (ids []any) {
		t.Helper()
		for _, item := range w.do(by, get, "/v1/me/events"+query, "").ok(http.StatusOK).object()["items"].([]any) {
			ids = append(ids, item.(map[string]any)["id"])
		}
		return ids
	}
	require.Equal(t, []any{second, first}, ids(olga, ""))
	require.Equal(t, []any{oscars}, ids(oscar, ""))
	require.Equal(t, []any{oscars, second, first}, ids(operator, ""))
	require.Equal(t, []any{second}, ids(olga, "?limit=1"))
	require.Equal(t, []any{first}, ids(olga, "?limit=1&cursor="+second))
	require.Equal(t, `</v1/me/events?cursor=`+second+`&limit=1>; rel="next"`,
		w.do(olga, get, "/v1/me/events?limit=1", "").Header().Get("Link"))

	one := w.do(nobody, get, "/v1/events/"+oscars, "").object()
	require.Equal(t, []any{one}, w.do(oscar, get, "/v1/me/events", "").object()["items"], "shown as anywhere")
	w.do(alice, get, "/v1/me/events", "").problem(http.StatusForbidden, booking.CodeForbidden)
}

func TestAnEmptyListIsAList(t *testing.T) {
	w := newWorld(t)
	require.JSONEq(t, `{"items": [], "next_cursor": null}`, w.do(nobody, get, "/v1/events", "").ok(http.StatusOK).Body.String())
}

func TestPatchChangesWhatIsNamed(t *testing.T) {
	w := newWorld(t)
	path := "/v1/events/" + w.event(`, "hold_ttl_seconds": 90, "max_seats_per_customer": 2, "off_sale_at": "2099-05-01T10:00:00Z"`)
	before := w.do(nobody, get, path, "").object()
	change := func(body string) map[string]any {
		t.Helper()
		changed := w.do(olga, patch, path, body).ok(http.StatusOK).object()
		require.Equal(t, changed, w.do(nobody, get, path, "").object())
		return changed
	}
	require.Equal(t, before, change(`{}`))
	before["name"] = "Second night"
	require.Equal(t, before, change(`{"name": " Second night "}`))
	before["starts_at"], before["on_sale_at"] = "2099-06-01T00:00:00.000Z", "2098-01-01T00:00:00.000Z"
	before["status"] = "scheduled"
	require.Equal(t, before, change(`{"starts_at": "2099-06-01T00:00:00Z", "on_sale_at": "2098-01-01T00:00:00Z"}`))
	before["hold_ttl_seconds"], before["max_seats_per_customer"] = 120.0, 3.0
	require.Equal(t, before, change(`{"hold_ttl_seconds": 120, "max_seats_per_customer": 3}`))
	before["hold_ttl_seconds"], before["max_seats_per_customer"] = 600.0, 6.0
	before["on_sale_at"], before["off_sale_at"], before["status"] = nil, nil, "on_sale"
	require.Equal(t, before, change(`{"hold_ttl_seconds": null, "max_seats_per_customer": null, "on_sale_at": null, "off_sale_at": null}`))
	before["status"] = "closed"
	require.Equal(t, before, change(`{"status": "closed"}`))
	require.Equal(t, before, change(`{"status": "closed"}`), "repeating is harmless")
	event := strings.TrimPrefix(path, "/v1/events/")
	w.do(alice, post, path+"/holds", seatsBody("A1")).problem(http.StatusConflict, booking.CodeNotOnSale)
	require.Equal(t, allFree, w.seats(event))
}

func TestOperatorsMayChangeAnyEvent(t *testing.T) {
	w := newWorld(t)
	path := "/v1/events/" + w.event("")
	require.Equal(t, "x", w.do(operator, patch, path, `{"name": "x"}`).ok(http.StatusOK).object()["name"])
}

// without returns the good body with one member replaced or, by "", left out.
func without(t *testing.T, member, value string) string {
	t.Helper()
	var body map[string]json.RawMessage
	require.NoError(t, json.Unmarshal([]byte(eventBody("")), &body))
	delete(body, member)
	if value != "" {
		body[member] = json.RawMessage(value)
	}
	b, err := json.Marshal(body)
	require.NoError(t, err)
	return string(b)
}

func TestBadEvents(t *testing.T) {
	w := newWorld(t)
	w.event("")
	bad := func(name, body string, status int, code booking.Code, detail string) refusal {
		return refusal{name, olga, post, "/v1/events", body, nil, status, code, detail}
	}
	twoCurrencies := strings.Replace(testPrices, `0, "currency": "EUR"`, `0, "currency": "USD"`, 1)
	w.refuses([]refusal{
		bad("no body", "", 400, codeInvalidBody, "not JSON"),
		bad("null", "null", 400, codeInvalidBody, "null"),
		bad("unknown field", eventBody(`, "colour": 1`), 400, codeInvalidBody, "colour"),
		bad("a field twice", eventBody(`, "name": "x"`), 400, codeInvalidBody, "name twice"),
		bad("trailing data", eventBody("")+"{}", 400, codeInvalidBody, "line 1"),
		bad("a number for a name", without(t, "name", "1"), 400, codeInvalidBody, "name: must be a string"),
		bad("a number for a time", without(t, "starts_at", "1"), 400, codeInvalidBody, "starts_at: must be a time"),
		bad("a fraction of a second", without(t, "hold_ttl_seconds", "1.5"), 400, codeInvalidBody, "hold_ttl_seconds: must be a whole number"),
		bad("prices as a list", without(t, "prices", "[]"), 400, codeInvalidBody, "prices: must be an object"),
		bad("a price as text", without(t, "prices", `{"Stalls": "45"}`), 400, codeInvalidBody, "prices.Stalls: must be an object"),
		bad("a field twice in the plan", without(t, "plan", `{"zones": [{"name": "a", "name": "b"}]}`), 400, codeInvalidBody, "plan.zones[0].name twice"),
		bad("no name", without(t, "name", ""), 422, booking.CodeInvalidValue, "name"),
		bad("a blank name", without(t, "name", `" "`), 422, booking.CodeInvalidValue, "name"),
		bad("a long name", without(t, "name", `"`+strings.Repeat("x", 201)+`"`), 422, booking.CodeInvalidValue, "200 characters"),
		bad("no start", without(t, "starts_at", ""), 422, booking.CodeInvalidValue, "starts_at"),
		bad("null for the start", without(t, "starts_at", "null"), 400, codeInvalidBody, "starts_at"),
		bad("no time", without(t, "starts_at", `"tomorrow"`), 422, booking.CodeInvalidValue, "starts_at: must be a time such as"),
		bad("a sale that opens after its end", without(t, "on_sale_at", `"2100-01-01T00:00:00Z"`), 422, booking.CodeInvalidValue, "on_sale_at"),
		bad("no hold time", without(t, "hold_ttl_seconds", "0"), 422, booking.CodeInvalidValue, "hold_ttl_seconds"),
		bad("a negative hold time", without(t, "hold_ttl_seconds", "-1"), 422, booking.CodeInvalidValue, "hold_ttl_seconds"),
		bad("a hold time over the longest", without(t, "hold_ttl_seconds", "2701"), 422, booking.CodeInvalidValue, "2700"),
		bad("a hold time that overflows", without(t, "hold_ttl_seconds", "9223372036854775807"), 422, booking.CodeInvalidValue, "2700"),
		bad("no seats a customer", without(t, "max_seats_per_customer", "0"), 422, booking.CodeInvalidValue, "max_seats_per_customer"),
		bad("too many seats a customer", without(t, "max_seats_per_customer", "200001"), 422, booking.CodeInvalidValue, "max_seats_per_customer"),
		bad("no plan", without(t, "plan", ""), 422, booking.CodeInvalidPlan, "plan"),
		bad("null for the plan", without(t, "plan", "null"), 422, booking.CodeInvalidPlan, "plan"),
		bad("text for the plan", without(t, "plan", `"x"`), 422, booking.CodeInvalidPlan, "plan"),
		bad("an empty plan", without(t, "plan", `{}`), 422, booking.CodeInvalidPlan, "plan"),
		bad("a seat twice", strings.Replace(eventBody(""), `"seat_guid": "A2"`, `"seat_guid": "A1"`, 1), 422, booking.CodeInvalidPlan, "plan.zones[0].rows[0].seats[1]"),
		bad("no prices", without(t, "prices", ""), 422, booking.CodeInvalidPlan, "Stalls"),
		bad("a category without a price", without(t, "prices", `{"Free": {"amount": 0, "currency": "EUR"}}`), 422, booking.CodeInvalidPlan, "Stalls"),
		bad("a price without an amount", without(t, "prices", `{"Stalls": {"currency": "EUR"}}`), 422, booking.CodeInvalidValue, "amount"),
		bad("null for a price", without(t, "prices", `{"Stalls": null}`), 422, booking.CodeInvalidValue, "amount"),
		bad("a negative price", strings.Replace(eventBody(""), "4500", "-1", 1), 422, booking.CodeInvalidPlan, "Stalls"),
		bad("no currency", without(t, "prices", `{"Stalls": {"amount": 1}}`), 422, booking.CodeInvalidValue, "ISO 4217"),
		bad("a currency that is none", strings.ReplaceAll(eventBody(""), "EUR", "euro"), 422, booking.CodeInvalidValue, "ISO 4217"),
		bad("two currencies", without(t, "prices", twoCurrencies), 422, booking.CodeInvalidValue, "one currency"),
	})
}

func TestBadChangesOfAnEvent(t *testing.T) {
	w := newWorld(t)
	path := "/v1/events/" + w.event("")
	bad := func(name, body string, status int, code booking.Code, detail string) refusal {
		return refusal{name, olga, patch, path, body, nil, status, code, detail}
	}
	w.refuses([]refusal{
		bad("no body", "", 400, codeInvalidBody, "not JSON"),
		bad("a list", "[]", 400, codeInvalidBody, "an array"),
		bad("unknown field", `{"seat_count": 1}`, 400, codeInvalidBody, "seat_count"),
		bad("a field twice", `{"name": "x", "name": "y"}`, 400, codeInvalidBody, "name twice"),
		bad("a number for a name", `{"name": 1}`, 400, codeInvalidBody, "name: must be a string"),
		bad("text for a number", `{"hold_ttl_seconds": "90"}`, 400, codeInvalidBody, "hold_ttl_seconds: must be a whole number"),
		bad("no name", `{"name": null}`, 400, codeInvalidBody, "name"),
		bad("an empty name", `{"name": ""}`, 422, booking.CodeInvalidValue, "name"),
		bad("no start", `{"starts_at": null}`, 400, codeInvalidBody, "starts_at"),
		bad("no time", `{"starts_at": "soon"}`, 422, booking.CodeInvalidValue, "starts_at: must be a time"),
		bad("a sale that opens after its end", `{"on_sale_at": "2100-01-01T00:00:00Z"}`, 422, booking.CodeInvalidValue, "on_sale_at"),
		bad("no hold time", `{"hold_ttl_seconds": 0}`, 422, booking.CodeInvalidValue, "hold_ttl_seconds"),
		bad("too long a hold time", `{"hold_ttl_seconds": 99999}`, 422, booking.CodeInvalidValue, "hold_ttl_seconds"),
		bad("a negative limit", `{"max_seats_per_customer": -3}`, 422, booking.CodeInvalidValue, "max_seats_per_customer"),
		bad("reopening", `{"status": "on_sale"}`, 422, booking.CodeInvalidValue, "closed"),
		bad("no status", `{"status": null}`, 422, booking.CodeInvalidValue, "closed"),
		bad("another plan", `{"plan": `+testPlan+`}`, 422, booking.CodeInvalidValue, "never change"),
		bad("another plan among other things", `{"name": "x", "plan": null}`, 422, booking.CodeInvalidValue, "never change"),
		bad("other prices", `{"prices": `+testPrices+`}`, 422, booking.CodeInvalidValue, "never change"),
		{"an event that is not there", olga, patch, "/v1/events/none", `{"name": "x"}`, nil, 404, booking.CodeNotFound, ""},
	})
}

func TestBadPages(t *testing.T) {
	w := newWorld(t)
	event := w.event("")
	var cases []refusal
	for _, path := range []string{
		"/v1/events", "/v1/orders", "/v1/events/" + event + "/holds",
		"/v1/events/" + event + "/orders", "/v1/events/" + event + "/blocks",
	} {
		for _, query := range []string{
			"limit=0", "limit=201", "limit=-1", "limit=x", "limit=", "limit=1.5", "limit=1&limit=2",
			"cursor=", "cursor=a&cursor=b", "cursor=%ff", "cursor=" + strings.Repeat("x", 201),
		} {
			name, _, _ := strings.Cut(query, "=")
			cases = append(cases, refusal{path + "?" + query, operator, get, path + "?" + query, "", nil, 422, booking.CodeInvalidValue, name})
		}
	}
	w.refuses(cases)
}
