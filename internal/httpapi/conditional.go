package httpapi

import (
	"net/http"
	"slices"
	"strings"
)

// knownTags are the entity tags of an If-None-Match header, without quotes.
type knownTags struct {
	tags []string
	any  bool // the header is *
}

// ifNoneMatch reads the header. The comparison it asks for is the weak one
// (RFC 9110), so W/ makes no difference. What is malformed ends the list: the
// client gets the whole answer.
func ifNoneMatch(r *http.Request) knownTags {
	var k knownTags
	rest := strings.Join(r.Header.Values("If-None-Match"), ",")
	for {
		rest = strings.TrimLeft(rest, ", \t")
		if strings.HasPrefix(rest, "*") {
			k.any = true
			return k
		}
		quoted, found := strings.CutPrefix(strings.TrimPrefix(rest, "W/"), `"`)
		tag, after, closed := strings.Cut(quoted, `"`)
		if !found || !closed {
			return k
		}
		k.tags, rest = append(k.tags, tag), after
	}
}

// first returns a tag that the client knows, "" where it knows none.
func (k knownTags) first() string {
	if len(k.tags) == 0 {
		return ""
	}
	return k.tags[0]
}

func (k knownTags) has(tag string) bool { return k.any || slices.Contains(k.tags, tag) }

func quotedTag(tag string) string { return `"` + tag + `"` }
