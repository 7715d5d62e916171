package httpapi

import (
	"bufio"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
	"seathold/internal/seatmap"
)

// listening is the client's side of a stream.
type listening struct {
	t     *testing.T
	lines *bufio.Scanner
	head  http.Header
}

func streamOf(event string) string { return "/v1/events/" + event + "/stream" }

func listen(t *testing.T, server *httptest.Server, event, after string) *listening {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), get, server.URL+streamOf(event), nil)
	require.NoError(t, err)
	if after != "" {
		r.Header.Set("Last-Event-ID", after)
	}
	resp, err := server.Client().Do(r)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, resp.Body.Close()) })
	require.Equal(t, http.StatusOK, resp.StatusCode)
	return &listening{t: t, lines: bufio.NewScanner(resp.Body), head: resp.Header}
}

// next returns the next part, without its last empty line.
func (l *listening) next() string {
	l.t.Helper()
	var part []string
	for l.lines.Scan() {
		if l.lines.Text() == "" {
			return strings.Join(part, "\n")
		}
		part = append(part, l.lines.Text())
	}
	require.Fail(l.t, "the stream is over")
	return ""
}

// ends requires that nothing more comes.
func (l *listening) ends() {
	l.t.Helper()
	require.False(l.t, l.lines.Scan(), l.lines.Text())
	require.NoError(l.t, l.lines.Err(), "it is whole")
}

// newStreamWorld has a server whose clients leave before the API ends.
func newStreamWorld(t *testing.T, change ...func(*Config)) (*world, *httptest.Server) {
	t.Helper()
	w := newWorld(t, change...)
	server := httptest.NewServer(w.api)
	t.Cleanup(server.Close)
	return w, server
}

func TestAStreamBeginsWithTheMapAndTellsWhatChanges(t *testing.T) {
	w, server := newStreamWorld(t)
	event := w.event("")
	w.hold(alice, event, "A2")
	l := listen(t, server, event, "")
	require.Equal(t, "text/event-stream", l.head.Get("Content-Type"))
	require.Equal(t, "no-store", l.head.Get("Cache-Control"))
	require.Equal(t, "no", l.head.Get("X-Accel-Buffering"))
	require.Equal(t, "retry: 2000", l.next())
	shown := w.do(nobody, get, "/v1/events/"+event+"/seats", "")
	version := shown.object()["version"].(string)
	require.Equal(t, "id: "+version+"\nevent: snapshot\ndata: "+strings.TrimSpace(shown.Body.String()), l.next())

	w.hold(bob, event, "A1", "=B3")
	changed := l.next()
	now := w.do(nobody, get, "/v1/events/"+event+"/seats", "").object()["version"].(string)
	require.Equal(t, "id: "+now+"\nevent: change\ndata: {\"version\":\""+now+"\",\"changes\":[[0,\"h\"],[7,\"h\"]]}", changed)

	again := listen(t, server, event, version)
	require.Equal(t, "retry: 2000", again.next())
	require.Equal(t, changed, again.next())
	other := listen(t, server, event, strings.Repeat("x", mostVersion+1))
	other.next()
	require.Contains(t, other.next(), "event: snapshot")
}

func TestAStreamOfNoEventIsAProblem(t *testing.T) {
	w := newWorld(t)
	w.do(nobody, get, streamOf("none"), "").problem(http.StatusNotFound, booking.CodeNotFound)
	event := w.event("")
	w.do(nobody, get, streamOf(event)+"?x=1", "").problem(http.StatusUnprocessableEntity, booking.CodeInvalidValue)
	w.redis.FlushAll()
	a := w.do(nobody, get, streamOf(event), "")
	a.problem(http.StatusServiceUnavailable, booking.CodeEventLoading)
	require.NotEmpty(t, a.Header().Get("Retry-After"))
}

func TestWithoutStreamsTheCallIsUnavailable(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Streams = nil })
	w.do(nobody, get, streamOf(w.event("")), "").problem(http.StatusServiceUnavailable, booking.CodeUnavailable)
}

