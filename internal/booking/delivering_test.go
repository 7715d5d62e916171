package booking_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

func TestADeliveryIsMade(t *testing.T) {
	h := newHooks(t)
	e := h.endpoint(hookURL)
	id := h.relay()
	h.deliver(1)
	s := h.sender.all()
	require.Len(t, s, 1)
	require.Equal(t, hookURL, s[0].url)
	require.Equal(t, []string{e.Secret}, s[0].secrets)
	require.Equal(t, id, s[0].id)
	d := h.delivery(e.ID)
	require.Equal(t, booking.DeliveryDelivered, d.Status)
	require.Len(t, d.Attempts, 1)
	require.Equal(t, h.clock.now(), d.Attempts[0].At)
	require.Equal(t, 204, d.Attempts[0].StatusCode)
	require.False(t, d.Claimed)
	require.True(t, h.raw(id, e.ID).DueAt.IsZero())
	require.Equal(t, 1, h.metrics.of("delivery delivered"))
	h.clock.forward(100 * time.Hour)
	h.deliver(0)
}

// The times are those of the specification's table.
func TestTheScheduleOfRetries(t *testing.T) {
	h := newHooks(t)
	e := h.endpoint(hookURL)
	h.sender.answer(hookURL, 500, 0)
	id := h.relay()
	h.deliver(1)
	for _, wait := range []time.Duration{
		5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour,
		10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour,
	} {
		d := h.delivery(e.ID)
		require.Equal(t, booking.DeliveryPending, d.Status)
		require.False(t, d.Claimed)
		due := h.raw(id, e.ID).DueAt
		require.Equal(t, d.NextAt, due)
		require.WithinRange(t, due, h.clock.now().Add(wait), h.clock.now().Add(wait+wait/10))
		h.clock.set(due.Add(-time.Millisecond))
		h.deliver(0)
		h.clock.set(due)
		h.deliver(1)
	}
	d := h.delivery(e.ID)
	require.Equal(t, booking.DeliveryFailed, d.Status)
	require.Empty(t, d.Reason)
	require.Len(t, d.Attempts, 10)
	require.True(t, h.raw(id, e.ID).DueAt.IsZero())
	h.clock.forward(48 * time.Hour)
	h.deliver(0)
	require.Equal(t, 9, h.metrics.of("delivery retry"))
	require.Equal(t, 1, h.metrics.of("delivery failed"))

	s := h.sender.all()
	require.Len(t, s, 10)
	for _, one := range s {
		require.Equal(t, id, one.id)
		require.Equal(t, s[0].body, one.body, "what is sent never changes")
	}
}

func TestWhatCountsAsDelivered(t *testing.T) {
	for status, want := range map[int]booking.DeliveryStatus{
		200: booking.DeliveryDelivered, 202: booking.DeliveryDelivered, 299: booking.DeliveryDelivered,
		301: booking.DeliveryPending, 304: booking.DeliveryPending, 307: booking.DeliveryPending,
		400: booking.DeliveryPending, 404: booking.DeliveryPending, 429: booking.DeliveryPending,
		500: booking.DeliveryPending, 502: booking.DeliveryPending, 504: booking.DeliveryPending,
		410: booking.DeliveryFailed,
	} {
		h := newHooksOnly(t)
		e := h.endpoint(hookURL)
		h.sender.answer(hookURL, status, 0)
		h.relay()
		h.deliver(1)
		d := h.delivery(e.ID)
		require.Equal(t, want, d.Status, status)
		require.Equal(t, status, d.Attempts[0].StatusCode)
		require.Equal(t, status/100 == 3, d.Attempts[0].Error != "", "a redirect is explained")
	}
}

func TestAnEndpointThatDoesNotAnswerIsTriedAgain(t *testing.T) {
	h := newHooks(t)
	e := h.endpoint(hookURL)
	h.sender.answerBy(hookURL, func(context.Context) (booking.SendReport, error) {
		return booking.SendReport{}, errors.New("its host name does not exist")
	})
	h.relay()
	h.deliver(1)
	d := h.delivery(e.ID)
	require.Equal(t, booking.DeliveryPending, d.Status)
	require.Zero(t, d.Attempts[0].StatusCode)
	require.Equal(t, "its host name does not exist", d.Attempts[0].Error)
}

