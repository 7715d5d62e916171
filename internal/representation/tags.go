package representation

import (
	"net/http"
	"slices"
	"strings"
)

// Tags are the entity tags of an If-None-Match header, without quotes.
type Tags struct {
	list []string
	any  bool // the header is *
}

// KnownTo reads which representations a client has. The comparison that
// If-None-Match asks for is the weak one, so W/ makes no difference. What is
// malformed ends the list: the client gets the whole answer.
func KnownTo(r *http.Request) Tags {
	var known Tags
	rest := strings.Join(r.Header.Values("If-None-Match"), ",")
	for {
		rest = strings.TrimLeft(rest, ", \t")
		if strings.HasPrefix(rest, "*") {
			known.any = true
			return known
		}
		quoted, found := strings.CutPrefix(strings.TrimPrefix(rest, "W/"), `"`)
		tag, after, closed := strings.Cut(quoted, `"`)
		if !found || !closed {
			return known
		}
		known.list, rest = append(known.list, tag), after
	}
}

// First returns a tag that the client knows, "" where it knows none.
func (t Tags) First() string {
	if len(t.list) == 0 {
		return ""
	}
	return t.list[0]
}

// Has reports whether the client knows the tag.
func (t Tags) Has(tag string) bool { return t.any || slices.Contains(t.list, tag) }

// Quoted is a tag as the ETag header has it.
func Quoted(tag string) string { return `"` + tag + `"` }
