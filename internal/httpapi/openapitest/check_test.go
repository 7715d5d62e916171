package openapitest

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const small = `
openapi: 3.1.0
info: {title: Small, version: "1"}
paths:
  /things/{thing}:
    get:
      responses:
        '200':
          description: A thing.
          headers:
            X-Request-Id: {required: true, schema: {type: string, pattern: '^[a-z]+$'}}
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Thing'}
        '404': {$ref: '#/components/responses/NotFound'}
        '503':
          description: Away.
          headers:
            Retry-After: {required: true, schema: {type: integer, minimum: 1}}
    delete:
      responses:
        '204': {description: Gone.}
components:
  schemas:
    Thing:
      type: object
      additionalProperties: false
      required: [id, made]
      properties:
        id: {type: string}
        made: {type: [string, 'null'], format: date-time}
  responses:
    NotFound:
      description: Nothing.
      content:
        application/problem+json:
          schema: {type: object, properties: {code: {enum: [not_found]}}}
    MethodNotAllowed:
      description: Not so.
      headers:
        Allow: {required: true, schema: {type: string}}
    Options:
      description: So.
      headers:
        Allow: {required: true, schema: {type: string}}
`

// wire is an answer to come.
type wire struct {
	method, path string
	status       int
	body         string
	header       map[string]string
}

func with(change func(*wire)) wire {
	a := wire{http.MethodGet, "/things/a%2Fb", 200, `{"id": "a", "made": null}`, map[string]string{
		"Content-Type": "application/json; charset=utf-8", "X-Request-Id": "abc",
	}}
	change(&a)
	return a
}

func problem(a *wire, status int, body string) {
	a.status, a.body, a.header = status, body, map[string]string{"Content-Type": "application/problem+json"}
}

func TestWhatTheDocumentSaysPasses(t *testing.T) {
	for name, a := range map[string]wire{
		"as it is":        with(func(*wire) {}),
		"a time":          with(func(a *wire) { a.body = `{"id": "a", "made": "2027-05-01T17:30:00.000Z"}` }),
		"HEAD":            with(func(a *wire) { a.method, a.body = http.MethodHead, "" }),
		"a refusal":       with(func(a *wire) { problem(a, 404, `{"code": "not_found"}`) }),
		"another path":    with(func(a *wire) { a.path = "/else"; problem(a, 404, `{"code": "not_found"}`) }),
		"a whole number":  with(func(a *wire) { a.status, a.body, a.header = 503, "", map[string]string{"Retry-After": "2"} }),
		"no body":         with(func(a *wire) { a.method, a.status, a.body, a.header = http.MethodDelete, 204, "", nil }),
		"no such method":  with(func(a *wire) { a.method, a.status, a.body, a.header = "PUT", 405, "", allow }),
		"which methods":   with(func(a *wire) { a.method, a.status, a.body, a.header = "OPTIONS", 204, "", allow }),
		"packed":          with(func(a *wire) { packed(a, a.body) }),
		"a common header": with(func(a *wire) { a.header["Cache-Control"] = "no-store" }),
	} {
		t.Run(name, func(t *testing.T) { require.NoError(t, send(t, a)) })
	}
}

func packed(a *wire, body string) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(body))
	_ = w.Close()
	a.body, a.header["Content-Encoding"] = b.String(), "gzip"
}

var allow = map[string]string{"Allow": "GET"}

