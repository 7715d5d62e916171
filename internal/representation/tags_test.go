package representation

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestIfNoneMatchLists(t *testing.T) {
	for header, want := range map[string]Tags{
		``:                      {},
		`*`:                     {any: true},
		` * `:                   {any: true},
		`"a"`:                   {list: []string{"a"}},
		`W/"a"`:                 {list: []string{"a"}},
		`"a", W/"b","c,d" , ""`: {list: []string{"a", "b", "c,d", ""}},
		`"a" , , "b"`:           {list: []string{"a", "b"}},
		`"a", b, "c"`:           {list: []string{"a"}},
		`"a`:                    {},
		`w/"a"`:                 {},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("If-None-Match", header)
		require.Equal(t, want, KnownTo(r), header)
	}
}

// FuzzIfNoneMatch: a tag that is known stands in the header.
func FuzzIfNoneMatch(f *testing.F) {
	for _, seed := range []string{``, `*`, `"a"`, `W/"a", "b"`, `"a`, `a`, `,,"a"`, `W/`, `"a"*`, `""`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		for _, tag := range KnownTo(&http.Request{Header: http.Header{"If-None-Match": {header}}}).list {
			require.Contains(t, header, Quoted(tag))
		}
	})
}
