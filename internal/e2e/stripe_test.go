package e2e

import (
	"bytes"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	stripewebhook "github.com/stripe/stripe-go/v85/webhook"

	"seathold/internal/payment/stripe/stripetest"
	"seathold/internal/testserver"
)

// TestStripe sells by the real program and a Stripe that keeps state. Each
// request of the program is one that stripe-mock takes too.
func TestStripe(t *testing.T) {
	inBothWorldsAtOnce(t, func(t *testing.T, w world) {
		fake := stripetest.Start(stripetest.Options{Mock: testserver.StripeMock(t)})
		t.Cleanup(fake.Close)
		s := openShop(t, w, seathold, 12, settings{
			"SEATHOLD_PAYMENT_PROVIDER": "stripe", "SEATHOLD_STRIPE_API_BASE": fake.URL,
			"SEATHOLD_STRIPE_API_KEY": stripetest.APIKey, "SEATHOLD_STRIPE_WEBHOOK_SECRET": stripetest.WebhookSecret,
			"SEATHOLD_PAYMENT_TTL": moneyTTL.String(),
		})
		st := &stripeSale{shop: s, t: t, fake: fake, hook: s.url + "/v1/webhooks/stripe", one: s.customer(t)}
		st.refusesForgeries(s.guids[:2])
		st.sellsAndRefunds(s.guids[2:4])
		st.closesWhatIsCancelled(s.guids[4:6])
		st.findsWhatNobodyTold(s.guids[6:8])
		st.letsGo(s.guids[8:10])
		accepted, rejected := fake.Checked()
		require.Empty(t, rejected)
		require.Positive(t, accepted)
	})
}

type stripeSale struct {
	*shop
	t    *testing.T
	fake *stripetest.Server
	hook string
	one  *client
}

func (s *stripeSale) deliver() { require.NoError(s.t, s.fake.DeliverAll(s.t.Context(), s.hook)) }

func (s *stripeSale) requireEnd(id, status string) {
	s.t.Helper()
	within(s.t, refundedWithin, "order is "+status, func() bool {
		s.deliver()
		return s.order(id).Status == status
	})
}

// sellsAndRefunds: the payment's events come in any order, and twice.
func (s *stripeSale) sellsAndRefunds(seats []string) {
	o := s.ordered(s.t, s.one, seats...)
	paymentID, err := s.fake.Pay(o.Payment.ID)
	require.NoError(s.t, err)
	events := s.fake.Take()
	for i := range 2 * len(events) {
		status, err := s.fake.Deliver(s.t.Context(), s.hook, events[len(events)-1-i%len(events)])
		require.NoError(s.t, err)
		require.Equal(s.t, http.StatusOK, status)
	}
	paid := s.order(o.ID)
	require.Equal(s.t, "paid", paid.Status)
	require.Equal(s.t, []payment{{ID: paymentID, Received: o.Total, State: "applied"}}, paid.Payments)
	requireStatus(s.t, s.organizer.cancel(o.ID), http.StatusOK)
	s.requireEnd(o.ID, "refunded")
	amount, refunds := s.fake.Refunded(paymentID)
	require.Equal(s.t, o.Total.Amount, amount)
	require.Len(s.t, refunds, 1)
}

func (s *stripeSale) closesWhatIsCancelled(seats []string) {
	o := s.ordered(s.t, s.one, seats...)
	requireStatus(s.t, s.one.cancel(o.ID), http.StatusOK)
	s.requireSessionEnds(o)
}

func (s *stripeSale) requireSessionEnds(o order) {
	s.t.Helper()
	within(s.t, refundedWithin, "the session is closed at Stripe", func() bool {
		status, _ := s.fake.SessionState(o.Payment.ID)
		return status == "expired"
	})
	_, err := s.fake.Pay(o.Payment.ID)
	require.Error(s.t, err, "nobody can pay any more")
	s.deliver()
}

func (s *stripeSale) findsWhatNobodyTold(seats []string) {
	o := s.ordered(s.t, s.one, seats...)
	_, err := s.fake.Pay(o.Payment.ID)
	require.NoError(s.t, err)
	s.fake.Take() // the webhooks are lost
	s.requireEnd(o.ID, "paid")
}

func (s *stripeSale) letsGo(seats []string) {
	o := s.ordered(s.t, s.one, seats...)
	s.requireEnd(o.ID, "expired")
	s.requireSessionEnds(o)
}

// refusesForgeries: nothing changes by what Stripe has not signed, or not now.
func (s *stripeSale) refusesForgeries(seats []string) {
	o := s.ordered(s.t, s.one, seats...)
	paymentID := s.fake.PayDirectly(o.ID, o.Total.Amount, "eur")
	require.NotEmpty(s.t, paymentID)
	events := s.fake.Take()
	body := events[slices.IndexFunc(events, func(e stripetest.Event) bool { return e.Type == "payment_intent.succeeded" })].Body
	good := s.fake.Sign(body)
	for name, c := range map[string]struct {
		body      []byte
		signature string
		code      string
	}{
		"no signature":    {body, "", "invalid_signature"},
		"another's":       {body, signed(body, "whsec_another_secret_of_someone", 0), "invalid_signature"},
		"a flipped bit":   {flipped(body), good, "invalid_signature"},
		"too old":         {body, signed(body, stripetest.WebhookSecret, -6*time.Minute), "stale_timestamp"},
		"from the future": {body, signed(body, stripetest.WebhookSecret, 6*time.Minute), "stale_timestamp"},
	} {
		a := s.told(c.body, c.signature)
		requireProblem(s.t, a, http.StatusBadRequest, c.code)
		require.Equal(s.t, o.Status, s.order(o.ID).Status, name)
	}
	requireStatus(s.t, s.told(body, good), http.StatusOK)
	require.Equal(s.t, "paid", s.order(o.ID).Status)
}

func (s *stripeSale) order(id string) order {
	s.t.Helper()
	return read[order](s.t, s.one.getOrder(id), http.StatusOK)
}

func (s *stripeSale) told(body []byte, signature string) answer {
	return s.one.with("Stripe-Signature", signature).post("/v1/webhooks/stripe", body)
}

// signed is a signature made so long from now.
func signed(body []byte, secret string, off time.Duration) string {
	return stripewebhook.GenerateTestSignedPayload(&stripewebhook.UnsignedPayload{
		Payload: body, Secret: secret, Timestamp: time.Now().Add(off),
	}).Header
}

func flipped(body []byte) []byte {
	b := bytes.Clone(body)
	b[len(b)/2] ^= 1
	return b
}
