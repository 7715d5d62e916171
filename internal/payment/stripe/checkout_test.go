package stripe

import (
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
	"seathold/internal/payment/stripe/stripetest"
)

func TestASessionSaysAllOfTheOrder(t *testing.T) {
	p, fake := newFake(t)
	r := request()
	c, err := p.CreatePayment(ctx, r)
	require.NoError(t, err)
	require.Equal(t, booking.Checkout{
		ID: fake.SessionOf(orderID), Provider: "stripe", URL: fake.URL + "/c/pay/" + c.ID, ExpiresAt: r.ExpiresAt,
	}, c)

	require.Len(t, fake.Calls(), 1)
	call := fake.Calls()[0]
	require.Equal(t, "seathold-checkout-ord-1", call.Key)
	require.Equal(t, url.Values{
		"mode":                {"payment"},
		"client_reference_id": {orderID},
		"metadata[order_id]":  {orderID},
		"payment_intent_data[metadata][order_id]":       {orderID},
		"adaptive_pricing[enabled]":                     {"false"},
		"expires_at":                                    {strconv.FormatInt(r.ExpiresAt.Add(31*time.Minute).Unix(), 10)},
		"success_url":                                   {"https://tickets.example/orders/ord-1?checkout=success"},
		"cancel_url":                                    {"https://tickets.example/orders/ord-1?checkout=cancelled"},
		"line_items[0][quantity]":                       {"1"},
		"line_items[0][price_data][currency]":           {"eur"},
		"line_items[0][price_data][unit_amount]":        {"4500"},
		"line_items[0][price_data][product_data][name]": {"Harbour Lights: A2, A3"},
	}, call.Form)
}

func TestARepeatIsTheSameRequestAndGetsTheSameSession(t *testing.T) {
	p, fake := newFake(t)
	r := request()
	first, err := p.CreatePayment(ctx, r)
	require.NoError(t, err)
	restarted := newProvider(t, Config{APIBase: fake.URL, PublicURL: func() string { return shopURL + "/" }})
	r.ExpiresAt = r.ExpiresAt.In(time.FixedZone("", 3600))
	again, err := restarted.CreatePayment(ctx, r)
	require.NoError(t, err)
	require.Equal(t, first.ID, again.ID)
	require.Equal(t, first.URL, again.URL)
	calls := fake.Calls()
	require.Equal(t, calls[0].Form, calls[1].Form)
	require.Equal(t, calls[0].Key, calls[1].Key)
}

func TestRepeatsAtTheSameTimeMakeOneSession(t *testing.T) {
	p, _ := newFake(t)
	r := request()
	var all sync.WaitGroup
	ids := make([]string, 20)
	for i := range ids {
		all.Go(func() {
			c, err := p.CreatePayment(ctx, r)
			if err == nil {
				ids[i] = c.ID
			}
		})
	}
	all.Wait()
	for _, id := range ids {
		require.Equal(t, ids[0], id)
		require.NotEmpty(t, id)
	}
}

// The event may be renamed, or the public URL change, between a lost answer and
// its repeat: the key belongs to the first request then, and is spent.
func TestAnotherRequestForTheSameOrderTakesTheNextKey(t *testing.T) {
	p, fake := newFake(t)
	r := request()
	first, err := p.CreatePayment(ctx, r)
	require.NoError(t, err)
	r.Description = "Renamed"
	second, err := p.CreatePayment(ctx, r)
	require.NoError(t, err)
	require.NotEqual(t, first.ID, second.ID)
	again, err := p.CreatePayment(ctx, r)
	require.NoError(t, err)
	require.Equal(t, second.ID, again.ID, "a repeat ends at the same session")

	r.Description = "Renamed once more"
	_, err = p.CreatePayment(ctx, r)
	require.NoError(t, err)
	r.Description = "And again"
	_, err = p.CreatePayment(ctx, r)
	requireRefused(t, err)
	require.ErrorContains(t, err, "same parameters")
	require.Len(t, keysOf(fake), sessionKeys)
}

func TestAStoredFaultDoesNotStopTheOrder(t *testing.T) {
	p, fake := newFake(t)
	fake.Break(stripetest.Fault{On: "POST /v1/checkout/sessions", Status: 500, Stored: true})
	r := request()
	first, err := p.CreatePayment(ctx, r)
	require.NoError(t, err)
	again, err := p.CreatePayment(ctx, r)
	require.NoError(t, err)
	require.Equal(t, first, again, "a repeat ends at the same session")
	require.Len(t, keysOf(fake), 2)

	fake.Break(stripetest.Fault{On: "POST /v1/checkout/sessions", Status: 503, Stored: true})
	r.OrderID = "ord-2"
	_, err = p.CreatePayment(ctx, r)
	requireUnavailable(t, err) // whether it is stored shows only when it is asked for again
	_, err = p.CreatePayment(ctx, r)
	require.NoError(t, err)
}

