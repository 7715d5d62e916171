package httpapi

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"seathold/internal/booking"
)

// strictly reads bodies: a name that is not known, in another case or twice is
// an error, and null is no string.
var strictly = json.JoinOptions(
	json.RejectUnknownMembers(true),
	json.WithUnmarshalers(json.UnmarshalFromFunc(refuseNull)),
)

var errNull = errors.New("null is no string")

func refuseNull(dec *jsontext.Decoder, _ *string) error {
	if dec.PeekKind() == jsontext.KindNull {
		return errNull
	}
	return errors.ErrUnsupported // not handled here: the usual way
}

// decode reads the body into a struct. codeInvalidBody, codeBodyTooLarge;
// CodeInvalidValue for a text that is no time.
//
// The Content-Type is not looked at: `curl -d` says that JSON is a form. That
// another site's form could so send a call does no harm, since no call takes
// its caller from a cookie: a form cannot carry an Authorization header.
func (r *request) decode(into any) error {
	body, err := r.readBody()
	if err != nil {
		return err
	}
	return r.decodeBody(body, into)
}

// decodeNothing accepts no body, or an object without members.
func (r *request) decodeNothing() error {
	body, err := r.readBody()
	if err != nil || len(body) == 0 {
		return err
	}
	return r.decodeBody(body, &struct{}{})
}

// decodeBody decodes strictly, then asks the document.
func (r *request) decodeBody(body []byte, into any) error {
	if err := checkDepth(body, r.maxDepth); err != nil {
		return err
	}
	if err := decodeObject(body, into); err != nil {
		return err
	}
	return r.doc.checkBody(body)
}

func decodeObject(body []byte, into any) error {
	switch kind := jsontext.Value(body).Kind(); kind {
	case jsontext.KindBeginObject:
		if err := json.Unmarshal(body, into, strictly); err != nil {
			return explain(body, err)
		}
		return nil
	case jsontext.KindInvalid:
		return invalidBody("is not JSON; send a JSON object")
	default:
		return invalidBody("must be a JSON object, not " + kindNames[kind])
	}
}

// readBody reads the body as it is, within the call's limit.
func (r *request) readBody() ([]byte, error) {
	if r.ContentLength > r.maxBody {
		return nil, r.tooLarge()
	}
	if err := r.refuseEncoding(); err != nil {
		return nil, err
	}
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, r.maxBody))
	var over *http.MaxBytesError
	if errors.As(err, &over) {
		return nil, r.tooLarge()
	}
	if err != nil {
		return nil, &booking.Error{Code: codeInvalidBody, Detail: "the body did not arrive whole and in time; send it again", Err: err}
	}
	return body, nil
}

// refuseEncoding refuses a packed body, which would read as broken JSON, or
// unpack to more than may be sent.
func (r *request) refuseEncoding() error {
	for _, encoding := range r.Header.Values("Content-Encoding") {
		if encoding != "" && !strings.EqualFold(encoding, "identity") {
			return invalidBody("has the Content-Encoding %q; send it as it is, without one", encoding)
		}
	}
	return nil
}

func (r *request) tooLarge() error {
	return booking.Errorf(codeBodyTooLarge, "the body of this call may have at most %s", binarySize(r.maxBody))
}

func binarySize(n int64) string {
	if n >= 1<<20 {
		return fmt.Sprintf("%d MiB", n>>20)
	}
	return fmt.Sprintf("%d KiB", n>>10)
}

// optional tells a member that is null from one that is absent.
type optional[T any] struct {
	given bool
	null  bool
	value T
}

// UnmarshalJSONFrom reads the member.
func (o *optional[T]) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	o.given = true
	if dec.PeekKind() == jsontext.KindNull {
		o.null = true
		return dec.SkipValue()
	}
	return json.UnmarshalDecode(dec, &o.value)
}

// moment is a time in a request's body, to the millisecond; null is zero.
type moment time.Time

var errNoTime = errors.New("not a time of RFC 3339")

// UnmarshalText reads RFC 3339. Package time would also take an hour of one
// digit and a comma before the fraction.
func (m *moment) UnmarshalText(text []byte) error {
	if len(text) < len("2006-01-02T15:04:05Z") || text[13] != ':' || bytes.IndexByte(text, ',') >= 0 {
		return errNoTime
	}
	var t time.Time
	if err := t.UnmarshalText(text); err != nil {
		return err
	}
	t = t.UTC().Truncate(time.Millisecond)
	if t.Year() < 1970 || t.Year() > 9999 {
		return fmt.Errorf("the year %d is out of range", t.Year())
	}
	*m = moment(t)
	return nil
}
