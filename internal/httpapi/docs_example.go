package httpapi

import (
	"bytes"
	"maps"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

type docsExample struct {
	Name string
	Text string // JSON, or as it is
}

// examplesOf returns those of the body, else those of its schema.
func examplesOf(media *openapi3.MediaType, s *openapi3.Schema) (shown []docsExample) {
	if media != nil && media.Example != nil {
		return []docsExample{{Text: exampleText(media.Example, s)}}
	}
	if media != nil && len(media.Examples) > 0 {
		for _, name := range slices.Sorted(maps.Keys(media.Examples)) {
			e := media.Examples[name].Value
			shown = append(shown, docsExample{e.Summary, exampleText(e.Value, s)})
		}
		return shown
	}
	for _, e := range s.Examples {
		shown = append(shown, docsExample{Text: exampleText(e, s)})
	}
	return shown
}

func exampleText(value any, s *openapi3.Schema) string {
	if text, ok := value.(string); ok {
		return text
	}
	var text bytes.Buffer
	enc := jsontext.NewEncoder(&text, jsontext.WithIndent("  "))
	if err := writeExample(enc, value, s); err != nil {
		panic(err) // it was read from the document
	}
	return text.String()
}

// writeExample writes a value with the members of objects in the order in which
// their schema requires them: reading the document lost the one they had.
func writeExample(enc *jsontext.Encoder, value any, s *openapi3.Schema) error {
	object, ok := value.(map[string]any)
	if !ok {
		return writeItems(enc, value, s)
	}
	if err := enc.WriteToken(jsontext.BeginObject); err != nil {
		return err
	}
	for _, name := range inOrder(object, s) {
		if err := enc.WriteToken(jsontext.String(name)); err != nil {
			return err
		}
		if err := writeExample(enc, object[name], member(s, name)); err != nil {
			return err
		}
	}
	return enc.WriteToken(jsontext.EndObject)
}

func writeItems(enc *jsontext.Encoder, value any, s *openapi3.Schema) error {
	list, ok := value.([]any)
	if !ok {
		return json.MarshalEncode(enc, value)
	}
	if err := enc.WriteToken(jsontext.BeginArray); err != nil {
		return err
	}
	for _, item := range list {
		if err := writeExample(enc, item, itemOf(s)); err != nil {
			return err
		}
	}
	return enc.WriteToken(jsontext.EndArray)
}

// inOrder lists an object's names, those that the schema requires first.
func inOrder(object map[string]any, s *openapi3.Schema) []string {
	var names []string
	if s != nil {
		for _, name := range s.Required {
			if _, there := object[name]; there {
				names = append(names, name)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// member returns the schema of an object's member, nil where none is known.
func member(s *openapi3.Schema, name string) *openapi3.Schema {
	if s == nil {
		return nil
	}
	if ref := s.Properties[name]; ref != nil {
		return firstOf(ref.Value)
	}
	if more := s.AdditionalProperties.Schema; more != nil {
		return more.Value
	}
	return nil
}

// firstOf looks through "this or null".
func firstOf(s *openapi3.Schema) *openapi3.Schema {
	if len(s.AnyOf) > 0 {
		return s.AnyOf[0].Value
	}
	return s
}

func itemOf(s *openapi3.Schema) *openapi3.Schema {
	if s == nil || s.Items == nil {
		return nil
	}
	return s.Items.Value
}
