package standardwebhook

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

func TestAMessageHasTheFormOfTheContract(t *testing.T) {
	at := time.Date(2026, 3, 1, 21, 30, 5, 0, time.FixedZone("", 2*3600))
	m := Message{Type: TypeFailed, Timestamp: at, Data: Data{PaymentID: "p", OrderID: "o", Amount: 1200, Currency: "JPY"}}
	body, err := m.Encode()
	require.NoError(t, err)
	require.Equal(t, `{"type":"payment.failed","timestamp":"2026-03-01T19:30:05.000Z",`+
		`"data":{"payment_id":"p","order_id":"o","amount":1200,"currency":"JPY"}}`, string(body))
}

func TestWhatIsEncodedReadsBack(t *testing.T) {
	for messageType, kind := range map[string]booking.PaymentEventKind{
		TypeSucceeded: booking.PaymentSucceeded,
		TypeFailed:    booking.PaymentFailed,
		TypeCancelled: booking.PaymentCancelled,
	} {
		body, err := Message{Type: messageType, Data: Data{PaymentID: "p", OrderID: "o", Amount: 7, Currency: "EUR"}}.Encode()
		require.NoError(t, err)
		e, err := ReadEvent("msg_1", body)
		require.NoError(t, err)
		require.Equal(t, booking.PaymentEvent{
			WebhookID: "msg_1", Kind: kind, Type: messageType, PaymentID: "p", OrderID: "o",
			Received: booking.Money{Amount: 7, Currency: "EUR"},
		}, e)
	}
}

// The amount of a refund is what has gone back, never money that arrived.
func TestARefundSaysWhatHasGoneBackInAll(t *testing.T) {
	for messageType, want := range map[string]booking.PaymentEvent{
		TypeRefundSucceeded: {Kind: booking.RefundSucceeded, Refunded: 1500},
		TypeRefundFailed:    {Kind: booking.RefundFailed},
	} {
		body, err := Message{Type: messageType, Data: Data{PaymentID: "p", OrderID: "o", Amount: 1500, Currency: "EUR"}}.Encode()
		require.NoError(t, err)
		e, err := ReadEvent("msg_1", body)
		require.NoError(t, err)
		want.WebhookID, want.Type, want.PaymentID, want.OrderID = "msg_1", messageType, "p", "o"
		want.Received.Currency = "EUR"
		require.Equal(t, want, e)
	}
}

func TestOtherTypesAreIgnoredWhateverTheirData(t *testing.T) {
	for _, body := range []string{
		`{"type":"refund.created","data":{"payment_id":"p"}}`,
		`{"type":"customer.created","data":[1,2]}`,
		`{"type":"ping"}`,
		`{"type":"Payment.Succeeded","data":null}`,
	} {
		e, err := ReadEvent("msg_1", []byte(body))
		require.NoError(t, err, body)
		require.Equal(t, booking.PaymentIgnored, e.Kind, body)
		require.Equal(t, "msg_1", e.WebhookID)
		require.NotEmpty(t, e.Type)
	}
}

func TestUnknownFieldsAndAMissingOrderAreTolerated(t *testing.T) {
	e, err := ReadEvent("msg_1", []byte(`{"type":"payment.succeeded","livemode":false,"timestamp":17,
		"data":{"payment_id":"p","amount":0,"currency":"EUR","card":{"brand":"x"}}}`))
	require.NoError(t, err)
	require.Equal(t, "p", e.PaymentID)
	require.Empty(t, e.OrderID)
}

func TestMalformedMessagesAreInvalidValues(t *testing.T) {
	data := func(s string) string { return `{"type":"payment.succeeded","data":` + s + `}` }
	long := strings.Repeat("x", 256)
	for name, body := range map[string]string{
		"empty":               ``,
		"not JSON":            `type=payment.succeeded`,
		"an array":            `[]`,
		"a string":            `"payment.succeeded"`,
		"null":                `null`,
		"cut off":             data(`{"payment_id":"p","amount":1,"currency":"EUR"`),
		"something after it":  data(`{"payment_id":"p","amount":1,"currency":"EUR"}`) + `{}`,
		"no type":             `{"data":{"payment_id":"p","amount":1,"currency":"EUR"}}`,
		"a type of number":    `{"type":1}`,
		"no data":             `{"type":"payment.failed"}`,
		"null data":           data(`null`),
		"data of array":       data(`[]`),
		"no payment id":       data(`{"order_id":"o","amount":1,"currency":"EUR"}`),
		"payment id a number": data(`{"payment_id":7,"amount":1,"currency":"EUR"}`),
		"long payment id":     data(`{"payment_id":"` + long + `","amount":1,"currency":"EUR"}`),
		"long order id":       data(`{"payment_id":"p","order_id":"` + long + `","amount":1,"currency":"EUR"}`),
		"no amount":           data(`{"payment_id":"p","currency":"EUR"}`),
		"null amount":         data(`{"payment_id":"p","amount":null,"currency":"EUR"}`),
		"negative amount":     data(`{"payment_id":"p","amount":-1,"currency":"EUR"}`),
		"fraction":            data(`{"payment_id":"p","amount":45.5,"currency":"EUR"}`),
		"amount as text":      data(`{"payment_id":"p","amount":"4500","currency":"EUR"}`),
		"amount over int64":   data(`{"payment_id":"p","amount":9223372036854775808,"currency":"EUR"}`),
		"no currency":         data(`{"payment_id":"p","amount":1}`),
		"small currency":      data(`{"payment_id":"p","amount":1,"currency":"eur"}`),
		"long currency":       data(`{"payment_id":"p","amount":1,"currency":"EURO"}`),
	} {
		for _, kind := range []string{"payment.succeeded", TypeRefundSucceeded, TypeRefundFailed} {
			e, err := ReadEvent("msg_1", []byte(strings.Replace(body, "payment.succeeded", kind, 1)))
			require.Equal(t, booking.CodeInvalidValue, booking.CodeOf(err), name)
			require.Zero(t, e, name)
		}
	}
}
