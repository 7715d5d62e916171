package httpapi

import (
	"net/http"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"seathold/internal/booking"
)

// request is a call whose path and query are read and whose caller is known.
type request struct {
	*http.Request
	by      booking.Actor // zero for a public call
	vars    map[string]string
	query   url.Values
	maxBody int64 // bytes
}

// name returns what the path has for the variable of this name.
func (r *request) name(variable string) string { return r.vars[variable] }

// one returns a query value that may be given once. CodeInvalidValue.
func (r *request) one(name string) (value string, given bool, err error) {
	values, given := r.query[name]
	if !given {
		return "", false, nil
	}
	if len(values) > 1 {
		return "", true, booking.Errorf(booking.CodeInvalidValue, "%s: give it once", name)
	}
	if !utf8.ValidString(values[0]) {
		return "", true, booking.Errorf(booking.CodeInvalidValue, "%s: is not UTF-8", name)
	}
	return values[0], true, nil
}

// only refuses query names that the call does not know, where ignoring a
// misspelt one would do more than was asked. CodeInvalidValue.
func (r *request) only(name string) error {
	for given := range r.query {
		if given != name {
			return booking.Errorf(booking.CodeInvalidValue, "%s: this call does not know it, only %s", given, name)
		}
	}
	return nil
}

const idempotencyKey = "Idempotency-Key"

// key returns the call's idempotency key, "" without one.
// CodeInvalidIdempotencyKey.
func (r *request) key() (string, error) {
	values := r.Header.Values(idempotencyKey)
	if len(values) == 0 {
		return "", nil
	}
	key := values[0]
	n := utf8.RuneCountInString(key)
	if len(values) > 1 || n < 1 || n > booking.MaxIdempotencyKey || !utf8.ValidString(key) ||
		strings.ContainsFunc(key, unicode.IsControl) {
		return "", booking.Errorf(booking.CodeInvalidIdempotencyKey,
			"%s: give one key of 1 to %d characters, none of them a control character",
			idempotencyKey, booking.MaxIdempotencyKey)
	}
	return key, nil
}
