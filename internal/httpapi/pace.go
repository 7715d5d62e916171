package httpapi

import (
	"context"
	"net/http"
	"time"
)

// How long a call may take. The server's own limits are for all: a header in
// 5 s, a whole request in 10 s. They are changed here for calls that differ.
const (
	// callTimeout bounds a call's work: what a store has not answered by then is
	// answered as unavailable.
	callTimeout = 15 * time.Second
	// longTime bounds the work of calls that go through a whole event: 200,000
	// seats and their orders.
	longTime = 60 * time.Second
	// planTime is what an event with its plan has to arrive, 16 MiB from a slow line.
	planTime = 60 * time.Second
	// partTime is what a client has to take one part of an answer that streams.
	partTime = 30 * time.Second
)

// pace sets a call's deadlines and returns the context of its work. Where the
// connection has no deadlines, as in some tests, there is none to set.
func (e endpoint) pace(w http.ResponseWriter, r *http.Request) (context.Context, context.CancelFunc) {
	conn := http.NewResponseController(w)
	switch {
	case e.streams:
		recordOf(r.Context()).streams = true
		return context.WithCancel(r.Context())
	case e.maxBody > smallBody:
		arrived := time.Now().Add(planTime)
		_ = conn.SetReadDeadline(arrived)
		_ = conn.SetWriteDeadline(arrived.Add(callTimeout + partTime))
		return context.WithTimeout(r.Context(), planTime+callTimeout)
	case e.long:
		_ = conn.SetWriteDeadline(time.Now().Add(longTime + partTime))
		return context.WithTimeout(r.Context(), longTime)
	default:
		return context.WithTimeout(r.Context(), callTimeout)
	}
}

// extendWrite gives the client time for one more part of a stream: whoever
// stops reading must not keep what the stream is made of.
func (rec *record) extendWrite() {
	if rec.streams {
		_ = http.NewResponseController(rec.ResponseWriter).SetWriteDeadline(time.Now().Add(partTime))
	}
}

// endAfterChunks has a connection end after a body in chunks. It may have had a
// Content-Length too, which net/http drops without a word: a proxy that went by
// that one would take for the next guest's request what was hidden in the body.
func endAfterChunks(w http.ResponseWriter, r *http.Request) {
	if len(r.TransferEncoding) > 0 {
		w.Header().Set("Connection", "close")
	}
}
