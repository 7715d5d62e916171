package auth

import (
	"crypto/ed25519"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/MicahParks/jwkset"
	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

func discard() *slog.Logger { return slog.New(slog.DiscardHandler) }

func edMetadata() jwkset.JWKMetadataOptions {
	return jwkset.JWKMetadataOptions{ALG: jwkset.AlgEdDSA, USE: jwkset.UseSig}
}

// by is a token of someone, signed with a key of the issuer.
func (w *outsideWorld) by(kid string, key ed25519.PrivateKey, who string) string {
	return w.issuer.sign(kid, jwt.SigningMethodEdDSA, key, map[string]any{"sub": who})
}

// While the issuer is away its tokens are answered as unavailable, ours as ever,
// and it is asked once a second.
func TestAnIssuerThatIsAway(t *testing.T) {
	w := newOutsideWorld(t)
	w.issuer.change(func() { w.issuer.away = true })
	own, _, err := w.tokens.Issue(anna)
	require.NoError(t, err)
	for second := range 3 {
		for i := range 20 {
			w.answers(booking.CodeUnavailable, w.by("ed", edKey(7), fmt.Sprint(i)))
			_, err := w.Verify(t.Context(), own)
			require.NoError(t, err)
		}
		require.Equal(t, second+1, w.issuer.fetches("/.well-known/openid-configuration"))
		w.wait(fetchAgain)
	}
	require.Contains(t, w.log.String(), "cannot be had")
	require.Zero(t, w.issuer.fetches("/keys"))

	w.issuer.change(func() { w.issuer.away = false })
	w.admits(w.by("ed", edKey(7), "user-1"))
}

func TestTheIssuersKeysRotate(t *testing.T) {
	w := newOutsideWorld(t)
	old := w.by("ed", edKey(7), "user-1")
	w.admits(old)
	w.issuer.publish("ed-2", edKey(8), edMetadata())
	w.admits(w.by("ed-2", edKey(8), "user-2")) // the unknown key id has the keys fetched
	require.Equal(t, 2, w.issuer.fetches("/keys"))
	w.admits(w.by("ed", edKey(7), "user-3")) // the one before is still published

	w.issuer.withdraw("ed")
	w.wait(unknownKeyAgain)
	w.answers(booking.CodeUnauthenticated, w.by("x", edKey(7), "user-1")) // has them fetched too
	require.Equal(t, 3, w.issuer.fetches("/keys"))
	w.answers(booking.CodeUnauthenticated, w.by("ed", edKey(7), "user-4"))
	w.admits(w.by("ed-2", edKey(8), "user-4"))

	// What was verified before the key went counts for a while, and no longer.
	w.admits(old)
	w.wait(outsideTrust)
	w.answers(booking.CodeUnauthenticated, old)
}

func TestMadeUpKeyIDsDoNotFloodTheIssuer(t *testing.T) {
	w := newOutsideWorld(t)
	w.admits(w.issuer.token(nil))
	for round := range 3 {
		for i := range 50 {
			w.answers(booking.CodeUnauthenticated, w.by(fmt.Sprintf("made-up-%d", i), edKey(9), "eve"))
		}
		require.Equal(t, 2+round, w.issuer.fetches("/keys"))
		w.wait(unknownKeyAgain)
	}
	require.NotContains(t, w.log.String(), "made-up")
}

// An unknown key id of an issuer that cannot be asked may be a good one.
func TestAnUnknownKeyOfAnIssuerThatIsAway(t *testing.T) {
	w := newOutsideWorld(t)
	w.admits(w.issuer.token(nil))
	w.issuer.change(func() { w.issuer.away = true })
	w.issuer.publish("ed-2", edKey(8), edMetadata())
	for range 3 {
		w.answers(booking.CodeUnavailable, w.by("ed-2", edKey(8), "user-2"))
	}
	w.admits(w.by("ed", edKey(7), "user-3")) // what is known stays good
	require.Equal(t, 2, w.issuer.fetches("/keys"))

	w.issuer.change(func() { w.issuer.away = false })
	w.wait(unknownKeyAgain)
	w.admits(w.by("ed-2", edKey(8), "user-2"))
	w.answers(booking.CodeUnauthenticated, w.by("x", edKey(8), "user-2"))
}

func TestWhereTheKeysAre(t *testing.T) {
	t.Run("as configured, without discovery", func(t *testing.T) {
		other := newIssuer(t)
		other.publish("ed", edKey(7), edMetadata())
		w := newOutsideWorld(t, func(c *OutsideConfig) { c.JWKSURL = other.server.URL + "/keys" })
		w.admits(w.issuer.token(nil))
		require.Zero(t, w.issuer.fetches("/.well-known/openid-configuration"))
		require.Equal(t, 1, other.fetches("/keys"))
	})
	t.Run("an issuer with a slash at its end", func(t *testing.T) {
		w := newOutsideWorld(t, func(c *OutsideConfig) { c.Issuer += "/" })
		w.issuer.change(func() { w.issuer.says += "/" })
		w.admits(w.issuer.token(map[string]any{"iss": w.issuer.server.URL + "/"}))
		require.Equal(t, 1, w.issuer.fetches("/.well-known/openid-configuration"))
	})
	t.Run("not where another issuer says", func(t *testing.T) {
		w := newOutsideWorld(t)
		w.issuer.change(func() { w.issuer.says = "https://evil.example" })
		w.answers(booking.CodeUnavailable, w.issuer.token(nil))
		require.Contains(t, w.log.String(), "evil.example")
		require.Zero(t, w.issuer.fetches("/keys"))
	})
}

func TestAnIssuerOnHTTPSStaysThere(t *testing.T) {
	k := newOutsideKeys(OutsideConfig{Issuer: "https://login.example", Client: &http.Client{}})
	defer k.close()
	require.NoError(t, k.checkKeysAddress("https://keys.example/jwks"))
	for _, address := range []string{"http://login.example/jwks", "", "/jwks", "https://", "file:///etc/passwd", "ftp://x/y"} {
		require.Error(t, k.checkKeysAddress(address), address)
	}
	plain := newOutsideKeys(OutsideConfig{Issuer: "http://localhost", Client: &http.Client{}})
	defer plain.close()
	require.NoError(t, plain.checkKeysAddress("http://localhost/jwks"), "control")

	from := func(url string) *http.Request { return httptest.NewRequest(http.MethodGet, url, nil) }
	require.NoError(t, stayOnHTTPS(from("https://b.example/"), []*http.Request{from("https://a.example/")}))
	require.NoError(t, stayOnHTTPS(from("http://b.example/"), []*http.Request{from("http://a.example/")}))
	require.Error(t, stayOnHTTPS(from("http://b.example/"), []*http.Request{from("https://a.example/")}))
	require.Error(t, stayOnHTTPS(from("https://b.example/"), []*http.Request{
		from("https://a.example/"), from("https://a.example/"), from("https://a.example/"), from("https://a.example/"),
	}))
}

// An answer without an end is not read to its end.
func TestAnIssuersAnswerIsBounded(t *testing.T) {
	sent := make(chan int, 1)
	endless := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		total, err := w.Write([]byte(`{"keys":[],"x":"`))
		for err == nil && total < 100*maxDocument {
			var n int
			n, err = w.Write([]byte(strings.Repeat("x", 1<<16)))
			total += n
		}
		sent <- total
	}))
	t.Cleanup(endless.Close)
	w := newOutsideWorld(t, func(c *OutsideConfig) { c.JWKSURL = endless.URL })
	w.answers(booking.CodeUnavailable, w.issuer.token(nil))
	total := <-sent
	require.GreaterOrEqual(t, total, maxDocument)
	require.Less(t, total, 50*maxDocument, "what the connection buffers, and no more")
}

// refreshers counts what keeps keys fresh, by the stacks of all goroutines.
func refreshers() int {
	stacks := make([]byte, 1<<20)
	return strings.Count(string(stacks[:runtime.Stack(stacks, true)]), "created by github.com/MicahParks/jwkset.NewStorageFromHTTP")
}

func TestNothingRunsOnForKeysThatWereNotHad(t *testing.T) {
	w := newOutsideWorld(t, func(c *OutsideConfig) { c.JWKSURL = c.Issuer + "/keys" })
	w.issuer.change(func() { w.issuer.away = true })
	for i := range 3 {
		w.answers(booking.CodeUnavailable, w.issuer.token(nil))
		require.Equal(t, i+1, w.issuer.fetches("/keys"))
		w.wait(fetchAgain)
	}
	none := func() bool { return refreshers() == 0 }
	require.Eventually(t, none, 10*time.Second, time.Millisecond)
	w.issuer.change(func() { w.issuer.away = false })
	w.admits(w.issuer.token(nil))
	require.Equal(t, 1, refreshers(), "control: one keeps the keys that were had fresh")
	w.outside.Close()
	require.Eventually(t, none, 10*time.Second, time.Millisecond)
}
