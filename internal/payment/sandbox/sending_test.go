package sandbox

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
	"seathold/internal/payment/standardwebhook"
)

func TestEachButtonTellsItsOutcome(t *testing.T) {
	for action, want := range map[string]struct {
		kind  booking.PaymentEventKind
		title string
	}{
		"pay":    {booking.PaymentSucceeded, "Payment successful"},
		"fail":   {booking.PaymentFailed, "Payment failed"},
		"cancel": {booking.PaymentCancelled, "Payment cancelled"},
	} {
		synctest.Test(t, func(t *testing.T) {
			p, shop, _ := newFake(t, 204)
			w := press(p, pathOf(t, p), action)
			require.Equal(t, http.StatusOK, w.Code)
			require.Contains(t, w.Body.String(), "<h1>"+want.title+"</h1>")
			require.Len(t, shop.seen(), 1)
			e := shop.seen()[0].event
			require.Equal(t, want.kind, e.Kind)
			require.Equal(t, "pay_ord-1", e.PaymentID)
			require.Equal(t, "ord-1", e.OrderID)
			require.Equal(t, booking.Money{Amount: 4500, Currency: "EUR"}, e.Received)
		})
	}
}

func TestAnEndedPaymentStaysAsItEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, shop, _ := newFake(t, 200)
		path := pathOf(t, p)
		requirePage(t, press(p, path, "pay"), http.StatusOK, "Payment successful")
		requirePage(t, press(p, path, "pay"), http.StatusOK, "Payment successful")
		for _, action := range []string{"fail", "cancel", "pay_wrong", "pay_unordered", "pay_late", "pay_anyway"} {
			w := press(p, path, action)
			requirePage(t, w, http.StatusConflict, "This payment has ended already")
			require.Contains(t, w.Body.String(), "You have paid. Nothing was changed, and nothing was sent to the shop.")
		}
		requirePage(t, get(p, path), http.StatusOK, "Payment successful")
		time.Sleep(time.Hour)
		require.Equal(t, []string{"payment.succeeded"}, shop.types())
		require.Len(t, stored(t, p).Payments, 1)
	})
}

func TestAShopThatFailsForAMomentIsAskedAgainBeforeThePageAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, shop, _ := newFake(t, 503, 500, 200)
		start := time.Now()
		w := press(p, pathOf(t, p), "pay")
		require.Equal(t, http.StatusOK, w.Code)
		require.Contains(t, w.Body.String(), "Payment successful")
		require.Len(t, shop.seen(), 3)
		require.Less(t, time.Since(start), time.Second)
	})
}

func TestAShopThatFailsForMinutesIsToldInTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, shop, _ := newFake(t, append(times(10, 503), 200)...)
		start := time.Now()
		w := press(p, pathOf(t, p), "pay")
		require.LessOrEqual(t, time.Since(start), 5*time.Second, "the customer does not wait longer")
		require.Equal(t, http.StatusAccepted, w.Code)
		require.Contains(t, w.Body.String(), "The shop has not confirmed yet; we keep telling it")

		time.Sleep(5 * time.Minute)
		seen := shop.seen()
		require.Len(t, seen, 11, "and none after the confirmation")
		for i, a := range seen {
			require.Equal(t, seen[0].event.WebhookID, a.event.WebhookID)
			require.Equal(t, seen[0].body, a.body)
			require.Equal(t, strconv.FormatInt(a.at.Unix(), 10), a.timestamp, "attempt %d is signed anew", i)
		}
		require.Zero(t, underWay(t, p))
	})
}

func TestAShopThatNeverConfirmsIsGivenUpAfterTenMinutes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, shop, log := newFake(t, 500)
		start := time.Now()
		press(p, pathOf(t, p), "pay")
		time.Sleep(time.Hour)
		seen := shop.seen()
		require.Len(t, seen, maxRepeats+1)
		last := seen[len(seen)-1].at.Sub(start)
		require.Greater(t, last, 8*time.Minute)
		require.Less(t, last, 14*time.Minute)
		require.Contains(t, log.String(), "level=ERROR msg=\"sandbox webhook not delivered\" webhook_id="+seen[0].event.WebhookID)
		require.Contains(t, log.String(), "given up after 18 attempts: the shop answered 500")
		require.NotContains(t, log.String(), oldSecret[6:])
	})
}

func TestWhatWasGivenUpCanBeToldAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, shop, _ := newFake(t, append(times(maxRepeats+2, 500), 200)...)
		path := pathOf(t, p)
		press(p, path, "pay")
		time.Sleep(time.Hour)
		require.Len(t, shop.seen(), maxRepeats+1)
		w := get(p, path)
		requirePage(t, w, http.StatusOK, "The shop did not confirm")
		require.Contains(t, w.Body.String(), "not confirmed; given up: the shop answered 500")
		require.Contains(t, w.Body.String(), `name="action" value="tell">Tell the shop again now</button>`)
		requirePage(t, press(p, path, "tell"), http.StatusOK, "Payment successful")
		seen := shop.seen()
		require.Len(t, seen, maxRepeats+3, "the backoff begins anew")
		require.Equal(t, seen[0].event.WebhookID, seen[len(seen)-1].event.WebhookID)
		require.Equal(t, seen[0].body, seen[len(seen)-1].body)
	})
}

func TestASecondPressHurriesADeliveryThatWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, shop, _ := newFake(t, 503)
		path := pathOf(t, p)
		press(p, path, "pay")
		time.Sleep(2 * time.Minute) // by now it waits a minute between attempts
		before := len(shop.seen())
		hurried := time.Now()
		press(p, path, "pay")
		require.Len(t, shop.seen(), before+1)
		require.Equal(t, hurried, shop.seen()[before].at)
		require.Equal(t, 1, underWay(t, p), "it is still the same delivery")
	})
}

func TestASlowShopDoesNotKeepTheCustomer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, shop, _ := newFake(t, 200)
		shop.delay = 7 * time.Second
		w := press(p, pathOf(t, p), "pay")
		require.Equal(t, http.StatusAccepted, w.Code)
		require.Contains(t, press(p, pathOf(t, p), "pay").Body.String(), "Payment successful", "the next press sees the end")
		require.Len(t, shop.seen(), 1)
	})
}

func TestAnAttemptThatHangsIsEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, shop, log := newFake(t, 200)
		shop.delay = time.Hour
		press(p, pathOf(t, p), "pay")
		time.Sleep(2 * attemptTimeout)
		require.GreaterOrEqual(t, len(shop.seen()), 2)
		require.Contains(t, log.String(), context.DeadlineExceeded.Error())
	})
}

func TestACustomerWhoLeavesDoesNotEndTheDelivery(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, shop, _ := newFake(t, 503, 503, 503, 200)
		ctx, leave := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer leave()
		r := httptest.NewRequest(http.MethodPost, pathOf(t, p), bytes.NewBufferString("action=pay")).WithContext(ctx)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		p.Handler().ServeHTTP(httptest.NewRecorder(), r)
		time.Sleep(time.Minute)
		require.Len(t, shop.seen(), 4)
	})
}

func TestTheShopsRetryAfterIsRespectedWithinReason(t *testing.T) {
	for header, want := range map[string]time.Duration{
		"20":                   20 * time.Second,
		"40000":                time.Minute,
		"-3":                   0,
		"1e3":                  0,
		"tuesday":              0,
		"99999999999999999999": 0,
	} {
		synctest.Test(t, func(t *testing.T) {
			p, shop, _ := newFake(t, 503, 200)
			shop.retryAfter = header
			press(p, pathOf(t, p), "pay")
			time.Sleep(2 * time.Minute)
			seen := shop.seen()
			require.Len(t, seen, 2)
			waited := seen[1].at.Sub(seen[0].at)
			if want == 0 {
				require.LessOrEqual(t, waited, 400*time.Millisecond, header)
			} else {
				require.GreaterOrEqual(t, waited, want, header)
				require.LessOrEqual(t, waited, want+time.Second, header)
			}
		})
	}
}

func TestWhatWaitsIsSentAfterARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		records, shop := newRecords(t), newShop(t, append(times(7, 503), 200)...)
		config := Config{Records: records, Client: &http.Client{Transport: shop}}
		p := newProvider(t, config)
		requirePage(t, press(p, pathOf(t, p), "pay"), http.StatusAccepted, "Waiting for the shop")
		before := shop.seen()
		start := time.Now()
		require.NoError(t, p.Close(t.Context()))
		require.Zero(t, time.Since(start), "it does not sit out the wait")
		time.Sleep(time.Hour)
		require.Len(t, shop.seen(), len(before))

		restarted := newProvider(t, config)
		keepDelivering(t, restarted)
		time.Sleep(2 * time.Minute)
		seen := shop.seen()
		require.Len(t, seen, 8)
		require.Equal(t, before[0].body, seen[7].body)
		require.Equal(t, before[0].event.WebhookID, seen[7].event.WebhookID)
		require.Zero(t, underWay(t, restarted))
	})
}

// A process that dies in an attempt leaves its claim behind. The message is
// sent again when that lapses, or at once when somebody asks for it.
func TestTheClaimOfADeadInstanceLapses(t *testing.T) {
	for _, asked := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			records, shop := newRecords(t), newShop(t, 200)
			p := newProvider(t, Config{Records: records, Client: &http.Client{Transport: shop}})
			path := pathOf(t, p)
			_, err := p.change(t.Context(), "pay_ord-1", func(c *checkout) error {
				c.pay(c.Amount, p.clock(), delivery{})
				_, claimed := c.claim("an instance that died", p.clock())
				require.True(t, claimed)
				return nil
			})
			require.NoError(t, err)
			start := time.Now()
			if asked {
				requirePage(t, press(p, path, "pay"), http.StatusOK, "Payment successful")
				require.Less(t, time.Since(start), time.Second)
				return
			}
			require.NoError(t, p.DeliverDue(t.Context()))
			require.Empty(t, shop.seen(), "it may still be under way")
			time.Sleep(claimTime)
			require.NoError(t, p.DeliverDue(t.Context()))
			require.Len(t, shop.seen(), 1)
		})
	}
}

func TestThreeInstancesSendEachMessageOnce(t *testing.T) {
	const orders = 20
	require.Equal(t, orders, sentByThree(t, orders, func(r slowRecords) booking.Records { return r }))
	require.Greater(t, sentByThree(t, orders, func(r slowRecords) booking.Records { return looseRecords{r} }), orders,
		"the control: without the compare-and-set some are sent twice")
}

// slowRecords lets every instance read before any of them writes.
type slowRecords struct{ booking.Records }

func (s slowRecords) Record(ctx context.Context, kind booking.RecordKind, id string) (booking.Record, error) {
	defer time.Sleep(time.Millisecond)
	return s.Records.Record(ctx, kind, id)
}

// looseRecords replaces whatever is stored.
type looseRecords struct{ slowRecords }

func (l looseRecords) ReplaceRecord(ctx context.Context, kind booking.RecordKind, r booking.Record) error {
	for {
		now, err := l.Record(ctx, kind, r.ID)
		if err != nil {
			return err
		}
		r.Revision = now.Revision
		if err := l.Records.ReplaceRecord(ctx, kind, r); !errors.Is(err, booking.ErrConflict) {
			return err
		}
	}
}

