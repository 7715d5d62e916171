package e2e

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/payment/standardwebhook"
)

// webhook is a message of the payment provider, ready to be sent any number of
// times.
type webhook struct {
	provider string
	id       string
	body     []byte
	keys     *standardwebhook.Keys
}

// newWebhook makes the message that a payment of the order ended so; change
// may make it say something else.
func newWebhook(t *testing.T, kind string, o order, change ...func(*standardwebhook.Data)) webhook {
	t.Helper()
	m := standardwebhook.Message{Type: kind, Timestamp: time.Now(), Data: standardwebhook.Data{
		PaymentID: o.Payment.ID, OrderID: o.ID, Amount: o.Total.Amount, Currency: o.Total.Currency,
	}}
	for _, c := range change {
		c(&m.Data)
	}
	body, err := m.Encode()
	require.NoError(t, err)
	keys, err := standardwebhook.New([]string{webhookSecret}, nil)
	require.NoError(t, err)
	return webhook{provider: "sandbox", id: "msg_" + m.Data.PaymentID + "_" + kind, body: body, keys: keys}
}

// paid is the message that the order's payment succeeded.
func paid(t *testing.T, o order) webhook {
	t.Helper()
	return newWebhook(t, standardwebhook.TypeSucceeded, o)
}

// send delivers the message once, as a provider does.
func (c *client) send(w webhook) answer {
	a := answer{call: "webhook " + w.id, requestID: newRequestID()}
	request, err := http.NewRequest(http.MethodPost, c.url+"/v1/webhooks/"+w.provider, strings.NewReader(string(w.body)))
	if err != nil {
		a.err = err
		return a
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-Request-Id", a.requestID)
	if a.err = w.keys.Sign(request.Header, w.id, w.body); a.err != nil {
		return a
	}
	return a.of(c.http, request)
}
