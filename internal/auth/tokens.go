package auth

import (
	"errors"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"seathold/internal/booking"
)

const (
	// maxToken bounds what is decoded of a token of ours before the signature is
	// known to be good, in bytes.
	maxToken = 4 << 10
	// leeway forgives clocks of several instances that differ a little.
	leeway = 5 * time.Second
)

// TokenConfig is what NewTokens needs; every field is required.
type TokenConfig struct {
	Keys     *Keys
	Issuer   string
	Audience string
	TTL      time.Duration
	Now      func() time.Time
	NewID    func() string // makes a token's jti
}

// Tokens signs and verifies access tokens: JWTs whose kid names the key. Safe
// for concurrent use.
type Tokens struct {
	cfg    TokenConfig
	parser *jwt.Parser
}

// verified is what a token says that holds.
type verified struct {
	actor booking.Actor
	until time.Time // it is good before, at least
}

// NewTokens returns Tokens.
func NewTokens(cfg TokenConfig) (*Tokens, error) {
	// An empty issuer or audience would switch its check off.
	if cfg.Keys == nil || cfg.Issuer == "" || cfg.Audience == "" || cfg.TTL <= 0 || cfg.Now == nil || cfg.NewID == nil {
		return nil, errors.New("tokens need keys, an issuer, an audience, a TTL, a clock and ids")
	}
	return &Tokens{
		cfg:    cfg,
		parser: newParser([]string{cfg.Keys.method.Alg()}, cfg.Issuer, cfg.Audience, cfg.Now),
	}, nil
}

func newParser(methods []string, issuer, audience string, now func() time.Time) *jwt.Parser {
	return jwt.NewParser(
		jwt.WithValidMethods(methods),
		jwt.WithIssuer(issuer),
		jwt.WithAudience(audience),
		jwt.WithExpirationRequired(),
		jwt.WithIssuedAt(),
		jwt.WithLeeway(leeway),
		jwt.WithTimeFunc(now),
		jwt.WithStrictDecoding(),
	)
}

// Issue signs a token for the account. It is good for at least expiresIn.
func (t *Tokens) Issue(a booking.Account) (token string, expiresIn time.Duration, err error) {
	now := t.cfg.Now()
	unsigned := jwt.NewWithClaims(t.cfg.Keys.method, &claims{Role: a.Role, registered: registered{
		Subject:  a.ID,
		Issuer:   t.cfg.Issuer,
		Audience: audience{t.cfg.Audience},
		IssuedAt: dateOf(now),
		// Token times are whole seconds; rounding down would cut it short.
		ExpiresAt: dateOf(now.Add(t.cfg.TTL + time.Second - 1)),
		ID:        t.cfg.NewID(),
	}})
	unsigned.Header["kid"] = t.cfg.Keys.kid
	token, err = unsigned.SignedString(t.cfg.Keys.signing)
	if err != nil {
		return "", 0, fmt.Errorf("sign a token: %w", err)
	}
	return token, t.cfg.TTL, nil
}

// verify returns who the token speaks for. CodeUnauthenticated for every token
// that is not a valid one of ours; the detail says no more than whether it was
// one and has expired.
func (t *Tokens) verify(token string) (verified, error) {
	if err := checkForm(token, maxToken); err != nil {
		return verified{}, refused(err)
	}
	var c claims
	if _, err := t.parser.ParseWithClaims(token, &c, t.key); err != nil {
		return verified{}, refused(err)
	}
	if c.Subject == "" || !booking.ValidRole(c.Role) {
		return verified{}, refused(errNobody)
	}
	return verified{booking.Actor{ID: c.Subject, Role: c.Role}, c.ExpiresAt.time()}, nil
}

// key finds the key that the token says it is signed with, among ours only.
func (t *Tokens) key(token *jwt.Token) (any, error) {
	kid, _ := token.Header["kid"].(string)
	key, ok := t.cfg.Keys.verify[kid]
	if !ok {
		return nil, errUnknownKey
	}
	return key, nil
}
