package httpapi

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"

	"seathold/internal/booking"
)

// operation is what the document asks of the requests of one call, made ready
// when the routes are. A nil one asks nothing.
//
// Strict decoding has the first word about bodies (body.go): a field twice or
// unknown, or of a wrong type, never comes here. What the document marks by
// x-judged-by: service the service refuses itself, by a code of its own.
type operation struct {
	parameters []*openapi3.Parameter // of the query and the header, that are to be checked
	query      []string              // the names that the query may have
	anyQuery   bool                  // the query may have any name
	body       *bodyRules            // nil: none, or not for us to judge
}

// described is the operations of one pattern, by method.
type described map[string]*operation

// describedBy finds what the document says about a route.
func describedBy(doc *openapi3.T, rt route) described {
	item := doc.Paths.Value(rt.pattern)
	d := described{}
	for method := range rt.methods {
		if item == nil || item.GetOperation(method) == nil {
			continue // a test names it
		}
		d[method] = newOperation(item, item.GetOperation(method))
	}
	return d
}

// of returns the operation for a method; HEAD is asked as GET is.
func (d described) of(method string) *operation {
	if method == http.MethodHead {
		method = http.MethodGet
	}
	return d[method]
}

func newOperation(item *openapi3.PathItem, op *openapi3.Operation) *operation {
	o := &operation{}
	for _, p := range slices.Concat(item.Parameters, op.Parameters) {
		o.add(p.Value)
	}
	if op.RequestBody != nil {
		o.body = newBodyRules(op.RequestBody.Value.Content.Get("application/json"))
	}
	return o
}

func (o *operation) add(p *openapi3.Parameter) {
	if p.In == openapi3.ParameterInQuery {
		o.query = append(o.query, p.Name)
		o.anyQuery = o.anyQuery || p.Schema.Value.Type.Is(openapi3.TypeObject)
	}
	if p.In != openapi3.ParameterInPath && !judgedByService(p.Schema) {
		o.parameters = append(o.parameters, p)
	}
}

// byService marks in the document what the service judges.
const byService = "x-judged-by"

func judgedByService(s *openapi3.SchemaRef) bool {
	return s.Extensions[byService] == "service" || s.Value.Extensions[byService] == "service"
}

// asItIs keeps the library from writing defaults into the request.
var asItIs = &openapi3filter.Options{SkipSettingDefaults: true}

// checkParameters judges the query and the header. CodeInvalidValue.
func (o *operation) checkParameters(r *request) error {
	if o == nil {
		return nil
	}
	if err := o.checkNames(r); err != nil {
		return err
	}
	if len(o.parameters) == 0 {
		return nil
	}
	// Without a route the library uses its own validator, which compiles
	// nothing; with one of a document 3.1 it would compile every schema anew
	// at every request.
	input := &openapi3filter.RequestValidationInput{Request: r.Request, QueryParams: r.query, Options: asItIs}
	for _, p := range o.parameters {
		err := openapi3filter.ValidateParameter(r.Context(), input, p)
		if err != nil {
			return unfitParameter(r.Context(), p, err)
		}
	}
	return nil
}

// checkNames refuses query names that the call does not know: to ignore a
// misspelt one would do something else than was asked.
func (o *operation) checkNames(r *request) error {
	if o.anyQuery {
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(r.query)) {
		if slices.Contains(o.query, name) {
			continue
		}
		if len(o.query) == 0 {
			return booking.Errorf(booking.CodeInvalidValue, "%s: this call takes nothing in its query; leave it out", shortened(name))
		}
		return booking.Errorf(booking.CodeInvalidValue, "%s: this call does not know it; its query can have %s",
			shortened(name), strings.Join(o.query, ", "))
	}
	return nil
}

func unfitParameter(ctx context.Context, p *openapi3.Parameter, err error) error {
	var unfit *openapi3filter.RequestError
	if !errors.As(err, &unfit) {
		return errors.Join(err, ctx.Err())
	}
	return &booking.Error{
		Code: booking.CodeInvalidValue, Detail: p.Name + ": use " + wantedBy(p.Schema.Value), Err: err,
	}
}
