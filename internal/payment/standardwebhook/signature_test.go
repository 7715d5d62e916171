package standardwebhook

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	library "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

const (
	oldSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	newSecret = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
	testID    = "msg_p5jXN8AQM9LWM0D4loKWxJek"
)

var (
	testTime = time.Unix(1_700_000_000, 0)
	testBody = []byte(`{"type":"payment.succeeded","data":{"payment_id":"p1","order_id":"o1","amount":4500,"currency":"EUR"}}`)
)

func keysAt(t *testing.T, at time.Time, secrets ...string) *Keys {
	t.Helper()
	k, err := New(secrets, func() time.Time { return at })
	require.NoError(t, err)
	return k
}

// signed returns the headers of testBody, signed at testTime.
func signed(t *testing.T, secrets ...string) http.Header {
	t.Helper()
	h := http.Header{}
	require.NoError(t, keysAt(t, testTime, secrets...).Sign(h, testID, testBody))
	return h
}

// The vectors are published ones: of the specification's reference libraries,
// and of the documentation of the service that the specification came from.
func TestPublishedVectors(t *testing.T) {
	for _, v := range []struct {
		secret, id, body, signature string
		at                          int64
	}{
		{
			oldSecret, "msg_p5jXN8AQM9LWM0D4loKWxJek", `{"test": 2432232314}`,
			"v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", 1614265330,
		},
		{
			newSecret, "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk", `{"email":"test@example.com","username":"test_user"}`,
			"v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=", 1649367553,
		},
	} {
		k, h := keysAt(t, time.Unix(v.at, 0), v.secret), http.Header{}
		require.NoError(t, k.Sign(h, v.id, []byte(v.body)))
		require.Equal(t, v.signature, h.Get("webhook-signature"))
		require.Equal(t, v.id, h.Get("webhook-id"))
		require.Equal(t, strconv.FormatInt(v.at, 10), h.Get("webhook-timestamp"))
		id, err := k.Verify([]byte(v.body), h)
		require.NoError(t, err)
		require.Equal(t, v.id, id)
	}
}

func TestTheLibraryAcceptsWhatWeSign(t *testing.T) {
	k := keysAt(t, time.Now(), newSecret, oldSecret)
	r, err := k.Request(context.Background(), "http://shop.example/hook", testID, testBody)
	require.NoError(t, err)
	body, err := io.ReadAll(r.Body)
	require.NoError(t, err)
	require.Equal(t, testBody, body)
	require.Equal(t, http.MethodPost, r.Method)
	require.Equal(t, "application/json", r.Header.Get("Content-Type"))
	for _, secret := range []string{oldSecret, newSecret} {
		hook, err := library.NewWebhook(secret)
		require.NoError(t, err)
		require.NoError(t, hook.Verify(body, r.Header), "each of two secrets")
	}
}

func TestSecretsCanBeReplacedOneAfterTheOther(t *testing.T) {
	for _, c := range []struct {
		name             string
		signer, verifier []string
		ok               bool
	}{
		{"both have both", []string{newSecret, oldSecret}, []string{newSecret, oldSecret}, true},
		{"the sender is ahead", []string{newSecret, oldSecret}, []string{oldSecret}, true},
		{"the receiver is ahead", []string{oldSecret}, []string{newSecret, oldSecret}, true},
		{"the receiver is done", []string{newSecret, oldSecret}, []string{newSecret}, true},
		{"the old one is withdrawn", []string{oldSecret}, []string{newSecret}, false},
	} {
		_, err := keysAt(t, testTime, c.verifier...).Verify(testBody, signed(t, c.signer...))
		if c.ok {
			require.NoError(t, err, c.name)
		} else {
			require.Equal(t, booking.CodeInvalidSignature, booking.CodeOf(err), c.name)
		}
	}
}

func TestTheTimeMayBeFiveMinutesOffEitherWay(t *testing.T) {
	h := signed(t, oldSecret)
	for _, c := range []struct {
		off  time.Duration
		code booking.Code
	}{
		{0, ""},
		{Tolerance, ""},
		{-Tolerance, ""},
		{Tolerance + time.Millisecond, booking.CodeStaleTimestamp},
		{-Tolerance - time.Millisecond, booking.CodeStaleTimestamp},
		{20 * 365 * 24 * time.Hour, booking.CodeStaleTimestamp},
	} {
		_, err := keysAt(t, testTime.Add(c.off), oldSecret).Verify(testBody, h)
		require.Equal(t, c.code, booking.CodeOf(err), "%s off: %v", c.off, err)
		require.Equal(t, c.code == "", err == nil)
	}
}

// A forger must not learn from the answer whether the clock was right.
func TestAForgeryWithAWrongTimeIsAForgery(t *testing.T) {
	h := signed(t, newSecret)
	_, err := keysAt(t, testTime.Add(time.Hour), oldSecret).Verify(testBody, h)
	require.Equal(t, booking.CodeInvalidSignature, booking.CodeOf(err))
}

