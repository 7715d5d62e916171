package auth

import (
	"context"
	"crypto/rsa"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/golang-jwt/jwt/v5"

	"seathold/internal/booking"
)

const (
	// maxOutsideToken bounds a token of the outside issuer, in bytes: it may say
	// more than ours do.
	maxOutsideToken = 16 << 10
	// outsideTrust is how long a verified token is not looked at again, and the
	// keys are not, at most: a key that was withdrawn counts for twice as long.
	outsideTrust = 5 * time.Minute
	// outsidePatience is what judging a token may take that was never seen.
	outsidePatience = 10 * time.Second
	// minRSABits is what RFC 7518 asks of a key of RS256 and PS256.
	minRSABits = 2048
)

// outsideMethods are the algorithms that an outside token may be signed with:
// none that takes a secret which we would have to know.
var outsideMethods = []string{
	"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
}

// OutsideConfig is what NewOutside needs. JWKSURL may be empty: then the issuer's
// discovery document says it. Every other field is required.
type OutsideConfig struct {
	Issuer    string // as its tokens have it, to the letter
	Audience  string
	JWKSURL   string
	RoleClaim string // the claim that says the role; a token without it is a customer's
	Accounts  booking.Accounts
	Client    *http.Client
	Log       *slog.Logger
	Now       func() time.Time
	NewID     func() string
}

// Outside verifies the access tokens of another issuer, such as a company's own
// login, by the keys that it publishes. Whoever comes with one gets an account of
// ours, without a password. Safe for concurrent use.
type Outside struct {
	cfg    OutsideConfig
	parser *jwt.Parser
	keys   *outsideKeys
	guests *guests
}

// NewOutside returns an Outside. It asks the issuer for nothing before a token
// comes, so an issuer that is away keeps nobody from starting. Close it.
func NewOutside(cfg OutsideConfig) (*Outside, error) {
	if cfg.Issuer == "" || cfg.Audience == "" || cfg.RoleClaim == "" || cfg.Accounts == nil ||
		cfg.Client == nil || cfg.Log == nil || cfg.Now == nil || cfg.NewID == nil {
		return nil, errors.New("an outside issuer needs its name, an audience, a role claim, accounts, a client, a log, a clock and ids")
	}
	guests, err := newGuests(cfg)
	if err != nil {
		return nil, err
	}
	return &Outside{
		cfg:    cfg,
		parser: newParser(outsideMethods, cfg.Issuer, cfg.Audience, cfg.Now),
		keys:   newOutsideKeys(cfg),
		guests: guests,
	}, nil
}

// Close ends what keeps the keys fresh.
func (o *Outside) Close() { o.keys.close() }

// verify judges a token that names this issuer. CodeUnauthenticated;
// CodeUnavailable where the issuer's keys or our accounts cannot be had.
func (o *Outside) verify(ctx context.Context, token string) (verified, error) {
	if err := checkForm(token, maxOutsideToken); err != nil {
		return verified{}, refused(err)
	}
	ctx, cancel := context.WithTimeout(ctx, outsidePatience)
	defer cancel()
	c := outsideClaims{roleClaim: o.cfg.RoleClaim}
	_, err := o.parser.ParseWithClaims(token, &c, func(t *jwt.Token) (any, error) { return o.key(ctx, t) })
	switch {
	case errors.Is(err, errIssuerAway):
		return verified{}, booking.Unavailable("the issuer of this access token", errIssuerAway)
	case err != nil:
		return verified{}, refused(err)
	case c.Subject == "" || !booking.ValidRole(c.Role):
		return verified{}, refused(errNobody)
	}
	actor, err := o.guests.admit(ctx, &c)
	if err != nil {
		return verified{}, fmt.Errorf("admit who an outside token speaks for: %w", err)
	}
	until := c.ExpiresAt.time()
	if soon := o.cfg.Now().Add(outsideTrust); soon.Before(until) {
		until = soon
	}
	return verified{actor, until}, nil
}

// key finds the key that the token says it is signed with. A token that names
// none is refused: trying all would make the choice the token's.
func (o *Outside) key(ctx context.Context, token *jwt.Token) (any, error) {
	if kid, _ := token.Header["kid"].(string); kid == "" {
		return nil, errUnknownKey
	}
	key, err := o.keys.find(ctx, token)
	if err != nil {
		return nil, err
	}
	if weak, ok := key.(*rsa.PublicKey); ok && weak.N.BitLen() < minRSABits {
		return nil, errUnknownKey
	}
	return key, nil
}

// outsideClaims are what an outside token says. Its role stands under a name of
// the operator's choice.
type outsideClaims struct {
	registered
	roleClaim     string
	Role          booking.Role
	Email         string
	EmailVerified bool
	Name          string
}

// UnmarshalJSON reads the claims. What is not needed may be of any form: only
// the e-mail address of a token that says, as a boolean, that it is verified
// counts.
func (c *outsideClaims) UnmarshalJSON(text []byte) error {
	if err := json.Unmarshal(text, &c.registered); err != nil {
		return err
	}
	var all map[string]jsontext.Value
	if err := json.Unmarshal(text, &all); err != nil {
		return err
	}
	c.Role = booking.RoleCustomer
	if role, given := all[c.roleClaim]; given {
		c.Role = booking.Role(textOf(role))
	}
	c.Email, c.Name = textOf(all["email"]), textOf(all["name"])
	c.EmailVerified = string(all["email_verified"]) == "true"
	return nil
}

// textOf returns the text that the value is, "" where it is none.
func textOf(v jsontext.Value) string {
	var text string
	if v.Kind() != jsontext.KindString || json.Unmarshal(v, &text) != nil {
		return ""
	}
	return text
}
