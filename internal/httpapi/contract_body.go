package httpapi

import (
	"errors"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"seathold/internal/booking"
)

// bodyRules are a body's schema without what the service judges itself.
type bodyRules struct {
	schema *openapi3.Schema
	// judged are the members that the service judges whole: they are not even
	// read here. A plan is one.
	judged []string
}

// newBodyRules makes the rules, nil where there are none for us to judge.
func newBodyRules(media *openapi3.MediaType) *bodyRules {
	if media == nil || judgedByService(media.Schema) {
		return nil
	}
	rules := &bodyRules{schema: withoutJudged(media.Schema).Value}
	for name, member := range media.Schema.Value.Properties {
		if judgedByService(member) {
			rules.judged = append(rules.judged, name)
		}
	}
	return rules
}

// withoutJudged copies a schema and lets go of what the service judges. The
// schemas of bodies have no cycles.
func withoutJudged(ref *openapi3.SchemaRef) *openapi3.SchemaRef {
	if ref == nil {
		return nil
	}
	if judgedByService(ref) {
		anything := true
		return openapi3.NewSchemaRef("", &openapi3.Schema{Always: &anything})
	}
	s := *ref.Value
	s.Properties = make(openapi3.Schemas, len(ref.Value.Properties))
	for name, member := range ref.Value.Properties {
		s.Properties[name] = withoutJudged(member)
	}
	s.Required = slices.DeleteFunc(slices.Clone(s.Required), func(name string) bool {
		member := ref.Value.Properties[name]
		return member != nil && judgedByService(member)
	})
	s.Items = withoutJudged(s.Items)
	s.AdditionalProperties.Schema = withoutJudged(s.AdditionalProperties.Schema)
	s.OneOf = unjudged(s.OneOf)
	s.AnyOf = unjudged(s.AnyOf)
	s.AllOf = unjudged(s.AllOf)
	return openapi3.NewSchemaRef("", &s)
}

func unjudged(refs openapi3.SchemaRefs) openapi3.SchemaRefs {
	var left openapi3.SchemaRefs
	for _, ref := range refs {
		if !judgedByService(ref) {
			left = append(left, withoutJudged(ref))
		}
	}
	return left
}

// checkBody judges a body that strict decoding has passed. CodeInvalidValue,
// codeInvalidBody.
func (o *operation) checkBody(body []byte) error {
	if o == nil || o.body == nil {
		return nil
	}
	value, err := o.body.read(body)
	if err != nil {
		return err
	}
	err = o.body.schema.VisitJSON(value)
	var unfit *openapi3.SchemaError
	if errors.As(err, &unfit) {
		return unfitValue(unfit)
	}
	return err
}

// reading is a body of which some members are left unread.
type reading struct {
	rules   *bodyRules
	members map[string]any
}

// read returns the body's members, those that the service judges unread.
func (rules *bodyRules) read(body []byte) (map[string]any, error) {
	r := reading{rules, make(map[string]any, len(rules.schema.Properties))}
	err := json.Unmarshal(body, &r)
	return r.members, err
}

// UnmarshalJSONFrom reads the object.
func (r *reading) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	if _, err := dec.ReadToken(); err != nil {
		return err
	}
	for dec.PeekKind() == jsontext.KindString {
		token, err := dec.ReadToken()
		if err != nil {
			return err
		}
		name := token.String()
		if r.members[name], err = r.readMember(dec, name); err != nil {
			return err
		}
	}
	_, err := dec.ReadToken()
	return err
}

func (r *reading) readMember(dec *jsontext.Decoder, name string) (value any, err error) {
	if slices.Contains(r.rules.judged, name) {
		return true, dec.SkipValue()
	}
	err = json.UnmarshalDecode(dec, &value)
	return value, err
}

// unfitValue says in the words of this package what is wrong with a value, where
// it stands and what it should be.
func unfitValue(e *openapi3.SchemaError) error {
	var at jsontext.Pointer
	for _, token := range e.JSONPointer() {
		at = at.AppendToken(token)
	}
	where := place(at)
	refuse := func(code booking.Code, words string) error {
		return &booking.Error{Code: code, Detail: where + ": " + words}
	}
	switch e.SchemaField {
	case "required":
		return refuse(booking.CodeInvalidValue, "give "+wantedBy(missingIn(e)))
	case "properties":
		return refuse(codeInvalidBody, "has a field that this call does not know")
	case "type", "nullable":
		return refuse(codeInvalidBody, "must be "+wantedBy(e.Schema)+", not "+kindOf(e.Value))
	default:
		return refuse(booking.CodeInvalidValue, "use "+wantedBy(e.Schema))
	}
}

// missingIn returns the schema of the member that an object lacks.
func missingIn(e *openapi3.SchemaError) *openapi3.Schema {
	path := e.JSONPointer()
	if member := e.Schema.Properties[path[len(path)-1]]; member != nil {
		return member.Value
	}
	return &openapi3.Schema{}
}
