package httpapi

import (
	"net/http"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"seathold/internal/booking"
)

// writeJSON answers with v.
func writeJSON(w http.ResponseWriter, status int, v any) error {
	w.Header().Set("Content-Type", "application/json")
	writeBody(w, status, v)
	return nil
}

// writeCreated answers 201 with v and where it is.
func writeCreated(w http.ResponseWriter, location string, v any) error {
	w.Header().Set("Location", location)
	return writeJSON(w, http.StatusCreated, v)
}

// asWritten are the options for answers. A refusal may quote what a client sent
// in its URL, which need not be UTF-8: it is then written with U+FFFD.
var asWritten = json.JoinOptions(json.Deterministic(true), jsontext.AllowInvalidUTF8(true))

// writeBody sends v as JSON under the content type that is set. What cannot be
// encoded is a mistake in this package, which the recovering middleware logs.
func writeBody(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v, asWritten)
	if err != nil {
		panic(err)
	}
	writeBytes(w, status, append(body, '\n')) // for whoever reads it in a terminal
}

// writeBytes sends a whole body. A client that is not there any more to take it
// is no error of the call, whose effect stands.
func writeBytes(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// timestamp is a time in a body: UTC with milliseconds, null for the zero time.
type timestamp time.Time

const timestampForm = "2006-01-02T15:04:05.000Z"

// MarshalJSONTo writes the time.
func (t timestamp) MarshalJSONTo(enc *jsontext.Encoder) error {
	if time.Time(t).IsZero() {
		return enc.WriteToken(jsontext.Null)
	}
	return enc.WriteToken(jsontext.String(t.String()))
}

func (t timestamp) String() string { return time.Time(t).UTC().Format(timestampForm) }

// wholeSeconds rounds up, so that whoever waits that long has waited long
// enough.
func wholeSeconds(d time.Duration) int64 {
	return int64((max(d, 0) + time.Second - 1) / time.Second)
}

// money is an amount in minor units.
type money struct {
	Amount   int64  `json:"amount"`
	Currency string `json:"currency"`
}

func moneyOf(m booking.Money) money { return money(m) }
