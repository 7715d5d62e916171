package httpapi

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

const webhookPath = "/v1/webhooks/fake"

func TestAWebhookSells(t *testing.T) {
	w := newWorld(t)
	event := w.event("")
	id := w.order(alice, event, "A1")
	for range 2 {
		a := w.do(nobody, post, webhookPath, hook("succeeded", id, 4500), "Signature", "good").ok(http.StatusOK)
		require.JSONEq(t, `{"received": true}`, a.Body.String())
	}
	o := w.do(alice, get, "/v1/orders/"+id, "").object()
	require.Equal(t, "paid", o["status"])
	require.NotContains(t, o, "reason")
	require.Len(t, o["payments"], 1)
	require.Equal(t, "s.......", w.seats(event))
}

func TestAWebhookEndsAnOrder(t *testing.T) {
	for _, kind := range []string{"failed", "cancelled"} {
		w := newWorld(t)
		event := w.event("")
		id := w.order(alice, event, "A1")
		w.do(nobody, post, webhookPath, hook(kind, id, 4500), "Signature", "good").ok(http.StatusOK)
		o := w.do(alice, get, "/v1/orders/"+id, "").object()
		require.Equal(t, "cancelled", o["status"])
		require.Equal(t, "payment", o["reason"])
		require.Equal(t, allFree, w.seats(event))
	}
}

func TestAWrongAmountIsDueBack(t *testing.T) {
	w := newWorld(t)
	event := w.event("")
	id := w.order(alice, event, "A1")
	w.do(nobody, post, webhookPath, hook("succeeded", id, 1), "Signature", "good").ok(http.StatusOK)
	o := w.do(alice, get, "/v1/orders/"+id, "").object()
	require.Equal(t, "refunding", o["status"])
	require.Equal(t, "refund_due", o["payments"].([]any)[0].(map[string]any)["state"])
	require.Equal(t, allFree, w.seats(event))
}

func TestWebhooksThatChangeNothingAreReceived(t *testing.T) {
	w := newWorld(t)
	w.order(alice, w.event(""), "A1")
	before := w.state()
	for _, body := range []string{hook("ignored", "x", 1), hook("succeeded", "none", 4500)} {
		w.do(nobody, post, webhookPath, body, "Signature", "good").ok(http.StatusOK)
	}
	require.Equal(t, before, w.state())
}

func TestBadWebhooks(t *testing.T) {
	w := newWorld(t)
	id := w.order(alice, w.event(""), "A1")
	body := hook("succeeded", id, 4500)
	w.refuses([]refusal{
		{"unsigned", nobody, post, webhookPath, body, nil, 400, booking.CodeInvalidSignature, ""},
		{"badly signed", nobody, post, webhookPath, body, []string{"Signature", "x"}, 400, booking.CodeInvalidSignature, ""},
		{"stale", nobody, post, webhookPath, body, []string{"Signature", "stale"}, 400, booking.CodeStaleTimestamp, ""},
		{"unreadable", nobody, post, webhookPath, "x", []string{"Signature", "good"}, 422, booking.CodeInvalidValue, ""},
		{"another provider", nobody, post, "/v1/webhooks/stripe", body, []string{"Signature", "good"}, 404, booking.CodeNotFound, "stripe"},
		{"a fault of ours", nobody, post, webhookPath, body, []string{"Signature", "broken"}, 503, booking.CodeUnavailable, ""},
	})
	require.Contains(t, w.log.String(), "secret of the provider")
}

func TestAPaymentGoesThroughWithoutTheHoldStore(t *testing.T) {
	w := newWorld(t)
	id := w.order(alice, w.event(""), "A1")
	w.redis.FlushAll()
	w.pay(id)
	require.Equal(t, "paid", w.do(alice, get, "/v1/orders/"+id, "").ok(http.StatusOK).object()["status"])
}
