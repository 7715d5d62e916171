package sandbox

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"seathold/internal/payment/standardwebhook"
)

// sealLabel keeps the page's keys apart from the keys that sign webhooks.
const sealLabel = "seathold sandbox payment page, version 1"

// payment is all that the page knows. Amount is in minor units.
type payment struct {
	ID          string    `json:"payment_id"`
	OrderID     string    `json:"order_id"`
	Description string    `json:"description"`
	Amount      int64     `json:"amount"`
	Currency    string    `json:"currency"`
	ExpiresAt   time.Time `json:"expires_at"`
}

// seal makes and opens the tokens in the page's URLs. A token is
// base64url(JSON of the payment) + "." + base64url(HMAC-SHA256 of what stands
// before the dot). It is signed, not secret: its reader is the customer.
type seal struct{ keys [][]byte }

func newSeal(keys *standardwebhook.Keys) seal { return seal{keys.Derive(sealLabel)} }

// token seals with the current key.
func (s seal) token(p payment) (string, error) {
	raw, err := json.Marshal(p)
	if err != nil {
		return "", fmt.Errorf("sandbox: encode payment: %w", err)
	}
	encoded := base64.RawURLEncoding.EncodeToString(raw)
	return encoded + "." + mac(s.keys[0], encoded), nil
}

// open returns the payment of a token that one of the keys has sealed.
func (s seal) open(token string) (payment, bool) {
	encoded, tag, ok := strings.Cut(token, ".")
	if !ok || !s.genuine(encoded, tag) {
		return payment{}, false
	}
	raw, err := base64.RawURLEncoding.DecodeString(encoded)
	if err != nil {
		return payment{}, false
	}
	var p payment
	if err := json.Unmarshal(raw, &p); err != nil {
		return payment{}, false
	}
	return p, true
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
