package httpapi

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"seathold/internal/booking"
)

// kindNames are the kinds of JSON values as messages name them.
var kindNames = map[jsontext.Kind]string{
	jsontext.KindNull:        "null",
	jsontext.KindFalse:       "false",
	jsontext.KindTrue:        "true",
	jsontext.KindString:      "a string",
	jsontext.KindNumber:      "a number",
	jsontext.KindBeginObject: "an object",
	jsontext.KindBeginArray:  "an array",
}

func invalidBody(format string, args ...any) error {
	return booking.Errorf(codeInvalidBody, "the body "+format, args...)
}

// explain says in the words of JSON what the decoder did not like, and where.
func explain(body []byte, err error) error {
	var semantic *json.SemanticError
	if errors.As(err, &semantic) {
		return explainValue(semantic)
	}
	var syntax *jsontext.SyntacticError
	if !errors.As(err, &syntax) {
		return &booking.Error{Code: codeInvalidBody, Detail: "the body cannot be read", Err: err}
	}
	switch {
	case errors.Is(err, jsontext.ErrDuplicateName):
		return invalidBody("names %s twice", place(syntax.JSONPointer))
	case errors.Is(err, io.ErrUnexpectedEOF):
		return invalidBody("ends too early")
	}
	line, column := lineAndColumn(body, syntax.ByteOffset)
	return invalidBody("is not valid JSON at line %d, column %d: %v", line, column, syntax.Err)
}

// explainValue is about a value that is JSON, but not what the call takes.
func explainValue(e *json.SemanticError) error {
	at := place(e.JSONPointer)
	if errors.Is(e.Err, json.ErrUnknownName) {
		return booking.Errorf(codeInvalidBody, "%s: this call has no such field%s", at, knownFields(e.GoType))
	}
	isTime := e.GoType == reflect.TypeFor[moment]()
	if isTime && e.JSONKind == jsontext.KindString {
		return booking.Errorf(booking.CodeInvalidValue, "%s: must be %s", at, wanted(e.GoType))
	}
	kind := e.JSONKind
	if errors.Is(e.Err, errNull) {
		kind = jsontext.KindNull
	}
	if kind == jsontext.KindNumber || kindNames[kind] == "" {
		return booking.Errorf(codeInvalidBody, "%s: must be %s", at, wanted(e.GoType))
	}
	return booking.Errorf(codeInvalidBody, "%s: must be %s, not %s", at, wanted(e.GoType), kindNames[kind])
}

// aTime is what a time in a request's body looks like.
const aTime = "a time such as 2027-05-01T19:30:00Z, in the years 1970 to 9999"

// knownFields lists what stands beside a field that is not known: often it is
// there by another name.
func knownFields(t reflect.Type) string {
	if t == nil || t.Kind() != reflect.Struct {
		return ""
	}
	var names []string
	for _, f := range reflect.VisibleFields(t) {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" {
			names = append(names, name)
		}
	}
	if names == nil {
		return ""
	}
	return "; there are " + strings.Join(names, ", ")
}

// wanted names in the words of JSON what a Go type is read from.
func wanted(t reflect.Type) string {
	if t == reflect.TypeFor[moment]() {
		return aTime
	}
	switch t.Kind() {
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int64:
		return "a whole number"
	case reflect.Slice:
		return "an array"
	case reflect.Pointer:
		return wanted(t.Elem())
	default:
		return "an object"
	}
}

// place writes where a value stands as people write it: prices["Stall 1"].amount,
// seats[2].
func place(p jsontext.Pointer) string {
	var b strings.Builder
	for token := range p.Tokens() {
		_, err := strconv.ParseUint(token, 10, 32)
		switch {
		case err == nil:
			fmt.Fprintf(&b, "[%s]", token)
		case !isPlain(token):
			fmt.Fprintf(&b, "[%q]", token)
		case b.Len() > 0:
			b.WriteString("." + token)
		default:
			b.WriteString(token)
		}
	}
	if b.Len() == 0 {
		return "the body"
	}
	return b.String()
}

func isPlain(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(c rune) bool {
		return c != '_' && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9')
	})
}

// lineAndColumn returns where byte offset stands, both from 1, columns in
// characters.
func lineAndColumn(body []byte, offset int64) (line, column int) {
	before := body[:min(offset, int64(len(body)))]
	start := bytes.LastIndexByte(before, '\n') + 1
	return bytes.Count(before, []byte{'\n'}) + 1, utf8.RuneCount(before[start:]) + 1
}
