package httpapi

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"

	"seathold/internal/auth"
	"seathold/internal/booking"
)

const (
	doorPassword = "the same for all"
	doorIssuer   = "doors"
	doorAudience = "doors of the house"
)

// house is a world with something of alice's and of olga's in it, whose doors
// are guarded by real tokens. What stands in it is made through the world's own
// API, which knows people by their names.
type house struct {
	*world
	doors *API
	signs signs
	names map[string]string // of the things, as paths and bodies have them: {hold}
}

// signs is what tokens are signed with.
type signs struct {
	name   string
	method jwt.SigningMethod
	key    any
	keys   func() (*auth.Keys, error)
	// otherwise are forgeries by another algorithm, of the key or what is public of it.
	otherwise map[jwt.SigningMethod]any
}

var (
	doorSecret = bytes.Repeat([]byte("d"), 32)
	doorEdKey  = ed25519.NewKeyFromSeed(doorSecret)
	bothSigns  = []signs{
		{
			"HS256", jwt.SigningMethodHS256, doorSecret,
			func() (*auth.Keys, error) { return auth.NewSecretKeys(doorSecret) },
			map[jwt.SigningMethod]any{jwt.SigningMethodHS512: doorSecret, jwt.SigningMethodEdDSA: doorEdKey},
		},
		{
			"EdDSA", jwt.SigningMethodEdDSA, doorEdKey,
			func() (*auth.Keys, error) { return auth.NewEdKeys(doorEdKey) },
			map[jwt.SigningMethod]any{jwt.SigningMethodHS256: []byte(doorEdKey.Public().(ed25519.PublicKey))},
		},
	}
)

// newHouse makes one. The service behind its doors is the world's, or the one
// that change makes of its ports.
func newHouse(t testing.TB, s signs, change ...func(*booking.Ports)) *house {
	t.Helper()
	h := &house{world: newWorld(t), signs: s}
	c := h.api.Config
	for _, f := range change {
		p := h.service.Ports
		f(&p)
		c.Booking = booking.NewService(p, testLimits())
	}
	h.guard(&c)
	h.furnish(c.Accounts)
	h.doors = New(c)
	return h
}

// guard gives the configuration accounts and tokens as a service has them.
func (h *house) guard(c *Config) {
	keys, err := h.signs.keys()
	require.NoError(h.t, err)
	tokens, err := auth.NewTokens(auth.TokenConfig{
		Keys: keys, Issuer: doorIssuer, Audience: doorAudience, TTL: time.Hour, Now: time.Now, NewID: h.newID,
	})
	require.NoError(h.t, err)
	refresh, err := auth.NewRefreshTokens(auth.RefreshConfig{
		Records: h.store, Keys: keys, TTL: time.Hour, Now: time.Now, NewID: h.newID,
	})
	require.NoError(h.t, err)
	hasher, err := auth.NewHasher(4)
	require.NoError(h.t, err)
	c.Tokens, err = auth.NewVerifier(tokens, nil, auth.CachedTokens)
	require.NoError(h.t, err)
	c.Accounts = loginAccounts{&auth.Service{
		Accounts: h.store, Hasher: hasher, Tokens: tokens, RefreshTokens: refresh, NewID: h.newID, Now: time.Now,
	}}
	c.Log = slog.New(slog.DiscardHandler)
}

// furnish makes the accounts, and what is whose.
func (h *house) furnish(accounts Accounts) {
	ctx := context.Background()
	hasher, err := auth.NewHasher(4)
	require.NoError(h.t, err)
	hash, err := hasher.Hash(ctx, doorPassword)
	require.NoError(h.t, err)
	for _, who := range []booking.Actor{alice, bob, olga, oscar, operator} {
		require.NoError(h.t, h.store.InsertAccount(ctx, booking.Account{
			ID: who.ID, Email: who.ID + "@example.com", Name: who.ID, Role: who.Role, PasswordHash: hash,
		}))
	}
	session, err := accounts.Login(ctx, "alice@example.com", doorPassword)
	require.NoError(h.t, err)
	event := h.event("")
	endpoint := h.hook(`{"url": "https://shop.example/204"}`)
	order := h.order(alice, event, "A2")
	h.delivered(endpoint, "n1")
	block := h.do(olga, post, "/v1/events/"+event+"/blocks", `{"seats": ["A5"], "reason": "press"}`).ok(http.StatusCreated).id()
	h.names = map[string]string{
		"{event}": event, "{hold}": h.hold(alice, event, "A1"), "{order}": order, "{session}": session.RefreshToken,
		"{block}": block, "{endpoint}": endpoint, "{delivery}": "n1",
		"{provider}": "fake", "{seat}": "A1", "{code}": string(booking.CodeNotFound),
	}
}

// fill writes the names of the house's things into a path or a body.
func (h *house) fill(text string) string {
	for name, id := range h.names {
		text = strings.ReplaceAll(text, name, id)
	}
	return text
}

// goneNames name nothing in the house, and are as long as what is there.
func (h *house) goneNames() map[string]string {
	gone := map[string]string{}
	for name, id := range h.names {
		gone[name] = id
		switch name {
		case "{hold}", "{order}", "{block}", "{endpoint}", "{event}":
			gone[name] = strings.Repeat("0", len(id))
		}
	}
	return gone
}

