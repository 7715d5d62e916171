package httpapi

import (
	_ "embed" // the document and the pages
	"net/http"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"

	"seathold/internal/representation"
)

// openAPI is the description of the API: what requests are checked against,
// what /openapi.yaml and /docs show, and what the client is generated from.
//
//go:embed openapi.yaml
var openAPI []byte

// document reads the description, once for the process. That it can be read
// is tested; it is part of the program.
var document = sync.OnceValue(func() *openapi3.T {
	doc, err := openapi3.NewLoader().LoadFromData(openAPI)
	if err != nil {
		panic("openapi.yaml: " + err.Error())
	}
	return doc
})

// asset is a file that is the same for everyone until the program changes.
type asset struct {
	contentType string
	body        []byte
	tag         string // of its ETag
}

func newAsset(contentType string, body []byte) asset {
	return asset{contentType, body, representation.TagOf(body)}
}

// write answers with the asset, or 304 to whom has it.
func (f asset) write(w http.ResponseWriter, r *request) error {
	w.Header().Set("ETag", representation.Quoted(f.tag))
	w.Header().Set("Cache-Control", "no-cache")
	if representation.KnownTo(r.Request).Has(f.tag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	w.Header().Set("Content-Type", f.contentType)
	writeBytes(w, http.StatusOK, f.body)
	return nil
}

var openAPIAsset = newAsset("application/yaml", openAPI)

// getOpenAPI answers GET /openapi.yaml.
func (a *API) getOpenAPI(w http.ResponseWriter, r *request) error { return openAPIAsset.write(w, r) }
