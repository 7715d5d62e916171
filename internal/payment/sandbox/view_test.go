package sandbox

import (
	"crypto/sha256"
	"encoding/base64"
	"html/template"
	"math"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// answers returns one page of every kind.
func answers(t *testing.T) map[string]*httptest.ResponseRecorder {
	t.Helper()
	p, _, _ := newFake(t, 200)
	deaf := newProvider(t, Config{
		Backoff:   func(int) (time.Duration, bool) { return 0, false },
		PublicURL: func() string { return "http://127.0.0.1:1" },
	})
	put := httptest.NewRecorder()
	p.Handler().ServeHTTP(put, httptest.NewRequest(http.MethodPut, pathOf(t, p), nil))
	refused, _, _ := newFake(t, 200)
	path := pathOf(t, refused)
	press(refused, path, "plan_refund", "plan=refuse")
	press(refused, path, "pay_twice")
	withdrawn, _, _ := newFake(t, 200)
	gone := pathOf(t, withdrawn)
	require.NoError(t, withdrawn.CancelCheckout(t.Context(), "ord-1", "pay_ord-1"))
	late := newProvider(t, Config{})
	other := func(action string, fields ...string) *httptest.ResponseRecorder {
		p, _, _ := newFake(t, 200)
		return press(p, pathOf(t, p), action, fields...)
	}
	return map[string]*httptest.ResponseRecorder{
		"choice": get(p, pathOf(t, p)), "expired": get(late, pathUntil(t, late, time.Unix(0, 0))),
		"paid": press(p, pathOf(t, p), "pay"), "undelivered": press(deaf, pathOf(t, deaf), "pay"),
		"bad": press(p, pathOf(t, p), "x"), "ended": press(p, pathOf(t, p), "fail"), "not found": get(p, pagePath+"x"), "put": put, "withdrawn": get(withdrawn, gone),
		"refused": press(refused, path, "refund", "payment=pay_ord-1"), "refunded": press(refused, path, "refund", "payment=pay_ord-1"),
		"failed": other("fail"), "cancelled": other("cancel"), "later": other("pay_late"),
		"lost": other("pay", "delivery=never"), "held": other("pay", "delivery=late"), "planned": other("plan_refund", "plan=wait"),
	}
}

func TestEveryPageIsLockedDown(t *testing.T) {
	for name, w := range answers(t) {
		h := w.Header()
		require.Equal(t, "nosniff", h.Get("X-Content-Type-Options"), name)
		require.Equal(t, "no-referrer", h.Get("Referrer-Policy"), name)
		require.Equal(t, "no-store", h.Get("Cache-Control"), name)
		require.Equal(t, "unsafe-none", h.Get("Cross-Origin-Opener-Policy"), name)
		require.Equal(t, "text/html; charset=utf-8", h.Get("Content-Type"), name)
		csp := h.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none';", "form-action 'self';", "frame-ancestors 'none';", "base-uri 'none'"} {
			require.Contains(t, csp, want, name)
		}
		require.NotContains(t, csp, "unsafe", name)
	}
}

// What the forms send is known, and every choice stands in one of them.
func TestEveryChoiceIsReachableFromAPage(t *testing.T) {
	offered := map[string]bool{}
	for _, w := range answers(t) {
		body := w.Body.String()
		for _, m := range regexp.MustCompile(`name="action" value="([^"]*)"`).FindAllStringSubmatch(body, -1) {
			offered[m[1]] = true
		}
		for _, list := range regexp.MustCompile(`(?s)<select name="action">(.*?)</select>`).FindAllStringSubmatch(body, -1) {
			for _, m := range regexp.MustCompile(`value="([^"]*)"`).FindAllStringSubmatch(list[1], -1) {
				offered[m[1]] = true
			}
		}
	}
	for action := range choices {
		require.True(t, offered[action], action)
	}
	require.Len(t, offered, len(choices))
}

// A browser drops the style unless the hash in the header is that of the very
// bytes between the tags.
func TestThePolicyAllowsThePagesStyleAndNoOther(t *testing.T) {
	style := regexp.MustCompile(`(?s)<style>(.*?)</style>`)
	for name, w := range answers(t) {
		found := style.FindAllStringSubmatch(w.Body.String(), -1)
		require.Len(t, found, 1, name)
		sum := sha256.Sum256([]byte(found[0][1]))
		want := "style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "';"
		require.Contains(t, w.Header().Get("Content-Security-Policy"), want, name)
		require.NotContains(t, w.Body.String(), "style=", name)
		require.NotContains(t, w.Body.String(), "src=", name)
	}
}