func TestRetryAfterIsHonoured(t *testing.T) {
	for _, status := range []int{429, 503} {
		h := newHooksOnly(t)
		e := h.endpoint(hookURL)
		h.sender.answer(hookURL, status, time.Hour)
		start := h.clock.now()
		h.relay()
		h.deliver(1)
		require.Equal(t, start.Add(time.Hour), h.delivery(e.ID).NextAt)

		// It is for the endpoint, not for one delivery only.
		h.relay()
		h.clock.forward(time.Hour - time.Millisecond)
		h.deliver(0)
		h.sender.answer(hookURL, 204, 0)
		h.clock.forward(time.Millisecond)
		h.deliver(2)

		h.sender.answer(hookURL, status, 1000*time.Hour)
		h.relay()
		h.deliver(1)
		require.Equal(t, h.clock.now().Add(24*time.Hour), h.deliveries(e.ID)[0].NextAt, "within bounds")
	}
}

func TestAShortRetryAfterDoesNotHurry(t *testing.T) {
	h := newHooks(t)
	e := h.endpoint(hookURL)
	h.sender.answer(hookURL, 503, time.Second)
	h.relay()
	h.deliver(1)
	require.GreaterOrEqual(t, h.delivery(e.ID).NextAt.Sub(h.clock.now()), 5*time.Second)
}

func TestAnEndpointThatIsGoneIsDisabled(t *testing.T) {
	h := newHooks(t)
	e, other := h.endpoint(hookURL), h.endpoint(hookURL+"/other")
	h.sender.answer(hookURL, 500, 0)
	for range 3 {
		h.relay()
	}
	h.deliver(6)
	done := h.deliveries(e.ID)[0]
	h.sender.answer(hookURL, 410, 0)
	_, err := h.service.RetryDelivery(h.ctx, olga, e.ID, done.ID)
	require.NoError(t, err)
	h.deliver(1)

	read, err := h.service.Endpoint(h.ctx, olga, e.ID)
	require.NoError(t, err)
	require.True(t, read.Disabled)
	require.Equal(t, booking.EndpointGone, read.DisabledReason)
	for _, d := range h.deliveries(e.ID) {
		require.Equal(t, booking.DeliveryFailed, d.Status)
		require.Equal(t, booking.EndpointGone, d.Reason)
		require.True(t, h.raw(d.ID, e.ID).DueAt.IsZero())
	}
	require.Equal(t, 3, h.metrics.of("delivery disabled"))
	for _, d := range h.deliveries(other.ID) {
		require.Equal(t, booking.DeliveryDelivered, d.Status)
	}
	h.relay()
	require.Len(t, h.deliveries(e.ID), 3, "nothing more is made for it")
	_, err = h.service.RetryDelivery(h.ctx, olga, e.ID, done.ID)
	requireCode(t, booking.CodeInvalidValue, err)
}

// An endpoint whose address was changed while the old one said that it is gone
// is not.
func TestAnAddressThatIsGoneIsNotTheNewOne(t *testing.T) {
	h := newHooks(t)
	e := h.endpoint(hookURL)
	url := hookURL + "/new"
	h.sender.answerBy(hookURL, func(context.Context) (booking.SendReport, error) {
		_, err := h.service.ChangeEndpoint(h.ctx, olga, e.ID, booking.EndpointChange{URL: &url})
		return booking.SendReport{StatusCode: 410}, err
	})
	h.relay()
	h.deliver(1)
	read, err := h.service.Endpoint(h.ctx, olga, e.ID)
	require.NoError(t, err)
	require.False(t, read.Disabled)
	_, err = h.service.RetryDelivery(h.ctx, olga, e.ID, h.delivery(e.ID).ID)
	require.NoError(t, err)
	h.deliver(1)
	require.Equal(t, booking.DeliveryDelivered, h.delivery(e.ID).Status)
}

