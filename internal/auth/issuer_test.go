package auth

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/MicahParks/jwkset"
	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"
)

// issuer is a small outside issuer: it publishes keys, and signs what a test
// wants.
type issuer struct {
	t      *testing.T
	server *httptest.Server

	mu     sync.Mutex
	keys   []jwkset.JWK
	away   bool
	says   string // the issuer that its discovery document names
	asked  map[string]int
	signer map[string]any // private keys by id
}

func newIssuer(t *testing.T) *issuer {
	t.Helper()
	i := &issuer{t: t, asked: map[string]int{}, signer: map[string]any{}}
	i.server = httptest.NewServer(http.HandlerFunc(i.answer))
	t.Cleanup(i.server.Close)
	i.says = i.server.URL
	return i
}

func (i *issuer) answer(w http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.asked[r.URL.Path]++
	var document any
	switch {
	case i.away:
		http.Error(w, "away", http.StatusServiceUnavailable)
		return
	case r.URL.Path == "/.well-known/openid-configuration":
		document = map[string]any{"issuer": i.says, "jwks_uri": i.server.URL + "/keys", "scopes_supported": []string{"openid"}}
	case r.URL.Path == "/keys":
		set := jwkset.JWKSMarshal{Keys: []jwkset.JWKMarshal{}}
		for _, key := range i.keys {
			set.Keys = append(set.Keys, key.Marshal())
		}
		document = set
	default:
		http.NotFound(w, r)
		return
	}
	if err := json.NewEncoder(w).Encode(document); err != nil {
		i.t.Error(err)
	}
}

// change changes the issuer while nobody asks it.
func (i *issuer) change(f func()) {
	i.mu.Lock()
	defer i.mu.Unlock()
	f()
}

// fetches is how often the path was asked for.
func (i *issuer) fetches(path string) int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.asked[path]
}

// publish publishes the public key of a private one (or a secret).
func (i *issuer) publish(kid string, private any, metadata jwkset.JWKMetadataOptions) {
	i.t.Helper()
	key := private
	if pair, ok := private.(crypto.Signer); ok {
		key = pair.Public()
	}
	metadata.KID = kid
	_, symmetric := key.([]byte)
	published, err := jwkset.NewJWKFromKey(key, jwkset.JWKOptions{
		Metadata: metadata, Marshal: jwkset.JWKMarshalOptions{Private: symmetric},
	})
	require.NoError(i.t, err)
	i.change(func() {
		i.keys = append(i.keys, published)
		i.signer[kid] = private
	})
}

// withdraw publishes the key no longer.
func (i *issuer) withdraw(kid string) {
	i.change(func() {
		var kept []jwkset.JWK
		for _, key := range i.keys {
			if key.Marshal().KID != kid {
				kept = append(kept, key)
			}
		}
		i.keys = kept
	})
}

// claims are those of a good token; changed replaces some, and nil drops one.
func (i *issuer) claims(changed map[string]any) jwt.MapClaims {
	c := jwt.MapClaims{
		"iss": i.server.URL, "sub": "user-1", "aud": []string{"other", "tickets"}, "name": "Ada Lovelace",
		"iat": start.Unix(), "exp": start.Add(time.Hour).Unix(), "role": []string{"of", "their", "own"},
	}
	maps.Copy(c, changed)
	for name, value := range changed {
		if value == nil {
			delete(c, name)
		}
	}
	return c
}

// sign makes a token; kid "" leaves its key id out.
func (i *issuer) sign(kid string, method jwt.SigningMethod, key any, changed map[string]any) string {
	i.t.Helper()
	token := jwt.NewWithClaims(method, i.claims(changed))
	if kid != "" {
		token.Header["kid"] = kid
	}
	text, err := token.SignedString(key)
	require.NoError(i.t, err)
	return text
}

// token makes a token with the key that the tests use where any will do.
func (i *issuer) token(changed map[string]any) string {
	i.t.Helper()
	return i.sign("ed", jwt.SigningMethodEdDSA, edKey(7), changed)
}

// outsideWorld is a verifier that takes the issuer's tokens and ours.
type outsideWorld struct {
	*Verifier
	t        *testing.T
	issuer   *issuer
	clock    *clock
	accounts *countingAccounts
	log      *lockedBuffer
}

func newOutsideWorld(t *testing.T, change ...func(*OutsideConfig)) *outsideWorld {
	t.Helper()
	w := &outsideWorld{
		t: t, issuer: newIssuer(t), clock: &clock{start}, accounts: &countingAccounts{Accounts: openStore(t)}, log: &lockedBuffer{},
	}
	w.issuer.publish("ed", edKey(7), jwkset.JWKMetadataOptions{ALG: jwkset.AlgEdDSA, USE: jwkset.UseSig})
	ids := 0
	var mu sync.Mutex
	cfg := OutsideConfig{
		Issuer: w.issuer.server.URL, Audience: "tickets", RoleClaim: "seathold_role", Accounts: w.accounts,
		Client: &http.Client{}, Log: slog.New(slog.NewTextHandler(w.log, nil)), Now: w.clock.Now,
		NewID: func() string {
			mu.Lock()
			defer mu.Unlock()
			ids++
			return fmt.Sprintf("id-%d", ids)
		},
	}
	for _, f := range change {
		f(&cfg)
	}
	outside, err := NewOutside(cfg)
	require.NoError(t, err)
	t.Cleanup(outside.Close)
	w.Verifier, err = NewVerifier(testTokens(t, w.clock), outside, 100)
	require.NoError(t, err)
	return w
}

func (w *outsideWorld) wait(d time.Duration) { w.clock.now = w.clock.now.Add(d) }

// someKeys are a key for each family of algorithms.
func someKeys(t *testing.T) (rsaKey *rsa.PrivateKey, ecKey *ecdsa.PrivateKey) {
	t.Helper()
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	ecKey, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	return rsaKey, ecKey
}
