package sandbox

import (
	"bytes"
	"context"
	"log/slog"
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

func TestARepeatedChoiceIsTheSameDeliveryAnotherIsNot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, shop, _ := newFake(t, 200)
		path := pathOf(t, p)
		for _, action := range []string{"pay", "pay", "fail", "cancel"} {
			require.Equal(t, http.StatusOK, press(p, path, action).Code)
		}
		seen := shop.seen()
		require.Equal(t, seen[0].event.WebhookID, seen[1].event.WebhookID)
		require.NotEqual(t, seen[0].event.WebhookID, seen[2].event.WebhookID)
		require.NotEqual(t, seen[2].event.WebhookID, seen[3].event.WebhookID)
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
		require.Equal(t, 5*time.Second, time.Since(start), "the customer does not wait longer")
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
		require.Zero(t, underWay(p))
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
		require.Less(t, last, 13*time.Minute)
		require.Contains(t, log.String(), "level=ERROR msg=\"sandbox webhook not delivered\" webhook_id="+seen[0].event.WebhookID)
		require.Contains(t, log.String(), "given up after 18 attempts: the shop answered 500")
		require.NotContains(t, log.String(), oldSecret[6:])
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
		require.Equal(t, 1, underWay(p), "it is still the same delivery")
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
		time.Sleep(attemptTimeout)
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
				require.LessOrEqual(t, waited, 300*time.Millisecond, header)
			} else {
				require.Equal(t, want, waited, header)
			}
		})
	}
}

func TestCloseGivesWhatWaitsALastAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, shop, log := newFake(t, append(times(7, 503), 200)...)
		press(p, pathOf(t, p), "pay")
		time.Sleep(20 * time.Second)
		require.Len(t, shop.seen(), 7)
		start := time.Now()
		require.NoError(t, p.Close(t.Context()))
		require.Zero(t, time.Since(start), "it does not sit out the wait")
		require.Len(t, shop.seen(), 8)
		require.NotContains(t, log.String(), "level=ERROR")
	})
}

func TestCloseLogsWhatWasNotDelivered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, shop, log := newFake(t, 503)
		press(p, pathOf(t, p), "pay")
		start := time.Now()
		require.NoError(t, p.Close(t.Context()))
		require.Zero(t, time.Since(start), "one more attempt, not the whole backoff")
		require.Contains(t, log.String(), `level=ERROR msg="sandbox webhook not delivered"`)
		require.Contains(t, log.String(), `\"order_id\":\"ord-1\"`)
		n := len(shop.seen())
		time.Sleep(time.Hour)
		require.Len(t, shop.seen(), n)
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
		require.Contains(t, log.String(), "not delivered")
		require.Zero(t, underWay(p))
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

func TestDeliveriesUnderWayAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCourier(func(ctx context.Context, _ string, _ []byte) error {
			<-ctx.Done()
			return ctx.Err()
		}, DefaultBackoff, slog.New(slog.DiscardHandler))
		for i := range maxUnderWay {
			_, err := c.deliver(strconv.Itoa(i), nil)
			require.NoError(t, err)
		}
		_, err := c.deliver("one more", nil)
		require.ErrorIs(t, err, errBusy)
		_, err = c.deliver("0", nil)
		require.NoError(t, err, "it is under way already")
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		require.ErrorIs(t, c.close(ctx), context.Canceled)
	})
}

func TestSendDeliversAnyMessageOnce(t *testing.T) {
	p, shop, _ := newFake(t, 200, 404)
	m := standardwebhook.Message{Type: "refund.succeeded", Timestamp: time.Now()}
	require.NoError(t, p.Send(t.Context(), "msg_refund", m))
	require.ErrorContains(t, p.Send(t.Context(), "msg_refund", m), "the shop answered 404")
	require.Error(t, p.Send(t.Context(), "no spaces allowed", m))
	require.Len(t, shop.seen(), 2)
	require.Equal(t, "refund.succeeded", shop.seen()[0].event.Type)
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
