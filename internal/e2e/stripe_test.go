package e2e

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	stripewebhook "github.com/stripe/stripe-go/v85/webhook"

	"seathold/internal/payment/stripe/stripetest"
	"seathold/internal/testserver"
)

// TestStripe sells by the real program and a Stripe that keeps state. Each
// request of the program is one that stripe-mock takes too.
func TestStripe(t *testing.T) {
	inBothWorldsAtOnce(t, func(t *testing.T, w world) {
		s := openStripeShop(t, w, settings{"SEATHOLD_PAYMENT_TTL": moneyTTL.String()})
		s.sellsAndRefunds(s.guids[:2])
		s.refundsAgainWhatFailed(s.guids[2:4])
		s.waitsForASlowRefund(s.guids[4:6])
		s.refundIsToldFirst(s.guids[6:8])
		s.closesWhatIsCancelled(s.guids[8:10])
		s.findsWhatNobodyTold(s.guids[10:12])
		s.letsGo(s.guids[12:14])
		s.requireSoldOnce(t)
	})
}

// stripeSale is a shop that is paid through Stripe, and the Stripe.
type stripeSale struct {
	*shop
	t    *testing.T
	fake *stripetest.Server
	hook string
	one  *client
}

func openStripeShop(t *testing.T, w world, more ...settings) *stripeSale {
	t.Helper()
	fake := newStripe(t)
	s := openShop(t, w, seathold, 20, append([]settings{stripeSettings(fake)}, more...)...)
	return &stripeSale{shop: s, t: t, fake: fake, hook: s.url + "/v1/webhooks/stripe", one: s.customer(t)}
}

// newStripe starts a Stripe. In the end it tells whether stripe-mock, which
// knows all of Stripe's API, would have taken each request as well.
func newStripe(t *testing.T) *stripetest.Server {
	t.Helper()
	fake := stripetest.Start(stripetest.Options{Mock: testserver.StripeMock(t)})
	t.Cleanup(func() {
		fake.Close()
		accepted, rejected := fake.Checked()
		assert.Empty(t, rejected)
		assert.Positive(t, accepted)
		figure(t, "stripe-mock accepted all %d requests", accepted)
	})
	return fake
}

func stripeSettings(fake *stripetest.Server) settings {
	return settings{
		"SEATHOLD_PAYMENT_PROVIDER": "stripe", "SEATHOLD_STRIPE_API_BASE": fake.URL,
		"SEATHOLD_STRIPE_API_KEY": stripetest.APIKey, "SEATHOLD_STRIPE_WEBHOOK_SECRET": stripetest.WebhookSecret,
	}
}

func (s *stripeSale) deliver() { require.NoError(s.t, s.fake.DeliverAll(s.t.Context(), s.hook)) }

func (s *stripeSale) requireEnd(id, status string) {
	s.t.Helper()
	within(s.t, refundedWithin, "order is "+status, func() bool {
		s.deliver()
		return s.order(id).Status == status
	})
}

// buy has an order paid whose events come last one first, and all of them twice.
func (s *stripeSale) buy(seats []string) (o order, paymentID string) {
	s.t.Helper()
	o = s.ordered(s.t, s.one, seats...)
	paymentID, err := s.fake.Pay(o.Payment.ID)
	require.NoError(s.t, err)
	events := s.fake.Take()
	require.Greater(s.t, len(events), 1)
	for i := range 2 * len(events) {
		s.tell(events[len(events)-1-i%len(events)])
	}
	o = s.order(o.ID)
	require.Equal(s.t, "paid", o.Status)
	require.Equal(s.t, []payment{{ID: paymentID, Received: o.Total, State: "applied"}}, o.Payments)
	require.Equal(s.t, "ss", s.shows(s.t, seats...))
	return o, paymentID
}

func (s *stripeSale) tell(e stripetest.Event) {
	s.t.Helper()
	status, err := s.fake.Deliver(s.t.Context(), s.hook, e)
	require.NoError(s.t, err)
	require.Equal(s.t, http.StatusOK, status, e.Type)
}

func (s *stripeSale) sellsAndRefunds(seats []string) {
	o, paymentID := s.buy(seats)
	requireStatus(s.t, s.organizer.cancel(o.ID), http.StatusOK)
	s.requireMoneyBack(o, paymentID, 1)
}

// requireMoneyBack waits until the whole payment went back, at the last of so
// many tries, and until all events about it have been taken.
func (s *stripeSale) requireMoneyBack(o order, paymentID string, tries int) {
	s.t.Helper()
	s.requireEnd(o.ID, "refunded")
	s.requireRefunded(s.t, s.one, o.ID)
	amount, refunds := s.fake.Refunded(paymentID)
	require.Equal(s.t, o.Total.Amount, amount)
	require.Len(s.t, refunds, 1, "it went back once")
	require.Len(s.t, s.fake.RefundsOf(paymentID), tries)
	require.Equal(s.t, "..", s.shows(s.t, o.Seats...))
}

// refundsAgainWhatFailed: a refund that fails at Stripe is made anew.
func (s *stripeSale) refundsAgainWhatFailed(seats []string) {
	o, paymentID := s.buy(seats)
	s.fake.NextRefunds("failed")
	requireStatus(s.t, s.organizer.cancel(o.ID), http.StatusOK)
	s.requireMoneyBack(o, paymentID, 2)
}

