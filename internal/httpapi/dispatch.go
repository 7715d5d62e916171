package httpapi

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/gorilla/mux"

	"seathold/internal/booking"
)

// router matches the escaped path, so that a seat's name may have a slash, and
// takes it as it is: a redirect to a cleaned path would lose a POST's body.
func (a *API) router(doc *openapi3.T) http.Handler {
	m := mux.NewRouter().UseEncodedPath().SkipClean(true)
	for _, rt := range a.routes() {
		m.Path(rt.pattern).Handler(a.dispatch(rt, describedBy(doc, rt)))
	}
	for pattern, page := range a.Pages {
		m.Path(pattern).Handler(paged(pattern, page))
	}
	// The longest prefix first: the router takes the first that matches.
	for _, prefix := range slices.Backward(slices.Sorted(maps.Keys(a.Mounts))) {
		m.PathPrefix(prefix).Handler(mounted(prefix, a.Mounts[prefix]))
	}
	m.NotFoundHandler = a.answering(func(http.ResponseWriter, *http.Request) error {
		return booking.Errorf(booking.CodeNotFound, "there is nothing at this path; /docs describes what there is")
	})
	return m
}

func paged(pattern string, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		recordOf(r.Context()).route = pattern
		h.ServeHTTP(w, r)
	})
}

func mounted(prefix string, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rec := recordOf(r.Context())
		rec.route, rec.path = prefix, prefix
		h.ServeHTTP(w, r)
	})
}

// dispatch answers all methods of one pattern. The router has one route a
// pattern: with one a method it would answer a wrong method by itself, without
// Allow.
func (a *API) dispatch(rt route, doc described) http.Handler {
	allow := rt.allow()
	return a.answering(func(w http.ResponseWriter, r *http.Request) error {
		recordOf(r.Context()).route = rt.pattern
		e, ok := rt.endpoint(r.Method)
		switch {
		case ok:
			return a.call(e, doc.of(r.Method), w, r)
		case r.Method == http.MethodOptions:
			w.Header().Set("Allow", allow)
			w.WriteHeader(http.StatusNoContent)
			return nil
		default:
			w.Header().Set("Allow", allow)
			return booking.Errorf(codeMethodNotAllowed, "this path takes %s", allow)
		}
	})
}

// call lets the caller in, reads what every call needs, checks it against the
// document, and runs the handler.
func (a *API) call(e endpoint, op *operation, w http.ResponseWriter, r *http.Request) error {
	by, err := a.identify(e, r)
	if err != nil {
		return err
	}
	if err := a.limit(e, by, w, r); err != nil {
		return err
	}
	q := &request{Request: r, by: by, maxBody: e.maxBody, maxDepth: e.maxDepth(), doc: op}
	if q.vars, err = pathVars(r); err != nil {
		return err
	}
	if q.query, err = url.ParseQuery(r.URL.RawQuery); err != nil {
		return booking.Errorf(booking.CodeInvalidValue, "the query is not well-formed; escape its values")
	}
	if err = op.checkParameters(q); err != nil {
		return err
	}
	ctx, cancel := e.pace(w, r)
	defer cancel()
	q.Request = r.WithContext(ctx)
	return e.handle(w, q)
}

// identify returns who calls, nobody for a public call.
func (a *API) identify(e endpoint, r *http.Request) (booking.Actor, error) {
	if e.access == accessPublic {
		return booking.Actor{}, nil
	}
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if token = strings.TrimSpace(token); token == "" || !strings.EqualFold(scheme, "Bearer") {
		return booking.Actor{}, errNoToken
	}
	by, err := a.Tokens.Verify(r.Context(), token)
	if err != nil {
		return booking.Actor{}, err
	}
	recordOf(r.Context()).customer = by.ID
	return by, e.admits(by)
}

// pathVars unescapes the variables of the path. What cannot be a name names
// nothing.
func pathVars(r *http.Request) (map[string]string, error) {
	vars := mux.Vars(r)
	for name, escaped := range vars {
		value, err := url.PathUnescape(escaped)
		if err != nil || !utf8.ValidString(value) {
			return nil, booking.Errorf(booking.CodeNotFound, "the path's %s is not well-formed text", name)
		}
		vars[name] = value
	}
	return vars, nil
}

// answering is the one place where errors are answered. Where an answer has
// begun already, only ending the connection tells the client that it is not
// whole.
func (a *API) answering(h func(http.ResponseWriter, *http.Request) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// Answers belong to one customer at one moment unless a call says otherwise.
		w.Header().Set("Cache-Control", "no-store")
		err := h(w, r)
		if err == nil {
			return
		}
		rec := recordOf(r.Context())
		rec.err, rec.left = err, r.Context().Err() != nil
		if rec.status != 0 {
			panic(http.ErrAbortHandler)
		}
		writeProblem(w, err)
	})
}