func TestEveryFlippedBitIsNoticed(t *testing.T) {
	k := keysAt(t, testTime, oldSecret)
	good := signed(t, oldSecret)
	for i := range len(testBody) * 8 {
		body := []byte(flip(string(testBody), i))
		_, err := k.Verify(body, good)
		require.Equal(t, booking.CodeInvalidSignature, booking.CodeOf(err), "bit %d of the body", i)
	}
	for _, name := range []string{"webhook-id", "webhook-timestamp", "webhook-signature"} {
		for i := range len(good.Get(name)) * 8 {
			h := good.Clone()
			h.Set(name, flip(good.Get(name), i))
			_, err := k.Verify(testBody, h)
			require.Equal(t, booking.CodeInvalidSignature, booking.CodeOf(err), "bit %d of %s", i, name)
		}
	}
	_, err := k.Verify(testBody, good) // the control: unflipped it holds
	require.NoError(t, err)
}

func flip(s string, bit int) string {
	b := []byte(s)
	b[bit/8] ^= 1 << (bit % 8)
	return string(b)
}

func TestMalformedHeadersAreInvalidSignatures(t *testing.T) {
	k, good := keysAt(t, testTime, oldSecret), signed(t, oldSecret)
	signature := good.Get("webhook-signature")
	bare := strings.TrimPrefix(signature, "v1,")
	for name, values := range map[string][]string{
		"webhook-id":        {"", " ", "a b", "tab\tinside", "umlaut-ü", "nul\x00", strings.Repeat("x", 256), testID + "x"},
		"webhook-timestamp": {"", "now", "1700000000.0", "+1700000000", "01700000000", "-1", "1_700_000_000", "99999999999999999999", " 1700000000"},
		"webhook-signature": {"", "v1", "v1,", bare, "v2," + bare, "v1a," + bare, "V1," + bare, "v1," + strings.TrimRight(bare, "="), "v1, " + bare, signature[:20]},
	} {
		for _, value := range values {
			h := good.Clone()
			h.Set(name, value)
			_, err := k.Verify(testBody, h)
			require.Equal(t, booking.CodeInvalidSignature, booking.CodeOf(err), "%s: %q", name, value)
		}
		h := good.Clone()
		h.Del(name)
		_, err := k.Verify(testBody, h)
		require.Equal(t, booking.CodeInvalidSignature, booking.CodeOf(err), "no %s", name)
	}
	_, err := k.Verify(nil, good)
	require.Equal(t, booking.CodeInvalidSignature, booking.CodeOf(err), "no body")
}

func TestOneGoodSignatureAmongOthersIsEnough(t *testing.T) {
	h := signed(t, oldSecret)
	other := signed(t, newSecret).Get("webhook-signature")
	h.Set("webhook-signature", "v1a,AAAA "+other+"  nonsense "+h.Get("webhook-signature")+" v9,x")
	_, err := keysAt(t, testTime, oldSecret).Verify(testBody, h)
	require.NoError(t, err)
}

func TestSignRefusesAnIDThatVerifyWould(t *testing.T) {
	k := keysAt(t, testTime, oldSecret)
	for _, id := range []string{"", "a b", "é", strings.Repeat("x", 256)} {
		h := http.Header{}
		require.Error(t, k.Sign(h, id, testBody))
		require.Empty(t, h)
		_, err := k.Request(context.Background(), "http://shop.example/", id, testBody)
		require.Error(t, err)
	}
	longest := strings.Repeat("~", 255)
	h := http.Header{}
	require.NoError(t, k.Sign(h, longest, testBody))
	id, err := k.Verify(testBody, h)
	require.NoError(t, err)
	require.Equal(t, longest, id)
	_, err = k.Request(context.Background(), "http://bad host/", testID, testBody)
	require.Error(t, err)
}

// Id, time and body are signed as one text with dots between. A genuine
// message must not hold when its parts are cut at another dot.
func TestPartsCannotBeMovedAcrossTheDots(t *testing.T) {
	k := keysAt(t, testTime, oldSecret)
	h, now := http.Header{}, strconv.FormatInt(testTime.Unix(), 10)
	require.NoError(t, k.Sign(h, "a."+now, testBody))
	h.Set("webhook-id", "a")
	moved := append([]byte(now+"."), testBody...)
	_, err := k.ReadWebhook(moved, h)
	require.Equal(t, booking.CodeInvalidValue, booking.CodeOf(err), "what is left is no message")
}

func TestReadWebhookVerifiesThenReads(t *testing.T) {
	k := keysAt(t, testTime, oldSecret)
	e, err := k.ReadWebhook(testBody, signed(t, oldSecret))
	require.NoError(t, err)
	require.Equal(t, booking.PaymentEvent{
		WebhookID: testID, Kind: booking.PaymentSucceeded, Type: "payment.succeeded",
		PaymentID: "p1", OrderID: "o1", Received: booking.Money{Amount: 4500, Currency: "EUR"},
	}, e)
	e, err = k.ReadWebhook(testBody, signed(t, newSecret))
	require.Equal(t, booking.CodeInvalidSignature, booking.CodeOf(err))
	require.Zero(t, e)
}
