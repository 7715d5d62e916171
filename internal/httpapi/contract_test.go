package httpapi

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

// described finds the operation of a call as the router has it.
func describedCall(t *testing.T, method, pattern string) *operation {
	t.Helper()
	op := describedBy(document(), route{pattern, methods{method: endpoint{}}}).of(method)
	require.NotNil(t, op)
	return op
}

func TestBodiesAreCheckedAgainstTheDocument(t *testing.T) {
	const events, event = "/v1/events", "/v1/events/{event}"
	const hooks, hook = "/v1/webhook-endpoints", "/v1/webhook-endpoints/{endpoint}"
	for name, c := range map[string]struct {
		method, pattern, body string
		code                  booking.Code
		says                  string
	}{
		"nothing of the kind":  {post, "/v1/auth/login", `{"email": "a"}`, booking.CodeInvalidValue, "password: give the password of your account"},
		"an empty text":        {post, "/v1/auth/login", `{"email": "", "password": "x"}`, booking.CodeInvalidValue, "email: use the e-mail address of your account"},
		"too long":             {post, "/v1/events/{event}/blocks", `{"reason": "` + strings.Repeat("ü", 201) + `"}`, booking.CodeInvalidValue, "in 1 to 200 characters"},
		"only spaces":          {post, "/v1/events/{event}/blocks", `{"reason": "  "}`, booking.CodeInvalidValue, "reason: use why the seats"},
		"a control character":  {patch, event, `{"name": "a\nb"}`, booking.CodeInvalidValue, "name: use a text of 1 to 200 characters, without control characters"},
		"too little":           {patch, event, `{"hold_ttl_seconds": 0}`, booking.CodeInvalidValue, "hold_ttl_seconds: use a whole number of 1 or more"},
		"too much":             {patch, event, `{"max_seats_per_customer": 200001}`, booking.CodeInvalidValue, "max_seats_per_customer: use a whole number from 1 to 200000"},
		"none of a few":        {patch, event, `{"status": "open"}`, booking.CodeInvalidValue, `status: use "closed"`},
		"null":                 {patch, event, `{"starts_at": null}`, codeInvalidBody, "starts_at: must be a time such as 2027-05-01T19:30:00Z, in the years 1970 to 9999, not null"},
		"another type":         {patch, event, `{"name": 1}`, codeInvalidBody, "not a number"},
		"a field more":         {patch, event, `{"colour": "red"}`, codeInvalidBody, "the body: has a field that this call does not know"},
		"an unknown type":      {post, hooks, `{"url": "https://a.example", "types": ["order.paid", "x"]}`, booking.CodeInvalidValue, `types[1]: use "order.paid", "order.cancelled"`},
		"one twice":            {patch, hook, `{"types": ["order.paid", "order.paid"]}`, booking.CodeInvalidValue, "types: use a list of at least 1 item, each once"},
		"an empty list":        {patch, hook, `{"types": []}`, booking.CodeInvalidValue, "types: use a list of at least 1 item"},
		"no event":             {post, "/v1/orders", `{"hold_id": "h"}`, booking.CodeInvalidValue, "event_id: give the id of the event"},
		"something":            {post, "/v1/orders/{order}/cancel", `{"x": 1}`, booking.CodeInvalidValue, "use an object"},
		"a new event unnamed":  {post, events, `{"starts_at": "2099-05-01T17:30:00Z", "plan": {}}`, booking.CodeInvalidValue, "name: give a text"},
		"a name of no address": {post, "/v1/me/password", `{"new_password": "x"}`, booking.CodeInvalidValue, "old_password: give your password as it is"},
	} {
		t.Run(name, func(t *testing.T) {
			err := describedCall(t, c.method, c.pattern).checkBody([]byte(c.body))
			require.Equal(t, c.code, booking.CodeOf(err), "%v", err)
			require.Contains(t, problemOf(err).Detail, c.says)
			require.NoError(t, (*operation)(nil).checkBody([]byte(c.body)), "without the document it passes")
		})
	}
}

func TestGoodBodiesPassTheDocument(t *testing.T) {
	for pattern, body := range map[string]string{
		"POST /v1/orders":                        `{"event_id": "e", "hold_id": null, "seats": ["A1"]}`,
		"POST /v1/events/{event}/blocks":         `{"seats": ["A1"], "reason": "x", "until": null}`,
		"PATCH /v1/events/{event}":               `{"hold_ttl_seconds": null, "on_sale_at": null, "max_seats_per_customer": null}`,
		"POST /v1/webhook-endpoints":             `{"url": "https://a.example", "types": null}`,
		"POST /v1/orders/{order}/cancel":         `{}`,
		"POST /v1/events":                        eventBody(`, "off_sale_at": "2099-05-01T17:30:00+02:00"`),
		"POST /v1/events/{event}/holds":          `{"seats": ["A1"]}`,
		"PATCH /v1/webhook-endpoints/{endpoint}": `{"description": null, "rotate_secret": true}`,
	} {
		method, path, _ := strings.Cut(pattern, " ")
		require.NoError(t, describedCall(t, method, path).checkBody([]byte(body)), pattern)
	}
}

