package httpapi

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// shortTime is the server's ReadTimeout in these tests. Their timers are twice
// as long, and it is what they are about that it is over by then.
const shortTime = 150 * time.Millisecond

func (w *world) serve() *httptest.Server {
	w.t.Helper()
	return w.serveDocumented(func(s *http.Server) {
		s.ReadTimeout = shortTime
		s.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	})
}

// slowly sends a request whose last byte comes when the server's ReadTimeout
// is long over, and returns the answer.
func slowly(t *testing.T, server *httptest.Server, path, token, body string) (*http.Response, string) {
	t.Helper()
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	require.NoError(t, conn.SetDeadline(time.Now().Add(10*time.Second)))
	_, err = io.WriteString(conn, "POST "+path+" HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "+token+
		"\r\nContent-Length: "+strconv.Itoa(len(body))+"\r\n\r\n"+body[:len(body)-1])
	require.NoError(t, err)
	late := time.AfterFunc(2*shortTime, func() { _, _ = io.WriteString(conn, body[len(body)-1:]) })
	t.Cleanup(func() { late.Stop() })
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err)
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	d, err := answersOf()
	require.NoError(t, err)
	require.NoError(t, d.Check(httptest.NewRequest(post, path, nil), answer.StatusCode, answer.Header, text))
	return answer, string(text)
}

func TestASlowBodyIsGivenUp(t *testing.T) {
	w := newWorld(t)
	event := w.event("")
	server := w.serve()
	answer, text := slowly(t, server, "/v1/events/"+event+"/holds", "alice", seatsBody("A1"))
	require.Equal(t, http.StatusBadRequest, answer.StatusCode, text)
	require.Contains(t, text, "did not arrive whole and in time")
	require.True(t, answer.Close, "the connection ends")
	require.Equal(t, allFree, w.seats(event))
}

func TestAnEventMayArriveSlowly(t *testing.T) {
	w := newWorld(t)
	answer, text := slowly(t, w.serve(), "/v1/events", "olga", eventBody(""))
	require.Equal(t, http.StatusCreated, answer.StatusCode, text)
}

// TestTheReadDeadlineEndsNoCall: it is for what the client sends, and over once
// that is here.
func TestTheReadDeadlineEndsNoCall(t *testing.T) {
	long := func(ctx context.Context) error {
		over := time.NewTimer(2 * shortTime)
		defer over.Stop()
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-over.C:
			return nil
		}
	}
	w := newWorld(t, func(c *Config) { c.Checks = map[string]Check{"slow": long} })
	require.Equal(t, http.StatusOK, exchange(t, w.serve(), get, "/readyz", nobody).StatusCode)
}

// deadlines notes what is set on a connection.
type deadlines struct {
	http.ResponseWriter
	write []time.Time
}

func (d *deadlines) SetWriteDeadline(at time.Time) error {
	d.write = append(d.write, at)
	return nil
}

func TestEachPartOfAStreamHasItsDeadline(t *testing.T) {
	w := newWorld(t)
	event := w.event("")
	export := httptest.NewRequest(get, "/v1/events/"+event+"/orders.csv", nil)
	export.Header.Set("Authorization", "Bearer olga")
	before := time.Now()
	noted := &deadlines{ResponseWriter: httptest.NewRecorder()}
	w.api.ServeHTTP(noted, export)
	require.NotEmpty(t, noted.write)
	for _, at := range noted.write {
		require.WithinRange(t, at, before.Add(partTime), time.Now().Add(partTime))
	}
	noted = &deadlines{ResponseWriter: httptest.NewRecorder()}
	w.api.ServeHTTP(noted, httptest.NewRequest(get, "/livez", nil))
	require.Empty(t, noted.write, "any other answer has the server's")
}

// TestAnAuditMayTakeLong: it reads for a second what differs, and the answer
// still arrives.
func TestAnAuditMayTakeLong(t *testing.T) {
	w := newWorld(t)
	event := w.event("")
	w.spoil(func() { w.pay(w.order(alice, event, "A1")) })
	server := w.serveDocumented(func(s *http.Server) { s.WriteTimeout = shortTime })
	answer := exchange(t, server, get, "/v1/ops/events/"+event+"/audit", operator)
	require.Equal(t, http.StatusOK, answer.StatusCode)
}
