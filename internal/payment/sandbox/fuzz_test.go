package sandbox

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"seathold/internal/payment/standardwebhook"
)

// FuzzSeal tries to make a token: the only one that exists is that of pay_1.
func FuzzSeal(f *testing.F) {
	keys, err := standardwebhook.New([]string{newSecret, oldSecret}, nil)
	require.NoError(f, err)
	s := newSeal(keys)
	good := s.token("pay_1")
	for _, seed := range []string{
		good, "", ".", "..", good + ".", good[1:], good[:len(good)-1], strings.ToUpper(good), strings.Replace(good, ".", "", 1),
		"cGF5XzE.", "cGF5XzE=" + good[7:], good + "=", good + "\n", "\x00.\xff",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, token string) {
		id, ok := s.open(token)
		require.Equal(t, token == good, ok)
		require.Equal(t, ok, id == "pay_1")
	})
}

// FuzzForm presses any button of the page: it never panics, and answers with a
// page that names the cause.
func FuzzForm(f *testing.F) {
	for action := range choices {
		f.Add("action=" + action + "&minutes=3&delivery=late&amount=1.00&payment=x&message=y&plan=wait")
	}
	for _, seed := range []string{"", "action", "action=%zz", "action=refund&amount=-1", "action=pay_wrong&minutes=NaN", "action=plan_refund&plan=&minutes=1e9"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		p, _, _ := newFake(t, 200)
		w := submit(p, pathOf(t, p), "application/x-www-form-urlencoded", body)
		require.Contains(t, []int{
			http.StatusOK, http.StatusAccepted, http.StatusBadRequest, http.StatusConflict, http.StatusRequestEntityTooLarge,
		}, w.Code, w.Body.String())
		require.Equal(t, 1, strings.Count(w.Body.String(), "<h1>"))
	})
}

// FuzzPagePath opens any path: only the page's own is one.
func FuzzPagePath(f *testing.F) {
	for _, seed := range []string{"/sandbox/pay/", "/sandbox/pay/x.y", "/sandbox/", "", "/sandbox/pay/..", "//", "/sandbox/pay/\x00"} {
		f.Add(seed)
	}
	keys, err := standardwebhook.New([]string{oldSecret}, nil)
	require.NoError(f, err)
	p := &Provider{seal: newSeal(keys)}
	f.Fuzz(func(t *testing.T, path string) {
		w := httptest.NewRecorder()
		p.serve(w, &http.Request{Method: http.MethodGet, URL: &url.URL{Path: path}})
		require.Equal(t, http.StatusNotFound, w.Code)
	})
}
