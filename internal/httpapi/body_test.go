package httpapi

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

// sample has a field of every kind that bodies have.
type sample struct {
	Text   string                `json:"text"`
	Number *int64                `json:"number"`
	Seats  []string              `json:"seats"`
	Prices map[string]priceBody  `json:"prices"`
	At     moment                `json:"at"`
	Maybe  optional[string]      `json:"maybe"`
	Count  optional[int64]       `json:"count"`
	Inner  struct{ A, B string } `json:"inner"`
}

func TestBodiesAreReadStrictly(t *testing.T) {
	for _, c := range []struct{ name, body, detail string }{
		{"empty", "", "the body is not JSON"},
		{"spaces", " \n ", "the body is not JSON"},
		{"words", "hello", "the body is not JSON"},
		{"a byte order mark", "\xef\xbb\xbf{}", "the body is not JSON"},
		{"null", "null", "must be a JSON object, not null"},
		{"an array", `[{}]`, "must be a JSON object, not an array"},
		{"a string", `"x"`, "must be a JSON object, not a string"},
		{"a number", `1`, "must be a JSON object, not a number"},
		{"true", `true`, "must be a JSON object, not true"},
		{"cut off", `{"text": "a`, "the body ends too early"},
		{"cut off after a value", `{"text": "a"`, "the body ends too early"},
		{"trailing data", `{} {}`, "line 1, column 4"},
		{"trailing word", "{}\n x", "line 2, column 2"},
		{"a comma too many", `{"text": "a",}`, "line 1, column 13"},
		{"a comment", `{/*x*/}`, "line 1, column 2"},
		{"single quotes", `{'text': 1}`, "line 1, column 2"},
		{"not UTF-8", "{\"text\": \"\xff\"}", "line 1, column"},
		{"half a surrogate", `{"text": "\ud800"}`, "line 1, column"},
		{"unknown field", `{"colour": 1}`, "colour: this call has no such field"},
		{"other case", `{"Text": "a"}`, "Text: this call has no such field"},
		{"unknown inner field", `{"inner": {"C": 1}}`, "inner.C: this call has no such field"},
		{"twice", `{"text": "a", "text": "b"}`, "names text twice"},
		{"twice in escapes", `{"text": "a", "\u0074ext": "b"}`, "names text twice"},
		{"twice inside", `{"prices": {"a b": {"amount": 1, "amount": 2}}}`, `names prices["a b"].amount twice`},
		{"twice in a map", `{"prices": {"a": {}, "a": {}}}`, "names prices.a twice"},
		{"number for text", `{"text": 1}`, "text: must be a string"},
		{"null for text", `{"text": null}`, "text: must be a string, not null"},
		{"text for number", `{"number": "1"}`, "number: must be a whole number, not a string"},
		{"a fraction", `{"number": 1.5}`, "number: must be a whole number"},
		{"an exponent", `{"number": 1e3}`, "number: must be a whole number"},
		{"too large a number", `{"number": 9223372036854775808}`, "number: must be a whole number"},
		{"text for a list", `{"seats": "A1"}`, "seats: must be an array, not a string"},
		{"object for a list", `{"seats": {"0": "A1"}}`, "seats: must be an array, not an object"},
		{"a number in a list", `{"seats": ["A1", 2]}`, "seats[1]: must be a string"},
		{"null in a list", `{"seats": [null]}`, "seats[0]: must be a string, not null"},
		{"a list in a list", `{"seats": [["A1"]]}`, "seats[0]: must be a string, not an array"},
		{"a list for an object", `{"prices": []}`, "prices: must be an object, not an array"},
		{"a number in an object", `{"prices": {"Stalls": 4500}}`, "prices.Stalls: must be an object"},
		{"text in an object's object", `{"prices": {"Stalls": {"amount": "45"}}}`, "prices.Stalls.amount: must be a whole number, not a string"},
		{"a number for a time", `{"at": 1790000000}`, "at: must be a time such as"},
		{"true for a time", `{"at": true}`, "at: must be a time such as"},
		{"a number for an optional text", `{"maybe": 1}`, "maybe: must be a string"},
		{"text for an optional number", `{"count": "1"}`, "count: must be a whole number, not a string"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := decodeObject([]byte(c.body), &sample{})
			require.Equal(t, codeInvalidBody, booking.CodeOf(err), "%v", err)
			detail := problemOf(err).Detail
			require.Contains(t, detail, c.detail)
			for _, ours := range []string{"json:", "jsontext", "httpapi", "int64", "Go "} {
				require.NotContains(t, detail, ours)
			}
		})
	}
}

