package standardwebhook

import (
	"net/http"
	"strconv"
	"testing"
	"time"

	library "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

// FuzzVerify gives any headers and body. What is accepted must have been
// signed: the only signatures that exist are those of testBody, at testTime.
func FuzzVerify(f *testing.F) {
	good := http.Header{}
	k, err := New([]string{newSecret, oldSecret}, nil)
	require.NoError(f, err)
	k.now = func() time.Time { return testTime }
	require.NoError(f, k.Sign(good, testID, testBody))
	signature, timestamp := good.Get(library.HeaderWebhookSignature), strconv.FormatInt(testTime.Unix(), 10)
	for _, seed := range [][4]string{
		{testID, timestamp, signature, string(testBody)},
		{testID, timestamp, signature + " v1,", string(testBody)},
		{testID, timestamp, "v1a," + signature, string(testBody)},
		{testID, timestamp, signature[:len(signature)-1], string(testBody)},
		{testID, timestamp, signature, string(testBody) + " "},
		{testID, "+" + timestamp, signature, string(testBody)},
		{testID, "0" + timestamp, signature, string(testBody)},
		{testID, "9223372036854775807", signature, string(testBody)},
		{testID + "x", timestamp, signature, string(testBody)},
		{"msg_p5jXN8AQM9LWM0D4loKWxJek.1700000000", "", "v1,", "{}"},
		{"", "", "", ""},
		{"\x00", "-1", "v1", "\xff"},
		{testID, timestamp, ",", ""},
		{testID, timestamp, " ", ""},
	} {
		f.Add(seed[0], seed[1], seed[2], []byte(seed[3]))
	}
	f.Fuzz(func(t *testing.T, id, timestamp, signature string, body []byte) {
		h := http.Header{}
		h.Set(library.HeaderWebhookID, id)
		h.Set(library.HeaderWebhookTimestamp, timestamp)
		h.Set(library.HeaderWebhookSignature, signature)
		got, err := k.Verify(body, h)
		if err != nil {
			require.Equal(t, booking.CodeInvalidSignature, booking.CodeOf(err), "%v", err)
			require.Empty(t, got)
			return
		}
		require.Equal(t, testID, got)
		require.Equal(t, strconv.FormatInt(testTime.Unix(), 10), timestamp)
		require.Equal(t, string(testBody), string(body))
	})
}

// FuzzReadEvent reads any body as one that was signed.
func FuzzReadEvent(f *testing.F) {
	f.Add(testBody)
	for kind := range kinds {
		f.Add([]byte(`{"type":"` + kind + `","timestamp":"2026-01-01T00:00:00Z","data":{"payment_id":"p","order_id":"o","amount":0,"currency":"JPY","key":"k"}}`))
	}
	for _, body := range []string{
		``, `null`, `[]`, `{`, `{"type":7}`, `{"type":"x"}`, `{"type":"payment.succeeded"}`, `{"type":"payment.succeeded","data":null}`,
		`{"type":"payment.succeeded","data":{"payment_id":"p","amount":-1,"currency":"EUR"}}`,
		`{"type":"payment.succeeded","data":{"payment_id":"p","amount":1e3,"currency":"EUR"}}`,
		`{"type":"payment.succeeded","TYPE":"x","data":{"payment_id":"p","amount":1,"amount":null,"currency":"EUR"}}`,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		e, err := ReadEvent(testID, body)
		if err != nil {
			require.Equal(t, booking.CodeInvalidValue, booking.CodeOf(err))
			require.Zero(t, e)
			return
		}
		require.Equal(t, testID, e.WebhookID)
		require.NotEmpty(t, e.Type)
		if e.Kind == booking.PaymentIgnored {
			require.Zero(t, e.Received)
			return
		}
		require.Equal(t, kinds[e.Type], e.Kind)
		require.True(t, e.PaymentID != "" && len(e.PaymentID) <= refMaxBytes && len(e.OrderID) <= refMaxBytes)
		require.True(t, booking.ValidCurrency(e.Received.Currency))
		require.GreaterOrEqual(t, e.Received.Amount, int64(0))
		require.GreaterOrEqual(t, e.Refunded, int64(0))
	})
}