// visitor is someone at the doors.
type visitor struct {
	name  string
	token string // "" for none
	kind  int    // which of a door's answers
}

// visitors are five whose tokens hold and, as strangers, all whose do not.
func (h *house) visitors() []visitor {
	list := h.strangers()
	for i, who := range []booking.Actor{alice, bob, oscar, olga, operator} {
		list = append(list, visitor{who.ID, h.token(who, nil, nil), i + 1})
	}
	return list
}

// strangers come with nothing, or with a token that would open every door if
// one thing of it were right.
func (h *house) strangers() []visitor {
	with := func(name string, value any) string { return h.token(operator, map[string]any{name: value}, nil) }
	good := h.token(operator, nil, nil)
	dots := strings.Split(good, ".")
	list := map[string]string{
		"no token": "", "garbage": "garbage", "garbage in three parts": "a.b.c",
		"expired":        with("exp", time.Now().Add(-time.Minute).Unix()),
		"without an end": with("exp", nil),
		"not begun":      with("nbf", time.Now().Add(time.Minute).Unix()),
		"other audience": with("aud", "others"), "no audience": with("aud", nil),
		"other issuer": with("iss", "others"), "no issuer": with("iss", nil),
		"nobody": with("sub", ""), "no role": with("role", nil), "unknown role": with("role", "root"),
		"alg none":        h.sign(operator, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, nil, nil),
		"no signature":    dots[0] + "." + dots[1] + ".",
		"other claims":    dots[0] + "." + strings.Split(h.token(bob, nil, nil), ".")[1] + "." + dots[2],
		"other key":       h.stolen(),
		"unknown key id":  h.token(operator, nil, map[string]any{"kid": "other"}),
		"no key id":       h.token(operator, nil, map[string]any{"kid": nil}),
		"a session":       h.names["{session}"],
		"key of its own":  h.token(operator, nil, map[string]any{"jwk": map[string]any{"kty": "oct"}}),
		"critical header": h.token(operator, nil, map[string]any{"crit": []string{"exp"}}),
	}
	for method, key := range h.signs.otherwise {
		list["algorithm "+method.Alg()] = h.sign(operator, method, key, nil, nil)
	}
	var strangers []visitor
	for name, token := range list {
		strangers = append(strangers, visitor{"stranger, " + name, token, 0})
	}
	return strangers
}

// token is who's, with claims and members of the header set or, by nil, left out.
func (h *house) token(who booking.Actor, claims, header map[string]any) string {
	return h.sign(who, h.signs.method, h.signs.key, claims, header)
}

// stolen is signed with a key of another service, under the name of ours.
func (h *house) stolen() string {
	if h.signs.method == jwt.SigningMethodHS256 {
		return h.sign(operator, h.signs.method, bytes.Repeat([]byte("x"), 32), nil, nil)
	}
	return h.sign(operator, h.signs.method, ed25519.NewKeyFromSeed(bytes.Repeat([]byte("x"), 32)), nil, nil)
}

func (h *house) sign(who booking.Actor, method jwt.SigningMethod, key any, claims, header map[string]any) string {
	h.t.Helper()
	ours, err := h.signs.keys()
	require.NoError(h.t, err)
	issued, err := auth.NewTokens(auth.TokenConfig{
		Keys: ours, Issuer: doorIssuer, Audience: doorAudience, TTL: time.Hour, Now: time.Now, NewID: func() string { return "j" },
	})
	require.NoError(h.t, err)
	text, _, err := issued.Issue(booking.Account{ID: who.ID, Role: who.Role})
	require.NoError(h.t, err)
	// What it says is read back, so that a forgery differs in one thing only.
	said := jwt.MapClaims{}
	like, _, err := jwt.NewParser().ParseUnverified(text, said)
	require.NoError(h.t, err)
	token := jwt.NewWithClaims(method, said)
	token.Header["kid"] = like.Header["kid"]
	change(said, claims)
	change(token.Header, header)
	text, err = token.SignedString(key)
	require.NoError(h.t, err)
	return text
}

func change(members, by map[string]any) {
	for name, value := range by {
		members[name] = value
		if value == nil {
			delete(members, name)
		}
	}
}

// knock asks at a door.
func (h *house) knock(v visitor, method, path, body string) *httptest.ResponseRecorder {
	h.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if v.token != "" {
		r.Header.Set("Authorization", "Bearer "+v.token)
	}
	r.Header.Set("X-Request-Id", "the-same-each-time")
	rec := httptest.NewRecorder()
	serve(h.doors, rec, r)
	requireDocumented(h.t, r, rec)
	return rec
}

// stored is a digest of all that is stored: of each byte of the file, which has
// another count of transactions after any that writes, and of Redis.
func (h *house) stored() string {
	h.t.Helper()
	file, err := os.ReadFile(h.file)
	require.NoError(h.t, err)
	return fmt.Sprintf("%x", sha256.Sum256(append(file, h.redis.Dump()...)))
}
