package stripe

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

func TestAPaidSessionTellsOnePaymentTwice(t *testing.T) {
	p, fake := newFake(t)
	id := create(t, p).ID
	paymentID, err := fake.Pay(id)
	require.NoError(t, err)
	events := readAll(t, p, fake)
	require.Len(t, events, 3)
	require.Equal(t, booking.PaymentIgnored, events["charge.succeeded"].Kind)

	bySession, byIntent := events["checkout.session.completed"], events["payment_intent.succeeded"]
	require.Equal(t, id, bySession.CheckoutID)
	require.Empty(t, byIntent.CheckoutID)
	for _, e := range []booking.PaymentEvent{bySession, byIntent} {
		require.Equal(t, booking.PaymentSucceeded, e.Kind)
		require.Equal(t, paymentID, e.PaymentID, "the domain has each payment once, by its id")
		require.Equal(t, orderID, e.OrderID)
		require.Equal(t, cost, e.Received)
	}
	report, err := p.LookUpCheckout(ctx, orderID, id)
	require.NoError(t, err)
	require.Equal(t, paymentID, report.PaymentID, "asking tells the same payment, too")
}

func TestAPaymentOutsideCheckoutIsOne(t *testing.T) {
	p, fake := newFake(t)
	paymentID := fake.PayDirectly(orderID, 4400, "eur")
	e := readAll(t, p, fake)["payment_intent.succeeded"]
	require.Equal(t, booking.PaymentSucceeded, e.Kind)
	require.Equal(t, paymentID, e.PaymentID)
	require.Equal(t, booking.Money{Amount: 4400, Currency: "EUR"}, e.Received)
}

func TestMoneyThatComesLaterIsToldWhenItComes(t *testing.T) {
	p, fake := newFake(t)
	id := create(t, p).ID
	paymentID, err := fake.PayLater(id)
	require.NoError(t, err)
	e := readAll(t, p, fake)["checkout.session.completed"]
	require.Equal(t, booking.PaymentIgnored, e.Kind)
	require.Equal(t, paymentID, e.PaymentID, "for the log")

	require.NoError(t, fake.Settle(paymentID, true))
	events := readAll(t, p, fake)
	e = events["checkout.session.async_payment_succeeded"]
	require.Equal(t, booking.PaymentSucceeded, e.Kind)
	require.Equal(t, id, e.CheckoutID)
	require.Equal(t, paymentID, e.PaymentID)
	require.Equal(t, cost, e.Received)
	require.Equal(t, paymentID, events["payment_intent.succeeded"].PaymentID)
}

func TestMoneyThatDoesNotComeEndsTheCheckout(t *testing.T) {
	p, fake := newFake(t)
	id := create(t, p).ID
	paymentID, err := fake.PayLater(id)
	require.NoError(t, err)
	fake.Take()
	require.NoError(t, fake.Settle(paymentID, false))
	events := readAll(t, p, fake)
	require.Equal(t, booking.PaymentIgnored, events["payment_intent.payment_failed"].Kind)
	e := events["checkout.session.async_payment_failed"]
	require.Equal(t, booking.PaymentFailed, e.Kind)
	require.Equal(t, id, e.CheckoutID)
	require.Equal(t, orderID, e.OrderID)
	require.Equal(t, paymentID, e.PaymentID)
}

func TestADeclinedCardChangesNothing(t *testing.T) {
	p, fake := newFake(t)
	require.NoError(t, fake.Decline(create(t, p).ID))
	e := readAll(t, p, fake)["payment_intent.payment_failed"]
	require.Equal(t, booking.PaymentIgnored, e.Kind)
	require.Equal(t, orderID, e.OrderID)
}

func TestAnExpiredSessionIsCancelled(t *testing.T) {
	p, fake := newFake(t)
	id := create(t, p).ID
	require.NoError(t, p.CancelCheckout(ctx, orderID, id))
	e := readAll(t, p, fake)["checkout.session.expired"]
	require.Equal(t, booking.PaymentCancelled, e.Kind)
	require.Equal(t, id, e.CheckoutID)
	require.Equal(t, orderID, e.OrderID)
	require.Empty(t, e.PaymentID)
}

func TestRefundsAreToldInAll(t *testing.T) {
	p, fake := newFake(t)
	paymentID := paid(t, p, fake)
	fake.Take()
	for _, sum := range []int64{1500, 4500} {
		_, err := fake.RefundByHand(paymentID, sum-fakeRefunded(fake, paymentID))
		require.NoError(t, err)
		events := readAll(t, p, fake)
		require.Equal(t, booking.RefundSucceeded, events["refund.created"].Kind)
		e := events["charge.refunded"]
		require.Equal(t, booking.RefundSucceeded, e.Kind)
		require.Equal(t, paymentID, e.PaymentID)
		require.Equal(t, orderID, e.OrderID)
		require.Equal(t, sum, e.Refunded)
		require.Equal(t, cost, e.Received)
	}
}

