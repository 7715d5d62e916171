package stripetest

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v85/webhook"
)

var ctx = context.Background()

func start(t *testing.T, o Options) *Server {
	t.Helper()
	s := Start(o)
	t.Cleanup(s.Close)
	return s
}

// post sends a form under a key and returns the answer's status, body and
// whether it was given before.
func post(t *testing.T, s *Server, path, key string, form url.Values) (status int, body string, again bool) {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL+path, strings.NewReader(form.Encode()))
	require.NoError(t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Authorization", "Bearer "+APIKey)
	r.Header.Set("Idempotency-Key", key)
	response, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	said, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	return response.StatusCode, string(said), response.Header.Get("Idempotent-Replayed") == "true"
}

func sessionForm(expiresAt time.Time) url.Values {
	return url.Values{
		"client_reference_id": {"ord-1"}, "expires_at": {strconv.FormatInt(expiresAt.Unix(), 10)},
		"line_items[0][price_data][currency]":           {"eur"},
		"line_items[0][price_data][unit_amount]":        {"4500"},
		"line_items[0][price_data][product_data][name]": {"Seats"},
		"success_url": {"https://a.example/"}, "cancel_url": {"https://a.example/"},
	}
}

func TestAKeyStandsForItsFirstAnswer(t *testing.T) {
	s := start(t, Options{})
	form := sessionForm(time.Now().Add(time.Hour))
	status, first, again := post(t, s, "/v1/checkout/sessions", "k", form)
	require.Equal(t, 200, status)
	require.False(t, again)
	status, body, again := post(t, s, "/v1/checkout/sessions", "k", form)
	require.Equal(t, 200, status)
	require.True(t, again)
	require.Equal(t, first, body)

	form.Set("client_reference_id", "other")
	status, body, _ = post(t, s, "/v1/checkout/sessions", "k", form)
	require.Equal(t, 400, status)
	require.Contains(t, body, "idempotency_error")
	_, second, _ := post(t, s, "/v1/checkout/sessions", "k2", form)
	require.NotEqual(t, first, second)
}

func TestWhatFailsItsCheckIsNotStored(t *testing.T) {
	now := time.Now()
	s := start(t, Options{Now: func() time.Time { return now }})
	for _, life := range []time.Duration{30*time.Minute - time.Second, 24*time.Hour + time.Minute} {
		status, _, _ := post(t, s, "/v1/checkout/sessions", "k", sessionForm(now.Add(life)))
		require.Equal(t, 400, status, life)
	}
	status, _, again := post(t, s, "/v1/checkout/sessions", "k", sessionForm(now.Add(31*time.Minute)))
	require.Equal(t, 200, status)
	require.False(t, again)
}

func TestASessionEndsByItself(t *testing.T) {
	now := time.Now()
	s := start(t, Options{Now: func() time.Time { return now }})
	post(t, s, "/v1/checkout/sessions", "k", sessionForm(now.Add(time.Hour)))
	id := s.SessionOf("ord-1")
	s.ExpireDue()
	require.Empty(t, s.Take())
	now = now.Add(time.Hour)
	s.ExpireDue()
	s.ExpireDue()
	status, _ := s.SessionState(id)
	require.Equal(t, "expired", status)
	require.Len(t, s.Take(), 1)
	_, err := s.Pay(id)
	require.Error(t, err)
}

func TestAFaultIsMetOnce(t *testing.T) {
	s := start(t, Options{})
	form := sessionForm(time.Now().Add(time.Hour))
	s.Break(Fault{On: "POST /v1/refunds", Status: 503}, Fault{Status: 500, Stored: true})
	status, _, _ := post(t, s, "/v1/checkout/sessions", "k", form)
	require.Equal(t, 500, status, "the first was for another call")
	status, _, again := post(t, s, "/v1/checkout/sessions", "k", form)
	require.Equal(t, 500, status)
	require.True(t, again)
	status, _, _ = post(t, s, "/v1/checkout/sessions", "k2", form)
	require.Equal(t, 200, status)
	status, _, _ = post(t, s, "/v1/refunds", "k3", nil)
	require.Equal(t, 503, status)
}

func TestEventsAreDeliveredSignedUntilConfirmed(t *testing.T) {
	s := start(t, Options{})
	var got []string
	refuses := 1
	endpoint := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		e, err := webhook.ConstructEventWithOptions(body, r.Header.Get("Stripe-Signature"), WebhookSecret,
			webhook.ConstructEventOptions{IgnoreAPIVersionMismatch: true})
		if err != nil || (len(got) == 1 && refuses > 0) {
			refuses--
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		got = append(got, string(e.Type))
	}))
	t.Cleanup(endpoint.Close)

	paymentID := s.PayDirectly("ord-1", 100, "eur")
	require.ErrorContains(t, s.DeliverAll(ctx, endpoint.URL), "answers 503")
	_, err := s.RefundByHand(paymentID, 40)
	require.NoError(t, err)
	require.NoError(t, s.DeliverAll(ctx, endpoint.URL))
	require.Equal(t, []string{"charge.succeeded", "payment_intent.succeeded", "refund.created", "charge.refunded"}, got)
	require.Empty(t, s.Take())
}

func TestMoneyGoesBackOnce(t *testing.T) {
	s := start(t, Options{})
	id := s.PayDirectly("ord-1", 100, "eur")
	require.Equal(t, []string{id}, s.PaymentsOf("ord-1"))
	form := url.Values{"payment_intent": {id}, "amount": {"100"}}
	s.NextRefunds("failed", "pending")
	post(t, s, "/v1/refunds", "k0", form)
	post(t, s, "/v1/refunds", "k1", form)
	status, body, _ := post(t, s, "/v1/refunds", "k2", form)
	require.Equal(t, 400, status)
	require.Contains(t, body, "charge_already_refunded")
	amount, _ := s.Refunded(id)
	require.Zero(t, amount, "one failed, one is under way")
	require.NoError(t, s.SettleRefund(s.RefundsOf(id)[1], "succeeded"))
	require.Error(t, s.SettleRefund(s.RefundsOf(id)[0], "succeeded"))
	amount, ids := s.Refunded(id)
	require.Equal(t, int64(100), amount)
	require.Len(t, ids, 1)
	_, err := s.RefundByHand(id, 1)
	require.Error(t, err)
}