// waitsForASlowRefund: while one is pending no other is made, and its end is told.
func (s *stripeSale) waitsForASlowRefund(seats []string) {
	o, paymentID := s.buy(seats)
	s.fake.NextRefunds("pending")
	requireStatus(s.t, s.organizer.cancel(o.ID), http.StatusOK)
	within(s.t, refundedWithin, "a refund is asked for", func() bool { return len(s.fake.RefundsOf(paymentID)) == 1 })
	s.deliver() // charge.refunded, although nothing has gone back yet
	require.Equal(s.t, "refunding", s.order(o.ID).Status)
	require.NoError(s.t, s.fake.SettleRefund(s.fake.RefundsOf(paymentID)[0], "succeeded"))
	s.requireMoneyBack(o, paymentID, 1)
}

// refundIsToldFirst: a payment is refunded in Stripe's dashboard before the shop
// has heard of it at all. Nobody gives it back once more.
func (s *stripeSale) refundIsToldFirst(seats []string) {
	o := s.ordered(s.t, s.one, seats...)
	paymentID, err := s.fake.Pay(o.Payment.ID)
	require.NoError(s.t, err)
	_, err = s.fake.RefundByHand(paymentID, o.Total.Amount)
	require.NoError(s.t, err)
	events := s.fake.Take()
	for _, e := range slices.Backward(events) {
		s.tell(e)
	}
	s.requireMoneyBack(o, paymentID, 1)
}

func (s *stripeSale) closesWhatIsCancelled(seats []string) {
	o := s.ordered(s.t, s.one, seats...)
	requireStatus(s.t, s.one.cancel(o.ID), http.StatusOK)
	s.requireSessionEnds(o)
	require.Equal(s.t, "customer", s.order(o.ID).Reason)
	require.Equal(s.t, "..", s.shows(s.t, seats...))
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
	paymentID, err := s.fake.Pay(o.Payment.ID)
	require.NoError(s.t, err)
	lost := s.fake.Take()
	took := within(s.t, refundedWithin, "the payment is found by asking", func() bool { return s.order(o.ID).Status == "paid" })
	figure(s.t, "a payment of which nobody told was found after %s, its time to pay being %s", took, moneyTTL)
	for _, e := range lost { // after all
		s.tell(e)
	}
	found := s.order(o.ID)
	require.Equal(s.t, "paid", found.Status)
	require.Equal(s.t, []payment{{ID: paymentID, Received: o.Total, State: "applied"}}, found.Payments)
	require.Equal(s.t, "ss", s.shows(s.t, seats...))
}

func (s *stripeSale) letsGo(seats []string) {
	o := s.ordered(s.t, s.one, seats...)
	// That its session has ended is told afterwards, as it is by Stripe.
	within(s.t, refundedWithin, "the order expires", func() bool { return s.order(o.ID).Status == "expired" })
	s.requireSessionEnds(o)
	require.Equal(s.t, "timeout", s.order(o.ID).Reason)
	require.Equal(s.t, "..", s.shows(s.t, seats...))
}

// TestStripeForgeries: nothing changes by what Stripe has not signed, or not now.
func TestStripeForgeries(t *testing.T) {
	inBothWorldsAtOnce(t, func(t *testing.T, w world) {
		s := openStripeShop(t, w)
		o := s.ordered(t, s.one, s.guids[0])
		s.fake.PayDirectly(o.ID, o.Total.Amount, "eur")
		events := s.fake.Take()
		body := events[slices.IndexFunc(events, func(e stripetest.Event) bool { return e.Type == "payment_intent.succeeded" })].Body
		good := s.fake.Sign(body)
		const secret = stripetest.WebhookSecret

		s.requireRefused(o, "invalid_signature", body, "")
		s.requireRefused(o, "invalid_signature", body, signed(body, "whsec_another_secret_of_someone", 0))
		s.requireRefused(o, "invalid_signature", body, strings.ReplaceAll(good, "v1=", "v0="))
		s.requireRefused(o, "stale_timestamp", body, signed(body, secret, -6*time.Minute))
		s.requireRefused(o, "stale_timestamp", body, signed(body, secret, 6*time.Minute))
		for i := range body {
			s.requireRefused(o, "invalid_signature", flipped(body, i), good)
		}
		for i := range good {
			s.requireRefused(o, "invalid_signature", body, string(flipped([]byte(good), i)))
		}
		figure(t, "%d messages with a flipped bit were refused", len(body)+len(good))

		requireStatus(t, s.told(body, good), http.StatusOK)
		require.Equal(t, "paid", s.order(o.ID).Status, "it was only the signature")
	})
}

// requireRefused requires that the message is refused and changes nothing of
// the order, as its customer and its organizer see it.
func (s *stripeSale) requireRefused(o order, code string, body []byte, signature string) {
	s.t.Helper()
	see := func() (seen []string) {
		for _, a := range []answer{s.one.getOrder(o.ID), s.organizer.eventOrders(s.event.ID, "q="+o.ID)} {
			requireStatus(s.t, a, http.StatusOK)
			seen = append(seen, string(a.body))
		}
		return seen
	}
	before := see()
	requireProblem(s.t, s.told(body, signature), http.StatusBadRequest, code)
	require.Equal(s.t, before, see())
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

// flipped returns the text with the lowest bit of one byte turned.
func flipped(text []byte, at int) []byte {
	b := bytes.Clone(text)
	b[at] ^= 1
	return b
}
