package auth

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/MicahParks/jwkset"
	"github.com/MicahParks/keyfunc/v3"
	"github.com/go-json-experiment/json"
	"github.com/golang-jwt/jwt/v5"
	"golang.org/x/sync/singleflight"
	"golang.org/x/time/rate"
)

const (
	// fetchTimeout is what one answer of the issuer may take.
	fetchTimeout = 5 * time.Second
	// fetchAgain is how often an issuer is asked that was away, at most.
	fetchAgain = time.Second
	// unknownKeyAgain is how often an unknown key id makes us ask for the keys, at
	// most: anybody can make up key ids.
	unknownKeyAgain = 10 * time.Second
	// keysEvery is how often the keys are asked for anyway.
	keysEvery = outsideTrust
	// maxDocument bounds what is read of the issuer, in bytes.
	maxDocument = 1 << 20
)

// errIssuerAway: the token cannot be judged now.
var errIssuerAway = errors.New("the issuer's keys cannot be had")

// outsideKeys are the keys that an outside issuer publishes. They are fetched
// when the first token comes, every few minutes from then on, and when a token
// names one that is not known.
type outsideKeys struct {
	cfg    OutsideConfig
	client *http.Client
	ctx    context.Context // ends with close
	close  context.CancelFunc

	first    *rate.Limiter // until the keys were had for the first time
	unknown  *rate.Limiter // for unknown key ids
	fetching singleflight.Group
	loaded   atomic.Pointer[loadedKeys]
}

func newOutsideKeys(cfg OutsideConfig) *outsideKeys {
	ctx, cancel := context.WithCancel(context.Background())
	client := *cfg.Client
	client.Timeout = fetchTimeout
	client.Transport = bounded{cfg.Client.Transport}
	client.CheckRedirect = stayOnHTTPS
	return &outsideKeys{
		cfg: cfg, client: &client, ctx: ctx, close: cancel,
		first:   rate.NewLimiter(rate.Every(fetchAgain), 1),
		unknown: rate.NewLimiter(rate.Every(unknownKeyAgain), 1),
	}
}

// find returns the key that the token names. errUnknownKey, errIssuerAway.
func (k *outsideKeys) find(ctx context.Context, token *jwt.Token) (any, error) {
	loaded, err := k.load(ctx)
	if err != nil {
		return nil, err
	}
	key, err := loaded.keyfunc.KeyfuncCtx(ctx)(token)
	switch {
	case err == nil:
		return key, nil
	case errors.Is(err, errIssuerAway):
		return nil, errIssuerAway
	default:
		return nil, errUnknownKey
	}
}

// load fetches the keys for the first time. Whoever comes meanwhile waits for
// the same answer; while the issuer is away most do not wait at all.
func (k *outsideKeys) load(ctx context.Context) (*loadedKeys, error) {
	if loaded := k.loaded.Load(); loaded != nil {
		return loaded, nil
	}
	answer := k.fetching.DoChan("first", func() (any, error) {
		if loaded := k.loaded.Load(); loaded != nil {
			return loaded, nil
		}
		if !k.first.AllowN(k.cfg.Now(), 1) {
			return nil, errIssuerAway
		}
		ctx, giveUp := context.WithCancel(k.ctx)
		loaded, err := k.fetch(ctx)
		if err != nil {
			giveUp()
			k.cfg.Log.Warn("the outside issuer's keys cannot be had: its tokens are not accepted until they can",
				"issuer", k.cfg.Issuer, "err", err)
			return nil, errIssuerAway
		}
		loaded.stop = giveUp
		k.loaded.Store(loaded)
		return loaded, nil
	})
	select {
	case a := <-answer:
		loaded, _ := a.Val.(*loadedKeys)
		return loaded, a.Err
	case <-ctx.Done():
		return nil, errIssuerAway
	}
}

