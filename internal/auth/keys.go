package auth

import (
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/golang-jwt/jwt/v5"
)

// minSecret is the length of HS256's own output, in bytes: a shorter secret
// would be the weakest part.
const minSecret = 32

// Keys sign access tokens and verify them: one secret (HS256), or Ed25519 keys
// of which one signs (EdDSA). The kind of the keys decides the algorithm, never
// a token.
type Keys struct {
	method   jwt.SigningMethod
	kid      string         // of the key that signs
	signing  any            // what method signs with
	verify   map[string]any // by key id: what method verifies with
	set      jwkSet
	material [][]byte // what other keys are derived from, that of the signing key first
}

// jwkSet is a JWK set (RFC 7517), and jwk a public Ed25519 key in it (RFC 8037).
type jwkSet struct {
	Keys []jwk `json:"keys"`
}

type jwk struct {
	KeyType   string `json:"kty"`
	Curve     string `json:"crv"`
	X         string `json:"x"`
	ID        string `json:"kid"`
	Use       string `json:"use"`
	Algorithm string `json:"alg"`
}

// NewSecretKeys returns the keys of HS256: one secret of at least 32 bytes.
func NewSecretKeys(secret []byte) (*Keys, error) {
	if len(secret) < minSecret {
		return nil, fmt.Errorf("the token secret has %d bytes, fewer than %d", len(secret), minSecret)
	}
	kid := secretID(secret)
	return &Keys{
		method: jwt.SigningMethodHS256, kid: kid, signing: secret, verify: map[string]any{kid: secret},
		set: jwkSet{Keys: []jwk{}}, material: [][]byte{secret},
	}, nil
}

// secretID names a secret without giving it away: the first 16 hex digits of its
// SHA-256.
func secretID(secret []byte) string {
	sum := sha256.Sum256(secret)
	return hex.EncodeToString(sum[:8])
}

// NewEdKeys returns the keys of EdDSA. The current one signs; the others, each
// an ed25519.PrivateKey or an ed25519.PublicKey, are published and accepted too:
// the one that is to sign next, before it does, and the one that signed before.
func NewEdKeys(current ed25519.PrivateKey, others ...any) (*Keys, error) {
	if len(current) != ed25519.PrivateKeySize {
		return nil, errors.New("the key that signs tokens is no Ed25519 private key")
	}
	k := &Keys{method: jwt.SigningMethodEdDSA, signing: current, verify: map[string]any{}}
	for _, key := range append([]any{current}, others...) {
		if err := k.accept(key); err != nil {
			return nil, err
		}
	}
	k.kid = k.set.Keys[0].ID
	return k, nil
}

// accept adds a key to those that verify.
func (k *Keys) accept(key any) error {
	if private, ok := key.(ed25519.PrivateKey); ok && len(private) == ed25519.PrivateKeySize {
		k.material = append(k.material, private.Seed())
		key = private.Public()
	}
	public, ok := key.(ed25519.PublicKey)
	if !ok || len(public) != ed25519.PublicKeySize {
		return errors.New("a key that verifies tokens is no Ed25519 key")
	}
	published := newJWK(public)
	if _, known := k.verify[published.ID]; !known {
		k.verify[published.ID] = public
		k.set.Keys = append(k.set.Keys, published)
	}
	return nil
}

func newJWK(public ed25519.PublicKey) jwk {
	x := base64.RawURLEncoding.EncodeToString(public)
	return jwk{KeyType: "OKP", Curve: "Ed25519", X: x, ID: thumbprint(x), Use: "sig", Algorithm: "EdDSA"}
}

// thumbprint is the key's JWK thumbprint (RFC 7638).
func thumbprint(x string) string {
	sum := sha256.Sum256([]byte(`{"crv":"Ed25519","kty":"OKP","x":"` + x + `"}`))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// JWKS returns the keys that verify tokens as a JWK set in JSON, without keys
// where tokens are signed with a secret.
func (k *Keys) JWKS() ([]byte, error) { return json.Marshal(k.set) }

// derive makes keys of 32 bytes for another purpose, one of each signing key,
// that of the current one first. Who has one learns nothing of the other.
func (k *Keys) derive(purpose string) ([][]byte, error) {
	derived := make([][]byte, len(k.material))
	for i, material := range k.material {
		key, err := hkdf.Key(sha256.New, material, nil, purpose, sha256.Size)
		if err != nil {
			return nil, fmt.Errorf("derive a key: %w", err)
		}
		derived[i] = key
	}
	return derived, nil
}
