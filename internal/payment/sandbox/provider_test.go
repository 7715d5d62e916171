package sandbox

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
	"seathold/internal/payment/standardwebhook"
)

func TestAPaymentFollowsFromItsOrderOnAnyInstance(t *testing.T) {
	expires := time.Date(2026, 3, 1, 21, 0, 0, 0, time.UTC)
	records := newRecords(t)
	first, err := newProvider(t, Config{Records: records}).CreatePayment(context.Background(), request(expires))
	require.NoError(t, err)
	require.Equal(t, "pay_ord-1", first.ID)
	require.Equal(t, Name, first.Provider)
	require.Equal(t, expires, first.ExpiresAt)
	require.True(t, strings.HasPrefix(first.URL, shopURL+"/sandbox/pay/"), first.URL)

	elsewhere := request(expires.In(time.FixedZone("", 3600)))
	again, err := newProvider(t, Config{Records: records}).CreatePayment(context.Background(), elsewhere)
	require.NoError(t, err)
	require.Equal(t, first.ID, again.ID)
	require.Equal(t, first.URL, again.URL)
}

func TestThePageOutlivesARestartAndANewSecret(t *testing.T) {
	records := newRecords(t)
	path := pathOf(t, newProvider(t, Config{Records: records}))
	restarted := newProvider(t, Config{Records: records})
	require.Equal(t, http.StatusOK, get(restarted, path).Code)
	rotated := newProvider(t, Config{Records: records, Secrets: []string{newSecret, oldSecret}})
	require.Equal(t, http.StatusOK, get(rotated, path).Code)
	withdrawn := newProvider(t, Config{Records: records, Secrets: []string{newSecret}})
	require.Equal(t, http.StatusNotFound, get(withdrawn, path).Code)
}

func TestNoPaymentBeforeTheURLIsKnown(t *testing.T) {
	p := newProvider(t, Config{PublicURL: func() string { return "" }})
	_, err := p.CreatePayment(context.Background(), request(time.Now()))
	require.Equal(t, booking.CodeUnavailable, booking.CodeOf(err))
	require.Error(t, p.Send(context.Background(), "msg_1", standardwebhook.Message{Type: "ping"}))
}

func TestThePublicURLMayEndWithASlash(t *testing.T) {
	p := newProvider(t, Config{PublicURL: func() string { return shopURL + "/tickets/" }})
	c, err := p.CreatePayment(context.Background(), request(time.Now()))
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(c.URL, shopURL+"/tickets/sandbox/pay/"), c.URL)
}

func TestALongDescriptionIsCut(t *testing.T) {
	p := newProvider(t, Config{})
	r := request(time.Now().Add(time.Hour))
	r.Description = strings.Repeat("席", 5000)
	c, err := p.CreatePayment(context.Background(), r)
	require.NoError(t, err)
	require.Less(t, len(c.URL), 2000)
	page := get(p, strings.TrimPrefix(c.URL, shopURL)).Body.String()
	require.Contains(t, page, strings.Repeat("席", descriptionMaxRunes-1)+"…</p>")
}

func TestNewNamesWhatIsMissing(t *testing.T) {
	_, err := New(Config{Secrets: []string{oldSecret}, PublicURL: func() string { return "" }})
	require.ErrorContains(t, err, "no records")
	records := newRecords(t)
	_, err = New(Config{Records: records, Secrets: []string{oldSecret}})
	require.ErrorContains(t, err, "public URL")
	_, err = New(Config{Records: records, Secrets: []string{"short"}, PublicURL: func() string { return "" }})
	require.ErrorContains(t, err, "webhook secret 1 of 1")
}

func TestReadWebhookReadsItsOwn(t *testing.T) {
	p := newProvider(t, Config{})
	require.Equal(t, "sandbox", p.Name())
	body, err := standardwebhook.Message{
		Type: standardwebhook.TypeCancelled, Timestamp: time.Now(),
		Data: standardwebhook.Data{PaymentID: "pay_1", OrderID: "1", Amount: 5, Currency: "EUR"},
	}.Encode()
	require.NoError(t, err)
	h := http.Header{}
	require.NoError(t, p.keys.Sign(h, "msg_1", body))
	e, err := p.ReadWebhook(body, h)
	require.NoError(t, err)
	require.Equal(t, booking.PaymentCancelled, e.Kind)
	_, err = newProvider(t, Config{Secrets: []string{newSecret}}).ReadWebhook(body, h)
	require.Equal(t, booking.CodeInvalidSignature, booking.CodeOf(err))
}

