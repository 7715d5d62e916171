package e2e

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/payment/standardwebhook"
)

// refundDue is an order with money due back, as operators see it.
type refundDue struct {
	ID       string `json:"id"`
	Customer struct {
		ID string `json:"id"`
	} `json:"customer"`
	Payments []struct {
		payment
		DueSince time.Time `json:"due_since"`
		Tries    int       `json:"tries"`
		Problem  string    `json:"problem"`
	} `json:"payments"`
}

func (c *client) refundsDue(t *testing.T) []refundDue {
	t.Helper()
	return read[list[refundDue]](t, c.get("/v1/ops/refunds"), http.StatusOK).Items
}

// TestStandardProvider: a provider that only sends webhooks drives an order to
// paid; what it is to refund an operator sees, until it says that it has.
func TestStandardProvider(t *testing.T) {
	inBothWorldsAtOnce(t, func(t *testing.T, w world) {
		service := newService(t, seathold, w.servers(t), quick(), settings{
			"SEATHOLD_PAYMENT_PROVIDER":        "standard",
			"SEATHOLD_STANDARD_WEBHOOK_SECRET": webhookSecret,
			"SEATHOLD_STANDARD_PAYMENT_URL":    "https://pay.example/?order={order_id}&amount={amount}&currency={currency}&back={return_url}",
		})
		service.createAccount(t, "operator@shop.example", "operator")
		s := openShopOn(t, w, service, 20)
		operator, one := s.login(t, "operator@shop.example", password), s.customer(t)

		o := s.ordered(t, one, "A1", "A2")
		require.Equal(t, "https://pay.example/?order="+o.ID+"&amount=9000&currency=EUR&back="+
			url.QueryEscape(s.url+"/orders/"+o.ID), o.Payment.URL)
		requireStatus(t, one.send(ofStandard(t, standardwebhook.TypeSucceeded, o)), http.StatusOK)
		require.Equal(t, []payment{{ID: "tr_1", Received: o.Total, State: "applied"}}, s.requireOrder(t, one, o.ID, "paid").Payments)
		require.Equal(t, "ss", s.shows(t, "A1", "A2"))
		require.Empty(t, operator.refundsDue(t))

		requireStatus(t, s.organizer.cancel(o.ID), http.StatusOK)
		require.Equal(t, "..", s.shows(t, "A1", "A2"))
		requireRefundIsDue(t, s, operator, one, o)
		requireProblem(t, s.organizer.get("/v1/ops/refunds"), http.StatusForbidden, "forbidden")

		requireStatus(t, one.send(ofStandard(t, standardwebhook.TypeRefundSucceeded, o)), http.StatusOK)
		end := s.requireRefunded(t, one, o.ID)
		require.Equal(t, []payment{{"tr_1", o.Total, "refunded", "organizer", o.Total}}, end.Payments)
		require.Empty(t, operator.refundsDue(t))
	})
}

// ofStandard is a message of that provider, which has payment ids of its own.
func ofStandard(t *testing.T, kind string, o order) webhook {
	t.Helper()
	w := newWebhook(t, kind, o, func(d *standardwebhook.Data) { d.PaymentID = "tr_1" })
	w.provider = "standard"
	return w
}

// requireRefundIsDue waits until the refund was tried, and requires that an
// operator sees why it was not made.
func requireRefundIsDue(t *testing.T, s *shop, operator, customer *client, o order) {
	t.Helper()
	var due []refundDue
	took := within(t, refundedWithin, "the refund is tried", func() bool {
		due = operator.refundsDue(t)
		return len(due) == 1 && due[0].Payments[0].Tries > 0
	})
	figure(t, "the refund was tried %s after the cancellation", took)
	require.Equal(t, o.ID, due[0].ID)
	require.Equal(t, customer.account.ID, due[0].Customer.ID)
	p := due[0].Payments[0]
	require.Equal(t, payment{ID: "tr_1", Received: o.Total, State: "refund_due", Reason: "organizer"}, p.payment)
	require.Contains(t, p.Problem, "refund payment tr_1 of order "+o.ID+" by hand")
	require.WithinDuration(t, time.Now(), p.DueSince, refundedWithin)
	s.requireOrder(t, customer, o.ID, "refunding")
}
