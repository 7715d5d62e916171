package sandbox

import (
	"net/http"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

// told is what the shop learnt, in order of arrival.
type told struct {
	kind      booking.PaymentEventKind
	paymentID string
	amount    int64
}

func (s *fakeShop) told() []told {
	var all []told
	for _, a := range s.seen() {
		all = append(all, told{a.event.Kind, a.event.PaymentID, a.event.Received.Amount + a.event.Refunded})
	}
	return all
}

func TestWhatAChoiceTellsTheShop(t *testing.T) {
	paid, failed := booking.PaymentSucceeded, booking.PaymentFailed
	for _, c := range []struct {
		name    string
		presses [][]string
		state   state
		want    []told
	}{
		{"pay", [][]string{{"pay"}}, statePaid, []told{{paid, "pay_ord-1", 4500}}},
		{"wrong amount", [][]string{{"pay_wrong"}}, statePaid, []told{{paid, "pay_ord-1", 4499}}},
		{
			"twice",
			[][]string{{"pay_twice"}},
			statePaid,
			[]told{{paid, "pay_ord-1", 4500}, {paid, "pay_ord-1_2", 4500}},
		},
		{
			"and once more",
			[][]string{{"pay"}, {"pay_twice"}, {"pay_twice"}},
			statePaid,
			[]told{{paid, "pay_ord-1", 4500}, {paid, "pay_ord-1_2", 4500}, {paid, "pay_ord-1_3", 4500}},
		},
		{
			"the later first",
			[][]string{{"pay_unordered"}},
			statePaid,
			[]told{{paid, "pay_ord-1", 4500}, {failed, "pay_ord-1", 4500}},
		},
		{
			"in their order",
			[][]string{{"fail"}, {"pay_anyway"}},
			statePaid,
			[]told{{failed, "pay_ord-1", 4500}, {paid, "pay_ord-1", 4500}},
		},
		{
			"an old tab",
			[][]string{{"cancel"}, {"pay"}},
			statePaid,
			[]told{{booking.PaymentCancelled, "pay_ord-1", 4500}, {paid, "pay_ord-1", 4500}},
		},
		{
			"delivered twice",
			[][]string{{"pay", "delivery=twice"}},
			statePaid,
			[]told{{paid, "pay_ord-1", 4500}, {paid, "pay_ord-1", 4500}},
		},
		{
			"sent again",
			[][]string{{"fail"}, {"send", "message=" + webhookID("pay_ord-1", "fail")}},
			stateFailed,
			[]told{{failed, "pay_ord-1", 4500}, {failed, "pay_ord-1", 4500}},
		},
		{"the shop knows", [][]string{{"fail"}, {"fail"}, {"tell"}}, stateFailed, []told{{failed, "pay_ord-1", 4500}}},
	} {
		synctest.Test(t, func(t *testing.T) {
			p, shop, log := newFake(t, 204)
			path := pathOf(t, p)
			for _, press1 := range c.presses {
				require.Equal(t, http.StatusOK, press(p, path, press1[0], press1[1:]...).Code, c.name)
			}
			time.Sleep(time.Hour)
			require.Equal(t, c.want, shop.told(), c.name)
			require.Equal(t, c.state, stored(t, p).State, c.name)
			require.Empty(t, log.String(), c.name)
			ids := map[string]bool{}
			for _, a := range shop.seen() {
				ids[a.event.WebhookID] = true
			}
			distinct := slices.Clone(c.want)
			slices.SortFunc(distinct, func(a, b told) int { return len(a.paymentID+string(a.kind)) - len(b.paymentID+string(b.kind)) })
			require.Len(t, ids, len(slices.Compact(distinct)), "a repeat has the same id, another message another")
		})
	}
}

func TestAMessageIsHeldBackForMinutes(t *testing.T) {
	for minutes, want := range map[string]time.Duration{
		"": 3 * time.Minute, "3": 3 * time.Minute, "0.5": 30 * time.Second, "14.5": 14*time.Minute + 30*time.Second,
	} {
		synctest.Test(t, func(t *testing.T) {
			p, shop, _ := newFake(t, 200)
			path, start := pathOf(t, p), time.Now()
			w := press(p, path, "pay", "delivery=late", "minutes="+minutes)
			requirePage(t, w, http.StatusAccepted, "The shop is told later")
			require.Contains(t, w.Body.String(), "only at "+clockTime(start.Add(want)))
			require.Zero(t, time.Since(start), "the customer does not wait for it")
			report, err := p.LookUpCheckout(t.Context(), "ord-1", "pay_ord-1")
			require.NoError(t, err)
			require.Equal(t, booking.CheckoutPaid, report.State, "who asks learns it at once")
			requirePage(t, press(p, path, "tell"), http.StatusAccepted, "The shop is told later")

			time.Sleep(want - time.Second)
			require.Empty(t, shop.seen())
			time.Sleep(3 * time.Second)
			require.Len(t, shop.seen(), 1)
			requirePage(t, get(p, path), http.StatusOK, "Payment successful")
		})
	}
}

func TestWhatIsHeldBackCanBeSentNow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, shop, _ := newFake(t, 200)
		path := pathOf(t, p)
		press(p, path, "pay", "delivery=late")
		requirePage(t, press(p, path, "send", "message="+webhookID("pay_ord-1", "pay")), http.StatusOK, "Payment successful")
		time.Sleep(time.Hour)
		require.Len(t, shop.seen(), 1)
	})
}

