package sandbox

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strings"

	"seathold/internal/payment/standardwebhook"
)

// sealLabel keeps the page's keys apart from the keys that sign webhooks.
const sealLabel = "seathold sandbox payment page, version 2"

// seal makes and opens the tokens in the page's URLs. A token is
// base64url(checkout id) + "." + base64url(HMAC-SHA256 of what stands before
// the dot): nobody can make one for an order id that they know or guess.
type seal struct{ keys [][]byte }

func newSeal(keys *standardwebhook.Keys) seal { return seal{keys.Derive(sealLabel)} }

// token seals with the current key.
func (s seal) token(checkoutID string) string {
	encoded := base64.RawURLEncoding.EncodeToString([]byte(checkoutID))
	return encoded + "." + mac(s.keys[0], encoded)
}

// open returns the checkout id of a token that one of the keys has sealed.
func (s seal) open(token string) (checkoutID string, ok bool) {
	encoded, tag, ok := strings.Cut(token, ".")
	if !ok || !s.genuine(encoded, tag) {
		return "", false
	}
	raw, err := base64.RawURLEncoding.DecodeString(encoded)
	return string(raw), err == nil
}

// genuine compares the encoded forms: base64 has several spellings of the same
// bytes, and only the one that was issued is accepted.
func (s seal) genuine(encoded, tag string) bool {
	for _, key := range s.keys {
		if hmac.Equal([]byte(tag), []byte(mac(key, encoded))) {
			return true
		}
	}
	return false
}

func mac(key []byte, s string) string {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(s))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}
