package sandbox

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

// The whole way over real HTTP: the page, the button, the signed webhook to the
// same server, and the answer.
func TestPayingOverHTTP(t *testing.T) {
	events := make(chan booking.PaymentEvent, 1)
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	defer server.Close()
	p := newProvider(t, Config{PublicURL: func() string { return server.URL }})
	mux.Handle("/sandbox/", p.Handler())
	mux.HandleFunc("POST /v1/webhooks/sandbox", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		e, err := p.ReadWebhook(body, r.Header)
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		events <- e
	})
	payment, err := p.CreatePayment(t.Context(), request(time.Now().Add(time.Minute)))
	require.NoError(t, err)

	page := read(t, must(http.Get(payment.URL)))
	require.Contains(t, page, `<form method="post" class="buttons">`)
	require.Contains(t, page, `name="action" value="pay"`)
	result := read(t, must(http.PostForm(payment.URL, url.Values{"action": {"pay"}})))
	require.Contains(t, result, "Payment successful")
	e := <-events
	require.Equal(t, booking.PaymentSucceeded, e.Kind)
	require.Equal(t, payment.ID, e.PaymentID)

	head := must(http.Head(payment.URL))
	require.Empty(t, read(t, head))
	require.Equal(t, http.StatusOK, head.StatusCode)
	require.Equal(t, "text/html; charset=utf-8", head.Header.Get("Content-Type"))
}

func must(r *http.Response, err error) *http.Response {
	if err != nil {
		panic(err)
	}
	return r
}

func read(t *testing.T, r *http.Response) string {
	t.Helper()
	defer func() { require.NoError(t, r.Body.Close()) }()
	body, err := io.ReadAll(r.Body)
	require.NoError(t, err)
	return string(body)
}

func TestThePageShowsThePayment(t *testing.T) {
	now := time.Date(2026, 3, 1, 20, 45, 0, 0, time.UTC)
	p := newProvider(t, Config{Now: func() time.Time { return now }})
	w := get(p, pathUntil(t, p, now.Add(15*time.Minute)))
	require.Equal(t, http.StatusOK, w.Code)
	page := w.Body.String()
	for _, want := range []string{
		`<html lang="en">`, `<meta name="viewport" content="width=device-width, initial-scale=1">`,
		"<h1>Pay for your order</h1>", "No real money is moved",
		"€45.00", "Harbour Lights: A2, A3", "ord-1",
		`<time datetime="2026-03-01T21:00:00Z">1 Mar 2026, 21:00 UTC</time> <span>15 minutes left</span>`,
		`value="pay">Pay €45.00</button>`, `value="fail">Fail</button>`, `value="cancel">Cancel</button>`,
	} {
		require.Contains(t, page, want)
	}
	require.NotContains(t, page, "<script")
}

func TestTheTimeLeftIsInWords(t *testing.T) {
	for left, want := range map[time.Duration]string{
		-time.Second: "", 0: "", time.Millisecond: "less than a minute left", 59 * time.Second: "less than a minute left",
		time.Minute: "1 minute left", 89 * time.Second: "1 minute left", 90 * time.Second: "2 minutes left", 15*time.Minute - 1: "15 minutes left",
	} {
		require.Equal(t, want, timeLeft(left), left.String())
	}
}

func TestAfterTheDeadlineThePageSaysSoAndALatePaymentStillGoesOut(t *testing.T) {
	p, shop, _ := newFake(t, 200)
	path := pathUntil(t, p, time.Now().Add(-time.Minute))
	w := get(p, path)
	require.Equal(t, http.StatusOK, w.Code)
	require.Contains(t, w.Body.String(), "<h1>This payment has expired</h1>")
	require.NotContains(t, w.Body.String(), `value="pay"`)
	require.Contains(t, w.Body.String(), `value="pay_anyway">Pay after expiry</button>`)
	require.Equal(t, http.StatusOK, press(p, path, "pay").Code)
	require.Len(t, shop.seen(), 1)
}

func TestThePaymentExpiresAtItsDeadlineExactly(t *testing.T) {
	now := time.Date(2026, 3, 1, 20, 45, 0, 0, time.UTC)
	p := newProvider(t, Config{Now: func() time.Time { return now }})
	path := pathUntil(t, p, now.Add(time.Millisecond))
	require.Contains(t, get(p, path).Body.String(), "Pay for your order")
	now = now.Add(time.Millisecond)
	require.Contains(t, get(p, path).Body.String(), "This payment has expired")
}

func TestGivingUpIsSaidHonestly(t *testing.T) {
	p := newProvider(t, Config{
		Backoff:   func(int) (time.Duration, bool) { return 0, false },
		PublicURL: func() string { return "http://127.0.0.1:1" },
	})
	w := press(p, pathOf(t, p), "fail")
	require.Equal(t, http.StatusBadGateway, w.Code)
	require.Contains(t, w.Body.String(), "The shop did not confirm")
	require.Contains(t, w.Body.String(), `name="action" value="tell">Tell the shop again now</button>`)
}

func TestBadChoicesSendNothing(t *testing.T) {
	const form = "application/x-www-form-urlencoded"
	p, shop, _ := newFake(t, 200)
	path := pathOf(t, p)
	for _, c := range []struct {
		name, path, contentType, body string
		status                        int
	}{
		{"none", path, form, "", 400},
		{"unknown", path, form, "action=steal", 400},
		{"upper case", path, form, "action=PAY", 400},
		{"in the query only", path + "?action=pay", form, "", 400},
		{"malformed", path, form, "action=%zz", 400},
		{"JSON", path, "application/json", `{"action":"pay"}`, 400},
		{"strange type", path, "a/b/c", "action=pay", 400},
		{"too large", path, form, "action=pay&x=" + strings.Repeat("x", formMaxBytes), 413},
	} {
		w := submit(p, c.path, c.contentType, c.body)
		require.Equal(t, c.status, w.Code, c.name)
		require.Contains(t, w.Body.String(), "Nothing was sent to the shop", c.name)
	}
	require.Empty(t, shop.seen())
	largest := "action=pay&x=" + strings.Repeat("x", formMaxBytes-len("action=pay&x="))
	require.Equal(t, http.StatusOK, submit(p, path, form, largest).Code)
}

func TestOtherMethodsAreNotAllowed(t *testing.T) {
	p := newProvider(t, Config{})
	for _, method := range []string{"PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "post"} {
		w := httptest.NewRecorder()
		p.Handler().ServeHTTP(w, httptest.NewRequest(method, pathOf(t, p), nil))
		require.Equal(t, http.StatusMethodNotAllowed, w.Code, method)
		require.Equal(t, "GET, HEAD, POST", w.Header().Get("Allow"), method)
	}
}

func TestOtherPathsAreNotFound(t *testing.T) {
	p := newProvider(t, Config{})
	for _, path := range []string{"/sandbox/", "/sandbox/pay", "/sandbox/pay/", "/", "/x" + pathOf(t, p)} {
		require.Equal(t, http.StatusNotFound, get(p, path).Code, path)
	}
}