func TestALostMessageIsNeverSentUnlessAskedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, shop, _ := newFake(t, 200)
		path := pathOf(t, p)
		requirePage(t, press(p, path, "pay", "delivery=never"), http.StatusOK, "The shop is not told")
		requirePage(t, press(p, path, "tell"), http.StatusOK, "The shop is not told")
		time.Sleep(time.Hour)
		require.Empty(t, shop.seen())
		report, err := p.LookUpCheckout(t.Context(), "ord-1", "pay_ord-1")
		require.NoError(t, err)
		require.Equal(t, booking.CheckoutReport{
			State: booking.CheckoutPaid, PaymentID: "pay_ord-1", Received: booking.Money{Amount: 4500, Currency: "EUR"},
		}, report)
		requirePage(t, press(p, path, "send", "message="+webhookID("pay_ord-1", "pay")), http.StatusOK, "Payment successful")
		require.Len(t, shop.seen(), 1)
	})
}

func TestPayingRightAfterTheDeadline(t *testing.T) {
	for _, withdrawn := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			p, shop, _ := newFake(t, 200)
			path, start := pathOf(t, p), time.Now()
			w := press(p, path, "pay_late")
			requirePage(t, w, http.StatusAccepted, "You will pay after the deadline")
			require.Contains(t, w.Body.String(), clockTime(start.Add(15*time.Minute+afterDeadline)))
			if withdrawn {
				time.Sleep(15 * time.Minute)
				require.NoError(t, p.CancelCheckout(t.Context(), "ord-1", "pay_ord-1"))
				requirePage(t, get(p, path), http.StatusOK, "Payment withdrawn")
				require.Contains(t, get(p, path).Body.String(), "it is paid all the same at")
			}
			time.Sleep(time.Until(start.Add(15*time.Minute + afterDeadline - time.Millisecond)))
			require.Empty(t, shop.seen())
			time.Sleep(2 * time.Second)
			require.Equal(t, []told{{booking.PaymentSucceeded, "pay_ord-1", 4500}}, shop.told())
			requirePage(t, get(p, path), http.StatusOK, "Payment successful")
		})
	}
}

func TestAPaymentMadeMeanwhileReplacesThePlannedOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, shop, _ := newFake(t, 200)
		path := pathOf(t, p)
		press(p, path, "pay_late")
		requirePage(t, press(p, path, "pay"), http.StatusOK, "Payment successful")
		time.Sleep(time.Hour)
		require.Len(t, shop.seen(), 1)
		press(p, path, "pay_twice") // past the deadline, and it is paid
		require.Len(t, stored(t, p).Payments, 2)
	})
}

func TestAWithdrawnPaymentIsTakenOnlyAgainstTheShopsWill(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, shop, _ := newFake(t, 200)
		path := pathOf(t, p)
		require.NoError(t, p.CancelCheckout(t.Context(), "ord-1", "pay_ord-1"))
		w := get(p, path)
		requirePage(t, w, http.StatusOK, "Payment withdrawn")
		require.NotContains(t, w.Body.String(), `value="pay"`)
		require.NotContains(t, w.Body.String(), `<button class="fail"`)
		require.Contains(t, w.Body.String(), `value="pay_anyway">Pay anyway</button>`)
		for _, action := range []string{"pay", "fail", "cancel"} {
			requirePage(t, press(p, path, action), http.StatusConflict, "This payment has ended already")
		}
		require.Empty(t, shop.seen())
		requirePage(t, press(p, path, "pay_anyway"), http.StatusOK, "Payment successful")
		require.Equal(t, []told{{booking.PaymentSucceeded, "pay_ord-1", 4500}}, shop.told())
	})
}

func TestOneOrderHasOnlySoManyPayments(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, _, _ := newFake(t, 200)
		path := pathOf(t, p)
		for range maxPayments - 1 {
			require.Equal(t, http.StatusOK, press(p, path, "pay_twice").Code)
		}
		w := press(p, path, "pay_twice")
		requirePage(t, w, http.StatusConflict, "Enough payments")
		require.NotContains(t, w.Body.String(), "Pay once more")
		require.Len(t, stored(t, p).Payments, maxPayments)
	})
}

func TestFieldsThatMakeNoSenseChangeNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, shop, _ := newFake(t, 200)
		path := pathOf(t, p)
		for _, fields := range [][]string{
			{"pay", "delivery=soon"},
			{"pay", "delivery=late", "minutes=soon"},
			{"pay", "delivery=late", "minutes=-1"},
			{"pay", "delivery=late", "minutes=1441"},
			{"pay", "delivery=late", "minutes=NaN"},
			{"pay_twice", "delivery=late", "minutes=Inf"},
			{"fail", "delivery=LATE"},
			{"plan_refund", "plan=x"},
			{"plan_refund"},
			{"plan_refund", "plan=wait", "minutes=x"},
			{"refund", "payment=pay_ord-1"},
			{"send", "message=msg_x"},
		} {
			w := press(p, path, fields[0], fields[1:]...)
			require.Equal(t, http.StatusBadRequest, w.Code, fields)
			require.Contains(t, w.Body.String(), "Nothing was sent to the shop", fields)
		}
		require.Equal(t, stateOpen, stored(t, p).State)
		require.Empty(t, shop.seen())
	})
}

// A hundred presses at once of a payment that is not made yet: one payment.
func TestManyPressesAtOnceAreOnePayment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, shop, _ := newFake(t, 200)
		path := pathOf(t, p)
		codes := make(chan int, 100)
		for i := range cap(codes) {
			action := []string{"pay", "fail", "cancel"}[i%3]
			go func() { codes <- press(p, path, action).Code }()
		}
		count := map[string]int{}
		for range cap(codes) {
			count[strconv.Itoa(<-codes)]++
		}
		require.Positive(t, count["200"])
		require.Equal(t, cap(codes), count["200"]+count["409"])
		c := stored(t, p)
		require.LessOrEqual(t, len(c.Payments), 1)
		time.Sleep(time.Hour)
		require.Len(t, shop.seen(), len(c.Messages))
	})
}
