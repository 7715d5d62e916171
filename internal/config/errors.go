package config

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"

	"github.com/caarlos0/env/v10"
)

// Error is a wrong variable. Its text is one line and shows no secret.
type Error struct {
	Variable string
	Problem  string // what is wrong with the value
	Want     string // what is accepted
}

func (e *Error) Error() string {
	return fmt.Sprintf("%s: %s; want %s", e.Variable, e.Problem, e.Want)
}

// wantError is what a parser returns: what would have been accepted. The
// variable's name and value are joined to it by whoever knows them.
type wantError string

func (e wantError) Error() string { return "want " + string(e) }

func badValue(variable, value, want string) *Error {
	return &Error{Variable: variable, Problem: quote(value) + " is not accepted", Want: want}
}

func badSecret(variable, want string) *Error {
	return &Error{Variable: variable, Problem: "its value (not shown) is not accepted", Want: want}
}

func missing(variable, want string) *Error {
	return &Error{Variable: variable, Problem: "not set", Want: want}
}

var userinfo = regexp.MustCompile(`(?s)//.*@`)

// quote shows a value on one line, cut where it is long. Credentials in what
// may be a URL are left out: people paste the wrong one.
func quote(value string) string {
	const most = 100
	value = userinfo.ReplaceAllString(value, "//xxxxx@")
	if len(value) > most {
		value = value[:most] + "…"
	}
	return strconv.Quote(value)
}

// wordParseError turns an error of the env package, which names the field of
// the struct and may quote the value, into an Error.
func wordParseError(err error, values map[string]string) error {
	var failed env.ParseError
	if !errors.As(err, &failed) {
		return err
	}
	v, ok := variableOfField(failed.Name)
	var want wantError
	if !ok || !errors.As(failed.Err, &want) {
		return err
	}
	if v.secret {
		return badSecret(v.name, string(want))
	}
	return badValue(v.name, values[v.name], string(want))
}

// WrongVariables returns what Load's error says of each variable; none where the
// configuration could not be read at all.
func WrongVariables(err error) []*Error {
	var one *Error
	switch joined := err.(type) { //nolint:errorlint // taken apart, not searched
	case interface{ Unwrap() []error }:
		var all []*Error
		for _, each := range joined.Unwrap() {
			all = append(all, WrongVariables(each)...)
		}
		return all
	default:
		if errors.As(err, &one) {
			return []*Error{one}
		}
		return nil
	}
}