// TestWhatTheDocumentDoesNotSayFails is the control of every test that checks
// answers.
func TestWhatTheDocumentDoesNotSayFails(t *testing.T) {
	for name, c := range map[string]struct {
		wire
		says string
	}{
		"a field more":          {with(func(a *wire) { a.body = `{"id": "a", "made": null, "x": 1}` }), "additional properties 'x'"},
		"a field less":          {with(func(a *wire) { a.body = `{"id": "a"}` }), "missing property 'made'"},
		"another type":          {with(func(a *wire) { a.body = `{"id": 1, "made": null}` }), "want string"},
		"another format":        {with(func(a *wire) { a.body = `{"id": "a", "made": "today"}` }), "date-time"},
		"no JSON":               {with(func(a *wire) { a.body = `{` }), "not JSON"},
		"another code":          {with(func(a *wire) { problem(a, 404, `{"code": "gone"}`) }), "not_found"},
		"another status":        {with(func(a *wire) { a.status = 202 }), "no answer 202"},
		"another content":       {with(func(a *wire) { a.header["Content-Type"] = "text/html" }), "text/html is not in the document"},
		"HEAD of another":       {with(func(a *wire) { a.method, a.body, a.header["Content-Type"] = "HEAD", "", "text/html" }), "text/html"},
		"no content type":       {with(func(a *wire) { delete(a.header, "Content-Type") }), "content type"},
		"a body":                {with(func(a *wire) { a.method, a.status, a.header, a.path = "DELETE", 204, nil, "/things/a" }), "a body where"},
		"a header more":         {with(func(a *wire) { a.header["ETag"] = `"1"` }), "ETag is not in the document"},
		"a header less":         {with(func(a *wire) { delete(a.header, "X-Request-Id") }), "X-Request-Id is missing"},
		"a header's type":       {with(func(a *wire) { a.header["X-Request-Id"] = "1" }), "X-Request-Id"},
		"a header's number":     {with(func(a *wire) { a.status, a.body, a.header = 503, "", map[string]string{"Retry-After": "soon"} }), "Retry-After"},
		"a header's bound":      {with(func(a *wire) { a.status, a.body, a.header = 503, "", map[string]string{"Retry-After": "0"} }), "Retry-After"},
		"a coding":              {with(func(a *wire) { a.header["Content-Encoding"] = "br" }), "coding br"},
		"a coding that is none": {with(func(a *wire) { a.header["Content-Encoding"] = "gzip" }), "not gzip"},
		"packed, and wrong":     {with(func(a *wire) { packed(a, `{"id": "a"}`) }), "missing property 'made'"},
		"another path":          {with(func(a *wire) { a.path = "/things" }), "no such path"},
		"another method":        {with(func(a *wire) { a.method = http.MethodPut }), "has no PUT"},
	} {
		t.Run(name, func(t *testing.T) { require.ErrorContains(t, send(t, c.wire), c.says) })
	}
}

// send checks the answer by itself.
func send(t *testing.T, a wire) error {
	t.Helper()
	d, err := Load([]byte(small))
	require.NoError(t, err)
	header := http.Header{}
	for name, value := range a.header {
		header.Set(name, value)
	}
	return d.Check(httptest.NewRequest(a.method, a.path, nil), a.status, header, []byte(a.body))
}

func TestTheTransportReportsAndLetsPass(t *testing.T) {
	d, err := Load([]byte(small))
	require.NoError(t, err)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "something else")
	}))
	t.Cleanup(server.Close)
	var reported []error
	client := &http.Client{Transport: &Transport{
		Base: server.Client().Transport, Document: d, Except: func(path string) bool { return strings.HasPrefix(path, "/pages/") },
		Report: func(err error) { reported = append(reported, err) },
	}}
	for path, want := range map[string]int{"/things/a": 1, "/pages/a": 0} {
		reported = nil
		answer, err := client.Get(server.URL + path)
		require.NoError(t, err)
		var body strings.Builder
		_, err = io.Copy(&body, answer.Body)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		require.Equal(t, "something else", body.String())
		require.Len(t, reported, want, path)
	}
}

func TestEveryExampleIsChecked(t *testing.T) {
	const good = `
openapi: 3.1.0
info: {title: Small, version: "1"}
paths:
  /things:
    get:
      parameters:
        - {name: limit, in: query, schema: {type: integer}, example: 20}
      responses:
        '200':
          description: Things.
          headers:
            Retry-After: {schema: {type: integer}, example: 3}
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Thing'}
              examples:
                one: {value: {id: a}}
components:
  schemas:
    Thing:
      type: object
      required: [id]
      properties: {id: {type: string, examples: [b]}}
      examples: [{id: c}]
`
	for _, example := range []string{"example: 20", "example: 3", "value: {id: a}", "examples: [b]", "examples: [{id: c}]"} {
		d, err := Load([]byte(good))
		require.NoError(t, err)
		n, err := d.CheckExamples()
		require.NoError(t, err)
		require.Equal(t, 5, n)

		bad := strings.NewReplacer("20", "twenty", "3", "three", "{id: a}", "{}", "[b]", "[1]", "{id: c}", "{id: 2}").Replace(example)
		require.NotEqual(t, example, bad)
		d, err = Load([]byte(strings.Replace(good, example, bad, 1)))
		require.NoError(t, err)
		_, err = d.CheckExamples()
		require.Error(t, err, bad)
	}
}
