package httpapi

import (
	stdjson "encoding/json"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

// FuzzDecode reads any body: what is refused says why in the words of JSON, and
// what is taken is what encoding/json reads too.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		"", "null", "[]", "{", "{}", `{"text":"a"}`, `{"text":"a","text":"b"}`, `{"Text":"a"}`, `{"text":"\ud800"}`, "{\"text\":\"\xff\"}",
		`{"number":1e400}`, `{"number":9223372036854775808}`, `{"seats":["A1",null]}`, `{"prices":{"a":{"amount":1,"currency":"EUR"}}}`,
		`{"at":"2027-05-01T19:30:00Z"}`, `{"at":"2027-05-01T9:30:00,5Z"}`, `{"maybe":null,"count":null}`, `{"inner":{"A":"x","B":"y"}}`,
		`{"x":` + strings.Repeat("[", 200), strings.Repeat(`{"inner":`, 50), `{"text":"a"} `, `{"text":"a"}{}`, `{"prices":{"":{}}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var got sample
		if err := decodeObject(body, &got); err != nil {
			require.Contains(t, []booking.Code{codeInvalidBody, booking.CodeInvalidValue}, booking.CodeOf(err), "%v", err)
			p := problemOf(err)
			require.Contains(t, []int{http.StatusBadRequest, http.StatusUnprocessableEntity}, p.Status)
			require.NotEmpty(t, p.Detail)
			rec := httptest.NewRecorder()
			writeProblem(rec, err)
			require.True(t, stdjson.Valid(rec.Body.Bytes()), "%q", rec.Body)
			require.True(t, utf8.Valid(rec.Body.Bytes()), "%q", rec.Body)
			return
		}
		var want struct {
			Text   string   `json:"text"`
			Number *int64   `json:"number"`
			Seats  []string `json:"seats"`
		}
		require.NoError(t, stdjson.Unmarshal(body, &want), "%q", body)
		require.Equal(t, want.Text, got.Text)
		require.Equal(t, want.Number, got.Number)
		require.ElementsMatch(t, want.Seats, got.Seats)
	})
}

// FuzzClientAddress: whoever is no trusted proxy is known by where the
// connection comes from, whatever the headers say.
func FuzzClientAddress(f *testing.F) {
	for _, seed := range [][2]string{
		{"10.0.0.1:1", "198.51.100.1, 10.0.0.2"},
		{"203.0.113.5:1", "10.0.0.1"},
		{"[fd00::1]:1", "[2001:db8::1]:99"},
		{"@", ","},
		{"10.0.0.1:1", "10.0.0.1,,10.0.0.1"},
		{"10.0.0.1:1", "fe80::1%eth0"},
		{"[::ffff:10.0.0.1]:1", "\xff"},
		{"", ""},
		{"10.0.0.1", "[10.0.0.2"},
	} {
		f.Add(seed[0], seed[1])
	}
	a := &API{Config: Config{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}}}
	f.Fuzz(func(t *testing.T, remote, forwarded string) {
		r := &http.Request{RemoteAddr: remote, Header: http.Header{"X-Forwarded-For": {forwarded}}}
		got := a.clientAddress(r)
		from, ok := parseAddress(remote)
		switch {
		case !ok:
			require.Equal(t, remote, got)
		case !a.trusted(from):
			require.Equal(t, from.String(), got)
		default:
			_, err := netip.ParseAddr(got)
			require.NoError(t, err)
		}
	})
}

// FuzzQuery reads any query: a page's numbers are within their limits.
func FuzzQuery(f *testing.F) {
	for _, seed := range []string{"", "limit=1&cursor=a", "limit=0", "limit=+1", "limit=1&limit=2", "cursor=", "cursor=%ff", "limit=%zz", "limit=0x1", "limit=99999999999999999999"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		query, err := url.ParseQuery(raw)
		if err != nil {
			return
		}
		p, err := (&request{query: query}).page()
		if err != nil {
			require.Equal(t, booking.CodeInvalidValue, booking.CodeOf(err))
			return
		}
		require.True(t, p.Limit >= 1 && p.Limit <= maxPage)
		require.True(t, utf8.ValidString(p.Cursor) && len(p.Cursor) <= maxCursor)
	})
}
