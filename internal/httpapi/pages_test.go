package httpapi

import (
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

func TestEveryCodeHasAPage(t *testing.T) {
	w := newWorld(t)
	for code, m := range meanings {
		a := advices[code]
		require.Greater(t, len(a.happened), 15, code)
		require.GreaterOrEqual(t, len(a.todo), 15, code)

		page := w.do(nobody, get, "/problems/"+string(code), "").ok(http.StatusOK)
		require.Equal(t, htmlType, page.Header().Get("Content-Type"))
		requirePage(t, page)
		requireShows(t, page.Body.String(), "<h1>"+m.title+"</h1>")

		asJSON := w.do(nobody, get, "/problems/"+string(code), "", "Accept", "application/json").ok(http.StatusOK).object()
		require.Equal(t, map[string]any{
			"code": string(code), "status": float64(m.status), "title": m.title,
			"what_happened": a.happened, "what_to_do": a.todo,
		}, asJSON)
	}
	require.Len(t, advices, len(meanings), "no text without a code")
}

// requirePage requires that a page needs nothing but our style sheet.
func requirePage(t *testing.T, a answer) {
	t.Helper()
	require.Equal(t, pagePolicy, a.Header().Get("Content-Security-Policy"))
	body := a.Body.String()
	for _, not := range []string{"<script", "<style", " style=", "javascript:", "http://", "https://", "onclick"} {
		if !strings.Contains(not, "http") {
			require.False(t, strings.Contains(body, not), not)
			continue
		}
		require.False(t, regexp.MustCompile(`(src|href)="`+not).MatchString(body), "offline")
	}
	requireShows(t, body, `<html lang="en">`)
	requireShows(t, body, `name="viewport"`)
}

// requireShows does not print the whole page where it fails.
func requireShows(t *testing.T, body, text string) {
	t.Helper()
	require.True(t, strings.Contains(body, text), "the page does not show %s", text)
}

func TestAnErrorThatIsNoneHasNoPage(t *testing.T) {
	w := newWorld(t)
	for _, code := range []string{"none", "SEATS_TAKEN", "%3Cscript%3E", "..%2F..", strings.Repeat("x", 5000)} {
		p := w.do(nobody, get, "/problems/"+code, "").problem(http.StatusNotFound, booking.CodeNotFound)
		require.LessOrEqual(t, len(p["detail"].(string)), 400)
	}
}

func TestAProblemsTypeIsItsPage(t *testing.T) {
	w := newWorld(t)
	p := w.do(nobody, get, "/v1/orders", "").problem(http.StatusUnauthorized, booking.CodeUnauthenticated)
	w.do(nobody, get, p["type"].(string), "").ok(http.StatusOK)
}

func TestPagesFollowAccept(t *testing.T) {
	w := newWorld(t)
	for accept, want := range map[string]string{
		"":                                  htmlType,
		"*/*":                               htmlType,
		"text/html":                         htmlType,
		"application/json":                  "application/json",
		"application/*":                     "application/json",
		"text/html;q=0.5, application/json": "application/json",
		"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8": htmlType,
		"application/json;q=0.1, text/html;q=0.9":                         htmlType,
		"image/png": htmlType,
		"nonsense":  htmlType,
	} {
		for _, path := range []string{"/problems", "/problems/forbidden"} {
			a := w.do(nobody, get, path, "", "Accept", accept).ok(http.StatusOK)
			require.Equal(t, want, a.Header().Get("Content-Type"), accept)
			require.Contains(t, a.Header().Values("Vary"), "Accept")
		}
	}
}

func TestTheListHasEveryError(t *testing.T) {
	w := newWorld(t)
	page := w.do(nobody, get, "/problems", "").ok(http.StatusOK)
	requirePage(t, page)
	items := w.do(nobody, get, "/problems", "", "Accept", "application/json").ok(http.StatusOK).object()["items"].([]any)
	require.Len(t, items, len(meanings))
	for code := range meanings {
		requireShows(t, page.Body.String(), `href="/problems/`+string(code)+`"`)
	}
}

var (
	linksTo  = regexp.MustCompile(`href="#([^"]+)"`)
	codeLink = regexp.MustCompile(`href="/problems/([^"]+)"`)
)

func TestThePageOfTheAPI(t *testing.T) {
	w := newWorld(t)
	page := w.do(nobody, get, "/docs", "").ok(http.StatusOK)
	requirePage(t, page)
	body := html.UnescapeString(page.Body.String())
	for pattern, item := range document().Paths.Map() {
		requireShows(t, body, `<code class="path">`+pattern+`</code>`)
		for method, op := range item.Operations() {
			if method != http.MethodHead {
				requireShows(t, body, op.Summary)
				requireShows(t, body, `id="`+op.OperationID+`"`)
			}
		}
	}
	for _, to := range linksTo.FindAllStringSubmatch(body, -1) {
		requireShows(t, body, `id="`+to[1]+`"`)
	}
	codes := map[string]bool{}
	for _, to := range codeLink.FindAllStringSubmatch(body, -1) {
		codes[to[1]] = true
		require.Contains(t, meanings, booking.Code(to[1]))
	}
	require.GreaterOrEqual(t, len(codes), len(meanings)-1, "all but method_not_allowed, which is no one call's")
	tag := page.Header().Get("ETag")
	w.do(nobody, get, "/docs", "", "If-None-Match", tag).ok(http.StatusNotModified)
}

func TestTheStyleSheetNeedsNothingElse(t *testing.T) {
	w := newWorld(t)
	sheet := w.do(nobody, get, "/docs/style.css", "").ok(http.StatusOK).Body.String()
	require.NotContains(t, sheet, "url(")
	require.NotContains(t, sheet, "@import")
}

func TestProseKeepsCodeAndParagraphs(t *testing.T) {
	require.Equal(t, []paragraph{
		{{Text: "One "}, {Text: "a<b", Code: true}, {Text: " and "}, {Text: "so", Strong: true}, {Text: "."}},
		{{Text: "Two"}},
	}, prose("One `a<b` and **so**.\n\nTwo\n"))
	require.Empty(t, prose(""))
}

func TestExamplesKeepTheOrderOfTheirSchema(t *testing.T) {
	hold := document().Components.Schemas["Hold"].Value
	text := examplesOf(nil, hold)[0].Text
	at := -1
	for _, name := range hold.Required {
		next := strings.Index(text, `"`+name+`":`)
		require.Greater(t, next, at, name)
		at = next
	}
}
