package sandbox

import (
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

func refundRequest(key string, amount int64) booking.RefundRequest {
	return booking.RefundRequest{
		OrderID: "ord-1", PaymentID: "pay_ord-1", Key: key, Reason: booking.ReasonDuplicate,
		Amount: booking.Money{Amount: amount, Currency: "EUR"},
	}
}

// requireRefund asks for a refund and requires what has gone back of the
// payment, and what is on its way.
func requireRefund(t *testing.T, p *Provider, key string, amount, refunded, pending int64) {
	t.Helper()
	report, err := p.Refund(t.Context(), refundRequest(key, amount))
	require.NoError(t, err)
	require.Equal(t, booking.RefundReport{Refunded: refunded, Pending: pending}, report)
	requireLookUp(t, p, refunded, pending)
}

func requireLookUp(t *testing.T, p *Provider, refunded, pending int64) {
	t.Helper()
	report, err := p.LookUpRefund(t.Context(), "ord-1", "pay_ord-1")
	require.NoError(t, err)
	require.Equal(t, booking.RefundReport{Refunded: refunded, Pending: pending}, report)
}

func TestARefundIsMadeOnceForOneKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, shop, _ := newFake(t, 200)
		press(p, pathOf(t, p), "pay")
		requireLookUp(t, p, 0, 0)
		requireRefund(t, p, "k1", 1500, 1500, 0)
		requireRefund(t, p, "k1", 1500, 1500, 0)
		requireRefund(t, p, "k2", 3000, 4500, 0)
		requireRefund(t, p, "k1", 1500, 4500, 0)
		time.Sleep(time.Minute)
		require.Equal(t, []told{
			{booking.PaymentSucceeded, "pay_ord-1", 4500},
			{booking.RefundSucceeded, "pay_ord-1", 1500},
			{booking.RefundSucceeded, "pay_ord-1", 4500},
		}, shop.told(), "what has gone back in all, each time")
		require.Equal(t, booking.ReasonDuplicate, stored(t, p).Refunds[0].Reason)
	})
}

func TestAsManyCallsAtOnceAreOneRefund(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, _, _ := newFake(t, 200)
		press(p, pathOf(t, p), "pay")
		reports := make(chan booking.RefundReport, 100)
		for range cap(reports) {
			go func() {
				report, _ := p.Refund(t.Context(), refundRequest("k1", 4500))
				reports <- report
			}()
		}
		for range cap(reports) {
			require.Equal(t, booking.RefundReport{Refunded: 4500}, <-reports)
		}
		require.Len(t, stored(t, p).Refunds, 1)
	})
}

func TestWhatCannotGoBackIsRefusedForItsKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, _, _ := newFake(t, 200)
		press(p, pathOf(t, p), "pay")
		requireRefund(t, p, "part", 4000, 4000, 0)
		dollars := refundRequest("dollars", 1)
		dollars.Amount.Currency = "USD"
		for _, r := range []booking.RefundRequest{
			refundRequest("more", 501), refundRequest("nothing", 0), refundRequest("less", -1), refundRequest("part", 1), dollars,
		} {
			for range 2 {
				report, err := p.Refund(t.Context(), r)
				require.ErrorIs(t, err, booking.ErrRefused, r.Key)
				require.Zero(t, report)
			}
		}
		requireLookUp(t, p, 4000, 0)
		requireRefund(t, p, "rest", 500, 4500, 0)
	})
}

func TestTheNextRefundIsRefusedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, shop, _ := newFake(t, 200)
		path := pathOf(t, p)
		w := press(p, path, "plan_refund", "plan=refuse")
		requirePage(t, w, http.StatusOK, "Pay for your order")
		require.Contains(t, w.Body.String(), "As it stands, it is refused.")
		press(p, path, "pay")
		for range 2 {
			_, err := p.Refund(t.Context(), refundRequest("k1", 4500))
			require.ErrorIs(t, err, booking.ErrRefused)
			require.Empty(t, booking.CodeOf(err))
		}
		requireLookUp(t, p, 0, 0)
		requireRefund(t, p, "k2", 4500, 4500, 0)
		_, err := p.Refund(t.Context(), refundRequest("k1", 4500))
		require.ErrorIs(t, err, booking.ErrRefused, "its answer stays")
		time.Sleep(time.Minute)
		require.Equal(t, []string{"payment.succeeded", "refund.succeeded"}, shop.types())
	})
}

func TestTheNextRefundIsTakenOnAndFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, shop, _ := newFake(t, 200)
		path := pathOf(t, p)
		press(p, path, "pay")
		press(p, path, "plan_refund", "plan=fail", "minutes=2")
		requireRefund(t, p, "k1", 4500, 0, 4500)
		time.Sleep(2*time.Minute - time.Millisecond)
		requireLookUp(t, p, 0, 4500)
		time.Sleep(time.Millisecond)
		requireLookUp(t, p, 0, 0)
		requireRefund(t, p, "k1", 4500, 0, 0)
		time.Sleep(time.Minute)
		require.Equal(t, told{booking.RefundFailed, "pay_ord-1", 0}, shop.told()[1])
		requireRefund(t, p, "k2", 4500, 4500, 0)
		time.Sleep(time.Minute)
		require.Equal(t, told{booking.RefundSucceeded, "pay_ord-1", 4500}, shop.told()[2])
		require.Len(t, shop.told(), 3)
	})
}

func TestTheNextRefundIsPendingForAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, shop, _ := newFake(t, 200)
		path := pathOf(t, p)
		press(p, path, "plan_refund", "plan=wait", "minutes=10")
		press(p, path, "pay")
		requireRefund(t, p, "k1", 4000, 0, 4000)
		require.Contains(t, get(p, path).Body.String(), "€40.00 on its way back")
		_, err := p.Refund(t.Context(), refundRequest("too much", 4500))
		require.ErrorIs(t, err, booking.ErrRefused, "that is on its way already")
		time.Sleep(10 * time.Minute)
		requireLookUp(t, p, 4000, 0)
		time.Sleep(time.Minute)
		require.Equal(t, told{booking.RefundSucceeded, "pay_ord-1", 4000}, shop.told()[1])
	})
}

func TestThePlanCanBeTakenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, _, _ := newFake(t, 200)
		path := pathOf(t, p)
		press(p, path, "pay")
		press(p, path, "plan_refund", "plan=refuse")
		press(p, path, "plan_refund", "plan=as_usual")
		requireRefund(t, p, "k1", 4500, 4500, 0)
	})
}

// The shop's tests and tools sign messages of their own with the secret that
// they share with the sandbox. Such money can be given back like any other.
func TestAPaymentThatWasNotMadeHereIsRefundedAllTheSame(t *testing.T) {
	for _, known := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			p, shop, _ := newFake(t, 200)
			if known {
				pathOf(t, p)
			}
			requireLookUp(t, p, 0, 0)
			requireRefund(t, p, "k1", 9900, 9900, 0)
			requireRefund(t, p, "k1", 9900, 9900, 0)
			c := stored(t, p)
			require.Equal(t, []received{{ID: "pay_ord-1", Foreign: true}}, c.Payments)
			time.Sleep(time.Minute)
			require.Equal(t, []told{{booking.RefundSucceeded, "pay_ord-1", 9900}}, shop.told())

			// It is no payment of the checkout, and its id is used.
			path := pathOf(t, p)
			report, err := p.LookUpCheckout(t.Context(), "ord-1", "pay_ord-1")
			require.NoError(t, err)
			require.Equal(t, booking.CheckoutOpen, report.State)
			requirePage(t, press(p, path, "pay"), http.StatusOK, "Payment successful")
			require.Equal(t, told{booking.PaymentSucceeded, "pay_ord-1_2", 4500}, shop.told()[1])
			report, err = p.LookUpCheckout(t.Context(), "ord-1", "pay_ord-1")
			require.NoError(t, err)
			require.Equal(t, "pay_ord-1_2", report.PaymentID)
		})
	}
}