func fakeRefunded(fake interface {
	Refunded(string) (int64, []string)
}, paymentID string,
) int64 {
	amount, _ := fake.Refunded(paymentID)
	return amount
}

func TestARefundThatFailsIsTold(t *testing.T) {
	for _, end := range []string{"failed", "canceled", "succeeded"} {
		p, fake := newFake(t)
		r := refundRequest(paid(t, p, fake))
		fake.NextRefunds("pending")
		_, err := p.Refund(ctx, r)
		require.NoError(t, err)
		fake.Take()
		require.NoError(t, fake.SettleRefund(fake.RefundsOf(r.PaymentID)[0], end))
		for kind, e := range readAll(t, p, fake) {
			want := booking.RefundFailed
			if end == "succeeded" {
				want = booking.RefundSucceeded // of its own amount: a reason to ask for the sum
			}
			require.Equal(t, want, e.Kind, kind)
			require.Equal(t, r.PaymentID, e.PaymentID)
			require.Equal(t, orderID, e.OrderID)
			require.Equal(t, end == "succeeded", e.Refunded > 0)
		}
	}
}

// readObject reads an event of this type with this object.
func readObject(t *testing.T, kind, object string) (booking.PaymentEvent, error) {
	t.Helper()
	body := message(t, kind, object)
	h := http.Header{"Stripe-Signature": {signBody(body, oldSecret, testTime)}}
	return providerAt(t, testTime, oldSecret).ReadWebhook(body, h)
}

func TestWhatIsNotOursIsIgnored(t *testing.T) {
	for _, c := range []struct{ kind, object string }{
		{"checkout.session.completed", `{"id":"cs_1","mode":"payment","payment_status":"paid","payment_intent":"pi_1","amount_total":1,"currency":"eur"}`},
		{"checkout.session.completed", `{"id":"cs_1","mode":"subscription","payment_status":"paid","client_reference_id":"ord-1"}`},
		{"checkout.session.expired", `{"id":"cs_1","mode":"setup","metadata":{"order_id":"ord-1"}}`},
		{"checkout.session.expired", `{"id":"cs_1","mode":"payment","metadata":null}`},
		{"payment_intent.succeeded", `{"id":"pi_1","amount_received":1,"currency":"eur","metadata":{}}`},
		{"payment_intent.succeeded", `{"id":"pi_1","amount_received":1,"currency":"xxx","metadata":{"other":"7"}}`},
		{"charge.refunded", `{"id":"ch_1","amount":1,"amount_refunded":1,"currency":"eur","payment_intent":null}`},
		{"refund.failed", `{"id":"re_1","status":"failed","payment_intent":null,"charge":null}`},
		{"refund.updated", `{"id":"re_1","status":"pending","payment_intent":"pi_1"}`},
		{"charge.dispute.created", `{"id":"dp_1"}`},
		{"customer.created", `7`},
		{"v1.billing.meter.error_report_triggered", `null`},
	} {
		e, err := readObject(t, c.kind, c.object)
		require.NoError(t, err, c)
		require.Equal(t, booking.PaymentIgnored, e.Kind, c)
		require.Equal(t, "evt_1", e.WebhookID)
		require.Equal(t, c.kind, e.Type)
	}
}

func TestAnOrderOfAnotherLengthIsNotOurs(t *testing.T) {
	long := make([]byte, 256)
	for i := range long {
		long[i] = 'x'
	}
	e, err := readObject(t, "payment_intent.succeeded", `{"id":"pi_1","amount_received":1,"currency":"eur","metadata":{"order_id":"`+string(long)+`"}}`)
	require.NoError(t, err)
	require.Equal(t, booking.PaymentIgnored, e.Kind)
}

func TestAReferenceMayStandForItsOrder(t *testing.T) {
	e, err := readObject(t, "checkout.session.completed",
		`{"id":"cs_1","payment_status":"paid","payment_intent":{"id":"pi_1","object":"payment_intent"},"client_reference_id":"ord-1","amount_total":4500,"currency":"eur"}`)
	require.NoError(t, err)
	require.Equal(t, booking.PaymentEvent{
		WebhookID: "evt_1", Kind: booking.PaymentSucceeded, Type: "checkout.session.completed",
		PaymentID: "pi_1", CheckoutID: "cs_1", OrderID: "ord-1", Received: cost,
	}, e)
}

