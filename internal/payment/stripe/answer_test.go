package stripe

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/payment/stripe/stripetest"
)

// An answer that Stripe would give again is a refusal; what leaves open whether
// anything was done, or was not begun, is not.
func TestWhatAnAnswerMeansForTheKey(t *testing.T) {
	for _, c := range []struct {
		status int
		code   string
		stored bool // and given again when it is asked for again
		first  bool // refused at once
		again  bool // refused when repeated
	}{
		{status: 400, code: "parameter_invalid", first: true},
		{status: 402, code: "charge_disputed", stored: true, first: true, again: true},
		{status: 404, code: "resource_missing", stored: true, first: true, again: true},
		{status: 500, stored: true, first: true, again: true},
		{status: 401},
		{status: 403},
		{status: 408},
		{status: 409, code: "idempotency_key_in_use"},
		{status: 429, code: "rate_limit"},
		{status: 502},
		{status: 503},
		{status: 504},
		{status: 424, stored: true, again: true},
		{status: 503, stored: true, again: true},
	} {
		name := strconv.Itoa(c.status) + c.code
		p, fake := newFake(t)
		r := refundRequest(fake.PayDirectly(orderID, 4500, "eur"))
		fake.Break(stripetest.Fault{On: "POST /v1/refunds", Status: c.status, Code: c.code, Stored: c.stored})
		for _, refused := range []bool{c.first, c.again} {
			_, err := p.Refund(ctx, r)
			switch {
			case refused:
				requireRefused(t, err)
				require.ErrorContains(t, err, strconv.Itoa(c.status), name)
			case !refused && err == nil:
				require.Empty(t, c.again, name) // the repeat was executed
			default:
				requireUnavailable(t, err)
			}
		}
	}
}

// Looking something up does nothing, so no answer is final.
func TestWhatOnlyReadsIsNeverRefused(t *testing.T) {
	for _, status := range []int{400, 401, 402, 403, 409, 429, 500, 503} {
		p, fake := newFake(t)
		fault := stripetest.Fault{Status: status}
		fake.Break(fault, fault)
		_, err := p.LookUpCheckout(ctx, orderID, "cs_1")
		requireUnavailable(t, err)
		_, err = p.LookUpRefund(ctx, orderID, "pi_1")
		requireUnavailable(t, err)
	}
}

func TestAnOutageIsUnavailable(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	requireAllUnavailable(t, newProvider(t, Config{APIBase: "http://" + l.Addr().String()}))
}

func TestASilentStripeIsUnavailable(t *testing.T) {
	_, fake := newFake(t)
	p := newProvider(t, Config{APIBase: fake.URL, CallTimeout: 50 * time.Millisecond})
	for range 5 {
		fake.Break(stripetest.Fault{Hangs: true})
	}
	requireAllUnavailable(t, p)
}

func TestTheCallersDeadlineIsKept(t *testing.T) {
	p, fake := newFake(t)
	fake.Break(stripetest.Fault{Hangs: true})
	short, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
	defer cancel()
	_, err := p.CreatePayment(short, request())
	requireUnavailable(t, err)
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

// A proxy in between, a wrong address: what cannot be understood settles nothing.
func TestAnAnswerThatIsNotStripesIsUnavailable(t *testing.T) {
	for _, status := range []int{200, 302, 404, 500, 502} {
		for _, body := range []string{"", "<html>", "{}", "[]", "null", `{"error":"x"}`, `{"id":7}`} {
			other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Location", "/elsewhere")
				w.WriteHeader(status)
				_, _ = w.Write([]byte(body)) // the caller reads what it can
			}))
			p := newProvider(t, Config{APIBase: other.URL})
			_, err := p.CreatePayment(ctx, request())
			requireUnavailable(t, err)
			_, err = p.LookUpCheckout(ctx, orderID, "cs_1")
			requireUnavailable(t, err)
			_, err = p.Refund(ctx, refundRequest("pi_1"))
			requireUnavailable(t, err)
			other.Close()
		}
	}
}

func requireAllUnavailable(t *testing.T, p *Provider) {
	t.Helper()
	_, err := p.CreatePayment(ctx, request())
	requireUnavailable(t, err)
	_, err = p.LookUpCheckout(ctx, orderID, "cs_1")
	requireUnavailable(t, err)
	requireUnavailable(t, p.CancelCheckout(ctx, orderID, "cs_1"))
	_, err = p.LookUpRefund(ctx, orderID, "pi_1")
	requireUnavailable(t, err)
	_, err = p.Refund(ctx, refundRequest("pi_1"))
	requireUnavailable(t, err)
}
