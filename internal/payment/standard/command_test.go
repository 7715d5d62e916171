package standard

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	library "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

// bridge is the far end of the commands: it verifies each by the
// specification's own library, keeps it, and answers as it is told.
type bridge struct {
	t           *testing.T
	status      int
	contentType string
	answer      string
	ids, bodies []string
}

func (b *bridge) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		b.t.Error(err)
	}
	for _, secret := range []string{oldSecret, newSecret} {
		hook, err := library.NewWebhook(secret)
		if err == nil {
			err = hook.Verify(body, r.Header)
		}
		if err != nil || r.Method != http.MethodPost || r.URL.Path != "/commands" {
			b.t.Errorf("%s %s: %v", r.Method, r.URL, err)
		}
	}
	b.ids, b.bodies = append(b.ids, r.Header.Get("webhook-id")), append(b.bodies, string(body))
	w.Header().Set("Content-Type", b.contentType)
	w.Header().Set("Location", "/elsewhere")
	w.WriteHeader(b.status)
	_, _ = w.Write([]byte(b.answer))
}

func newBridge(t *testing.T) (*bridge, *Provider) {
	t.Helper()
	b := &bridge{t: t, status: http.StatusAccepted}
	server := httptest.NewServer(b)
	t.Cleanup(server.Close)
	return b, newProvider(t, Config{CommandURL: server.URL + "/commands", PaymentURL: "https://pay.example/{order_id}"})
}

func refundRequest(key string) booking.RefundRequest {
	return booking.RefundRequest{
		OrderID: "ord-1", PaymentID: "tr_7", Amount: booking.Money{Amount: 4500, Currency: "EUR"}, Key: key, Reason: booking.ReasonDuplicate,
	}
}

func TestACommandSaysAllThatTheProviderNeeds(t *testing.T) {
	b, p := newBridge(t)
	_, err := p.CreatePayment(t.Context(), request())
	require.NoError(t, err)
	require.NoError(t, p.CancelCheckout(t.Context(), "ord-1", "std_ord-1"))
	report, err := p.Refund(t.Context(), refundRequest("tr_7-refund-0"))
	require.NoError(t, err)
	require.Equal(t, booking.RefundReport{Pending: 4500, Unknown: true}, report)
	for i, want := range []string{
		`{"type":"payment.requested","timestamp":AT,"data":{"payment_id":"std_ord 1\u00262","order_id":"ord 1\u00262","amount":4500,"currency":"EUR",` +
			`"key":"ord 1\u00262","description":"Harbour Lights: A2, A3","expires_at":"2026-03-01T21:00:00.000Z",` +
			`"return_url":"https://tickets.example/orders/ord%201\u00262"}}`,
		`{"type":"payment.cancel_requested","timestamp":AT,"data":{"payment_id":"std_ord-1","order_id":"ord-1","key":"std_ord-1"}}`,
		`{"type":"refund.requested","timestamp":AT,"data":{"payment_id":"tr_7","order_id":"ord-1","amount":4500,"currency":"EUR",` +
			`"key":"tr_7-refund-0","reason":"duplicate"}}`,
	} {
		before, after, ok := strings.Cut(want, "AT,")
		require.True(t, ok)
		require.True(t, strings.HasPrefix(b.bodies[i], before), b.bodies[i])
		require.True(t, strings.HasSuffix(b.bodies[i], after), b.bodies[i])
	}
}

func TestARepeatedCommandHasTheSameID(t *testing.T) {
	b, p := newBridge(t)
	for _, key := range []string{"k1", "k1", "k2"} {
		_, err := p.Refund(t.Context(), refundRequest(key))
		require.NoError(t, err)
	}
	require.NoError(t, p.CancelCheckout(t.Context(), "ord-1", "k1"))
	require.Equal(t, b.ids[0], b.ids[1])
	require.NotEqual(t, b.ids[0], b.ids[2])
	require.NotEqual(t, b.ids[0], b.ids[3], "another command with the same key")
}

