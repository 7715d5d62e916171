// Package webui is the customers' and the organizers' pages: files that are
// embedded in the program and run in a browser as they are written, without a
// build step and without anything from another host.
//
// The pages are an application of their own that knows the service by its
// public API alone. All paths answer the same shell, and the shell loads
// files/app.js, which draws the page of the path. The files are served under a
// path that names what they contain, so browsers keep them for good and a new
// version of the program is a new path.
package webui

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"

	"seathold/internal/representation"
)

//go:embed files
var embedded embed.FS

//go:embed shell.html
var shellText string

// policy lets the pages load what this program serves and nothing else: no
// inline script or style, no other host, no text that becomes markup.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; " +
	"manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'"

// kept is how long browsers keep a file: its path changes with its content.
const kept = "public, max-age=31536000, immutable"

// site is everything that is served.
type site struct {
	base  string // path of the files, with a slash at its end
	files map[string]representation.Body
	shell representation.Body
}

var built = sync.OnceValue(func() *site {
	s, err := build()
	if err != nil {
		panic("webui: " + err.Error()) // the files are part of the program
	}
	return s
})

// Pages are the handlers by path pattern of gorilla/mux. They answer GET and
// HEAD.
func Pages() map[string]http.Handler {
	s := built()
	pages := map[string]http.Handler{"/assets/{build}/{file:.+}": http.HandlerFunc(s.serveFile)}
	for _, p := range []string{
		"/", "/events/{event}", "/orders", "/orders/{order}",
		"/organizer", "/organizer/new", "/organizer/events/{event}",
	} {
		pages[p] = http.HandlerFunc(s.serveShell)
	}
	return pages
}

func build() (*site, error) {
	s := &site{files: map[string]representation.Body{}}
	sum := sha256.New()
	err := fs.WalkDir(embedded, "files", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) == ".md" || path.Ext(name) == ".ts" { // for those who write them
			return err
		}
		body, err := embedded.ReadFile(name)
		if err != nil {
			return err
		}
		short := strings.TrimPrefix(name, "files/")
		sum.Write(fmt.Appendf(nil, "%s %d\n%s", short, len(body), body))
		s.files[short], err = newFile(short, body)
		return err
	})
	if err != nil {
		return nil, err
	}
	s.base = "/assets/" + hex.EncodeToString(sum.Sum(nil)[:8]) + "/"
	return s, s.buildShell()
}

// buildShell fills in where the files are. The scripts are named there, so that
// a browser fetches all of them at once and not one import after another.
func (s *site) buildShell() error {
	shell, err := template.New("shell").Parse(shellText)
	if err != nil {
		return err
	}
	var scripts []string
	for name := range s.files {
		if path.Ext(name) == ".js" && !strings.HasPrefix(name, "organizer/") {
			scripts = append(scripts, name)
		}
	}
	slices.Sort(scripts)
	var page bytes.Buffer
	if err = shell.Execute(&page, map[string]any{"Base": s.base, "Scripts": scripts}); err != nil {
		return err
	}
	s.shell, err = newFile("shell.html", page.Bytes())
	return err
}

// contentTypes are told here and not by the system's table, which differs.
var contentTypes = map[string]string{
	".html":        "text/html; charset=utf-8",
	".js":          "text/javascript; charset=utf-8",
	".css":         "text/css; charset=utf-8",
	".svg":         "image/svg+xml",
	".webmanifest": "application/manifest+json",
}

// newFile has the file compressed once, as well as that can be done, and when it
// is asked for: a start does not wait for pages that nobody looks at.
func newFile(name string, body []byte) (representation.Body, error) {
	contentType := contentTypes[path.Ext(name)]
	if contentType == "" {
		return representation.Body{}, fmt.Errorf("%s: no content type for %q", name, path.Ext(name))
	}
	return representation.Body{
		Type: contentType, Tag: representation.TagOf(body), Plain: body,
		Gzip: sync.OnceValue(func() []byte { return representation.Compress(body, gzip.BestCompression) }),
	}, nil
}

// serveShell answers a page's path.
func (s *site) serveShell(w http.ResponseWriter, r *http.Request) {
	if !reading(w, r) {
		return
	}
	w.Header().Set("Content-Security-Policy", policy)
	w.Header().Set("Cache-Control", "no-cache")
	s.shell.Serve(w, r)
}

// serveFile answers a file. Of another version's path, as a page that was open
// during an update asks for, it answers what there is now, not to be kept.
func (s *site) serveFile(w http.ResponseWriter, r *http.Request) {
	if !reading(w, r) {
		return
	}
	w.Header().Set("Content-Security-Policy", policy)
	rest, _ := strings.CutPrefix(r.URL.Path, "/assets/")
	of, name, _ := strings.Cut(rest, "/")
	f, ok := s.files[name]
	if !ok {
		http.Error(w, "there is no such file; load the page again", http.StatusNotFound)
		return
	}
	w.Header().Set("Cache-Control", "no-cache")
	if "/assets/"+of+"/" == s.base {
		w.Header().Set("Cache-Control", kept)
	}
	f.Serve(w, r)
}

func reading(w http.ResponseWriter, r *http.Request) bool {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return true
	}
	w.Header().Set("Allow", "GET, HEAD, OPTIONS")
	if r.Method == http.MethodOptions {
		w.WriteHeader(http.StatusNoContent)
		return false
	}
	http.Error(w, "pages and their files are read with GET", http.StatusMethodNotAllowed)
	return false
}
