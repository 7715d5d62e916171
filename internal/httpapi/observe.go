package httpapi

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"
)

// statusClientLeft is what the log shows for a client that did not wait for
// its answer.
const statusClientLeft = 499

// record is what the log line says of a request. It passes through the
// ResponseWriter, so that it sees the answer as it is sent; the layers inside
// fill in what they find out.
type record struct {
	http.ResponseWriter
	head    bool // answer headers only
	streams bool // sent part by part, each with a deadline of its own

	id       string
	route    string // the pattern that matched, "" for none
	path     string
	client   string
	customer string
	status   int // 0: not answered yet
	bytes    int64
	err      error
	left     bool // the client left before the answer
	stack    []byte
}

type recordKey struct{}

// recordOf returns the record of the request whose context this is.
func recordOf(ctx context.Context) *record {
	rec, _ := ctx.Value(recordKey{}).(*record)
	return rec
}

// WriteHeader notes the status.
func (rec *record) WriteHeader(status int) {
	if rec.status == 0 && status >= http.StatusOK {
		rec.status = status
	}
	rec.ResponseWriter.WriteHeader(status)
}

// Write counts the body, and leaves it out of an answer to HEAD.
func (rec *record) Write(b []byte) (int, error) {
	if rec.status == 0 {
		rec.WriteHeader(http.StatusOK)
	}
	if rec.head {
		return len(b), nil
	}
	rec.extendWrite()
	n, err := rec.ResponseWriter.Write(b)
	rec.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (rec *record) Unwrap() http.ResponseWriter { return rec.ResponseWriter }

// observe gives every request its id, its log line and the headers of all
// answers, and keeps a panic from ending more than its request.
func (a *API) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		rec := &record{
			ResponseWriter: w, head: r.Method == http.MethodHead,
			id: a.requestID(r), path: shortened(r.URL.EscapedPath()), client: a.clientAddress(r),
		}
		w.Header().Set("X-Request-Id", rec.id)
		a.setHeadersOfAll(w.Header())
		endAfterChunks(w, r)
		a.endWhenDraining(w)
		a.Metrics.RequestBegan()
		defer func() { a.tell(r, rec, time.Since(start)) }()
		defer recoverPanic(rec)
		next.ServeHTTP(rec, r.WithContext(context.WithValue(r.Context(), recordKey{}, rec)))
	})
}

// recoverPanic answers a panic as an unknown error. An answer that has begun
// cannot be taken back: the connection ends.
func recoverPanic(rec *record) {
	p := recover()
	if p == nil {
		return
	}
	if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(p)
	}
	rec.err, rec.stack = fmt.Errorf("panic: %v", p), debug.Stack()
	if rec.status != 0 {
		panic(http.ErrAbortHandler)
	}
	writeProblem(rec, rec.err)
}

// tell counts, logs and names a request that was answered.
func (a *API) tell(r *http.Request, rec *record, took time.Duration) {
	status := rec.status
	if rec.left {
		status = statusClientLeft
	}
	r.Pattern = rec.route // what made r finds it there
	a.Metrics.RequestEnded(r.Context(), Answered{
		ID: rec.id, Route: rec.route, Method: r.Method, Status: status, Streamed: rec.streams, Took: took,
	})
	a.logRequest(r, rec, status, took)
}

// logRequest writes the one line. The query stays out: it may name people.
func (a *API) logRequest(r *http.Request, rec *record, status int, took time.Duration) {
	attrs := []slog.Attr{
		slog.String("method", r.Method), slog.String("route", rec.route), slog.String("path", rec.path),
		slog.Int("status", status), slog.Int64("bytes", rec.bytes),
		slog.Float64("ms", float64(took.Microseconds())/1000),
		slog.String("request_id", rec.id), slog.String("client", rec.client),
	}
	if rec.customer != "" {
		attrs = append(attrs, slog.String("customer", rec.customer))
	}
	if rec.err != nil {
		attrs = append(attrs, slog.String("err", rec.err.Error()))
	}
	if rec.stack != nil {
		attrs = append(attrs, slog.String("stack", string(rec.stack)))
	}
	a.Log.LogAttrs(context.WithoutCancel(r.Context()), rec.level(status), "request", attrs...)
}

func (rec *record) level(status int) slog.Level {
	switch {
	case status == http.StatusServiceUnavailable:
		return slog.LevelWarn
	case status >= http.StatusInternalServerError, rec.err != nil && status < http.StatusBadRequest:
		return slog.LevelError
	case rec.route == "/livez", rec.route == "/readyz":
		return slog.LevelDebug
	default:
		return slog.LevelInfo
	}
}

// shortened bounds what a stranger can write into the log.
func shortened(path string) string {
	const most = 256
	if len(path) > most {
		return path[:most] + "…"
	}
	return path
}

const requestIDHeader = "X-Request-Id"

// requestID takes the caller's id where it is harmless, so that one id follows
// a request through several services.
func (a *API) requestID(r *http.Request) string {
	if id := r.Header.Get(requestIDHeader); isRequestID(id) {
		return id
	}
	return a.NewID()
}

func isRequestID(id string) bool {
	if len(id) < 1 || len(id) > 64 {
		return false
	}
	for _, c := range []byte(id) {
		if !isIDByte(c) {
			return false
		}
	}
	return true
}

func isIDByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' || c == '_' || c == '-'
}
