package openapitest

import (
	"encoding/json"
	"errors"
	"fmt"
)

// CheckExamples validates every example of the document by the schema beside
// it, and returns how many there are.
func (d *Document) CheckExamples() (n int, err error) {
	raw, err := json.Marshal(d.doc)
	if err != nil {
		return 0, err
	}
	var root any
	if err := json.Unmarshal(raw, &root); err != nil {
		return 0, err
	}
	var errs []error
	walk("", root, func(pointer string, value any) {
		n++
		if err := d.validate(pointer, value); err != nil {
			errs = append(errs, fmt.Errorf("an example beside %s: %w", pointer, err))
		}
	})
	return n, errors.Join(errs...)
}

// walk finds every example and the schema that it is of: a schema has a list of
// examples; parameters, headers and bodies have one, or some by name.
func walk(pointer string, node any, found func(schema string, value any)) {
	switch node := node.(type) {
	case map[string]any:
		examplesIn(pointer, node, found)
		for name, value := range node {
			if name != "example" && name != "examples" {
				walk(pointer+"/"+escape(name), value, found)
			}
		}
	case []any:
		for i, value := range node {
			walk(fmt.Sprintf("%s/%d", pointer, i), value, found)
		}
	}
}

func examplesIn(pointer string, node map[string]any, found func(schema string, value any)) {
	if list, ok := node["examples"].([]any); ok {
		for _, value := range list {
			found(pointer, value)
		}
	}
	if _, ok := node["schema"]; !ok {
		return
	}
	if value, ok := node["example"]; ok {
		found(pointer+"/schema", value)
	}
	if named, ok := node["examples"].(map[string]any); ok {
		for _, example := range named {
			if e, ok := example.(map[string]any); ok {
				found(pointer+"/schema", e["value"])
			}
		}
	}
}