func TestThePageRefundsAsAMerchantWould(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, shop, _ := newFake(t, 200)
		path := pathOf(t, p)
		press(p, path, "pay_twice")
		w := press(p, path, "refund", "payment=pay_ord-1_2", "amount=12,50")
		requirePage(t, w, http.StatusOK, "Payment successful")
		require.Contains(t, w.Body.String(), "€12.50 refunded")
		require.Contains(t, w.Body.String(), `name="amount" inputmode="decimal" value="32.50"`)
		require.Equal(t, told{booking.RefundSucceeded, "pay_ord-1_2", 1250}, shop.told()[2], "told at once")
		requirePage(t, press(p, path, "refund", "payment=pay_ord-1_2", "amount="), http.StatusOK, "Payment successful")
		require.Equal(t, told{booking.RefundSucceeded, "pay_ord-1_2", 4500}, shop.told()[3])
		requireLookUp(t, p, 0, 0)
		requirePage(t, press(p, path, "refund", "payment=pay_ord-1"), http.StatusOK, "Payment refunded")
		requireLookUp(t, p, 4500, 0)
		requirePage(t, press(p, path, "refund", "payment=pay_ord-1"), http.StatusConflict, "Refund refused")
	})
}

func TestThePagesRefundsHaveLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, shop, _ := newFake(t, 200)
		path := pathOf(t, p)
		press(p, path, "pay")
		for amount, status := range map[string]int{
			"45.01": http.StatusConflict, "0": http.StatusConflict, "0.00": http.StatusConflict,
			"1.234": http.StatusBadRequest, "-1": http.StatusBadRequest, "%2B1": http.StatusBadRequest, "1e2": http.StatusBadRequest,
			"x": http.StatusBadRequest, ".5": http.StatusBadRequest, "1.2.3": http.StatusBadRequest, "99999999999999999999": http.StatusBadRequest,
		} {
			require.Equal(t, status, press(p, path, "refund", "payment=pay_ord-1", "amount="+amount).Code, amount)
		}
		requireLookUp(t, p, 0, 0)
		require.Equal(t, []string{"payment.succeeded"}, shop.types())
		_, err := p.change(t.Context(), "pay_ord-1", func(c *checkout) error {
			c.Refunds = make([]refund, maxRefunds)
			return nil
		})
		require.NoError(t, err)
		requirePage(t, press(p, path, "refund", "payment=pay_ord-1", "amount=0.01"), http.StatusConflict, "Enough refunds")
	})
}

func TestRefundsSurviveARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		records, shop := newRecords(t), newShop(t, 200)
		config := Config{Records: records, Client: &http.Client{Transport: shop}}
		p := newProvider(t, config)
		path := pathOf(t, p)
		press(p, path, "pay")
		press(p, path, "plan_refund", "plan=wait", "minutes=5")
		requireRefund(t, p, "k1", 4500, 0, 4500)
		require.NoError(t, p.Close(t.Context()))
		time.Sleep(time.Hour)
		restarted := newProvider(t, config)
		requireLookUp(t, restarted, 4500, 0)
		require.NoError(t, restarted.DeliverDue(t.Context()))
		require.Equal(t, told{booking.RefundSucceeded, "pay_ord-1", 4500}, shop.told()[1])
	})
}

func TestTheRecordsAreAway(t *testing.T) {
	records := &badRecords{Records: newRecords(t)}
	p := newProvider(t, Config{Records: records})
	pathOf(t, p)
	away := errors.New("connection refused")
	records.before = []error{away}
	_, err := p.Refund(t.Context(), refundRequest("k1", 4500))
	require.Equal(t, booking.CodeUnavailable, booking.CodeOf(err))
	records.before = []error{away}
	err = p.CancelCheckout(t.Context(), "ord-1", "pay_ord-1")
	require.Equal(t, booking.CodeUnavailable, booking.CodeOf(err))
	require.ErrorIs(t, err, away)

	// The reply is lost: the repeat finds what was done.
	records.after = []error{away}
	_, err = p.Refund(t.Context(), refundRequest("k1", 4500))
	require.Equal(t, booking.CodeUnavailable, booking.CodeOf(err))
	requireRefund(t, p, "k1", 4500, 4500, 0)
	require.Len(t, stored(t, p).Refunds, 1)
}