func TestATextThatIsNoTimeIsAnInvalidValue(t *testing.T) {
	for _, text := range []string{
		"", "tomorrow", "2027-05-01", "2027-05-01T19:30:00", "2027-05-01 19:30:00Z", "2027-13-01T00:00:00Z",
		"2027-05-01T9:30:00Z", "2027-05-01T19:30:00,5Z", "0001-01-01T00:00:00Z", "0000-01-01T00:00:00+23:00",
		"1969-12-31T23:59:59Z", "9999-12-31T23:59:59-01:00",
	} {
		err := decodeObject([]byte(`{"at": "`+text+`"}`), &sample{})
		require.Equal(t, booking.CodeInvalidValue, booking.CodeOf(err), text)
		require.Contains(t, problemOf(err).Detail, "at: must be a time such as 2027-05-01T19:30:00Z")
	}
}

func TestAGoodBodyIsReadWhole(t *testing.T) {
	var s sample
	require.NoError(t, decodeObject([]byte(` {"text": "ü", "number": 0, "seats": ["A1", ""], "at": "2027-05-01T19:30:00.123456+02:00",
		"prices": {"x": {"amount": -1, "currency": "EUR"}}, "maybe": null, "count": 3} `), &s))
	require.Equal(t, "ü", s.Text)
	require.Equal(t, []string{"A1", ""}, s.Seats)
	require.Equal(t, "2027-05-01T17:30:00.123Z", timestamp(s.At).String())
	require.Equal(t, optional[string]{given: true, null: true}, s.Maybe)
	require.Equal(t, optional[int64]{given: true, value: 3}, s.Count)
	var none sample
	require.NoError(t, decodeObject([]byte(`{"number": null, "seats": null, "at": null}`), &none))
	require.Equal(t, sample{}, none)
}

func TestTimesAreWrittenInUTCWithMilliseconds(t *testing.T) {
	var m moment
	for text, want := range map[string]string{
		"2027-05-01T19:30:00+02:00":  `"2027-05-01T17:30:00.000Z"`,
		"2027-05-01T19:30:00.9999Z":  `"2027-05-01T19:30:00.999Z"`,
		"1970-01-01T00:00:00.1Z":     `"1970-01-01T00:00:00.100Z"`,
		"9999-12-31T23:59:59.99999Z": `"9999-12-31T23:59:59.999Z"`,
	} {
		require.NoError(t, m.UnmarshalText([]byte(text)))
		got, err := json.Marshal(timestamp(m))
		require.NoError(t, err)
		require.Equal(t, want, string(got))
	}
	zero, err := json.Marshal(timestamp{})
	require.NoError(t, err)
	require.Equal(t, "null", string(zero))
}

// unsized hides a body's length, as a chunked request does.
type unsized struct{ *strings.Reader }

func TestBodiesHaveLimits(t *testing.T) {
	w := newWorld(t)
	event := w.event("")
	order := w.order(alice, event, "A2")
	before := w.state()
	pad := strings.Repeat(" ", int(smallBody))
	for _, c := range []struct {
		by           booking.Actor
		method, path string
		body, limit  string
	}{
		{nobody, post, "/v1/auth/register", `{}` + pad, "64 KiB"},
		{nobody, post, "/v1/auth/login", `{}` + pad, "64 KiB"},
		{nobody, post, "/v1/webhooks/fake", `{}` + pad, "64 KiB"},
		{alice, post, "/v1/events/" + event + "/holds", seatsBody("A1") + pad, "64 KiB"},
		{alice, post, "/v1/events/" + event + "/holds/h/extend", `{}` + pad, "64 KiB"},
		{alice, post, "/v1/orders", `{}` + pad, "64 KiB"},
		{alice, post, "/v1/orders/" + order + "/cancel", `{}` + pad, "64 KiB"},
		{olga, patch, "/v1/events/" + event, `{"name": "x"}` + pad, "64 KiB"},
		{olga, post, "/v1/events/" + event + "/blocks", seatsBody("A1") + pad, "64 KiB"},
		{olga, post, "/v1/events", eventBody("") + strings.Repeat(" ", int(planBody)), "16 MiB"},
	} {
		p := w.do(c.by, c.method, c.path, c.body).problem(http.StatusRequestEntityTooLarge, codeBodyTooLarge)
		require.Contains(t, p["detail"], c.limit, c.path)
		r := httptest.NewRequest(c.method, c.path, unsized{strings.NewReader(c.body)})
		require.EqualValues(t, -1, r.ContentLength)
		r.Header.Set("Authorization", "Bearer "+c.by.ID)
		rec := httptest.NewRecorder()
		w.api.ServeHTTP(rec, r)
		w.requireDocumented(r, rec)
		answer{rec, t}.problem(http.StatusRequestEntityTooLarge, codeBodyTooLarge)
	}
	require.Equal(t, before, w.state())
}

