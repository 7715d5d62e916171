package stripetest

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
)

// object is what Stripe answers with.
type object map[string]any

// answer is a response. Stored: it is given again for the same key.
type answer struct {
	status   int
	body     object
	stored   bool
	replayed bool
}

func found(body object) answer { return answer{status: http.StatusOK, body: body, stored: true} }

// refuse is an error that came before anything was executed.
func refuse(status int, kind, code, message string) answer {
	e := object{"type": kind, "message": message}
	if code != "" {
		e["code"] = code
	}
	return answer{status: status, body: object{"error": e}}
}

// decline is an error of the execution: it is stored.
func decline(status int, code, message string) answer {
	a := refuse(status, "invalid_request_error", code, message)
	a.stored = true
	return a
}

func missing(what, id string) answer {
	return decline(http.StatusNotFound, "resource_missing", "No such "+what+": '"+id+"'")
}

func (a answer) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Request-Id", "req_test")
	if a.replayed {
		w.Header().Set("Idempotent-Replayed", "true")
	}
	w.WriteHeader(a.status)
	_ = json.NewEncoder(w).Encode(a.body) // the caller may be gone
}

// storedAnswer is what an idempotency key stands for.
type storedAnswer struct {
	request string
	answer  answer
}

// idempotent executes a request once for its key, as Stripe does: the first
// answer is given again, also an error, and another request is refused.
func (s *Server) idempotent(r *http.Request, handle func(request) answer) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	key, what := r.Header.Get("Idempotency-Key"), r.Method+" "+r.URL.Path+"?"+r.Form.Encode()
	if r.Method != http.MethodPost || key == "" {
		return handle(request{id: r.PathValue("id"), form: r.Form})
	}
	if before, ok := s.stored[key]; ok {
		if before.request != what {
			return refuse(http.StatusBadRequest, "idempotency_error", "",
				"Keys for idempotent requests can only be used with the same parameters they were first used with.")
		}
		before.answer.replayed = true
		return before.answer
	}
	a := handle(request{id: r.PathValue("id"), form: r.Form})
	if a.stored {
		s.stored[key] = storedAnswer{what, a}
	}
	return a
}

// nested returns the values of a form below a name: metadata[order_id].
func nested(form url.Values, name string) map[string]string {
	values := map[string]string{}
	for key := range form {
		inner, ok := strings.CutPrefix(key, name+"[")
		if ok && strings.HasSuffix(inner, "]") && !strings.Contains(inner, "[") {
			values[strings.TrimSuffix(inner, "]")] = form.Get(key)
		}
	}
	return values
}

// expands reports whether the request asks for an object instead of its id.
func expands(form url.Values, field string) bool {
	for _, value := range nested(form, "expand") {
		if value == field {
			return true
		}
	}
	return false
}
