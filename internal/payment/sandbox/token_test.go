package sandbox

import (
	"encoding/base64"
	"net/http"
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
	token, err := s.token(payment{ID: "pay_1", OrderID: "1", Amount: 4500, Currency: "EUR"})
	require.NoError(t, err)
	for i := range len(token) * 7 {
		b := []byte(token)
		b[i/7] ^= 1 << (i % 7)
		_, ok := s.open(string(b))
		require.False(t, ok, "bit %d", i)
	}
	p, ok := s.open(token) // the control: unchanged it opens
	require.True(t, ok)
	require.Equal(t, int64(4500), p.Amount)
}

func TestForgedTokensAreNotFound(t *testing.T) {
	p := newProvider(t, Config{})
	genuine := strings.TrimPrefix(pathOf(t, p), pagePath)
	body, tag, _ := strings.Cut(genuine, ".")
	cheaper := base64.RawURLEncoding.EncodeToString([]byte(`{"payment_id":"pay_ord-1","order_id":"ord-1","amount":1,"currency":"EUR","expires_at":"2099-01-01T00:00:00Z"}`))
	foreign, err := sealOf(t, newSecret).token(payment{ID: "pay_1"})
	require.NoError(t, err)
	for name, token := range map[string]string{
		"empty": "", "a dot": ".", "no tag": body, "empty tag": body + ".", "no payment": "." + tag,
		"other payment": cheaper + "." + tag, "other secret": foreign, "more": genuine + "A",
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

// A sealed text that is no payment cannot come from this code, but from
// another version of it that has the same secret.
func TestSealedNonsenseIsNotAPayment(t *testing.T) {
	s := sealOf(t, oldSecret)
	for _, encoded := range []string{"%%%", base64.RawURLEncoding.EncodeToString([]byte("[]")), ""} {
		_, ok := s.open(encoded + "." + mac(s.keys[0], encoded))
		require.False(t, ok, encoded)
	}
}

func TestAWebhookSignatureIsNoSeal(t *testing.T) {
	s := sealOf(t, oldSecret)
	raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(oldSecret, "whsec_"))
	require.NoError(t, err)
	body := base64.RawURLEncoding.EncodeToString([]byte(`{"payment_id":"pay_1"}`))
	_, ok := s.open(body + "." + mac(raw, body))
	require.False(t, ok, "the two uses of the secret are kept apart")
}
