// Package standardwebhook signs and verifies webhooks by the Standard Webhooks
// specification (https://www.standardwebhooks.com), and reads the payment
// messages that travel in them.
//
// The signature itself is the specification's own Go library. What stands here
// is what the library leaves open: several secrets at once, so that one can be
// replaced without losing a message; a clock that tests can set; and the order
// of the checks. The signature is judged before the time, because a forger must
// not learn from the answer whether their clock is right.
package standardwebhook

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	library "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// The form of a secret, by the specification.
const (
	secretPrefix   = "whsec_"
	secretMinBytes = 24
	secretMaxBytes = 64
)

// Keys signs and verifies with a set of secrets. It is safe for concurrent use.
type Keys struct {
	secrets [][]byte
	hooks   []*library.Webhook
	now     func() time.Time
}

// New reads the secrets, each `whsec_` and the base64 of 24 to 64 bytes, the
// current one first. now is the clock, nil for time.Now. Its errors name a
// secret by its place and never show it.
func New(secrets []string, now func() time.Time) (*Keys, error) {
	if len(secrets) == 0 {
		return nil, errors.New("no webhook secret is given")
	}
	if now == nil {
		now = time.Now
	}
	k := &Keys{now: now}
	for i, s := range secrets {
		if err := k.add(s); err != nil {
			return nil, fmt.Errorf("webhook secret %d of %d: %w", i+1, len(secrets), err)
		}
	}
	return k, nil
}

func (k *Keys) add(secret string) error {
	encoded, ok := strings.CutPrefix(secret, secretPrefix)
	if !ok {
		return fmt.Errorf("it does not start with %s", secretPrefix)
	}
	raw, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return fmt.Errorf("it is not base64 after %s: %w", secretPrefix, err)
	}
	if len(raw) < secretMinBytes || len(raw) > secretMaxBytes {
		return fmt.Errorf("it has %d bytes, allowed are %d to %d", len(raw), secretMinBytes, secretMaxBytes)
	}
	hook, err := library.NewWebhookRaw(raw)
	if err != nil {
		return err
	}
	k.secrets, k.hooks = append(k.secrets, raw), append(k.hooks, hook)
	return nil
}

// NewSecret makes a random secret of 32 bytes in the form that New reads.
func NewSecret() string {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // it never fails: crypto/rand ends the process instead
	return secretPrefix + base64.StdEncoding.EncodeToString(raw)
}

// Derive returns one 32-byte key per secret, in their order, for another use
// than signing webhooks. Another label gives other keys.
func (k *Keys) Derive(label string) [][]byte {
	keys := make([][]byte, len(k.secrets))
	for i, secret := range k.secrets {
		mac := hmac.New(sha256.New, secret)
		mac.Write([]byte(label))
		keys[i] = mac.Sum(nil)
	}
	return keys
}