func TestADisabledEndpointGetsNothing(t *testing.T) {
	h := newHooks(t)
	e, yes, no := h.endpoint(hookURL), true, false
	h.relay()
	_, err := h.service.ChangeEndpoint(h.ctx, olga, e.ID, booking.EndpointChange{Disabled: &yes})
	require.NoError(t, err)
	h.deliver(0)
	require.Empty(t, h.sender.all())
	d := h.delivery(e.ID)
	require.Equal(t, booking.DeliveryFailed, d.Status)
	require.Equal(t, booking.EndpointByOwner, d.Reason)
	require.Empty(t, d.Attempts)
	require.Equal(t, 1, h.metrics.of("delivery disabled"))

	_, err = h.service.ChangeEndpoint(h.ctx, olga, e.ID, booking.EndpointChange{Disabled: &no})
	require.NoError(t, err)
	h.deliver(0)
	_, err = h.service.RetryDelivery(h.ctx, olga, e.ID, d.ID)
	require.NoError(t, err)
	h.deliver(1)
	require.Equal(t, booking.DeliveryDelivered, h.delivery(e.ID).Status)
}

func TestADeletedEndpointGetsNothing(t *testing.T) {
	h := newHooks(t)
	e := h.endpoint(hookURL)
	id := h.relay()
	require.NoError(t, h.service.DeleteEndpoint(h.ctx, olga, e.ID))
	h.deliver(0)
	require.Empty(t, h.sender.all())
	r := h.raw(id, e.ID)
	require.True(t, r.DueAt.IsZero())
	require.Contains(t, string(r.Data), `"status":"failed","reason":"deleted"`)
}

func TestARetryByHand(t *testing.T) {
	h := newHooks(t)
	e := h.endpoint(hookURL)
	h.sender.answer(hookURL, 500, 0)
	id := h.relay()
	retry := func() booking.Delivery {
		d, err := h.service.RetryDelivery(h.ctx, olga, e.ID, id)
		require.NoError(t, err)
		return d
	}
	h.deliver(1)
	require.Equal(t, h.clock.now(), retry().NextAt)
	h.deliver(1) // the second of the schedule, early
	require.WithinRange(t, h.delivery(e.ID).NextAt, h.clock.now().Add(5*time.Minute), h.clock.now().Add(6*time.Minute))
	for range 8 {
		retry()
		h.deliver(1)
	}
	require.Equal(t, booking.DeliveryFailed, h.delivery(e.ID).Status)

	// One that has ended begins anew.
	require.Equal(t, booking.DeliveryPending, retry().Status)
	h.deliver(1)
	require.WithinRange(t, h.delivery(e.ID).NextAt, h.clock.now().Add(5*time.Second), h.clock.now().Add(6*time.Second))
	h.sender.answer(hookURL, 200, 0)
	for range 25 { // also one that was delivered
		retry()
		h.deliver(1)
		require.Equal(t, booking.DeliveryDelivered, h.delivery(e.ID).Status)
	}
	require.Len(t, h.delivery(e.ID).Attempts, 30, "the log is bounded")
	_, err := h.service.RetryDelivery(h.ctx, olga, e.ID, "none")
	requireCode(t, booking.CodeNotFound, err)
	_, err = h.service.RetryDelivery(h.ctx, olga, h.endpoint(hookURL).ID, id)
	requireCode(t, booking.CodeNotFound, err)
}

func TestWhatIsBeingSentIsNotSentTwiceByHand(t *testing.T) {
	h := newHooks(t)
	e := h.endpoint(hookURL)
	id := h.relay()
	h.sender.answerBy(hookURL, func(context.Context) (booking.SendReport, error) {
		d, err := h.service.RetryDelivery(h.ctx, olga, e.ID, id)
		require.NoError(t, err)
		require.True(t, d.Claimed)
		n, err := h.newService().DeliverDue(h.ctx)
		require.NoError(t, err)
		require.Zero(t, n)
		return booking.SendReport{StatusCode: 200}, nil
	})
	h.deliver(1)
	require.Len(t, h.sender.all(), 1)
}