func TestWhatBecameOfACheckout(t *testing.T) {
	money := booking.Money{Amount: 4500, Currency: "EUR"}
	less := booking.Money{Amount: 4499, Currency: "EUR"}
	for action, want := range map[string]booking.CheckoutReport{
		"":          {State: booking.CheckoutOpen},
		"pay":       {State: booking.CheckoutPaid, PaymentID: "pay_ord-1", Received: money},
		"pay_twice": {State: booking.CheckoutPaid, PaymentID: "pay_ord-1", Received: money},
		"pay_wrong": {State: booking.CheckoutPaid, PaymentID: "pay_ord-1", Received: less},
		"fail":      {State: booking.CheckoutEnded},
		"cancel":    {State: booking.CheckoutEnded},
		"pay_late":  {State: booking.CheckoutOpen},
	} {
		synctest.Test(t, func(t *testing.T) {
			p, _, _ := newFake(t, 200)
			path := pathOf(t, p)
			if action != "" {
				press(p, path, action)
			}
			report, err := p.LookUpCheckout(t.Context(), "ord-1", "pay_ord-1")
			require.NoError(t, err)
			require.Equal(t, want, report, action)

			before := stored(t, p).State
			err = p.CancelCheckout(t.Context(), "ord-1", "pay_ord-1")
			after, again := stored(t, p).State, p.CancelCheckout(t.Context(), "ord-1", "pay_ord-1")
			require.Equal(t, booking.CodeOf(err), booking.CodeOf(again), "a repeat answers the same")
			switch want.State {
			case booking.CheckoutPaid:
				require.Equal(t, booking.CodeAlreadyPaid, booking.CodeOf(err))
				require.Equal(t, statePaid, after)
			case booking.CheckoutOpen:
				require.NoError(t, err)
				require.Equal(t, stateWithdrawn, after)
				report, err = p.LookUpCheckout(t.Context(), "ord-1", "pay_ord-1")
				require.NoError(t, err)
				require.Equal(t, booking.CheckoutEnded, report.State)
			default:
				require.NoError(t, err)
				require.Equal(t, before, after)
			}
		})
	}
}

func TestACheckoutPastItsDeadlineIsOpenAndUnknownOnesAreSaidToBe(t *testing.T) {
	p := newProvider(t, Config{})
	pathUntil(t, p, time.Now().Add(-time.Hour))
	report, err := p.LookUpCheckout(t.Context(), "ord-1", "pay_ord-1")
	require.NoError(t, err)
	require.Equal(t, booking.CheckoutOpen, report.State)

	report, err = p.LookUpCheckout(t.Context(), "ord-2", "pay_ord-2")
	require.NoError(t, err)
	require.Equal(t, booking.CheckoutReport{State: booking.CheckoutUnknown}, report)
	require.NoError(t, p.CancelCheckout(t.Context(), "ord-2", "pay_ord-2"))
	_, err = p.Refund(t.Context(), booking.RefundRequest{OrderID: "ord-2", PaymentID: "x", Key: "k", Amount: booking.Money{Amount: 1, Currency: "EUR"}})
	require.NoError(t, err)
	report, err = p.LookUpCheckout(t.Context(), "ord-2", "pay_ord-2")
	require.NoError(t, err)
	require.Equal(t, booking.CheckoutUnknown, report.State, "a refund makes no checkout")
}

func TestACheckoutIsMadeOnceAndStaysAsItIs(t *testing.T) {
	p, _, _ := newFake(t, 200)
	path := pathOf(t, p)
	press(p, path, "pay")
	require.Equal(t, path, pathUntil(t, p, time.Now().Add(time.Hour)))
	require.Equal(t, statePaid, stored(t, p).State)
	other := request(time.Now())
	other.Total.Amount++
	_, err := p.CreatePayment(t.Context(), other)
	require.ErrorIs(t, err, booking.ErrRefused)
}

func TestAWebhookNamesItsCheckout(t *testing.T) {
	p := newProvider(t, Config{})
	for _, c := range []struct{ kind, paymentID, orderID, want string }{
		{standardwebhook.TypeSucceeded, "pay_1", "1", "pay_1"},
		{standardwebhook.TypeSucceeded, "pay_1_2", "1", "pay_1"},
		{standardwebhook.TypeSucceeded, "pay_1_10", "1", "pay_1"},
		{standardwebhook.TypeRefundSucceeded, "pay_1_2", "1", "pay_1"},
		{standardwebhook.TypeRefundFailed, "pay_1", "1", "pay_1"},
		{standardwebhook.TypeSucceeded, "pay_1_1", "1", ""},
		{standardwebhook.TypeSucceeded, "pay_1_02", "1", ""},
		{standardwebhook.TypeSucceeded, "pay_1_x", "1", ""},
		{standardwebhook.TypeSucceeded, "pay_2", "1", ""},
		{standardwebhook.TypeSucceeded, "pay_", "", ""},
		{standardwebhook.TypeFailed, "pay_1", "1", "pay_1"},
		{standardwebhook.TypeCancelled, "other", "1", "other"},
		{"ping", "pay_1", "1", ""},
	} {
		body, err := standardwebhook.Message{
			Type: c.kind, Timestamp: time.Now(),
			Data: standardwebhook.Data{PaymentID: c.paymentID, OrderID: c.orderID, Amount: 5, Currency: "EUR"},
		}.Encode()
		require.NoError(t, err)
		h := http.Header{}
		require.NoError(t, p.keys.Sign(h, "msg_1", body))
		ev, err := p.ReadWebhook(body, h)
		require.NoError(t, err)
		require.Equal(t, c.want, ev.CheckoutID, c)
	}
}
