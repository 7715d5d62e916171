package httpapi

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
)

// The page of the document is made from it once, here: a reader needs no
// script, and gets the whole of it in one answer that a phone shows at once.

type docsPage struct {
	Title, Version, Summary string
	Intro                   []paragraph
	Groups                  []docsGroup
	Schemas                 []docsSchema
}

type docsGroup struct {
	Name, Anchor string
	Intro        []paragraph
	Operations   []docsOperation
}

type docsOperation struct {
	ID, Method, Path, Summary string
	Public                    bool
	Text                      []paragraph
	Parameters                []docsField
	Body                      *docsBody
	Responses                 []docsResponse
}

type docsBody struct {
	Text     []paragraph
	Type     docsType
	Fields   []docsField // of an object
	Examples []docsExample
}

type docsResponse struct {
	Status  string
	Text    []paragraph
	Codes   []string // of a problem
	Headers []string
	Content []docsContent
}

type docsContent struct {
	MediaType string
	docsBody
}

var docsAsset = sync.OnceValue(func() asset {
	return newAsset(htmlType, render("docs.html", newDocsPage(document())))
})

// getDocs answers GET /docs.
func (a *API) getDocs(w http.ResponseWriter, r *request) error {
	w.Header().Set("Content-Security-Policy", pagePolicy)
	return docsAsset().write(w, r)
}

func newDocsPage(doc *openapi3.T) docsPage {
	p := docsPage{
		Title: doc.Info.Title, Version: doc.Info.Version, Summary: doc.Info.Summary, Intro: prose(doc.Info.Description),
	}
	operations := docsOperations(doc)
	for _, tag := range doc.Tags {
		p.Groups = append(p.Groups, docsGroup{
			Name: tag.Name, Anchor: "group-" + strings.ReplaceAll(strings.ToLower(tag.Name), " ", "-"),
			Intro: prose(tag.Description), Operations: operations[tag.Name],
		})
	}
	for name, ref := range doc.Components.Schemas {
		p.Schemas = append(p.Schemas, newDocsSchema(name, ref.Value))
	}
	slices.SortFunc(p.Schemas, func(a, b docsSchema) int { return cmp.Compare(a.Name, b.Name) })
	return p
}

// docsOperations are the calls by tag, by path and method. HEAD is not shown: it
// is as GET.
func docsOperations(doc *openapi3.T) map[string][]docsOperation {
	byTag := map[string][]docsOperation{}
	add := func(path string, item *openapi3.PathItem) {
		for _, method := range []string{get, post, patch, del} {
			if op := item.GetOperation(method); op != nil {
				byTag[op.Tags[0]] = append(byTag[op.Tags[0]], newDocsOperation(method, path, item, op))
			}
		}
	}
	paths := doc.Paths.Map()
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		add(path, paths[path])
	}
	for _, name := range slices.Sorted(maps.Keys(doc.Webhooks)) {
		add("your address", doc.Webhooks[name])
	}
	return byTag
}

func newDocsOperation(method, path string, item *openapi3.PathItem, op *openapi3.Operation) docsOperation {
	o := docsOperation{
		ID: op.OperationID, Method: method, Path: path, Summary: op.Summary, Text: prose(op.Description),
		Public: op.Security != nil && len(*op.Security) == 0,
	}
	for _, p := range slices.Concat(item.Parameters, op.Parameters) {
		o.Parameters = append(o.Parameters, docsField{
			Name: p.Value.Name, Where: p.Value.In, Required: p.Value.Required,
			Type: typeOf(p.Value.Schema), Text: prose(p.Value.Description), Rules: rulesOf(p.Value.Schema.Value),
		})
	}
	if op.RequestBody != nil {
		body := op.RequestBody.Value
		shown := newDocsBody(body.Content.Get("application/json"))
		shown.Text = prose(body.Description)
		o.Body = &shown
	}
	responses := op.Responses.Map()
	for _, status := range slices.Sorted(maps.Keys(responses)) {
		o.Responses = append(o.Responses, newDocsResponse(status, responses[status].Value))
	}
	return o
}

func newDocsResponse(status string, said *openapi3.Response) docsResponse {
	r := docsResponse{Status: status, Headers: slices.Sorted(maps.Keys(said.Headers))}
	if said.Description != nil {
		r.Text = prose(*said.Description)
	}
	for _, mediaType := range slices.Sorted(maps.Keys(said.Content)) {
		media := said.Content[mediaType]
		if mediaType == "application/problem+json" {
			r.Codes = codesOf(media.Schema)
			continue
		}
		r.Content = append(r.Content, docsContent{mediaType, newDocsBody(media)})
	}
	return r
}

// codesOf returns the codes that a problem's schema allows: they stand beside
// its $ref.
func codesOf(s *openapi3.SchemaRef) (codes []string) {
	for _, part := range append(s.Value.AllOf, s) {
		if code := part.Value.Properties["code"]; code != nil {
			for _, value := range code.Value.Enum {
				codes = append(codes, value.(string))
			}
		}
	}
	return codes
}
