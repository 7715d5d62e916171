package auth

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	lru "github.com/hashicorp/golang-lru/v2"

	"seathold/internal/booking"
)

// CachedTokens is how many verified tokens a Verifier of the service remembers:
// some 20 MB when all are.
const CachedTokens = 65_536

// Verifier verifies access tokens, ours and those of an outside issuer, and
// remembers the ones that held until they end. Safe for concurrent use.
type Verifier struct {
	tokens  *Tokens
	outside *Outside // nil: only ours
	now     func() time.Time
	// held is by the token's hash, so that what is in memory is no credential.
	held *lru.Cache[[sha256.Size]byte, verified]
}

// NewVerifier returns a Verifier that remembers up to size tokens, none where
// size is 0. Without an outside issuer it takes our own tokens only.
func NewVerifier(tokens *Tokens, outside *Outside, size int) (*Verifier, error) {
	v := &Verifier{tokens: tokens, outside: outside, now: tokens.cfg.Now}
	if size == 0 {
		return v, nil
	}
	var err error
	if v.held, err = lru.New[[sha256.Size]byte, verified](size); err != nil {
		return nil, fmt.Errorf("make the cache of tokens: %w", err)
	}
	return v, nil
}

// Verify returns who the token speaks for. CodeUnauthenticated for every token
// that is not valid; CodeUnavailable where an outside issuer's token cannot be
// judged at the moment.
func (v *Verifier) Verify(ctx context.Context, token string) (booking.Actor, error) {
	if v.held == nil {
		held, err := v.verify(ctx, token)
		return held.actor, err
	}
	hash := sha256.Sum256([]byte(token))
	held, known := v.held.Get(hash)
	if known && v.now().Before(held.until) {
		return held.actor, nil
	}
	held, err := v.verify(ctx, token)
	if err != nil {
		v.held.Remove(hash)
		return booking.Actor{}, err
	}
	v.held.Add(hash, held)
	return held.actor, nil
}

// verify chooses by the issuer that the token names, before anything of it is
// believed: whoever is named must have signed it.
func (v *Verifier) verify(ctx context.Context, token string) (verified, error) {
	if v.outside != nil && issuerOf(token) == v.outside.cfg.Issuer {
		return v.outside.verify(ctx, token)
	}
	return v.tokens.verify(token)
}

// issuerOf reads the issuer of a token that nobody has verified, "" where it is
// none.
func issuerOf(token string) string {
	if len(token) > maxOutsideToken {
		return ""
	}
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return ""
	}
	text, err := base64.RawURLEncoding.Strict().DecodeString(parts[1])
	if err != nil {
		return ""
	}
	var c struct {
		Issuer string `json:"iss"`
	}
	if err := json.Unmarshal(text, &c); err != nil {
		return ""
	}
	return c.Issuer
}