// Where the fault is not the key's, another key could only make a second session.
func TestAPassingFaultSpendsNoKey(t *testing.T) {
	p, fake := newFake(t)
	for _, status := range []int{401, 402, 409, 429, 503} {
		fake.Break(stripetest.Fault{On: "POST /v1/checkout/sessions", Status: status})
		_, err := p.CreatePayment(ctx, request())
		require.Error(t, err)
	}
	create(t, p)
	require.Len(t, keysOf(fake), 1)
}

// keysOf are the idempotency keys that were used, each once.
func keysOf(fake *stripetest.Server) map[string]bool {
	keys := map[string]bool{}
	for _, c := range fake.Calls() {
		keys[c.Key] = true
	}
	return keys
}

func TestALostAnswerIsFoundByTheRepeat(t *testing.T) {
	p, fake := newFake(t)
	r := request()
	fake.Break(stripetest.Fault{Lost: true})
	_, err := p.CreatePayment(ctx, r)
	requireUnavailable(t, err)
	made := fake.SessionOf(orderID)
	require.NotEmpty(t, made)
	c, err := p.CreatePayment(ctx, r)
	require.NoError(t, err)
	require.Equal(t, made, c.ID)
}

func TestTheClientRepeatsABrokenCallItself(t *testing.T) {
	_, fake := newFake(t)
	p := newProvider(t, Config{APIBase: fake.URL, Retries: 1})
	fake.Break(stripetest.Fault{Lost: true})
	c := create(t, p)
	require.Equal(t, fake.SessionOf(orderID), c.ID)
	require.Len(t, fake.Calls(), 2)
	require.Equal(t, fake.Calls()[0].Key, fake.Calls()[1].Key)
}

func TestNamesAreShortenedToWhatStripeTakes(t *testing.T) {
	for _, c := range []struct{ description, want string }{
		{strings.Repeat("席", 250), strings.Repeat("席", 250)},
		{strings.Repeat("席", 251), strings.Repeat("席", 249) + "…"},
		{" \n ", "Order ord-1"},
		{"A\xffB", "A�B"},
	} {
		p, fake := newFake(t)
		r := request()
		r.Description = c.description
		_, err := p.CreatePayment(ctx, r)
		require.NoError(t, err)
		require.Equal(t, c.want, fake.Calls()[0].Form.Get("line_items[0][price_data][product_data][name]"))
	}
}

// An order's deadline may be near when its session is made, but not over.
func TestASessionLivesLongEnoughForStripe(t *testing.T) {
	p, _ := newFake(t)
	r := request()
	r.ExpiresAt = time.Now()
	_, err := p.CreatePayment(ctx, r)
	require.NoError(t, err)
	r.OrderID, r.ExpiresAt = "ord-2", time.Now().Add(-2*time.Minute)
	_, err = p.CreatePayment(ctx, r)
	requireRefused(t, err)
}

func TestWhatCannotBePaidIsRefusedWithoutAsking(t *testing.T) {
	p, fake := newFake(t)
	r := request()
	r.Total = booking.Money{Amount: 5124, Currency: "KWD"}
	_, err := p.CreatePayment(ctx, r)
	requireRefused(t, err)
	r = request()
	r.OrderID = ""
	_, err = p.CreatePayment(ctx, r)
	requireRefused(t, err)
	require.Empty(t, fake.Calls())
}

func TestACheckoutIsReportedAsItStands(t *testing.T) {
	p, fake := newFake(t)
	id := create(t, p).ID
	look := func(id string) booking.CheckoutReport {
		report, err := p.LookUpCheckout(ctx, orderID, id)
		require.NoError(t, err)
		return report
	}
	require.Equal(t, booking.CheckoutReport{State: booking.CheckoutOpen}, look(id))
	require.NoError(t, fake.Decline(id))
	require.Equal(t, booking.CheckoutReport{State: booking.CheckoutOpen}, look(id), "another card may follow")

	paymentID, err := fake.Pay(id)
	require.NoError(t, err)
	require.Equal(t, booking.CheckoutReport{State: booking.CheckoutPaid, PaymentID: paymentID, Received: cost}, look(id))

	require.Equal(t, booking.CheckoutReport{State: booking.CheckoutUnknown}, look("cs_of_someone_else"))
	require.Equal(t, booking.CheckoutReport{State: booking.CheckoutUnknown}, look("../refunds?x=/"))
	before := len(fake.Calls())
	require.Equal(t, booking.CheckoutReport{State: booking.CheckoutUnknown}, look(""))
	require.Len(t, fake.Calls(), before, "the path without an id is the list of all")
}

