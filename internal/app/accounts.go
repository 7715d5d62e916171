package app

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"net/http"
	"time"

	"seathold/internal/auth"
	"seathold/internal/config"
	"seathold/internal/httpapi"
)

// openAccounts makes what registers people, logs them in and knows them again.
func (c *Core) openAccounts() error {
	hasher, err := auth.NewHasher(c.Config.BcryptCost)
	if err != nil {
		return err
	}
	keys, err := c.tokenKeys()
	if err != nil {
		return err
	}
	if c.publicKeys, err = keys.JWKS(); err != nil {
		return err
	}
	tokens, err := auth.NewTokens(auth.TokenConfig{
		Keys: keys, Issuer: c.Config.JWTIssuer, Audience: c.Config.JWTAudience,
		TTL: c.Config.AccessTTL, Now: time.Now, NewID: newID,
	})
	if err != nil {
		return err
	}
	refreshTokens, err := auth.NewRefreshTokens(auth.RefreshConfig{
		Records: c.store, Keys: keys, TTL: c.Config.RefreshTTL, Now: time.Now, NewID: newID,
	})
	if err != nil {
		return err
	}
	c.Accounts = &auth.Service{
		Accounts: c.store, Hasher: hasher, Tokens: tokens, RefreshTokens: refreshTokens, NewID: newID, Now: time.Now,
	}
	return c.openVerifier(tokens)
}

// tokenKeys are the keys that are configured, or the secret that was made.
func (c *Core) tokenKeys() (*auth.Keys, error) {
	current, signs := c.Config.JWTKey.Key().(ed25519.PrivateKey)
	if !signs {
		return auth.NewSecretKeys([]byte(c.secrets.jwt))
	}
	var others []any
	for _, other := range []config.TokenKey{c.Config.JWTKeyNext, c.Config.JWTKeyPrevious} {
		if other.IsSet() {
			others = append(others, other.Key())
		}
	}
	return auth.NewEdKeys(current, others...)
}

func (c *Core) openVerifier(tokens *auth.Tokens) (err error) {
	if c.Config.OIDCIssuer != "" {
		c.outside, err = auth.NewOutside(auth.OutsideConfig{
			Issuer: c.Config.OIDCIssuer, Audience: c.Config.OIDCAudience, JWKSURL: c.Config.OIDCJWKSURL,
			RoleClaim: c.Config.OIDCRoleClaim, Accounts: c.store, Client: &http.Client{}, Log: c.Log,
			Now: time.Now, NewID: newID,
		})
		if err != nil {
			return fmt.Errorf("SEATHOLD_OIDC_…: %w", err)
		}
	}
	c.verifier, err = auth.NewVerifier(tokens, c.outside, auth.CachedTokens)
	return err
}

// accounts is the accounts' service as the API asks for it.
type accounts struct{ *auth.Service }

// Login implements httpapi.Accounts.
func (a accounts) Login(ctx context.Context, email, password string) (httpapi.Session, error) {
	return sessionOf(a.Service.Login(ctx, email, password))
}

// Refresh implements httpapi.Accounts.
func (a accounts) Refresh(ctx context.Context, token string) (httpapi.Session, error) {
	return sessionOf(a.Service.Refresh(ctx, token))
}

func sessionOf(s auth.Session, err error) (httpapi.Session, error) {
	return httpapi.Session{AccessToken: s.AccessToken, RefreshToken: s.RefreshToken, ExpiresIn: s.ExpiresIn}, err
}
