package httpapi

import (
	"context"
	"io"
	"net/http"
	"net/netip"
	"time"

	"seathold/internal/booking"
)

// Streams lets people listen to what changes in an event's seat map.
type Streams interface {
	// Listen adds a listener who has the map of the version after, "" for none.
	// address counts for the limit of listeners from one address, "" is not
	// counted. cut is called, once at most and from another goroutine, when the
	// listener is too slow. CodeUnavailable: too many listen, or the map cannot
	// be read. ErrNotLoaded.
	Listen(ctx context.Context, e *booking.Event, after, address string, cut func()) (booking.SeatListener, error)
}

const (
	// streamBeat is how often a stream shows that it is still there, to proxies
	// that end silent connections as much as to the client.
	streamBeat = 15 * time.Second
	// mostVersion bounds what is read of a Last-Event-ID, in bytes.
	mostVersion = 128
)

// streamOpening tells browsers when to come back after a loss, in ms: sooner
// than they would by themselves, not at once.
const streamOpening = "retry: 2000\n\n"

var beatLine = []byte(":\n\n")

// streamSeats answers GET /v1/events/{event}/stream.
func (a *API) streamSeats(w http.ResponseWriter, r *request) error {
	if a.Streams == nil {
		return booking.Errorf(booking.CodeUnavailable, "streams are switched off here; read the seats now and then")
	}
	if r.Method == http.MethodHead {
		_, err := a.Booking.Event(r.Context(), r.name("event"))
		if err == nil {
			beginStream(w)
		}
		return err
	}
	conn := http.NewResponseController(w)
	// A write that waits for a client who does not read is given up.
	cut := func() { _ = conn.SetWriteDeadline(time.Now()) }
	l, err := a.Booking.ListenTo(r.Context(), r.name("event"), func(e *booking.Event) (booking.SeatListener, error) {
		return a.Streams.Listen(r.Context(), e, lastVersion(r.Request), a.listenerSubject(r), cut)
	})
	if err != nil {
		return err
	}
	defer l.Close()
	beginStream(w)
	a.sendFrames(r.Context(), streamTo{w, conn}, l)
	return nil
}

func beginStream(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no") // nginx would keep frames back
	w.WriteHeader(http.StatusOK)
}

// lastVersion is the version that the client has, "" where it has none.
func lastVersion(r *http.Request) string {
	if id := r.Header.Get("Last-Event-ID"); len(id) <= mostVersion {
		return id
	}
	return ""
}

// listenerSubject is whom the limit of listeners counts. Addresses that are not
// of the public internet are a proxy, or ours: who is behind them nothing tells.
func (a *API) listenerSubject(r *request) string {
	client := recordOf(r.Context()).client
	addr, err := netip.ParseAddr(client)
	if err != nil || addr.IsLoopback() || addr.IsPrivate() || addr.IsLinkLocalUnicast() || a.trusted(addr) {
		return ""
	}
	return subjectOf(client)
}

// sendFrames sends until there are no more frames or the client leaves.
func (a *API) sendFrames(ctx context.Context, to streamTo, l booking.SeatListener) {
	beat := time.NewTicker(a.streamBeat)
	defer beat.Stop()
	if _, err := io.WriteString(to.w, streamOpening); err != nil {
		return
	}
	part := l.Begin() // all listeners' same bytes: no copy for each
	for more := true; more; {
		if to.send(part) != nil {
			return
		}
		select {
		case part, more = <-l.Frames():
		case <-beat.C:
			part = beatLine
		case <-ctx.Done():
			return
		}
	}
}

// streamTo is where a stream goes.
type streamTo struct {
	w    http.ResponseWriter
	conn *http.ResponseController
}

func (s streamTo) send(part []byte) error {
	if _, err := s.w.Write(part); err != nil {
		return err
	}
	return s.conn.Flush()
}