func TestACheckoutWhoseMoneyComesLaterHasEnded(t *testing.T) {
	for _, arrives := range []bool{true, false} {
		p, fake := newFake(t)
		id := create(t, p).ID
		paymentID, err := fake.PayLater(id)
		require.NoError(t, err)
		report, err := p.LookUpCheckout(ctx, orderID, id)
		require.NoError(t, err)
		require.Equal(t, booking.CheckoutReport{State: booking.CheckoutProcessing}, report)
		require.NoError(t, p.CancelCheckout(ctx, orderID, id), "nothing can be ended any more")

		require.NoError(t, fake.Settle(paymentID, arrives))
		report, err = p.LookUpCheckout(ctx, orderID, id)
		require.NoError(t, err)
		if arrives {
			require.Equal(t, booking.CheckoutReport{State: booking.CheckoutPaid, PaymentID: paymentID, Received: cost}, report)
		} else {
			require.Equal(t, booking.CheckoutReport{State: booking.CheckoutProcessing}, report)
		}
	}
}

func TestACancelledCheckoutCannotBePaid(t *testing.T) {
	p, fake := newFake(t)
	id := create(t, p).ID
	require.NoError(t, p.CancelCheckout(ctx, orderID, id))
	status, _ := fake.SessionState(id)
	require.Equal(t, "expired", status)
	_, err := fake.Pay(id)
	require.Error(t, err)

	require.NoError(t, p.CancelCheckout(ctx, orderID, id), "it has ended already")
	report, err := p.LookUpCheckout(ctx, orderID, id)
	require.NoError(t, err)
	require.Equal(t, booking.CheckoutReport{State: booking.CheckoutEnded}, report)
}

func TestAPaymentIsQuickerThanTheCancellation(t *testing.T) {
	p, fake := newFake(t)
	id := create(t, p).ID
	_, err := fake.Pay(id)
	require.NoError(t, err)
	require.Equal(t, booking.CodeAlreadyPaid, booking.CodeOf(p.CancelCheckout(ctx, orderID, id)))
	_, paymentStatus := fake.SessionState(id)
	require.Equal(t, "paid", paymentStatus)
}

// A hundred customers pay at the moment that their orders are cancelled: either
// the session is ended and not paid, or it is paid and the cancellation says so.
func TestPayingAndCancellingAtOnceHaveOneWinner(t *testing.T) {
	p, fake := newFake(t)
	var all sync.WaitGroup
	for i := range 100 {
		r := request()
		r.OrderID = "ord-" + strconv.Itoa(i)
		c, err := p.CreatePayment(ctx, r)
		require.NoError(t, err)
		var payment, cancellation error
		all.Go(func() { _, payment = fake.Pay(c.ID) })
		all.Go(func() { cancellation = p.CancelCheckout(ctx, r.OrderID, c.ID) })
		all.Wait()
		if payment == nil {
			require.Equal(t, booking.CodeAlreadyPaid, booking.CodeOf(cancellation), "%v", cancellation)
		} else {
			require.NoError(t, cancellation)
		}
	}
}

func TestCancellingWhatIsNotThereIsDone(t *testing.T) {
	p, fake := newFake(t)
	require.NoError(t, p.CancelCheckout(ctx, orderID, "cs_of_someone_else"))
	require.NoError(t, p.CancelCheckout(ctx, orderID, ""))
	require.Len(t, fake.Calls(), 1)
}

// Stripe refuses to end a session whose payment is being made right now.
func TestAnOpenCheckoutThatCannotBeEndedIsTriedAgain(t *testing.T) {
	p, fake := newFake(t)
	id := create(t, p).ID
	fake.Break(stripetest.Fault{On: "POST /v1/checkout/sessions/{id}/expire", Status: 400})
	requireUnavailable(t, p.CancelCheckout(ctx, orderID, id))
	require.NoError(t, p.CancelCheckout(ctx, orderID, id))
}
