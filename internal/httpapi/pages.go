package httpapi

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"

	"github.com/munnerz/goautoneg"
)

//go:embed pages
var pageFiles embed.FS

var pages = template.Must(template.ParseFS(pageFiles, "pages/*.html"))

var styleAsset = newAsset("text/css; charset=utf-8", mustRead("pages/style.css"))

func mustRead(name string) []byte {
	content, err := pageFiles.ReadFile(name)
	if err != nil {
		panic(err)
	}
	return content
}

// pagePolicy lets a page load our style sheet and run nothing.
const pagePolicy = "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

const htmlType = "text/html; charset=utf-8"

// render fills in a page. What it cannot fill in is a mistake in this package.
func render(name string, data any) []byte {
	var page bytes.Buffer
	if err := pages.ExecuteTemplate(&page, name, data); err != nil {
		panic(err)
	}
	return page.Bytes()
}

// writePage answers with a page, or with the same as JSON to whom prefers that.
func writePage(w http.ResponseWriter, r *request, name string, data any) error {
	w.Header().Set("Content-Security-Policy", pagePolicy)
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Add("Vary", "Accept")
	const asJSON = "application/json"
	if goautoneg.Negotiate(r.Header.Get("Accept"), []string{"text/html", asJSON}) == asJSON {
		return writeJSON(w, http.StatusOK, data)
	}
	w.Header().Set("Content-Type", htmlType)
	writeBytes(w, http.StatusOK, render(name, data))
	return nil
}

// getStyle answers GET /docs/style.css.
func (a *API) getStyle(w http.ResponseWriter, r *request) error { return styleAsset.write(w, r) }