// fetch fetches the keys, and goes on to until ctx ends.
func (k *outsideKeys) fetch(ctx context.Context) (*loadedKeys, error) {
	address := k.cfg.JWKSURL
	if address == "" {
		var err error
		if address, err = k.discover(ctx); err != nil {
			return nil, err
		}
	}
	l := &loadedKeys{ctx: ctx, unknown: k.unknown, now: k.cfg.Now}
	store, err := jwkset.NewStorageFromHTTP(address, jwkset.HTTPClientStorageOptions{
		Client: k.client, Ctx: ctx, HTTPTimeout: fetchTimeout, RefreshInterval: keysEvery,
		RefreshErrorHandler: func(_ context.Context, err error) {
			l.faults.Add(1)
			k.cfg.Log.Warn("the outside issuer's keys cannot be fetched anew", "issuer", k.cfg.Issuer, "err", err)
		},
	})
	if err != nil {
		return nil, err
	}
	l.Storage = store
	l.anew, err = jwkset.NewHTTPClient(jwkset.HTTPClientOptions{
		HTTPURLs: map[string]jwkset.Storage{address: store}, RateLimitWaitMax: fetchTimeout,
		RefreshUnknownKID: rate.NewLimiter(rate.Inf, 1), // our own limit does not keep anybody waiting
	})
	if err != nil {
		return nil, err
	}
	l.keyfunc, err = keyfunc.New(keyfunc.Options{
		// A key without a use may sign, one that is for encrypting may not.
		Ctx: ctx, Storage: l, UseWhitelist: []jwkset.USE{jwkset.UseSig, ""},
	})
	return l, err
}

// discover asks the issuer where its keys are (OpenID Connect Discovery).
func (k *outsideKeys) discover(ctx context.Context) (string, error) {
	address := strings.TrimSuffix(k.cfg.Issuer, "/") + "/.well-known/openid-configuration"
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return "", err
	}
	answer, err := k.client.Do(r)
	if err != nil {
		return "", err
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		return "", fmt.Errorf("%s answers %d", address, answer.StatusCode)
	}
	var document struct {
		Issuer  string `json:"issuer"`
		JWKSURI string `json:"jwks_uri"`
	}
	if err := json.UnmarshalRead(answer.Body, &document); err != nil {
		return "", fmt.Errorf("%s cannot be read: %w", address, err)
	}
	if document.Issuer != k.cfg.Issuer {
		return "", fmt.Errorf("%s is of the issuer %q, not of %q", address, document.Issuer, k.cfg.Issuer)
	}
	return document.JWKSURI, k.checkKeysAddress(document.JWKSURI)
}

// checkKeysAddress keeps an issuer on https from sending us for its keys to where
// anybody on the way could change them.
func (k *outsideKeys) checkKeysAddress(address string) error {
	u, err := url.Parse(address)
	plain := err == nil && u.Scheme == "http" && strings.HasPrefix(k.cfg.Issuer, "http:")
	if err != nil || u.Host == "" || (u.Scheme != "https" && !plain) {
		return fmt.Errorf("the issuer's jwks_uri %q is not an https address", address)
	}
	return nil
}

// loadedKeys are keys that were had at least once. It is the jwkset.Storage that
// a token's key is looked for in.
type loadedKeys struct {
	jwkset.Storage                // what was fetched, as it is
	anew           jwkset.Storage // fetches it anew where it lacks a key id
	keyfunc        keyfunc.Keyfunc
	ctx            context.Context
	stop           context.CancelFunc

	now      func() time.Time
	unknown  *rate.Limiter
	fetching singleflight.Group
	faults   atomic.Int64 // fetches that failed
	away     atomic.Bool  // the last one for an unknown key id did
}

// KeyRead finds a key. For one that is not there the keys are fetched anew, now
// and then; all who miss one meanwhile wait for that.
func (l *loadedKeys) KeyRead(ctx context.Context, kid string) (jwkset.JWK, error) {
	key, err := l.Storage.KeyRead(ctx, kid)
	if !errors.Is(err, jwkset.ErrKeyNotFound) {
		return key, err
	}
	_, _, _ = l.fetching.Do("", func() (any, error) { l.fetchFor(kid); return nil, nil })
	key, err = l.Storage.KeyRead(ctx, kid)
	if err != nil && l.away.Load() {
		return key, errIssuerAway
	}
	return key, err
}

func (l *loadedKeys) fetchFor(kid string) {
	if !l.unknown.AllowN(l.now(), 1) {
		return
	}
	before := l.faults.Load()
	_, _ = l.anew.KeyRead(l.ctx, kid) // it is read again by who asked
	l.away.Store(l.faults.Load() != before)
}

// stayOnHTTPS follows no redirect to where anybody on the way could change the
// answer.
func stayOnHTTPS(r *http.Request, via []*http.Request) error {
	if len(via) > 3 || (via[0].URL.Scheme == "https" && r.URL.Scheme != "https") {
		return errors.New("redirected too often, or away from https")
	}
	return nil
}

// bounded reads no more of an answer than a document of an issuer may have.
type bounded struct{ next http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	next := b.next
	if next == nil {
		next = http.DefaultTransport
	}
	answer, err := next.RoundTrip(r)
	if err == nil {
		answer.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(answer.Body, maxDocument), answer.Body}
	}
	return answer, err
}