// TestAStreamOutlivesTheTimesOfACall: beats show that it goes on, for many times
// as long as another call may take.
func TestAStreamOutlivesTheTimesOfACall(t *testing.T) {
	w := newWorld(t)
	w.api.streamBeat = 20 * time.Millisecond
	server := httptest.NewUnstartedServer(w.api)
	server.Config.ReadTimeout, server.Config.WriteTimeout = 100*time.Millisecond, 100*time.Millisecond
	server.Start()
	t.Cleanup(server.Close)
	l := listen(t, server, w.event(""), "")
	l.next()
	l.next()
	for range 30 {
		require.Equal(t, ":", l.next())
	}
}

func TestStreamsEndBeforeTheServiceDoes(t *testing.T) {
	w := newWorld(t)
	hub := seatmap.New(seatmap.Config{Holds: w.service.Holds, Changes: w.service.Holds.(booking.SeatLog), Log: w.api.Log})
	t.Cleanup(hub.Close)
	w.api.Streams = hub
	server := httptest.NewServer(w.api)
	t.Cleanup(server.Close)
	event := w.event("")
	l := listen(t, server, event, "")
	l.next()
	l.next()
	hub.EndListeners()
	l.ends()
	a := w.do(nobody, get, streamOf(event), "")
	a.problem(http.StatusServiceUnavailable, booking.CodeUnavailable)
	require.Equal(t, "5", a.Header().Get("Retry-After"))
}

// subjects of listeners are told apart as those of other limits are; our own
// networks are not counted.
func TestListenersAreCountedByAddress(t *testing.T) {
	asked := make(chan string, 1)
	w := newWorld(t, func(c *Config) { c.Streams = refusing{asked} })
	event := w.event("")
	for from, want := range map[string]string{
		"192.0.2.1:1": "192.0.2.1", "[2001:db8:1:2:3::4]:1": "2001:db8:1:2::/64",
		"127.0.0.1:1": "", "10.0.0.1:1": "", "[fe80::1]:1": "", "@": "",
	} {
		r := httptest.NewRequest(get, streamOf(event), nil)
		r.RemoteAddr = from
		rec := httptest.NewRecorder()
		w.api.ServeHTTP(rec, r)
		w.requireDocumented(r, rec)
		answer{rec, t}.problem(http.StatusServiceUnavailable, booking.CodeUnavailable)
		require.Equal(t, want, <-asked, from)
	}
}

type refusing struct{ asked chan string }

func (s refusing) Listen(_ context.Context, _ *booking.Event, _, address string, _ func()) (booking.SeatListener, error) {
	s.asked <- address
	return nil, booking.Errorf(booking.CodeUnavailable, "too many")
}

// TestACutListenerIsNotWaitedFor: the client does not read, so the write waits;
// the cut ends it long before the time for one part is over.
func TestACutListenerIsNotWaitedFor(t *testing.T) {
	slow := &stuffed{frames: make(chan []byte), closed: make(chan struct{})}
	w, server := newStreamWorld(t, func(c *Config) { c.Streams = slow })
	listen(t, server, w.event(""), "") // and never reads
	frame := make([]byte, 1<<20)
	for stuck := false; !stuck; {
		select {
		case slow.frames <- frame:
		case <-time.After(300 * time.Millisecond): // it may be slow only; then the cut comes early
			stuck = true
		}
	}
	cut := time.Now()
	slow.cut()
	close(slow.frames)
	<-slow.closed
	require.Less(t, time.Since(cut), partTime/2)
}

// stuffed is a listener who gets whatever the test sends.
type stuffed struct {
	frames chan []byte
	closed chan struct{}
	cut    func()
}

func (s *stuffed) Listen(_ context.Context, _ *booking.Event, _, _ string, cut func()) (booking.SeatListener, error) {
	s.cut = cut
	return s, nil
}

func (s *stuffed) Begin() []byte         { return nil }
func (s *stuffed) Frames() <-chan []byte { return s.frames }
func (s *stuffed) Close()                { close(s.closed) }