func TestSeveralInstancesMakeEachAttemptOnce(t *testing.T) {
	h := newHooks(t)
	const notices = 100
	var endpoints []booking.Endpoint
	for _, url := range []string{"/1", "/2", "/3"} {
		endpoints = append(endpoints, h.endpoint(hookURL+url))
		h.sender.answer(hookURL+url, 500, 0)
	}
	for range notices {
		h.relay()
	}
	for attempt := range 3 {
		var made atomic.Int64
		var all sync.WaitGroup
		for range 3 {
			s := h.newService()
			all.Go(func() {
				n, err := s.DeliverDue(h.ctx)
				made.Add(int64(n))
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		require.EqualValues(t, 3*notices, made.Load())
		seen := map[string]int{}
		for _, s := range h.sender.all() {
			seen[s.id+s.url]++
		}
		require.Len(t, seen, 3*notices)
		for what, n := range seen {
			require.Equal(t, 1, n, what)
		}
		for _, e := range endpoints {
			for _, d := range h.deliveries(e.ID) {
				require.Len(t, d.Attempts, attempt+1)
			}
		}
		h.clock.forward(time.Hour)
	}
}

// TestWithoutTheClaimAttemptsAreMadeTwice is the control of the test above.
func TestWithoutTheClaimAttemptsAreMadeTwice(t *testing.T) {
	h := newHooks(t)
	h.endpoint(hookURL)
	h.relay()
	first := true
	h.sender.answerBy(hookURL, func(context.Context) (booking.SendReport, error) {
		if first {
			first = false
			n, err := h.newService().DeliverDue(h.ctx)
			require.NoError(t, err)
			require.Equal(t, 1, n)
		}
		return booking.SendReport{StatusCode: 200}, nil
	})
	h.tap.next("Records.ReplaceRecord", func(func() error) error { return nil }) // the claim is believed and not made
	h.deliver(1)
	require.Len(t, h.sender.all(), 2)
}

// A crash after the claim only delays, by the claim's time: what may have been
// sent before is sent again under the same id.
func TestACrashOnlyDelays(t *testing.T) {
	h := newHooks(t)
	e := h.endpoint(hookURL)
	id := h.relay()
	crash := errors.New("crash")
	h.sender.answerBy(hookURL, func(context.Context) (booking.SendReport, error) {
		h.tap.all("Records.", func(func() error) error { return booking.Unavailable("the store", crash) })
		return booking.SendReport{StatusCode: 200}, nil
	})
	_, err := h.newService().DeliverDue(h.ctx)
	require.ErrorIs(t, err, crash)
	h.tap.clear()
	require.True(t, h.delivery(e.ID).Claimed)
	require.Equal(t, h.clock.now().Add(time.Minute), h.raw(id, e.ID).DueAt)

	h.sender.answer(hookURL, 200, 0)
	h.clock.forward(time.Minute - time.Millisecond)
	h.deliver(0)
	h.clock.forward(time.Millisecond)
	h.deliver(1)
	require.Equal(t, booking.DeliveryDelivered, h.delivery(e.ID).Status)
	sends := h.sender.all()
	require.Len(t, sends, 2)
	require.Equal(t, sends[0].id, sends[1].id)
	require.Equal(t, sends[0].body, sends[1].body)
}

func TestFaultsOfTheStoreLoseNothing(t *testing.T) {
	for _, call := range []string{"Records.RecordsDue", "Records.ReplaceRecord"} {
		for name, f := range map[string]fate{"away": away, "reply lost": replyLost} {
			for skip := range 2 {
				h := newHooksOnly(t)
				e := h.endpoint(hookURL)
				h.relay()
				r := h.tap.add(&rule{prefix: call, skip: skip, left: 1, fate: f})
				_, err := h.service.DeliverDue(h.ctx)
				require.True(t, r.hit)
				requireCode(t, booking.CodeUnavailable, err)
				h.clock.forward(time.Minute)
				_, err = h.service.DeliverDue(h.ctx)
				require.NoError(t, err)
				require.Equal(t, booking.DeliveryDelivered, h.delivery(e.ID).Status, "%s %s %d", call, name, skip)
				require.LessOrEqual(t, len(h.sender.all()), 2)
			}
		}
	}
}

// A slow endpoint has at most its share of what is sent at once, and the round
// goes on with the others meanwhile.
func TestASlowEndpointHoldsUpNobody(t *testing.T) {
	h := newHooks(t)
	slow, quick := h.endpoint(hookURL+"/slow"), h.endpoint(hookURL+"/quick")
	release := make(chan struct{})
	var atOnce, most atomic.Int64
	h.sender.answerBy(slow.URL, func(context.Context) (booking.SendReport, error) {
		most.Store(max(most.Load(), atOnce.Add(1)))
		defer atOnce.Add(-1)
		<-release
		return booking.SendReport{StatusCode: 200}, nil
	})
	const before, after = 20, 5
	for range before {
		h.relay()
	}
	var late atomic.Int64
	h.sender.answerBy(quick.URL, func(context.Context) (booking.SendReport, error) {
		switch late.Add(1) {
		case before: // the round is under way, and more comes
			for range after {
				o := h.paidOrder()
				if err := h.service.Relay(h.ctx, h.event, o); err != nil {
					t.Error(err)
				}
			}
		case before + after:
			close(release)
		}
		return booking.SendReport{StatusCode: 200}, nil
	})
	h.deliver(2 * (before + after))
	require.LessOrEqual(t, most.Load(), int64(booking.EndpointAtOnce))
	for _, e := range []booking.Endpoint{slow, quick} {
		require.Len(t, h.deliveries(e.ID), before+after)
		for _, d := range h.deliveries(e.ID) {
			require.Equal(t, booking.DeliveryDelivered, d.Status)
		}
	}
}

// What waits for an endpoint that wants to be left alone does not hide what is
// due for others, however much it is.
func TestABacklogHidesNobody(t *testing.T) {
	h := newHooks(t)
	busy := h.endpoint(hookURL+"/busy", "order.paid")
	h.sender.answer(busy.URL, 503, time.Hour)
	h.relay()
	h.deliver(1)
	for range booking.DeliverBatch {
		h.relay()
	}
	h.clock.forward(time.Second)
	other := h.endpoint(hookURL + "/other")
	h.relay()
	h.deliver(1)
	require.Equal(t, booking.DeliveryDelivered, h.delivery(other.ID).Status)
	for _, d := range h.deliveries(busy.ID)[1:booking.DeliverBatch] {
		require.Empty(t, d.Attempts)
		require.WithinRange(t, d.NextAt, h.clock.now().Add(30*time.Second), h.clock.now().Add(33*time.Second))
	}
}

// Endpoints that answer slowly get one attempt at a time, and together no more
// than half of all.
func TestSlowEndpointsShareHalf(t *testing.T) {
	h := newHooks(t)
	const slow = booking.DeliverAtOnce
	var atOnce, most atomic.Int64
	for i := range slow {
		url := hookURL + "/" + string(rune('a'+i))
		h.endpoint(url)
		h.sender.answer(url, 504, 0)
	}
	h.relay()
	h.deliver(slow)
	quick := h.endpoint(hookURL + "/quick")
	release := make(chan struct{})
	done := sync.OnceFunc(func() { close(release) })
	var quickly atomic.Int64
	for i := range slow {
		h.sender.answerBy(hookURL+"/"+string(rune('a'+i)), func(context.Context) (booking.SendReport, error) {
			most.Store(max(most.Load(), atOnce.Add(1)))
			defer atOnce.Add(-1)
			<-release
			return booking.SendReport{StatusCode: 504}, nil
		})
	}
	h.sender.answerBy(quick.URL, func(context.Context) (booking.SendReport, error) {
		if quickly.Add(1) == 10 {
			done()
		}
		return booking.SendReport{StatusCode: 200}, nil
	})
	for range 10 {
		h.relay()
	}
	h.deliver(10*slow + 10)
	require.LessOrEqual(t, most.Load(), int64(slow/2))
}

func TestWhatIsSentAtOnceIsBounded(t *testing.T) {
	h := newHooks(t)
	var atOnce, most atomic.Int64
	full := make(chan struct{})
	var once sync.Once
	for i := range 4 {
		url := hookURL + "/" + string(rune('a'+i))
		h.endpoint(url)
		h.sender.answerBy(url, func(context.Context) (booking.SendReport, error) {
			defer atOnce.Add(-1)
			n := atOnce.Add(1)
			most.Store(max(most.Load(), n))
			if n == booking.DeliverAtOnce {
				once.Do(func() { close(full) })
			}
			<-full
			return booking.SendReport{StatusCode: 200}, nil
		})
	}
	for range 4 {
		h.relay()
	}
	h.deliver(16)
	require.EqualValues(t, booking.DeliverAtOnce, most.Load())
}

// Shutting down in the middle of an attempt says nothing of the endpoint.
func TestAnAttemptThatIsCutOffDoesNotCount(t *testing.T) {
	h := newHooks(t)
	e := h.endpoint(hookURL)
	id := h.relay()
	ctx, cancel := context.WithCancel(h.ctx)
	h.sender.answerBy(hookURL, func(ctx context.Context) (booking.SendReport, error) {
		cancel()
		<-ctx.Done()
		return booking.SendReport{}, ctx.Err()
	})
	n, _ := h.service.DeliverDue(ctx)
	require.Zero(t, n)
	require.Equal(t, h.clock.now(), h.raw(id, e.ID).DueAt)
	require.Empty(t, h.delivery(e.ID).Attempts)
	h.sender.answer(hookURL, 200, 0)
	h.deliver(1)
}

// One that was answered is noted even while the service ends.
func TestAnAnswerIsNotedWhileShuttingDown(t *testing.T) {
	h := newHooks(t)
	e := h.endpoint(hookURL)
	h.relay()
	ctx, cancel := context.WithCancel(h.ctx)
	h.sender.answerBy(hookURL, func(context.Context) (booking.SendReport, error) {
		cancel()
		return booking.SendReport{StatusCode: 200}, nil
	})
	_, _ = h.service.DeliverDue(ctx)
	require.Equal(t, booking.DeliveryDelivered, h.delivery(e.ID).Status)
}

// What is damaged is put off, and keeps nothing else from being sent.
func TestADamagedDeliveryKeepsNobody(t *testing.T) {
	h := newHooks(t)
	h.endpoint(hookURL)
	require.NoError(t, h.store.InsertRecord(h.ctx, booking.RecordDelivery, booking.Record{
		ID: "0.x", Owner: "x", DueAt: h.clock.now().Add(-time.Hour), Data: []byte(`{"id":1}`),
	}))
	h.relay()
	h.deliver(1)
	r, err := h.store.Record(h.ctx, booking.RecordDelivery, "0.x")
	require.NoError(t, err)
	require.True(t, r.DueAt.After(h.clock.now()))
	require.JSONEq(t, `{"id":1}`, string(r.Data))
}

func TestTheLogGoesBack30Days(t *testing.T) {
	h := newHooks(t)
	e := h.endpoint(hookURL)
	for range 3 {
		h.relay()
	}
	h.deliver(3)
	h.clock.forward(time.Hour)
	kept := h.relay()
	h.deliver(1)
	page := func(cursor string) (ids []string) {
		list, err := h.service.Deliveries(h.ctx, olga, e.ID, booking.Page{Limit: 3, Cursor: cursor})
		require.NoError(t, err)
		for _, d := range list {
			ids = append(ids, d.ID)
		}
		return ids
	}
	first := page("")
	require.Len(t, first, 3)
	require.Equal(t, kept, first[0])
	require.True(t, slices.IsSortedFunc(first, func(a, b string) int { return strings.Compare(b, a) }))
	require.Len(t, page(first[2]), 1)

	require.NoError(t, h.service.PurgeDeliveries(h.ctx))
	require.Len(t, h.deliveries(e.ID), 4)
	h.clock.forward(30*24*time.Hour - time.Hour)
	require.NoError(t, h.service.PurgeDeliveries(h.ctx))
	require.Equal(t, kept, h.delivery(e.ID).ID)
	h.clock.forward(time.Hour)
	require.NoError(t, h.service.PurgeDeliveries(h.ctx))
	require.Empty(t, h.deliveries(e.ID))
}