func TestALargeBodyWithinItsLimitIsRead(t *testing.T) {
	w := newWorld(t)
	event := w.event("") // far over 64 KiB is fine for an event:
	w.do(olga, post, "/v1/events", eventBody("")+strings.Repeat(" ", 1<<20)).ok(http.StatusCreated)
	body := seatsBody("A1")
	body += strings.Repeat(" ", int(smallBody)-len(body))
	w.do(alice, post, "/v1/events/"+event+"/holds", body).ok(http.StatusCreated)
}

func TestTheTypeOfABodyIsNotAsked(t *testing.T) {
	w := newWorld(t)
	event := w.event("")
	w.do(alice, post, "/v1/events/"+event+"/holds", seatsBody("A1"),
		"Content-Type", "application/x-www-form-urlencoded").ok(http.StatusCreated)
}

func TestCallsWithoutABodyTakeNoneOrAnEmptyObject(t *testing.T) {
	w := newWorld(t)
	event := w.event("")
	hold := w.hold(alice, event, "A1")
	path := "/v1/events/" + event + "/holds/" + hold + "/extend"
	w.do(alice, post, path, "").ok(http.StatusOK)
	w.do(alice, post, path, "{}").ok(http.StatusOK)
	w.do(alice, post, path, `{"minutes": 60}`).problem(http.StatusBadRequest, codeInvalidBody)
	w.do(alice, post, path, `[]`).problem(http.StatusBadRequest, codeInvalidBody)
}

// TestTheContentTypeDoesNotMatter: curl -d says that JSON is a form, and no
// cookie makes a call somebody's, so another site's form gains nothing by it.
func TestTheContentTypeDoesNotMatter(t *testing.T) {
	w := newWorld(t)
	event := w.event("")
	for i, kind := range []string{"", "application/x-www-form-urlencoded", "text/plain", "application/json; charset=utf-8", "nonsense"} {
		path := "/v1/events/" + event + "/holds"
		seats := seatsBody([]string{"A1", "A2", "A3", "A4", "A5"}[i])
		w.do(nobody, post, path, seats, "Content-Type", kind, "Cookie", "access_token=alice").
			problem(http.StatusUnauthorized, booking.CodeUnauthenticated)
		who := []booking.Actor{alice, bob, olga, oscar, operator}[i]
		w.do(who, post, path, seats, "Content-Type", kind).ok(http.StatusCreated)
	}
}

func TestAPackedBodyIsRefused(t *testing.T) {
	w := newWorld(t)
	path := "/v1/events/" + w.event("") + "/holds"
	for _, encoding := range []string{"gzip", "GZIP", "br", "deflate", "identity, gzip", "x"} {
		p := w.do(alice, post, path, seatsBody("A1"), "Content-Encoding", encoding).problem(http.StatusBadRequest, codeInvalidBody)
		require.Contains(t, p["detail"], "Content-Encoding")
	}
	w.do(nobody, post, "/v1/webhooks/fake", "{}", "Content-Encoding", "gzip", "Signature", "good").problem(http.StatusBadRequest, codeInvalidBody)
	w.do(alice, post, path, seatsBody("A1"), "Content-Encoding", "Identity").ok(http.StatusCreated)
}