// sentByThree has three instances deliver messages of as many orders, which are
// all due at the same moment, and returns how often the shop was told.
func sentByThree(t *testing.T, orders int, guard func(slowRecords) booking.Records) (sent int) {
	synctest.Test(t, func(t *testing.T) {
		records, shop := guard(slowRecords{newRecords(t)}), newShop(t, 200)
		shop.delay = 2 * time.Second
		var all []*Provider
		for range 3 {
			p := newProvider(t, Config{Records: records, Client: &http.Client{Transport: shop}})
			all = append(all, p)
			keepDelivering(t, p)
		}
		for i := range orders {
			r := request(time.Now().Add(time.Hour))
			r.OrderID = "ord-" + strconv.Itoa(i)
			c, err := all[0].CreatePayment(t.Context(), r)
			require.NoError(t, err)
			_, err = all[0].change(t.Context(), c.ID, func(c *checkout) error {
				c.pay(c.Amount, all[0].clock(), delivery{Wait: 3 * time.Second})
				return nil
			})
			require.NoError(t, err)
		}
		time.Sleep(time.Minute)
		ids := map[string]int{}
		for _, a := range shop.seen() {
			ids[a.event.WebhookID]++
		}
		require.Len(t, ids, orders)
		sent = len(shop.seen())
	})
	return sent
}

// What came of an attempt may not be stored, or be stored with the reply lost:
// at worst the message comes twice, never not at all.
func TestAFaultOfTheRecordsLosesNoMessage(t *testing.T) {
	away := errors.New("connection refused")
	for name, change := range map[string]func(*badRecords){
		"conflicts":       func(b *badRecords) { b.before = []error{booking.ErrConflict, booking.ErrConflict, booking.ErrConflict} },
		"away at note":    func(b *badRecords) { b.before = []error{nil, away} },
		"reply of choice": func(b *badRecords) { b.after = []error{away} },
		"reply of note":   func(b *badRecords) { b.after = []error{nil, away} },
	} {
		synctest.Test(t, func(t *testing.T) {
			records := &badRecords{Records: newRecords(t)}
			shop := newShop(t, 200)
			p := newProvider(t, Config{Records: records, Client: &http.Client{Transport: shop}})
			keepDelivering(t, p)
			path := pathOf(t, p)
			change(records)
			press(p, path, "pay")
			time.Sleep(time.Minute)
			require.NotEmpty(t, shop.seen(), name)
			for _, a := range shop.seen() {
				require.Equal(t, shop.seen()[0].event.WebhookID, a.event.WebhookID, name)
			}
			require.Equal(t, messageConfirmed, stored(t, p).Messages[0].State, name)
		})
	}
}

func TestAChoiceThatIsNotStoredIsNotMade(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		records := &badRecords{Records: newRecords(t)}
		shop := newShop(t, 200)
		p := newProvider(t, Config{Records: records, Client: &http.Client{Transport: shop}})
		path := pathOf(t, p)
		records.before = []error{errors.New("connection refused")}
		w := press(p, path, "pay")
		requirePage(t, w, http.StatusServiceUnavailable, "Not possible at the moment")
		require.NotContains(t, w.Body.String(), "connection refused")
		require.Equal(t, stateOpen, stored(t, p).State)
		require.Empty(t, shop.seen())
	})
}

func TestCloseWaitsForAnAttemptUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, shop, log := newFake(t, 200)
		shop.delay = 8 * time.Second
		press(p, pathOf(t, p), "pay") // answers after 5 s
		start := time.Now()
		require.NoError(t, p.Close(t.Context()))
		require.Equal(t, 3*time.Second, time.Since(start))
		require.Empty(t, log.String())
	})
}

func TestCloseEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, shop, log := newFake(t, 200)
		shop.delay = 8 * time.Second
		press(p, pathOf(t, p), "pay")
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		require.ErrorIs(t, p.Close(ctx), context.DeadlineExceeded)
		require.Contains(t, log.String(), `level=ERROR msg="sandbox webhook not delivered"`)
		require.Contains(t, log.String(), "order_id=ord-1")
		require.Contains(t, log.String(), "it is sent after the next start")
		m := stored(t, p).Messages[0]
		require.Empty(t, m.ClaimedBy)
		require.False(t, m.DueAt.After(time.Now()), "at once after it")
	})
}

func TestNothingIsTakenOnceClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, shop, _ := newFake(t, 200)
		path := pathOf(t, p)
		require.NoError(t, p.Close(t.Context()))
		require.NoError(t, p.Close(t.Context()), "closing twice is no error")
		w := press(p, path, "pay")
		require.Equal(t, http.StatusServiceUnavailable, w.Code)
		require.Equal(t, "1", w.Header().Get("Retry-After"))
		require.Contains(t, w.Body.String(), "Nothing was sent to the shop")
		require.Empty(t, shop.seen())
	})
}

func TestWhatIsSentAtOneTimeIsBounded(t *testing.T) {
	s := newSending()
	for range maxSending {
		require.True(t, s.begin())
	}
	require.False(t, s.begin())
	s.end()
	require.True(t, s.begin())
	for range maxSending {
		s.end()
	}
	require.NoError(t, s.close(t.Context()))
	require.False(t, s.begin(), "closed")
}

// Where this instance sends too much already, a choice is taken all the same
// and told by the next round of any instance.
func TestAChoiceBeyondTheBoundIsToldByARound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, shop, _ := newFake(t, 200)
		path := pathOf(t, p)
		for range maxSending {
			require.True(t, p.sending.begin())
		}
		requirePage(t, press(p, path, "pay"), http.StatusAccepted, "Waiting for the shop")
		require.Empty(t, shop.seen())
		for range maxSending {
			p.sending.end()
		}
		time.Sleep(2 * time.Second)
		require.Len(t, shop.seen(), 1)
	})
}

func TestSendDeliversAnyMessageOnce(t *testing.T) {
	p, shop, _ := newFake(t, 200, 404)
	m := standardwebhook.Message{Type: "refund.created", Timestamp: time.Now()}
	require.NoError(t, p.Send(t.Context(), "msg_refund", m))
	require.ErrorContains(t, p.Send(t.Context(), "msg_refund", m), "the shop answered 404")
	require.Error(t, p.Send(t.Context(), "no spaces allowed", m))
	require.Len(t, shop.seen(), 2)
	require.Equal(t, "refund.created", shop.seen()[0].event.Type)
	require.Equal(t, "msg_refund", shop.seen()[0].event.WebhookID)
}

func TestOneConnectionServesManyWebhooks(t *testing.T) {
	var opened atomic.Int32
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write(make([]byte, 10_000))
	}))
	server.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			opened.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	p := newProvider(t, Config{PublicURL: func() string { return server.URL }})
	for range 20 {
		require.NoError(t, p.Send(t.Context(), "msg_1", standardwebhook.Message{Type: "ping"}))
	}
	require.EqualValues(t, 1, opened.Load())
}

// A redirect turns a POST into a GET, whose 200 would be a false confirmation.
func TestARedirectConfirmsNothing(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			http.Redirect(w, r, "/elsewhere", http.StatusFound)
		}
	}))
	defer server.Close()
	p := newProvider(t, Config{PublicURL: func() string { return server.URL }})
	err := p.Send(t.Context(), "msg_1", standardwebhook.Message{Type: "ping"})
	require.ErrorContains(t, err, "the shop answered 302")

	control, err := http.Post(server.URL, "", nil) // an ordinary client is fooled
	require.NoError(t, err)
	require.NoError(t, control.Body.Close())
	require.Equal(t, http.StatusOK, control.StatusCode)
}

func TestTheDefaultBackoffIsBoundedAndVaries(t *testing.T) {
	seen := map[time.Duration]bool{}
	for n := range maxRepeats {
		nominal := min(firstWait<<n, longestWait)
		for range 100 {
			wait, more := DefaultBackoff(n)
			require.True(t, more)
			require.InDelta(t, nominal, wait, 0.2*float64(nominal)+1)
			seen[wait] = true
		}
	}
	require.Greater(t, len(seen), maxRepeats*50, "repeats of many payments spread out")
	_, more := DefaultBackoff(maxRepeats)
	require.False(t, more)
}
