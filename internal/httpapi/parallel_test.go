package httpapi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"seathold/internal/booking"
	"seathold/internal/httpapi/openapitest"
	"seathold/internal/redisstore"
	"seathold/internal/testserver"
)

const manyCalls = 1000

// storm sends a thousand calls of alice at once through a real server, each for
// a seat of its own, and returns their statuses, and how many seats the map
// showed as held at most while they ran, and afterwards.
func storm(t *testing.T, w *world, most int) (statuses map[int]int, during, after int) {
	t.Helper()
	event := w.do(olga, post, "/v1/events", wideEvent(most)).ok(http.StatusCreated).id()
	server := w.serveDocumented()
	server.Client().Transport.(*openapitest.Transport).Base.(*http.Transport).MaxIdleConnsPerHost = 100
	send := func(method, path, body string) (int, string, error) {
		r, err := http.NewRequestWithContext(t.Context(), method, server.URL+"/v1/events/"+event+path, strings.NewReader(body))
		if err != nil {
			return 0, "", err
		}
		r.Header.Set("Authorization", "Bearer alice")
		resp, err := server.Client().Do(r)
		if err != nil {
			return 0, "", err
		}
		text, err := io.ReadAll(resp.Body)
		return resp.StatusCode, string(text), errors.Join(err, resp.Body.Close())
	}
	held := func() (int, error) {
		_, text, err := send(get, "/seats", "")
		_, text, _ = strings.Cut(text, `"seats":"`)
		return strings.Count(text, "h"), err
	}

	over, watched := make(chan struct{}), make(chan error, 1)
	go func() {
		for {
			n, err := held()
			during = max(during, n)
			select {
			case <-over:
				watched <- err
				return
			default:
			}
			if err != nil {
				watched <- err
				return
			}
		}
	}()
	var mu sync.Mutex
	statuses = map[int]int{}
	var group errgroup.Group
	start := make(chan struct{})
	for i := range manyCalls {
		group.Go(func() error {
			<-start
			status, _, err := send(post, "/holds", seatsBody(fmt.Sprint("S", i)))
			mu.Lock()
			defer mu.Unlock()
			statuses[status]++
			return err
		})
	}
	close(start)
	require.NoError(t, group.Wait())
	close(over)
	require.NoError(t, <-watched)
	after, err := held()
	require.NoError(t, err)
	return statuses, during, after
}

// wideEvent is an event with a seat for each call.
func wideEvent(most int) string {
	seats := make([]string, manyCalls)
	for i := range seats {
		seats[i] = fmt.Sprintf(`{"seat_guid": "S%d", "seat_number": "%d", "position": {"x": %d, "y": 0}, "category": "Stalls"}`, i, i, i)
	}
	return strings.Replace(eventBody(fmt.Sprintf(`, "max_seats_per_customer": %d`, most)), planSeatA, strings.Join(seats, ","), 1)
}

// However many calls of one customer come at once, and whether or not they are
// limited: never, at no moment, do they hold more seats than the cap.
func TestAThousandCallsAtOnceHoldNoMoreThanTheCap(t *testing.T) {
	const most = 7
	for name, addr := range map[string]func(w *world) string{
		"miniredis": func(w *world) string { return w.redis.Addr() },
		"redis":     func(w *world) string { return testserver.Redis(w.t) },
	} {
		for _, limited := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, limited %t", name, limited), func(t *testing.T) {
				w := newWorld(t)
				w.standOn(addr(w), limited)
				statuses, during, after := storm(t, w, most)
				t.Logf("answers: %v", statuses)
				require.LessOrEqual(t, during, most)
				require.Equal(t, most, after)
				require.LessOrEqual(t, statuses[http.StatusCreated], most)
				require.Equal(t, limited, statuses[http.StatusTooManyRequests] > 0)
			})
		}
		t.Run(name+", control: a cap too wide", func(t *testing.T) {
			w := newWorld(t)
			w.standOn(addr(w), false)
			_, _, after := storm(t, w, 2*most)
			require.Greater(t, after, most)
		})
	}
}

// standOn has the API use another hold store, with or without limits.
func (w *world) standOn(addr string, limited bool) {
	w.t.Helper()
	store, err := redisstore.Open(redisstore.Options{Addrs: []string{addr}}, uuid.NewString)
	require.NoError(w.t, err)
	w.t.Cleanup(func() { require.NoError(w.t, store.Close()) })
	ports, limits := w.service.Ports, testLimits()
	ports.Holds = store
	ports.NewID = uuid.NewString // others use the server too
	if limited {
		limits.Hoarding = booking.UsualHoarding()
		w.api.Throttle = booking.NewThrottle(&unhurriedLimiter{Limiter: store}, booking.NoMetrics{}, w.api.Log)
	}
	w.api.Booking = booking.NewService(ports, limits)
}

// unhurriedLimiter refuses the same however slow the machine is: its quotas do
// not refill while a test runs, and an answer that takes long does not count as
// none, which would let the call through.
type unhurriedLimiter struct {
	booking.Limiter
	mu sync.Mutex // one at a time, so that nobody waits for a connection
}

func (l *unhurriedLimiter) Take(ctx context.Context, takes []booking.Take) ([]booking.Standing, error) {
	takes = slices.Clone(takes)
	for i := range takes {
		takes[i].Rate.Every = time.Hour
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Limiter.Take(context.WithoutCancel(ctx), takes)
}

// A hold that cooled down is answered as the contract says.
func TestACoolDownIsAnsweredWithItsWait(t *testing.T) {
	w := newWorld(t)
	w.redis.SetTime(time.Date(2031, 5, 17, 19, 30, 0, 0, time.UTC))
	now := time.Date(2031, 5, 17, 19, 30, 0, 0, time.UTC)
	limits := testLimits()
	limits.Hoarding = booking.UsualHoarding()
	w.api.Booking = booking.NewService(w.service.Ports, limits)
	event := w.event("")
	for range 4 {
		w.hold(alice, event, "A1")
		now = now.Add(10 * time.Minute)
		w.redis.SetTime(now)
	}
	w.hold(alice, event, "A1") // for what is left of its life
	now = now.Add(5 * time.Minute)
	w.redis.SetTime(now)
	a := w.do(alice, post, "/v1/events/"+event+"/holds", seatsBody("A2"))
	p := a.problem(http.StatusTooManyRequests, booking.CodeCoolDown)
	require.Equal(t, "600", a.Header().Get("Retry-After"))
	require.InEpsilon(t, 600, p["retry_after"], 0)
	require.NotContains(t, p, "seats")

	w.hold(bob, event, "A1")
}
