package auth

import (
	"encoding/base64"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/golang-jwt/jwt/v5"

	"seathold/internal/booking"
)

// registered are the claims with a registered name (RFC 7519). A name counts
// only as it is written, and only once: for encoding/json, SUB is sub and the
// last of two is the one that counts.
type registered struct {
	ID        string   `json:"jti,omitempty"`
	Issuer    string   `json:"iss,omitempty"`
	Subject   string   `json:"sub,omitempty"`
	Audience  audience `json:"aud,omitempty"`
	ExpiresAt *date    `json:"exp,omitempty"`
	NotBefore *date    `json:"nbf,omitempty"`
	IssuedAt  *date    `json:"iat,omitempty"`
}

// claims are what a token of ours says.
type claims struct {
	registered
	Role booking.Role `json:"role,omitempty"`
}

// UnmarshalJSON reads the claims strictly.
func (c *claims) UnmarshalJSON(text []byte) error {
	type plain claims
	return json.Unmarshal(text, (*plain)(c))
}

// GetExpirationTime implements jwt.Claims.
func (c *registered) GetExpirationTime() (*jwt.NumericDate, error) { return c.ExpiresAt.numeric(), nil }

// GetIssuedAt implements jwt.Claims.
func (c *registered) GetIssuedAt() (*jwt.NumericDate, error) { return c.IssuedAt.numeric(), nil }

// GetNotBefore implements jwt.Claims.
func (c *registered) GetNotBefore() (*jwt.NumericDate, error) { return c.NotBefore.numeric(), nil }

// GetIssuer implements jwt.Claims.
func (c *registered) GetIssuer() (string, error) { return c.Issuer, nil }

// GetSubject implements jwt.Claims.
func (c *registered) GetSubject() (string, error) { return c.Subject, nil }

// GetAudience implements jwt.Claims.
func (c *registered) GetAudience() (jwt.ClaimStrings, error) {
	return jwt.ClaimStrings(c.Audience), nil
}

// date is a moment in whole Unix seconds.
type date int64

// lastDate is the end of the year 9999: what is later is no date, and would
// overflow in calculations.
const lastDate = 253402300799

var errNoDate = errors.New("not a date in Unix seconds")

func dateOf(t time.Time) *date {
	d := date(t.Unix())
	return &d
}

// UnmarshalJSON takes a number, of which the fraction does not count.
func (d *date) UnmarshalJSON(text []byte) error {
	seconds, err := strconv.ParseFloat(string(text), 64)
	if err != nil || !(seconds >= 0 && seconds <= lastDate) {
		return errNoDate
	}
	*d = date(seconds)
	return nil
}

func (d *date) time() time.Time { return time.Unix(int64(*d), 0) }

func (d *date) numeric() *jwt.NumericDate {
	if d == nil {
		return nil
	}
	return jwt.NewNumericDate(d.time())
}

// audience is who a token is for: one, or a list.
type audience []string

// UnmarshalJSON takes a string or an array of strings.
func (a *audience) UnmarshalJSON(text []byte) error {
	if jsontext.Value(text).Kind() == jsontext.KindString {
		*a = make(audience, 1)
		return json.Unmarshal(text, &(*a)[0])
	}
	return json.Unmarshal(text, (*[]string)(a))
}

// header is what matters of a token's header beside what the parser reads. What
// would have us take a key, or a rule, from the token itself is refused, not
// ignored: nobody who means well sends it.
type header struct {
	Type      jsontext.Value `json:"typ"`
	Algorithm string         `json:"alg"`
	KeyID     string         `json:"kid"`
	Critical  jsontext.Value `json:"crit"`
	Key       jsontext.Value `json:"jwk"`
	KeySet    jsontext.Value `json:"jku"`
	Chain     jsontext.Value `json:"x5c"`
	ChainURL  jsontext.Value `json:"x5u"`
}

var (
	errHeader = errors.New("the header is not one of an access token")
	errSpaces = errors.New("the token is too long or has line ends")
)

// checkForm refuses, before any signature is looked at, a token of more than
// most bytes and one whose header says what it must not.
func checkForm(token string, most int) error {
	// base64 skips line ends: one token would have many spellings.
	if len(token) > most || strings.ContainsAny(token, "\r\n") {
		return errSpaces
	}
	encoded, _, _ := strings.Cut(token, ".")
	text, err := base64.RawURLEncoding.Strict().DecodeString(encoded)
	if err != nil {
		return errHeader
	}
	var h header
	if json.Unmarshal(text, &h) != nil || h.Critical != nil || h.Key != nil || h.KeySet != nil || h.Chain != nil || h.ChainURL != nil {
		return errHeader
	}
	switch strings.ToLower(string(h.Type)) {
	case "", `"jwt"`, `"at+jwt"`, `"application/at+jwt"`:
		return nil
	default:
		return errHeader
	}
}