// TestTheServiceJudgesWhatItHasACodeFor: those the document passes over, though
// it says what the values must be.
func TestTheServiceJudgesWhatItHasACodeFor(t *testing.T) {
	for pattern, body := range map[string]string{
		"POST /v1/events/{event}/holds":      `{"seats": []}`,
		"POST /v1/events/{event}/blocks":     `{"reason": "x", "seats": ["", "A1", "A1"]}`,
		"POST /v1/auth/register":             `{"email": "", "password": "short", "name": ""}`,
		"POST /v1/orders":                    `{"event_id": "e", "hold_id": "h", "seats": []}`,
		"POST /v1/events":                    `{"name": "x", "starts_at": "2099-05-01T17:30:00Z", "plan": null, "prices": {"x": {"amount": -1}}}`,
		"POST /v1/webhooks/{provider}":       `whatever it is`,
		"PATCH /v1/events/{event}":           `{"plan": {}, "prices": {}}`,
		"POST /v1/me/password":               `{"old_password": "x", "new_password": "y"}`,
		"POST /v1/events/{event}/holds none": `{}`,
	} {
		method, path, _ := strings.Cut(strings.TrimSuffix(pattern, " none"), " ")
		require.NoError(t, describedCall(t, method, path).checkBody([]byte(body)), pattern)
	}
}

func TestQueriesAreCheckedAgainstTheDocument(t *testing.T) {
	for name, c := range map[string]struct{ pattern, query, says string }{
		"too many":          {"/v1/orders", "limit=201", "limit: use a whole number from 1 to 200"},
		"none":              {"/v1/orders", "limit=0", "limit: use a whole number from 1 to 200"},
		"empty":             {"/v1/orders", "limit=", "limit: use a whole number"},
		"no number":         {"/v1/orders", "limit=ten", "limit: use a whole number"},
		"a fraction":        {"/v1/orders", "limit=1.5", "limit: use a whole number"},
		"no cursor":         {"/v1/orders", "cursor=", "cursor: use what next_cursor says"},
		"a long cursor":     {"/v1/orders", "cursor=" + strings.Repeat("x", 201), "cursor: use what next_cursor says"},
		"no status":         {"/v1/events/{event}/orders", "status=open", `status: use "pending_payment", "paid"`},
		"neither":           {"/v1/events/{event}/seats", "taken=yes", "taken: use true or false"},
		"a long query":      {"/v1/events/{event}/orders", "q=" + strings.Repeat("x", 255), "q: use a text of at most 254 characters"},
		"unknown":           {"/v1/orders", "limits=3", "limits: this call does not know it; its query can have limit, cursor"},
		"unknown, of none":  {"/v1/me", "verbose", "verbose: this call takes nothing in its query"},
		"unknown, and long": {"/v1/me", strings.Repeat("x", 5000), "…: this call"},
	} {
		t.Run(name, func(t *testing.T) {
			query, err := url.ParseQuery(c.query)
			require.NoError(t, err)
			r := &request{Request: httptest.NewRequest(get, "/", nil), query: query}
			err = describedCall(t, get, c.pattern).checkParameters(r)
			require.Equal(t, booking.CodeInvalidValue, booking.CodeOf(err), "%v", err)
			require.Contains(t, problemOf(err).Detail, c.says)
			require.NoError(t, (*operation)(nil).checkParameters(r), "without the document it passes")
			require.NotContains(t, r.URL.RawQuery, "limit", "nothing is written into the request")
		})
	}
}

func TestNoCallTakesAQueryNameThatItDoesNotKnow(t *testing.T) {
	w := newWorld(t)
	event := w.event("")
	before := w.state()
	refused := 0
	for _, rt := range w.api.routes() {
		for method, e := range rt.methods {
			by := map[access]booking.Actor{accessSignedIn: alice, accessOrganizers: olga, accessOperators: operator}[e.access]
			path := pathOf(rt.pattern, event) + "?misspelt=1"
			if strings.HasPrefix(rt.pattern, "/v1/webhooks/") {
				continue // whatever a provider adds to its address
			}
			p := w.do(by, method, path, "{}").problem(http.StatusUnprocessableEntity, booking.CodeInvalidValue)
			require.Contains(t, p["detail"], "misspelt")
			refused++
		}
	}
	require.Greater(t, refused, 35)
	require.Equal(t, before, w.state())
}

func TestAWebhooksAddressMayHaveAQuery(t *testing.T) {
	w := newWorld(t)
	order := w.order(alice, w.event(""), "A1")
	w.do(nobody, post, "/v1/webhooks/fake?shop=1&x=2", hook("succeeded", order, 4500), "Signature", "good").ok(http.StatusOK)
}

func TestARouteThatIsNotDescribedIsNotChecked(t *testing.T) {
	d := describedBy(document(), route{"/v1/none", methods{get: endpoint{}}})
	require.Nil(t, d.of(get))
	require.NoError(t, d.of(get).checkBody([]byte("x")))
}

func TestSchemasKeepWhatTheServiceDoesNotJudge(t *testing.T) {
	judged := map[string]any{byService: "service"}
	one := uint64(1)
	s := &openapi3.Schema{
		Required: []string{"a", "b"},
		Properties: openapi3.Schemas{
			"a": openapi3.NewSchemaRef("", &openapi3.Schema{MaxLength: &one, Extensions: judged}),
			"b": openapi3.NewSchemaRef("", &openapi3.Schema{MaxLength: &one}),
		},
	}
	left := withoutJudged(openapi3.NewSchemaRef("", s)).Value
	require.NoError(t, left.VisitJSON(map[string]any{"b": "x"}))
	require.NoError(t, left.VisitJSON(map[string]any{"a": nil, "b": "x"}))
	require.Error(t, left.VisitJSON(map[string]any{"a": "xx", "b": "xx"}))
	require.Error(t, left.VisitJSON(map[string]any{"a": "xx"}))
	require.Error(t, s.VisitJSON(map[string]any{"b": "x"}), "the document itself is as it was")
}
