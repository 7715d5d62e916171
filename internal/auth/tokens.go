package auth

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"seathold/internal/booking"
)

const (
	// minSecret is the length of HS256's own output: a shorter secret would
	// be the weakest part.
	minSecret = 32
	// maxToken bounds what is decoded before the signature is known to be good.
	maxToken = 4 << 10
	// leeway forgives clocks of several instances that differ a little.
	leeway = 5 * time.Second
)

// TokenConfig is what NewTokens needs; every field is required.
type TokenConfig struct {
	Secret   []byte // at least 32 bytes
	Issuer   string
	Audience string
	TTL      time.Duration
	Now      func() time.Time
	NewID    func() string // makes a token's jti
}

// Tokens signs and verifies access tokens: JWTs with HS256, whose kid names
// the key. Safe for concurrent use.
type Tokens struct {
	cfg    TokenConfig
	kid    string            // of the key to sign with
	keys   map[string][]byte // by kid, to verify with
	parser *jwt.Parser
}

// claims are the registered ones and the account's role.
type claims struct {
	jwt.RegisteredClaims
	Role booking.Role `json:"role"`
}

// NewTokens returns Tokens with one key.
func NewTokens(cfg TokenConfig) (*Tokens, error) {
	if len(cfg.Secret) < minSecret {
		return nil, fmt.Errorf("the token secret has %d bytes, fewer than %d", len(cfg.Secret), minSecret)
	}
	// An empty issuer or audience would switch its check off.
	if cfg.Issuer == "" || cfg.Audience == "" || cfg.TTL <= 0 || cfg.Now == nil || cfg.NewID == nil {
		return nil, errors.New("tokens need an issuer, an audience, a TTL, a clock and ids")
	}
	kid := keyID(cfg.Secret)
	return &Tokens{
		cfg:  cfg,
		kid:  kid,
		keys: map[string][]byte{kid: cfg.Secret},
		parser: jwt.NewParser(
			jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}),
			jwt.WithIssuer(cfg.Issuer),
			jwt.WithAudience(cfg.Audience),
			jwt.WithExpirationRequired(),
			jwt.WithLeeway(leeway),
			jwt.WithTimeFunc(cfg.Now),
			jwt.WithStrictDecoding(),
		),
	}, nil
}

// keyID names a secret without giving it away: the first 16 hex digits of its
// SHA-256.
func keyID(secret []byte) string {
	sum := sha256.Sum256(secret)
	return hex.EncodeToString(sum[:8])
}

// Issue signs a token for the account. It is good for at least expiresIn.
func (t *Tokens) Issue(a booking.Account) (token string, expiresIn time.Duration, err error) {
	now := t.cfg.Now()
	unsigned := jwt.NewWithClaims(jwt.SigningMethodHS256, claims{
		Role: a.Role,
		RegisteredClaims: jwt.RegisteredClaims{
			Subject:  a.ID,
			Issuer:   t.cfg.Issuer,
			Audience: jwt.ClaimStrings{t.cfg.Audience},
			IssuedAt: jwt.NewNumericDate(now),
			// Token times are whole seconds; rounding down would cut it short.
			ExpiresAt: jwt.NewNumericDate(now.Add(t.cfg.TTL + time.Second - 1)),
			ID:        t.cfg.NewID(),
		},
	})
	unsigned.Header["kid"] = t.kid
	token, err = unsigned.SignedString(t.keys[t.kid])
	if err != nil {
		return "", 0, fmt.Errorf("sign a token: %w", err)
	}
	return token, t.cfg.TTL, nil
}

// Verify returns who the token speaks for. CodeUnauthenticated for every token
// that is not a valid one of ours; the detail says no more than whether it was
// one and has expired.
func (t *Tokens) Verify(token string) (booking.Actor, error) {
	// base64 skips line ends: one token would have many spellings.
	if len(token) > maxToken || strings.ContainsAny(token, "\r\n") {
		return booking.Actor{}, invalidToken(errors.New("token is too long or has line ends"))
	}
	var c claims
	if _, err := t.parser.ParseWithClaims(token, &c, t.key); err != nil {
		return booking.Actor{}, invalidToken(err)
	}
	if c.Subject == "" || !booking.ValidRole(c.Role) {
		return booking.Actor{}, invalidToken(errors.New("token lacks a subject or a known role"))
	}
	return booking.Actor{ID: c.Subject, Role: c.Role}, nil
}

func (t *Tokens) key(token *jwt.Token) (any, error) {
	kid, _ := token.Header["kid"].(string)
	key, ok := t.keys[kid]
	if !ok {
		return nil, errors.New("unknown key id")
	}
	return key, nil
}

func invalidToken(err error) error {
	detail := "the access token is not valid; log in again"
	if errors.Is(err, jwt.ErrTokenExpired) {
		detail = "the access token has expired; log in again"
	}
	return &booking.Error{Code: booking.CodeUnauthenticated, Detail: detail, Err: err}
}
