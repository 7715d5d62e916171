package config

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"net/netip"
	"net/url"
	"strings"
)

const (
	minJWTSecret = 32 // bytes
	wantPrivate  = "an Ed25519 private key in PEM (PKCS#8), as openssl genpkey -algorithm ed25519 makes"
	wantEd25519  = "an Ed25519 key in PEM, private (PKCS#8) or public (PKIX)"
)

// TokenKey is an Ed25519 key, private or public. However it is printed, it gives
// only whether it is set.
type TokenKey struct{ key any }

// Key returns the ed25519.PrivateKey or ed25519.PublicKey, nil where none is set.
func (k TokenKey) Key() any { return k.key }

// IsSet reports whether there is a key.
func (k TokenKey) IsSet() bool { return k.key != nil }

// String returns "(set)" or "(not set)".
func (k TokenKey) String() string {
	if k.IsSet() {
		return Secret("x").String()
	}
	return Secret("").String()
}

// GoString is String, for %#v.
func (k TokenKey) GoString() string { return k.String() }

// MarshalText is String, for JSON and for slog.
func (k TokenKey) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

func parseTokenKey(text string) (TokenKey, error) {
	block, rest := pem.Decode([]byte(strings.TrimSpace(text)))
	if block == nil || strings.TrimSpace(string(rest)) != "" {
		return TokenKey{}, wantError(wantEd25519)
	}
	var key any
	var err error
	switch block.Type {
	case "PRIVATE KEY":
		key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	case "PUBLIC KEY":
		key, err = x509.ParsePKIXPublicKey(block.Bytes)
	}
	switch key.(type) {
	case ed25519.PrivateKey, ed25519.PublicKey:
		return TokenKey{key}, err
	default:
		return TokenKey{}, wantError(wantEd25519)
	}
}

// checkTokens is about what signs access tokens: a secret or a key.
func (c *Config) checkTokens() error {
	const name = "SEATHOLD_JWT_KEY"
	if c.JWTKey.IsSet() && c.JWTSecret != "" {
		return &Error{Variable: name, Problem: "set together with SEATHOLD_JWT_SECRET", Want: "only one of the two"}
	}
	if !c.JWTKey.IsSet() {
		return errors.Join(c.checkJWTSecret(), c.checkLoneKeys())
	}
	if _, signs := c.JWTKey.Key().(ed25519.PrivateKey); !signs {
		return badSecret(name, wantPrivate)
	}
	return nil
}

func (c *Config) checkJWTSecret() error {
	const name, want = "SEATHOLD_JWT_SECRET", "at least 32 bytes"
	switch {
	case c.JWTSecret == "" && c.Embedded():
		return nil
	case c.JWTSecret == "":
		return missing(name, want+", or SEATHOLD_JWT_KEY instead, "+requiredOnRealServers)
	case len(c.JWTSecret) < minJWTSecret:
		return badSecret(name, want)
	default:
		return c.checkNotGuessed(name, c.JWTSecret)
	}
}

// checkLoneKeys refuses the next and the previous key where none is current:
// they would sign nothing, and the secret would go on to.
func (c *Config) checkLoneKeys() error {
	if c.JWTKeyNext.IsSet() || c.JWTKeyPrevious.IsSet() {
		return missing("SEATHOLD_JWT_KEY", wantPrivate+", which SEATHOLD_JWT_KEY_NEXT and SEATHOLD_JWT_KEY_PREVIOUS stand beside")
	}
	return nil
}

// checkOIDC is about the outside issuer whose tokens are accepted beside ours.
func (c *Config) checkOIDC() error {
	const issuer, audience, keys = "SEATHOLD_OIDC_ISSUER", "SEATHOLD_OIDC_AUDIENCE", "SEATHOLD_OIDC_JWKS_URL"
	const want = "the issuer's URL as its tokens have it, such as https://login.example, without user, query and fragment"
	if c.OIDCIssuer == "" {
		if c.OIDCAudience != "" || c.OIDCJWKSURL != "" {
			return missing(issuer, want+", required by "+audience+" and "+keys)
		}
		return nil
	}
	var errs []error
	if u, err := url.Parse(c.OIDCIssuer); err != nil || !isWebURL(u) {
		errs = append(errs, badValue(issuer, c.OIDCIssuer, want))
	}
	if c.OIDCIssuer == c.JWTIssuer {
		errs = append(errs, badValue(issuer, c.OIDCIssuer, "another issuer than SEATHOLD_JWT_ISSUER, which is this service"))
	}
	if c.OIDCAudience == "" {
		errs = append(errs, missing(audience, "the audience that its tokens have for this service, required by "+issuer))
	}
	if c.OIDCJWKSURL != "" {
		errs = append(errs, checkWebURL(keys, c.OIDCJWKSURL))
	}
	return errors.Join(errs...)
}

// oidcCautions warns of keys that anybody on the way could exchange.
func (c *Config) oidcCautions() []string {
	var all []string
	for _, s := range []Setting{
		{Name: "SEATHOLD_OIDC_ISSUER", Value: c.OIDCIssuer}, {Name: "SEATHOLD_OIDC_JWKS_URL", Value: c.OIDCJWKSURL},
	} {
		u, err := url.Parse(s.Value)
		if err == nil && u.Scheme == "http" && !isLoopback(u.Hostname()) {
			all = append(all, s.Name+" is not https: whoever is on the way can make tokens of their own")
		}
	}
	return all
}

func isLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || (err == nil && addr.IsLoopback())
}