func TestTheAnswerMayNameWhereToPay(t *testing.T) {
	const configured = "https://pay.example/ord+1%262"
	for _, c := range []struct{ contentType, answer, url, fault string }{
		{"application/json", `{"url": "https://elsewhere.example/7", "id": 3}`, "https://elsewhere.example/7", ""},
		{"application/json; charset=utf-8", `{"url": "http://localhost:1/"}`, "http://localhost:1/", ""},
		{"application/json", `{"id": 3}`, configured, ""},
		{"application/json", ``, configured, ""},
		{"text/plain", `{"url": "https://elsewhere.example/7"}`, configured, ""},
		{"", `OK`, configured, ""},
		{"a/b/c", `OK`, configured, ""},
		{"application/json", `OK`, "", "is not the JSON that it says"},
		{"application/json", `[]`, "", "is not the JSON that it says"},
		{"application/json", `{"url": "javascript:alert(1)"}`, "", "is no web address"},
		{"application/json", `{"url": "/7"}`, "", "is no web address"},
		{"application/json", `{"url": "` + strings.Repeat("x", answerMaxBytes) + `"}`, "", "is not the JSON that it says"},
	} {
		b, p := newBridge(t)
		b.contentType, b.answer = c.contentType, c.answer
		checkout, err := p.CreatePayment(t.Context(), request())
		if c.fault != "" {
			require.ErrorContains(t, err, c.fault)
			require.Equal(t, booking.CodeUnavailable, booking.CodeOf(err))
			require.Zero(t, checkout)
			continue
		}
		require.NoError(t, err)
		require.Equal(t, c.url, checkout.URL)
	}
}

// A redirect would turn the POST into a GET, whose 200 takes nothing on.
func TestWhatAnAnswerMeans(t *testing.T) {
	for status, c := range map[int]struct {
		refused bool
		cancel  booking.Code
	}{
		200: {}, 204: {},
		302: {cancel: booking.CodeUnavailable},
		400: {refused: true}, 401: {refused: true}, 404: {refused: true}, 422: {refused: true},
		409: {refused: true, cancel: booking.CodeAlreadyPaid},
		408: {cancel: booking.CodeUnavailable}, 425: {cancel: booking.CodeUnavailable}, 429: {cancel: booking.CodeUnavailable},
		500: {cancel: booking.CodeUnavailable}, 503: {cancel: booking.CodeUnavailable},
	} {
		b, p := newBridge(t)
		b.status = status
		require.Equal(t, c.cancel, booking.CodeOf(p.CancelCheckout(t.Context(), "ord-1", "std_ord-1")), status)
		report, refund := p.Refund(t.Context(), refundRequest("k"))
		checkout, create := p.CreatePayment(t.Context(), request())
		if status < 300 {
			require.NoError(t, refund)
			require.NoError(t, create)
			continue
		}
		require.Zero(t, report, status)
		require.Zero(t, checkout, status)
		for _, err := range []error{refund, create} {
			require.Equal(t, c.refused, isRefusal(err), status)
			require.Equal(t, c.refused, booking.CodeOf(err) == "", status)
			require.Contains(t, err.Error(), "it answered ")
		}
		require.Len(t, b.bodies, 3, "each is asked once")
	}
}

func isRefusal(err error) bool { return strings.HasPrefix(err.Error(), booking.ErrRefused.Error()) }

func TestAProviderThatIsAway(t *testing.T) {
	p := newProvider(t, Config{CommandURL: "http://127.0.0.1:1/commands"})
	_, err := p.Refund(t.Context(), refundRequest("k"))
	require.Equal(t, booking.CodeUnavailable, booking.CodeOf(err))
	_, err = p.CreatePayment(t.Context(), request())
	require.Equal(t, booking.CodeUnavailable, booking.CodeOf(err))
	require.Equal(t, booking.CodeUnavailable, booking.CodeOf(p.CancelCheckout(t.Context(), "1", "std_1")))
}

func TestACommandEndsWithItsContext(t *testing.T) {
	gone := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadAll(r.Body)
		<-r.Context().Done()
		close(gone)
	}))
	defer server.Close()
	p := newProvider(t, Config{CommandURL: server.URL})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := p.Refund(ctx, refundRequest("k"))
	require.Equal(t, booking.CodeUnavailable, booking.CodeOf(err))
	require.ErrorIs(t, err, context.DeadlineExceeded)
	<-gone
}
