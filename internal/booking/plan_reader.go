package booking

import (
	"fmt"
	"strconv"
	"strings"
)

// maxPlanNumber bounds every number of a plan, so that sums of positions stay
// finite and exact wherever they are computed.
const maxPlanNumber = 1_000_000_000

// planReader walks a plan's values and knows where it is. Its first fault
// stays in err; from then on its methods return zero values, so that callers
// need not look after every step.
type planReader struct {
	path []planStep
	err  *Error
}

// planStep is one step from the plan to a value: a field, or an element of the
// array in the field.
type planStep struct {
	field string
	index int // -1: the field itself
}

// planObject holds the values of an object's fields that the reader knows.
type planObject struct {
	names  []string
	values []jsonValue
}

func (o planObject) get(name string) jsonValue {
	for i, v := range o.values {
		if o.names[i] == name {
			return v
		}
	}
	return nil
}

// has reports whether an optional field is there; null counts as absent.
func (o planObject) has(name string) bool {
	kind := o.get(name).kind()
	return kind != jsonMissing && kind != jsonNull
}

// place renders where the reader is, or the field of that name there.
func (r *planReader) place(field string) string {
	var b strings.Builder
	b.WriteString("plan")
	for _, s := range r.path {
		b.WriteString("." + s.field)
		if s.index >= 0 {
			fmt.Fprintf(&b, "[%d]", s.index)
		}
	}
	if field != "" {
		b.WriteString("." + field)
	}
	return b.String()
}

// fail keeps the first fault: at the field, or at the current value where
// field is "".
func (r *planReader) fail(field, format string, args ...any) {
	if r.err == nil {
		r.err = Errorf(CodeInvalidPlan, "%s: %s", r.place(field), fmt.Sprintf(format, args...))
	}
}

// expect checks that v, the value of the field, has the kind.
func (r *planReader) expect(field string, v jsonValue, want jsonKind) bool {
	if r.err != nil {
		return false
	}
	switch got := v.kind(); {
	case got == want:
		return true
	case got == jsonMissing:
		r.fail(field, "is missing; add it as %s", want)
	case want == jsonText && got == jsonNumber:
		r.fail(field, "must be a string, not a number; write \"%s\"", shorten(string(v)))
	default:
		r.fail(field, "must be %s, not %s", want, got)
	}
	return false
}

// object collects the named fields of v, the current value. Others are
// ignored; one that appears twice is refused, since readers differ in which
// they take.
func (r *planReader) object(v jsonValue, names []string) planObject {
	if !r.expect("", v, jsonObject) {
		return planObject{}
	}
	o := planObject{names: names, values: make([]jsonValue, len(names))}
	for key, value := range v.members() {
		for i, name := range names {
			if !key.isKey(name) {
				continue
			}
			if o.values[i] != nil {
				r.fail(name, "appears twice in its object; keep one")
			}
			o.values[i] = value
			break
		}
	}
	return o
}

// inside runs read on a field's value, with the path pointing there.
func (r *planReader) inside(o planObject, field string, read func(jsonValue)) {
	v := o.get(field)
	if !r.expect(field, v, jsonObject) {
		return
	}
	r.path = append(r.path, planStep{field, -1})
	read(v)
	r.path = r.path[:len(r.path)-1]
}

// each runs read on the elements of an array, with the path pointing there.
func (r *planReader) each(o planObject, field string, read func(jsonValue)) {
	v := o.get(field)
	if !r.expect(field, v, jsonArray) {
		return
	}
	for i, element := range v.elements() {
		r.path = append(r.path, planStep{field, i})
		read(element)
		r.path = r.path[:len(r.path)-1]
		if r.err != nil {
			return
		}
	}
}

// text returns a required string.
func (r *planReader) text(o planObject, field string) string {
	v := o.get(field)
	if !r.expect(field, v, jsonText) {
		return ""
	}
	s, err := v.text()
	if err != nil {
		r.fail(field, "is not a readable string; write it again")
	}
	return s
}

// optionalText returns a string, "" where it is absent.
func (r *planReader) optionalText(o planObject, field string) string {
	if !o.has(field) {
		return ""
	}
	return r.text(o, field)
}

// number checks a required number and returns it.
func (r *planReader) number(o planObject, field string) float64 {
	v := o.get(field)
	if !r.expect(field, v, jsonNumber) {
		return 0
	}
	n, err := strconv.ParseFloat(string(v), 64)
	if err != nil || n < -maxPlanNumber || n > maxPlanNumber {
		r.fail(field, "%s is out of range; use a number between -1,000,000,000 and 1,000,000,000", shorten(string(v)))
		return 0
	}
	return n
}

// length checks a required number that must not be negative.
func (r *planReader) length(o planObject, field string) {
	if n := r.number(o, field); n < 0 {
		r.fail(field, "%v is negative; use 0 or more", n)
	}
}

// position checks the required field position: an object of two numbers.
func (r *planReader) position(o planObject) { r.inside(o, "position", r.point) }

var pointFields = []string{"x", "y"}

// point checks that v, the current value, is an object of two numbers.
func (r *planReader) point(v jsonValue) {
	o := r.object(v, pointFields)
	r.number(o, "x")
	r.number(o, "y")
}

// shorten keeps what a message repeats of a document readable.
func shorten(s string) string {
	const most = 60
	count := 0
	for i := range s {
		if count == most {
			return s[:i] + "…"
		}
		count++
	}
	return s
}

// quoted returns s, shortened, as a message shows it.
func quoted(s string) string { return strconv.Quote(shorten(s)) }

// quotedList returns the first few names as a message shows them.
func quotedList(names []string) string {
	const most = 12
	shown := make([]string, 0, most)
	for _, name := range names[:min(len(names), most)] {
		shown = append(shown, quoted(name))
	}
	list := strings.Join(shown, ", ")
	if more := len(names) - most; more > 0 {
		list += fmt.Sprintf(" and %d more", more)
	}
	return list
}