func TestNothingToPayIsPaidBySessionItself(t *testing.T) {
	e, err := readObject(t, "checkout.session.completed",
		`{"id":"cs_1","payment_status":"no_payment_required","payment_intent":null,"metadata":{"order_id":"ord-1"},"amount_total":0,"currency":"eur"}`)
	require.NoError(t, err)
	require.Equal(t, booking.PaymentSucceeded, e.Kind)
	require.Equal(t, "cs_1", e.PaymentID)
	require.Equal(t, booking.Money{Currency: "EUR"}, e.Received)
}

func TestAmountsAreReadInTheirCurrency(t *testing.T) {
	e, err := readObject(t, "charge.refunded",
		`{"payment_intent":"pi_1","amount":50000,"amount_refunded":500,"currency":"isk","metadata":{"order_id":"ord-1"}}`)
	require.NoError(t, err)
	require.Equal(t, booking.Money{Amount: 500, Currency: "ISK"}, e.Received)
	require.Equal(t, int64(5), e.Refunded)
}

func TestABodyThatIsNotWholeIsInvalid(t *testing.T) {
	for _, c := range []struct{ kind, object string }{
		{"checkout.session.completed", `{"id":"cs_1","payment_status":"paid","client_reference_id":"o","amount_total":1,"currency":"eur"}`},
		{"checkout.session.completed", `{"id":"cs_1","payment_status":"paid","payment_intent":"pi_1","client_reference_id":"o","currency":"eur"}`},
		{"checkout.session.completed", `{"id":"cs_1","payment_status":"paid","payment_intent":"pi_1","client_reference_id":"o","amount_total":1}`},
		{"checkout.session.completed", `{"id":"cs_1","payment_intent":"pi_1","client_reference_id":"o","amount_total":1,"currency":"eur"}`},
		{"checkout.session.completed", `{"payment_status":"paid","payment_intent":"pi_1","client_reference_id":"o","amount_total":1,"currency":"eur"}`},
		{"checkout.session.async_payment_succeeded", `{"id":"cs_1","payment_intent":7,"client_reference_id":"o","amount_total":1,"currency":"eur"}`},
		{"checkout.session.expired", `[]`},
		{"checkout.session.expired", `"cs_1"`},
		{"payment_intent.succeeded", `{"id":"pi_1","currency":"eur","metadata":{"order_id":"o"}}`},
		{"payment_intent.succeeded", `{"amount_received":1,"currency":"eur","metadata":{"order_id":"o"}}`},
		{"payment_intent.succeeded", `{"id":"pi_1","amount_received":-1,"currency":"eur","metadata":{"order_id":"o"}}`},
		{"payment_intent.succeeded", `{"id":"pi_1","amount_received":1.5,"currency":"eur","metadata":{"order_id":"o"}}`},
		{"payment_intent.payment_failed", `7`},
		{"charge.refunded", `{"payment_intent":"pi_1","amount":1,"currency":"eur"}`},
		{"charge.refunded", `{"payment_intent":"pi_1","amount_refunded":1,"currency":"eur"}`},
		{"refund.updated", `7`},
	} {
		e, err := readObject(t, c.kind, c.object)
		require.Equal(t, booking.CodeInvalidValue, booking.CodeOf(err), "%v: %v", c, err)
		require.Zero(t, e)
	}
	p := providerAt(t, testTime, oldSecret)
	for _, body := range []string{
		``, `null`, `7`, `{`, `{}`, `{"id":"evt_1"}`, `{"type":"x"}`, `{"id":7,"type":"x"}`,
		`{"id":"evt_1","type":"payment_intent.succeeded"}`,
		`{"id":"evt_1","type":"payment_intent.succeeded","data":7}`,
	} {
		require.Equal(t, booking.CodeInvalidValue, codeOf(t, p, []byte(body), signBody([]byte(body), oldSecret, testTime)), body)
	}
}

// An endpoint keeps the API version that it was made with.
func TestTheAPIVersionDoesNotMatter(t *testing.T) {
	for _, version := range []string{"2019-02-19", "2022-11-15", "2026-08-26.dahlia", "2030-01-01.later", ""} {
		body := []byte(`{"api_version":"` + version + `",` + string(testBody[1:]))
		p := providerAt(t, testTime.Add(time.Minute), oldSecret)
		require.Empty(t, codeOf(t, p, body, signBody(body, oldSecret, testTime)))
	}
}
