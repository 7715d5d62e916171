package e2e

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// next is an ordinary request that follows a strange one on its connection: its
// 200 shows that both sides agree where the strange one ended.
const next = "GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"

// TestStrangeRequests sends what clients, proxies and attackers get wrong. In
// each case either the request is one to both sides, and the next is answered,
// or it is refused and the connection ends: what stands in a body is never
// taken for a request.
func TestStrangeRequests(t *testing.T) {
	t.Parallel()
	s := openShop(t, embeddedWorld, seathold, 20)
	hold := eventPath(s.event.ID) + "/holds"
	token := "Authorization: " + s.customer(t).headers["Authorization"] + "\r\n"
	post := func(headers, body string) string {
		return "POST " + hold + " HTTP/1.1\r\nHost: x\r\n" + token + headers + "\r\n" + body
	}
	get := func(target string) string { return "GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n" }
	long := strings.Repeat("x", 40<<10)
	hidden := "GET /v1/me HTTP/1.1\r\nHost: x\r\n" + token + "\r\n" // answered 200 where it is taken for a request

	for _, c := range []struct {
		name, request string
		statuses      []int
	}{
		{"two lengths that differ", post("Content-Length: 2\r\nContent-Length: 3\r\n", "{} "), []int{400}},
		{"two lengths that are equal", post("Content-Length: 2\r\nContent-Length: 2\r\n", "{}"), []int{422, 200}},
		{"two lengths in one line", post("Content-Length: 2, 3\r\n", "{} "), []int{400}},
		{"a length with a sign", post("Content-Length: +2\r\n", "{}"), []int{400}},
		{"a negative length", post("Content-Length: -1\r\n", ""), []int{400}},
		{"a length in hexadecimal", post("Content-Length: 0x2\r\n", "{}"), []int{400}},
		{"a length beyond counting", post("Content-Length: 99999999999999999999\r\n", "{}"), []int{400}},
		{"a length beyond the limit", post("Content-Length: 9999999999\r\n", "{}"), []int{413}},
		{"a length and chunks", post("Content-Length: 6\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"+hidden), []int{400}},
		{"chunks twice", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"+hidden), []int{501}},
		{"chunks and what is not", post("Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n"+hidden), []int{501}},
		{"packed chunks", post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"+hidden), []int{501}},
		{"an unknown coding", post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"+hidden), []int{501}},
		{"a space before the colon", post("Transfer-Encoding : chunked\r\nContent-Length: 2\r\n", "{}"), []int{400}},
		{"good chunks", post("Transfer-Encoding: chunked\r\n", "2\r\n{}\r\n0\r\n\r\n"), []int{422}},
		{"a chunk without its size", post("Transfer-Encoding: chunked\r\n", "{}\r\n0\r\n\r\n"), []int{400}},
		{"a chunk of an endless size", post("Transfer-Encoding: chunked\r\n", "fffffffffffffffff\r\n{}"), []int{400}},
		{"a chunk of a negative size", post("Transfer-Encoding: chunked\r\n", "-2\r\n{}\r\n0\r\n\r\n"), []int{400}},
		{"a chunk that is longer than it says", post("Transfer-Encoding: chunked\r\n", "1\r\n{}\r\n0\r\n\r\n"), []int{400}},

		{"the whole URL as a target", get("http://elsewhere.example/livez"), []int{200, 200}},
		{"a target without a slash", get("livez"), []int{400}},
		{"a proxy's CONNECT", "CONNECT db:27017 HTTP/1.1\r\nHost: db:27017\r\n\r\n", []int{404, 200}},
		{"the server as a target", "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", []int{200, 200}},
		{"HTTP/2 without TLS", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", []int{404}},
		{"HTTP/0.9", "GET /livez\r\n\r\n", []int{400}},
		{"HTTP/3.0", "GET /livez HTTP/3.0\r\nHost: x\r\n\r\n", []int{505}},
		{"no HTTP at all", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", []int{400}},
		{"no host", "GET /livez HTTP/1.1\r\n\r\n", []int{400}},
		{"two hosts", "GET /livez HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", []int{400}},
		{"a host of nonsense", "GET /livez HTTP/1.1\r\nHost: a b\r\n\r\n", []int{400}},
		{"a method of lower case", "get /livez HTTP/1.1\r\nHost: x\r\n\r\n", []int{405, 200}},
		{"a method of nonsense", "G\x00T /livez HTTP/1.1\r\nHost: x\r\n\r\n", []int{400}},

		{"a header too long", "GET /livez HTTP/1.1\r\nHost: x\r\nX-Long: " + long + "\r\n\r\n", []int{431}},
		{"too many headers", "GET /livez HTTP/1.1\r\nHost: x\r\n" + strings.Repeat("X-Many: x\r\n", 8000) + "\r\n", []int{431}},
		{"a target too long", get("/" + long), []int{431}},
		{"a folded header", "GET /livez HTTP/1.1\r\nHost: x\r\nX-A: 1\r\n Transfer-Encoding: chunked\r\n\r\n", []int{200, 200}},
		{"a header without a name", "GET /livez HTTP/1.1\r\nHost: x\r\n: 1\r\n\r\n", []int{400}},
		{"a header with NUL", "GET /livez HTTP/1.1\r\nHost: x\r\nX-A: \x00\r\n\r\n", []int{400}},
		{"a header with a bare CR", "GET /livez HTTP/1.1\r\nHost: x\r\nX-A: 1\rX-B: 2\r\n\r\n", []int{400}},
		{"an expectation", post("Expect: 100-continue\r\nContent-Length: 2\r\n", "{}"), []int{100, 422, 200}},
		{"another expectation", post("Expect: a miracle\r\nContent-Length: 2\r\n", "{}"), []int{417}},
		{"an upgrade", "GET /livez HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n", []int{200, 200}},

		{"NUL in a target", get("/livez\x00"), []int{400}},
		{"a line break in a target", get("/livez%0d%0aX-A:%201"), []int{404, 200}},
		{"NUL, escaped", get("/v1/events/%00"), []int{404, 200}},
		{"NUL in a seat", get(eventPath(s.event.ID) + "/seats/A1%00"), []int{404, 200}},
		{"not UTF-8", get("/v1/events/\xff"), []int{404, 200}},
		{"not UTF-8, escaped", get("/v1/events/%ff%fe"), []int{404, 200}},
		{"half an escape", get("/v1/events/%f"), []int{400}},
		{"a slash twice", get("//livez"), []int{404, 200}},
		{"a way up", get("/v1/../livez"), []int{404, 200}},
		{"a way up, escaped", get("/v1/%2e%2e/livez"), []int{404, 200}},
		{"a way up from a page", get("/sandbox/../v1/me"), []int{404, 200}},
		{"an escaped slash", get("/v1%2fevents"), []int{404, 200}},
		{"an escaped slash in an id", get("/v1/events/..%2f..%2flivez"), []int{404, 200}},
		{"a backslash", get(`/v1\events`), []int{404, 200}},
		{"a semicolon", get("/v1/events?limit=1;limit=2"), []int{422, 200}},

		{"the operators' metrics", get("/metrics"), []int{404, 200}},
		{"the operators' profiles", get("/debug/pprof/"), []int{404, 200}},
		{"a heap of the operators'", get("/debug/pprof/heap"), []int{404, 200}},
	} {
		t.Run(c.name, func(t *testing.T) {
			answers := talk(t, s.url, c.request+next)
			statuses := make([]int, len(answers))
			for i, a := range answers {
				statuses[i] = a.StatusCode
				if ours := a.Header.Get("X-Request-Id") != ""; ours && a.StatusCode >= 400 && !strings.Contains(c.request, "/sandbox/") {
					require.Equal(t, "application/problem+json", a.Header.Get("Content-Type"))
				}
				require.Empty(t, a.Header.Get("X-A"))
			}
			require.Equal(t, c.statuses, statuses)
			requireDocumented(t, s, c.request+next, answers)
		})
	}
	require.Equal(t, dots(20), s.mapOf(t, s.event.ID))
}

// requireDocumented holds the service's answers against the document, as far as
// the requests that they answer can be read.
func requireDocumented(t *testing.T, s *shop, requests string, answers []*http.Response) {
	t.Helper()
	from := bufio.NewReader(strings.NewReader(requests))
	for _, a := range answers {
		if a.StatusCode < http.StatusOK {
			continue // more follows to the same request
		}
		r, err := http.ReadRequest(from)
		if err != nil {
			return // nor could the service
		}
		_, _ = io.Copy(io.Discard, r.Body)
		if a.Header.Get("X-Request-Id") == "" || outsideTheContract(r.URL.Path) {
			continue // Go's own server answered, or a page
		}
		body, err := io.ReadAll(a.Body)
		require.NoError(t, err)
		require.NoError(t, s.contract.Check(r, a.StatusCode, a.Header, body))
	}
}

// talk sends bytes to the service and returns all its answers, read until the
// service closes the connection.
func talk(t *testing.T, url, request string) (answers []*http.Response) {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	require.NoError(t, err)
	defer func() { _ = conn.Close() }()
	require.NoError(t, conn.SetDeadline(time.Now().Add(startPatience)))
	go func() { _, _ = io.WriteString(conn, request) }() // the service may have heard enough
	for from := bufio.NewReader(conn); ; {
		a, err := http.ReadResponse(from, nil)
		if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) || isReset(err) {
			return answers
		}
		require.NoError(t, err)
		body, err := io.ReadAll(a.Body)
		if err != nil {
			require.True(t, isReset(err), "%v", err)
		}
		a.Body = io.NopCloser(bytes.NewReader(body))
		answers = append(answers, a)
	}
}

// isReset: the service closed a connection that still had bytes for it.
func isReset(err error) bool { return err != nil && strings.Contains(err.Error(), "connection reset") }
