package booking

import (
	"bytes"
	"encoding/json"
	"errors"
	"iter"
	"strings"
	"unicode/utf8"
)

// jsonValue is one value of a document that checkJSON has passed, without
// space around it. Plans are walked value by value instead of being decoded
// into structs because the walk knows where it is, matches keys exactly and
// sees a key that appears twice; encoding/json hides all three, and a browser
// that reads the same bytes would then see another plan than the server.
type jsonValue []byte

const jsonSpace = " \t\r\n"

// checkJSON reports the first place where raw is not JSON in UTF-8.
func checkJSON(raw []byte) error {
	if bytes.HasPrefix(raw, []byte("\xef\xbb\xbf")) {
		return Errorf(CodeInvalidPlan, "plan: starts with a byte order mark; save it as UTF-8 without one")
	}
	if !utf8.Valid(raw) {
		line, column := lineAndColumn(raw, firstInvalidUTF8(raw))
		return Errorf(CodeInvalidPlan, "plan: line %d, column %d: is not UTF-8; save the document as UTF-8", line, column)
	}
	if json.Valid(raw) {
		return nil
	}
	var ignored json.RawMessage
	return jsonFault(raw, json.Unmarshal(raw, &ignored))
}

// jsonFault says where encoding/json stumbled over raw.
func jsonFault(raw []byte, err error) *Error {
	var syntax *json.SyntaxError
	if !errors.As(err, &syntax) {
		return &Error{Code: CodeInvalidPlan, Detail: "plan: is not JSON; export it again", Err: err}
	}
	at := max(int(syntax.Offset)-1, 0) // Offset counts the byte that broke it
	if at == len(raw)-1 && strings.HasPrefix(syntax.Error(), "unexpected end") {
		at = len(raw)
	}
	line, column := lineAndColumn(raw, at)
	return Errorf(CodeInvalidPlan, "plan: line %d, column %d: %v; correct the JSON there", line, column, syntax)
}

// lineAndColumn returns where byte at stands, both from 1, columns in
// characters.
func lineAndColumn(raw []byte, at int) (line, column int) {
	before := raw[:at]
	start := bytes.LastIndexByte(before, '\n') + 1
	return bytes.Count(before, []byte{'\n'}) + 1, utf8.RuneCount(before[start:]) + 1
}

func firstInvalidUTF8(raw []byte) int {
	at := 0
	for {
		r, size := utf8.DecodeRune(raw[at:])
		if r == utf8.RuneError && size <= 1 {
			return at
		}
		at += size
	}
}

// jsonKind is the type of a JSON value, named as messages name it.
type jsonKind string

// The kinds of JSON values, and of one that is not there.
const (
	jsonMissing jsonKind = "missing"
	jsonNull    jsonKind = "null"
	jsonBoolean jsonKind = "a boolean"
	jsonNumber  jsonKind = "a number"
	jsonText    jsonKind = "a string"
	jsonArray   jsonKind = "an array"
	jsonObject  jsonKind = "an object"
)

func (v jsonValue) kind() jsonKind {
	if len(v) == 0 {
		return jsonMissing
	}
	switch v[0] {
	case '{':
		return jsonObject
	case '[':
		return jsonArray
	case '"':
		return jsonText
	case 'n':
		return jsonNull
	case 't', 'f':
		return jsonBoolean
	default:
		return jsonNumber
	}
}

// text decodes a string.
func (v jsonValue) text() (string, error) {
	if bytes.IndexByte(v, '\\') < 0 {
		return string(v[1 : len(v)-1]), nil
	}
	var s string
	err := json.Unmarshal(v, &s)
	return s, err
}

// elements yields the values of an array with their indexes.
func (v jsonValue) elements() iter.Seq2[int, jsonValue] {
	return func(yield func(int, jsonValue) bool) {
		at := skipSpace(v, 1)
		for i := 0; v[at] != ']'; i++ {
			end := skipValue(v, at)
			if !yield(i, v[at:end]) {
				return
			}
			at = skipComma(v, end)
		}
	}
}

// members yields the keys, still as JSON strings, and values of an object.
func (v jsonValue) members() iter.Seq2[jsonValue, jsonValue] {
	return func(yield func(jsonValue, jsonValue) bool) {
		at := skipSpace(v, 1)
		for v[at] != '}' {
			keyEnd := skipString(v, at)
			key := v[at:keyEnd]
			at = skipSpace(v, skipSpace(v, keyEnd)+1) // past the colon
			end := skipValue(v, at)
			if !yield(key, v[at:end]) {
				return
			}
			at = skipComma(v, end)
		}
	}
}

// isKey reports whether v, a member's key, says name.
func (v jsonValue) isKey(name string) bool {
	if string(v[1:len(v)-1]) == name {
		return true
	}
	if bytes.IndexByte(v, '\\') < 0 {
		return false
	}
	s, err := v.text()
	return err == nil && s == name
}

// The skip functions return the place after what stands at b[at]. They rely on
// checkJSON: in valid JSON brackets match and strings end.

func skipSpace(b []byte, at int) int {
	for at < len(b) && b[at] <= ' ' {
		at++
	}
	return at
}

// skipComma returns where the next element stands, or the closing bracket.
func skipComma(b []byte, at int) int {
	at = skipSpace(b, at)
	if b[at] == ',' {
		at = skipSpace(b, at+1)
	}
	return at
}

func skipString(b []byte, at int) int {
	for at++; b[at] != '"'; at++ {
		if b[at] == '\\' {
			at++
		}
	}
	return at + 1
}

func skipValue(b []byte, at int) int {
	switch b[at] {
	case '"':
		return skipString(b, at)
	case '{', '[':
		return skipBrackets(b, at)
	}
	if n := bytes.IndexAny(b[at:], ",]}"+jsonSpace); n >= 0 {
		return at + n
	}
	return len(b)
}

func skipBrackets(b []byte, at int) int {
	depth := 0
	for {
		switch b[at] {
		case '"':
			at = skipString(b, at) - 1
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		at++
		if depth == 0 {
			return at
		}
	}
}
