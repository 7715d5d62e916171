package httpapi

import (
	"fmt"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/go-json-experiment/json/jsontext"
)

// inWords is where the document says in words what a value should be, because
// a pattern does not tell people.
const inWords = "x-wanted"

// wantedBy names in the words of JSON what a schema asks for.
func wantedBy(s *openapi3.Schema) string {
	if words, ok := s.Extensions[inWords].(string); ok {
		return words
	}
	if len(s.Enum) > 0 {
		return oneOf(s.Enum)
	}
	switch {
	case s.Type.Includes(openapi3.TypeInteger):
		return "a whole number" + numbers(s)
	case s.Format == "date-time":
		return aTime
	case s.Type.Includes(openapi3.TypeString):
		return "a text" + counted(s.MinLength, s.MaxLength, "character")
	case s.Type.Includes(openapi3.TypeArray):
		return "a list" + counted(s.MinItems, s.MaxItems, "item") + eachOnce(s)
	case s.Type.Includes(openapi3.TypeBoolean):
		return "true or false"
	case s.Type.Includes(openapi3.TypeObject) && len(s.Required) > 0:
		return "an object with " + strings.Join(s.Required, " and ")
	case s.Type.Includes(openapi3.TypeObject):
		return "an object"
	default:
		return "a value"
	}
}

func oneOf(values []any) string {
	words := make([]string, len(values))
	for i, v := range values {
		words[i] = fmt.Sprintf("%q", fmt.Sprint(v))
	}
	last := len(words) - 1
	if last == 0 {
		return words[0]
	}
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

func numbers(s *openapi3.Schema) string {
	switch {
	case s.Min != nil && s.Max != nil:
		return fmt.Sprintf(" from %.0f to %.0f", *s.Min, *s.Max)
	case s.Min != nil:
		return fmt.Sprintf(" of %.0f or more", *s.Min)
	case s.Max != nil:
		return fmt.Sprintf(" of at most %.0f", *s.Max)
	default:
		return ""
	}
}

func counted(least uint64, most *uint64, what string) string {
	switch {
	case least > 0 && most != nil:
		return fmt.Sprintf(" of %d to %d %ss", least, *most, what)
	case most != nil:
		return fmt.Sprintf(" of at most %d %ss", *most, what)
	case least == 1:
		return fmt.Sprintf(" of at least 1 %s", what)
	case least > 0:
		return fmt.Sprintf(" of at least %d %ss", least, what)
	default:
		return ""
	}
}

func eachOnce(s *openapi3.Schema) string {
	if s.UniqueItems {
		return ", each once"
	}
	return ""
}

// kindOf names a value that was read into an any.
func kindOf(value any) string {
	kind := jsontext.KindNull
	switch value.(type) {
	case bool:
		return "true or false"
	case string:
		kind = jsontext.KindString
	case float64:
		kind = jsontext.KindNumber
	case []any:
		kind = jsontext.KindBeginArray
	case map[string]any:
		kind = jsontext.KindBeginObject
	}
	return kindNames[kind]
}
