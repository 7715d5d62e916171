package e2e

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"seathold/internal/payment/standardwebhook"
)

// TestWebhooks sends what a provider may send, in every order it may send it.
func TestWebhooks(t *testing.T) {
	inBothWorldsAtOnce(t, func(t *testing.T, w world) {
		s := openShop(t, w, seathold, 60)
		one, other := s.customer(t), s.customer(t)
		for i, c := range []struct {
			name string
			test func(t *testing.T, s *shop, one, other *client, seats []string)
		}{
			{"repeated", webhookRepeated},
			{"failed", webhookFailed},
			{"cancelled", webhookCancelled},
			{"failed, then paid after all", webhookFailedThenPaid},
			{"cancelled by the customer, then paid", webhookAfterCancellation},
			{"wrong amount", webhookWrongAmount},
			{"second payment", webhookSecondPayment},
			{"forged", webhookForged},
			{"of an unknown order", webhookUnknown},
		} {
			t.Run(c.name, func(t *testing.T) { c.test(t, s, one, other, s.guids[3*i:3*i+3]) })
		}
		s.requireSoldOnce(t)
	})
}

func webhookRepeated(t *testing.T, s *shop, one, _ *client, seats []string) {
	o := s.ordered(t, one, seats...)
	w := paid(t, o)
	answers := make([]answer, 8)
	atOnce(len(answers), func(i int) { answers[i] = one.send(w) })
	for _, a := range answers {
		requireStatus(t, a, http.StatusOK)
	}
	requireStatus(t, one.send(w), http.StatusOK)
	o = s.requireOrder(t, one, o.ID, "paid")
	require.Equal(t, []payment{{ID: o.Payment.ID, Received: o.Total, State: "applied"}}, o.Payments)
	require.Equal(t, "sss", s.shows(t, seats...))
	require.Len(t, s.allOrders(t, "q="+seats[0]), 1)
}

// requireEnded requires a cancelled order whose seats someone else can have at once.
func requireEnded(t *testing.T, s *shop, one, other *client, id string) {
	t.Helper()
	o := s.requireOrder(t, one, id, "cancelled")
	require.Equal(t, "payment", o.Reason)
	require.Empty(t, o.Payments)
	h := s.held(t, other, o.Seats...)
	requireStatus(t, other.release(s.event.ID, h.ID), http.StatusNoContent)
	require.Equal(t, dots(len(o.Seats)), s.shows(t, o.Seats...))
}

func dots(n int) string { return strings.Repeat(".", n) }

func webhookFailed(t *testing.T, s *shop, one, other *client, seats []string) {
	o := s.ordered(t, one, seats...)
	w := newWebhook(t, standardwebhook.TypeFailed, o)
	requireStatus(t, one.send(w), http.StatusOK)
	requireEnded(t, s, one, other, o.ID)
	requireStatus(t, one.send(w), http.StatusOK)
	requireEnded(t, s, one, other, o.ID)
}

// webhookCancelled presses the button on the page.
func webhookCancelled(t *testing.T, s *shop, one, other *client, seats []string) {
	o := s.ordered(t, one, seats...)
	requireStatus(t, one.press(o, "cancel"), http.StatusOK)
	requireEnded(t, s, one, other, o.ID)
}

func webhookFailedThenPaid(t *testing.T, s *shop, one, _ *client, seats []string) {
	o := s.ordered(t, one, seats...)
	requireStatus(t, one.press(o, "fail"), http.StatusOK)
	require.Equal(t, "...", s.shows(t, seats...))
	requireStatus(t, one.press(o, "pay"), http.StatusOK)
	s.requireOrder(t, one, o.ID, "paid")
	require.Equal(t, "sss", s.shows(t, seats...))
	// The failure arrives once more, late.
	requireStatus(t, one.send(newWebhook(t, standardwebhook.TypeFailed, o)), http.StatusOK)
	s.requireOrder(t, one, o.ID, "paid")
	require.Equal(t, "sss", s.shows(t, seats...))
}

func webhookAfterCancellation(t *testing.T, s *shop, one, _ *client, seats []string) {
	o := s.ordered(t, one, seats...)
	requireStatus(t, one.cancel(o.ID), http.StatusOK)
	require.Equal(t, "...", s.shows(t, seats...))
	requireStatus(t, one.send(paid(t, o)), http.StatusOK)
	o = s.requireRefunded(t, one, o.ID)
	require.Equal(t, []payment{{o.Payment.ID, o.Total, "refunded", "customer", o.Total}}, o.Payments)
	requireRefundedOnce(t, one, o)
	require.Equal(t, "...", s.shows(t, seats...))
}

func webhookWrongAmount(t *testing.T, s *shop, one, other *client, seats []string) {
	o := s.ordered(t, one, seats...)
	less := newWebhook(t, standardwebhook.TypeSucceeded, o, func(d *standardwebhook.Data) { d.Amount-- })
	for range 2 {
		requireStatus(t, one.send(less), http.StatusOK)
		o = s.requireRefunded(t, one, o.ID)
		require.Equal(t, "wrong_amount", o.Reason)
		received := money{o.Total.Amount - 1, "EUR"}
		require.Equal(t, []payment{{o.Payment.ID, received, "refunded", "wrong_amount", received}}, o.Payments)
		requireRefundedOnce(t, one, o)
	}
	require.Equal(t, "...", s.shows(t, seats...))
	s.held(t, other, seats...)
}

func webhookSecondPayment(t *testing.T, s *shop, one, _ *client, seats []string) {
	o := s.bought(t, one, seats...)
	second := newWebhook(t, standardwebhook.TypeSucceeded, o, func(d *standardwebhook.Data) { d.PaymentID = "pay_another" })
	for range 2 {
		requireStatus(t, one.send(second), http.StatusOK)
		within(t, refundedWithin, "the second payment is refunded", func() bool {
			o = s.requireOrder(t, one, o.ID, "paid")
			return o.Payments[1].State == "refunded"
		})
		require.Equal(t, []payment{
			{o.Payment.ID, o.Total, "applied", "", money{}},
			{"pay_another", o.Total, "refunded", "duplicate", o.Total},
		}, o.Payments)
		requireRefundedOnce(t, one, o)
	}
	require.Equal(t, "sss", s.shows(t, seats...))
}

func webhookForged(t *testing.T, s *shop, one, _ *client, seats []string) {
	o := s.ordered(t, one, seats...)
	w := paid(t, o)
	keys, err := standardwebhook.New([]string{standardwebhook.NewSecret()}, nil)
	require.NoError(t, err)
	w.keys = keys
	requireProblem(t, one.send(w), http.StatusBadRequest, "invalid_signature")
	require.Empty(t, s.requireOrder(t, one, o.ID, "pending_payment").Payments)
	require.Equal(t, "hhh", s.shows(t, seats...))
}

func webhookUnknown(t *testing.T, s *shop, one, _ *client, seats []string) {
	o := order{ID: "no-such-order", Payment: checkout{ID: "pay_no-such-order"}, Total: money{100, "EUR"}}
	requireStatus(t, one.send(paid(t, o)), http.StatusOK)
	require.Equal(t, "...", s.shows(t, seats...))
}
