package sandbox

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"seathold/internal/payment/standardwebhook"
)

func sealOf(t *testing.T, secret string) seal {
	t.Helper()
	keys, err := standardwebhook.New([]string{secret}, nil)
	require.NoError(t, err)
	return newSeal(keys)
}

func TestEveryChangedCharacterOfATokenIsNoticed(t *testing.T) {
	s := sealOf(t, oldSecret)
	token := s.token("pay_1")
	for i := range len(token) * 7 {
		b := []byte(token)
		b[i/7] ^= 1 << (i % 7)
		_, ok := s.open(string(b))
		require.False(t, ok, "bit %d", i)
	}
	id, ok := s.open(token) // the control: unchanged it opens
	require.True(t, ok)
	require.Equal(t, "pay_1", id)
}

func TestForgedTokensAreNotFound(t *testing.T) {
	p := newProvider(t, Config{})
	genuine := strings.TrimPrefix(pathOf(t, p), pagePath)
	body, tag, _ := strings.Cut(genuine, ".")
	other := base64.RawURLEncoding.EncodeToString([]byte("pay_ord-2"))
	foreign := sealOf(t, newSecret).token("pay_ord-1")
	for name, token := range map[string]string{
		"empty": "", "a dot": ".", "no tag": body, "empty tag": body + ".", "no payment": "." + tag,
		"other payment": other + "." + tag, "other secret": foreign, "more": genuine + "A",
		"padded": genuine + "=", "a path below": genuine + "/x", "a line end": body + "%0A." + tag,
		"twice": genuine + "." + tag,
	} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			w := press(p, pagePath+token, "pay")
			if method == http.MethodGet {
				w = get(p, pagePath+token)
			}
			require.Equal(t, http.StatusNotFound, w.Code, name)
			require.Contains(t, w.Body.String(), "Payment not found", name)
			require.NotContains(t, w.Body.String(), "<form", name)
		}
	}
	require.Equal(t, http.StatusOK, get(p, pagePath+genuine).Code)
}

// A sealed text that is no encoded id cannot come from this code, but from
// another version of it that has the same secret.
func TestSealedNonsenseIsNotAPayment(t *testing.T) {
	p := newProvider(t, Config{})
	for _, encoded := range []string{"%%%", base64.RawURLEncoding.EncodeToString([]byte("[]")), ""} {
		require.Equal(t, http.StatusNotFound, get(p, pagePath+url.PathEscape(encoded)+"."+mac(p.seal.keys[0], encoded)).Code, encoded)
	}
}

// The records may be lost while their links are still about.
func TestALinkWithoutItsRecordIsNotFound(t *testing.T) {
	path := pathOf(t, newProvider(t, Config{}))
	empty := newProvider(t, Config{})
	requirePage(t, get(empty, path), http.StatusNotFound, "Payment not found")
	requirePage(t, press(empty, path, "pay"), http.StatusNotFound, "Payment not found")
}

func TestAWebhookSignatureIsNoSeal(t *testing.T) {
	s := sealOf(t, oldSecret)
	raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(oldSecret, "whsec_"))
	require.NoError(t, err)
	body := base64.RawURLEncoding.EncodeToString([]byte("pay_1"))
	_, ok := s.open(body + "." + mac(raw, body))
	require.False(t, ok, "the two uses of the secret are kept apart")
}
