package openapitest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Document is a description to hold answers against. It is safe for concurrent
// use.
type Document struct {
	doc   *openapi3.T
	paths []path

	mu       sync.Mutex
	compiler *jsonschema.Compiler
	schemas  map[string]*jsonschema.Schema // by pointer
}

// path is a pattern in its parts; "{" begins one that stands for anything.
type path struct {
	pattern string
	parts   []string
	item    *openapi3.PathItem
}

// url is what the document is called among the validator's resources.
const documentURL = "file:///openapi.json"

// Load reads a document in YAML or JSON.
func Load(source []byte) (*Document, error) {
	doc, err := openapi3.NewLoader().LoadFromData(source)
	if err != nil {
		return nil, fmt.Errorf("openapi document: %w", err)
	}
	asJSON, err := json.Marshal(doc)
	if err != nil {
		return nil, fmt.Errorf("openapi document: %w", err)
	}
	raw, err := jsonschema.UnmarshalJSON(bytes.NewReader(asJSON))
	if err != nil {
		return nil, fmt.Errorf("openapi document: %w", err)
	}
	d := &Document{doc: doc, compiler: jsonschema.NewCompiler(), schemas: map[string]*jsonschema.Schema{}}
	d.compiler.DefaultDraft(jsonschema.Draft2020)
	d.compiler.AssertFormat()
	if err := d.compiler.AddResource(documentURL, raw); err != nil {
		return nil, fmt.Errorf("openapi document: %w", err)
	}
	for pattern, item := range doc.Paths.Map() {
		d.paths = append(d.paths, path{pattern, strings.Split(pattern, "/"), item})
	}
	// A pattern without variables is a better match than one with.
	slices.SortFunc(d.paths, func(a, b path) int { return strings.Compare(b.literal(), a.literal()) })
	return d, nil
}

// literal sorts variables behind everything else.
func (p path) literal() string { return strings.ReplaceAll(p.pattern, "{", "\x00") }

// find returns the pattern that a request's path matches.
func (d *Document) find(u *url.URL) (path, bool) {
	parts := strings.Split(u.EscapedPath(), "/")
	for _, p := range d.paths {
		if slices.EqualFunc(p.parts, parts, matches) {
			return p, true
		}
	}
	return path{}, false
}

func matches(pattern, part string) bool {
	if strings.HasPrefix(pattern, "{") {
		return part != ""
	}
	return pattern == part
}

// validate judges a value by the schema at a JSON pointer of the document.
func (d *Document) validate(pointer string, value any) error {
	s, err := d.schema(pointer)
	if err != nil {
		return err
	}
	return s.Validate(value)
}

func (d *Document) schema(pointer string) (*jsonschema.Schema, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if s, ok := d.schemas[pointer]; ok {
		return s, nil
	}
	s, err := d.compiler.Compile(documentURL + "#" + (&url.URL{Path: pointer}).EscapedPath())
	if err != nil {
		return nil, err
	}
	d.schemas[pointer] = s
	return s, nil
}

// response is a response of the document and where it stands.
type response struct {
	*openapi3.Response
	pointer string
}

// at finds a response of an operation, which may stand among the components.
func at(ref *openapi3.ResponseRef, pointer string) response {
	if to, isRef := strings.CutPrefix(ref.Ref, "#"); isRef {
		pointer = to
	}
	return response{ref.Value, pointer}
}

// component returns a response that is none of one operation's.
func (d *Document) component(name string) (response, error) {
	ref := d.doc.Components.Responses[name]
	if ref == nil {
		return response{}, fmt.Errorf("the document has no response %s among its components", name)
	}
	return at(ref, "/components/responses/"+name), nil
}

// responseTo finds what the document says about such an answer.
func (d *Document) responseTo(r *http.Request, status int) (response, error) {
	p, ok := d.find(r.URL)
	if !ok {
		if status != http.StatusNotFound {
			return response{}, fmt.Errorf("the document has no such path, and the answer is %d", status)
		}
		return d.component("NotFound")
	}
	op, method := p.item.GetOperation(r.Method), r.Method
	if op == nil && method == http.MethodHead {
		op, method = p.item.Get, http.MethodGet
	}
	switch {
	case op != nil:
	case method == http.MethodOptions && status == http.StatusNoContent:
		return d.component("Options")
	case status == http.StatusMethodNotAllowed:
		return d.component("MethodNotAllowed")
	default:
		return response{}, fmt.Errorf("%s has no %s in the document, and the answer is %d", p.pattern, r.Method, status)
	}
	ref := op.Responses.Status(status)
	if ref == nil {
		return response{}, fmt.Errorf("%s %s has no answer %d in the document", method, p.pattern, status)
	}
	return at(ref, fmt.Sprintf("/paths/%s/%s/responses/%d", escape(p.pattern), strings.ToLower(method), status)), nil
}

// escape makes a part of a JSON pointer.
func escape(part string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(part)
}