func TestEveryPageHasOneHeadingAndABanner(t *testing.T) {
	for name, w := range answers(t) {
		page := w.Body.String()
		require.Equal(t, 1, strings.Count(page, "<h1>"), name)
		require.Contains(t, page, "<strong>Sandbox</strong>", name)
		require.Contains(t, page, "<main>", name)
		require.NotContains(t, page, "ZgotmplZ", name)
		require.NotContains(t, page, "<no value>", name)
	}
}

func TestWhatTheShopSaysIsNotMarkup(t *testing.T) {
	p := newProvider(t, Config{})
	r := request(time.Now().Add(time.Hour))
	r.Description, r.OrderID = `<script>alert(1)</script>`, `"><b>1`
	c, err := p.CreatePayment(t.Context(), r)
	require.NoError(t, err)
	page := get(p, strings.TrimPrefix(c.URL, shopURL)).Body.String()
	require.NotContains(t, page, "<script>")
	require.NotContains(t, page, `"><b>1`)
	require.Contains(t, page, template.HTMLEscapeString(r.Description))
}

// Whoever comes to the page gets back from it, once, whatever came of the
// payment. Of a payment that is not known, no page knows the order.
func TestEveryPageOfAPaymentLeadsBackToItsOrder(t *testing.T) {
	link := regexp.MustCompile(`<a [^>]*href="([^"]*)">Back to your order</a>`)
	for name, w := range answers(t) {
		found := link.FindAllStringSubmatch(w.Body.String(), -1)
		if !strings.Contains(w.Body.String(), "<dt>Order</dt>") {
			require.Empty(t, found, name)
			require.GreaterOrEqual(t, w.Code, 400, name)
			continue
		}
		require.Len(t, found, 1, name)
		require.Equal(t, "/orders/ord-1", found[0][1], name)
		choosing := strings.Contains(w.Body.String(), `class="buttons"`)
		require.Equal(t, !choosing, strings.Contains(found[0][0], `class="back"`),
			"%s: it stands out once there is nothing to choose", name)
	}
}

func TestThePathOfAnOrderIsEscaped(t *testing.T) {
	p := newProvider(t, Config{})
	r := request(time.Now().Add(time.Hour))
	r.OrderID = `a/b?c#"<`
	c, err := p.CreatePayment(t.Context(), r)
	require.NoError(t, err)
	page := get(p, strings.TrimPrefix(c.URL, shopURL)).Body.String()
	require.Contains(t, page, `href="/orders/a%2Fb%3Fc%23%22%3C"`)
}

// WCAG 2 level AA: 4.5 to 1 for text, in the light and in the dark theme.
func TestColoursHaveContrast(t *testing.T) {
	light, dark, ok := strings.Cut(styleCSS, "prefers-color-scheme: dark")
	require.True(t, ok)
	for theme, css := range map[string]string{"light": light, "dark": dark} {
		colours := map[string]string{}
		for _, m := range regexp.MustCompile(`--([a-z-]+): (#[0-9a-f]{6});`).FindAllStringSubmatch(css, -1) {
			colours[m[1]] = m[2]
		}
		for _, pair := range [][2]string{
			{"text", "card"},
			{"quiet", "card"},
			{"quiet", "page"},
			{"banner-text", "banner"},
			{"pay-text", "pay"},
			{"pay-text", "pay-hover"},
			{"fail", "card"},
			{"fail", "fail-hover"},
			{"cancel", "card"},
			{"cancel", "cancel-hover"},
			{"focus", "card"},
			{"success", "card"},
			{"waiting", "card"},
			{"problem", "card"},
		} {
			front, back := colours[pair[0]], colours[pair[1]]
			require.NotEmpty(t, front, pair[0])
			require.NotEmpty(t, back, pair[1])
			require.GreaterOrEqual(t, contrast(t, front, back), 4.5, "%s: %s on %s", theme, pair[0], pair[1])
		}
	}
	require.InDelta(t, 21, contrast(t, "#000000", "#ffffff"), 0.01)
}

func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	x, y := luminance(t, a), luminance(t, b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		v, err := strconv.ParseUint(hex[1+2*i:3+2*i], 16, 8)
		require.NoError(t, err)
		c := float64(v) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}
