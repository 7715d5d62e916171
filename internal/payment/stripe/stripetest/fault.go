package stripetest

import (
	"net/http"
	"slices"
)

// Fault is what goes wrong with one request.
type Fault struct {
	// On is which request: "POST /v1/refunds", with {id} for an id in the path;
	// empty: any.
	On string
	// Status is answered, with an error of this Code, and nothing is executed.
	// Stored: it is the key's answer from then on.
	Status int
	Code   string
	Stored bool
	// Lost: the request is executed, and its answer does not arrive.
	Lost bool
	// Hangs: there is no answer until the caller gives up.
	Hangs bool
	// None of them: the connection breaks before anything is executed.
}

// Break has the next requests that fit go wrong, each fault once.
func (s *Server) Break(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, faults...)
}

func (s *Server) takeFault(pattern string) (Fault, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.faults, func(f Fault) bool { return f.On == "" || f.On == pattern })
	if i < 0 {
		return Fault{}, false
	}
	f := s.faults[i]
	s.faults = slices.Delete(s.faults, i, i+1)
	return f, true
}

// breaks answers a request, or does not, where a fault waits for it.
func (s *Server) breaks(w http.ResponseWriter, r *http.Request, pattern string) bool {
	f, ok := s.takeFault(pattern)
	switch {
	case !ok:
		return false
	case f.Status != 0:
		s.answer(w, r, func(request) answer {
			a := refuse(f.Status, "api_error", f.Code, "a fault of the test")
			a.stored = f.Stored
			return a
		})
		return true
	case f.Lost:
		s.mux.ServeHTTP(&lostWriter{header: http.Header{}}, r)
	case f.Hangs:
		s.note(r, 0)
		<-r.Context().Done()
	default:
		s.note(r, 0)
	}
	panic(http.ErrAbortHandler) // breaks the connection
}

// lostWriter is an answer that nobody gets.
type lostWriter struct{ header http.Header }

func (l *lostWriter) Header() http.Header         { return l.header }
func (l *lostWriter) Write(p []byte) (int, error) { return len(p), nil }
func (l *lostWriter) WriteHeader(int)             {}
