package httpapi

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// docsSchema is a schema with a name.
type docsSchema struct {
	Name, Anchor string
	Text         []paragraph
	Type         docsType
	Rules        string
	Fields       []docsField
	Examples     []docsExample
}

// docsField is a member of an object, or a parameter.
type docsField struct {
	Name, Where string
	Required    bool
	Type        docsType
	Text        []paragraph
	Rules       string
}

// docsType is a type in words, around a schema that has a name where it is
// built from one.
type docsType struct {
	Before, Link, Anchor, After string
}

func schemaAnchor(name string) string { return "schema-" + name }

func newDocsSchema(name string, s *openapi3.Schema) docsSchema {
	return docsSchema{
		Name: name, Anchor: schemaAnchor(name), Text: prose(s.Description),
		Type: plainType(s), Rules: rulesOf(s), Fields: fieldsOf(s), Examples: examplesOf(nil, s),
	}
}

func newDocsBody(media *openapi3.MediaType) docsBody {
	if media == nil || media.Schema == nil {
		return docsBody{}
	}
	return docsBody{
		Type: typeOf(media.Schema), Fields: fieldsOf(media.Schema.Value), Examples: examplesOf(media, media.Schema.Value),
	}
}

// fieldsOf are an object's members: those it must have first.
func fieldsOf(s *openapi3.Schema) (fields []docsField) {
	names := slices.Sorted(maps.Keys(s.Properties))
	optional := slices.DeleteFunc(names, func(name string) bool { return slices.Contains(s.Required, name) })
	for _, name := range slices.Concat(s.Required, optional) {
		member := s.Properties[name]
		if member == nil {
			continue
		}
		fields = append(fields, docsField{
			Name: name, Required: slices.Contains(s.Required, name), Type: typeOf(member),
			Text: prose(member.Value.Description), Rules: rulesOf(member.Value),
		})
	}
	return fields
}

// typeOf names a schema's type, by its own name where it has one.
func typeOf(ref *openapi3.SchemaRef) docsType {
	if name, ok := strings.CutPrefix(ref.Ref, "#/components/schemas/"); ok {
		return docsType{Link: name, Anchor: schemaAnchor(name)}
	}
	return plainType(ref.Value)
}

func plainType(s *openapi3.Schema) docsType {
	for _, part := range append(s.OneOf, s.AnyOf...) {
		if part.Ref != "" {
			return alternatives(append(s.OneOf, s.AnyOf...))
		}
	}
	t := docsType{After: orNull(s)}
	switch {
	case s.Type.Includes(openapi3.TypeArray) && s.Items != nil:
		item := typeOf(s.Items)
		t.Before, t.Link, t.Anchor, t.After = "list of "+item.Before, item.Link, item.Anchor, item.After+t.After
	case s.Type.Includes(openapi3.TypeObject) && s.AdditionalProperties.Schema != nil:
		value := typeOf(s.AdditionalProperties.Schema)
		t.Before, t.Link, t.Anchor = "object, by name "+value.Before, value.Link, value.Anchor
	case s.Format == "date-time":
		t.Before = "time"
	case s.Type != nil && len(*s.Type) > 0:
		t.Before = (*s.Type)[0]
	default:
		t.Before = "not allowed"
	}
	return t
}

// alternatives shows the first by its name and the others in words.
func alternatives(refs openapi3.SchemaRefs) docsType {
	t := typeOf(refs[0])
	for _, other := range refs[1:] {
		o := typeOf(other)
		t.After += " or " + o.Before + o.Link
	}
	return t
}

func orNull(s *openapi3.Schema) string {
	if s.Type != nil && len(*s.Type) > 1 && s.Type.Includes("null") {
		return " or null"
	}
	return ""
}

// rulesOf says in words what else a value must be.
func rulesOf(s *openapi3.Schema) string {
	var rules []string
	add := func(rule string) {
		if rule = strings.TrimPrefix(strings.TrimSpace(rule), "of "); rule != "" {
			rules = append(rules, rule)
		}
	}
	if len(s.Enum) > 0 {
		add(oneOf(s.Enum))
	}
	add(numbers(s))
	if s.Pattern == "" || s.Extensions[inWords] == nil {
		add(counted(s.MinLength, s.MaxLength, "character"))
	}
	add(counted(s.MinItems, s.MaxItems, "item"))
	if s.UniqueItems {
		add("each once")
	}
	if words, ok := s.Extensions[inWords].(string); ok && s.Pattern != "" {
		add(words)
	}
	if s.Default != nil {
		add(fmt.Sprintf("%v where it is left out", s.Default))
	}
	return strings.Join(rules, "; ")
}
