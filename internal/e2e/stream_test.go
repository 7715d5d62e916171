package e2e

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/testserver"
)

const (
	audience    = 200 // listeners
	streamSeats = 300
)

// TestListenersEndWithTheTrueMap has many listen while seats are held and sold,
// Redis dies and comes back empty, and the service is killed and is restarted.
func TestListenersEndWithTheTrueMap(t *testing.T) {
	redis := testserver.RedisOwn(t)
	s := openShopOn(t, realWorld, newService(t, seathold, quick(), settings{
		"SEATHOLD_REDIS_URL": "redis://" + redis.Addr, "SEATHOLD_PAYMENT_PROVIDER": "sandbox",
		"SEATHOLD_JWT_SECRET": "end-to-end tests sign tokens with this",
	}), streamSeats)
	c := s.customer(t)
	all := listenAll(t, s, audience)
	free := s.guids
	sell := func() {
		for range 10 {
			s.bought(t, c, free[0], free[1])
			s.held(t, c, free[2])
			free = free[3:]
		}
		all.catchUp(t)
	}
	sell()
	require.Zero(t, all.ended.Load(), "nobody was cut")

	redis.Kill()
	within(t, startPatience, "holds are refused", func() bool { return c.hold(s.event.ID, free[0]).is(http.StatusServiceUnavailable) })
	redis.Restart()
	sell()
	require.Zero(t, all.ended.Load(), "streams outlive Redis")
	require.GreaterOrEqual(t, all.whole.Load(), int64(2*audience), "what was lost came as a snapshot")

	s.kill(t)
	s.start(t)
	sell()
	s.stop(t)
	require.NotContains(t, s.logText(t), "cut off", "streams ended by themselves")
	s.start(t)
	sell()
	require.GreaterOrEqual(t, all.ended.Load(), int64(2*audience))
	figure(t, "%d listeners: %d changes, %d snapshots, %d streams or tries that ended", audience, all.changes.Load(), all.whole.Load(), all.ended.Load())
}

// TestListenersResume: over a lost connection nothing is
// missed, and nothing comes as a whole again.
func TestListenersResume(t *testing.T) {
	inBothWorldsAtOnce(t, func(t *testing.T, w world) {
		s := openShop(t, w, seathold, 20)
		c := s.customer(t)
		one := &listener{url: s.url + "/v1/events/" + s.event.ID + "/stream", all: &listeners{shop: s}}
		leave := one.until(t, func() bool { return one.is(s.now(t)) })
		leave()
		s.bought(t, c, "A1")
		s.held(t, c, "A2")
		other := &listener{url: one.url, all: &listeners{shop: s}}
		other.until(t, func() bool { return other.is(s.now(t)) })()
		one.until(t, func() bool { return one.is(s.now(t)) })()
		require.EqualValues(t, 1, one.all.whole.Load())
		require.Positive(t, one.all.changes.Load())
	})
}

// now is the map as the seats call has it.
func (s *shop) now(t *testing.T) seatMap {
	t.Helper()
	return read[seatMap](t, patiently(t, func() answer { return s.nobody().seats(s.event.ID) }), http.StatusOK)
}

// listeners are many who listen to one event, and come back when a stream ends.
type listeners struct {
	shop                  *shop
	each                  []*listener
	changes, whole, ended atomic.Int64 // events of these kinds, and streams
}

func listenAll(t *testing.T, s *shop, n int) *listeners {
	t.Helper()
	all := &listeners{shop: s}
	ctx, leave := context.WithCancel(context.Background())
	var listening sync.WaitGroup
	t.Cleanup(func() {
		leave()
		listening.Wait()
	})
	for range n {
		l := &listener{url: s.url + "/v1/events/" + s.event.ID + "/stream", all: all}
		all.each = append(all.each, l)
		listening.Go(func() { l.run(ctx) })
	}
	return all
}

// catchUp returns once everyone has the map as it is.
func (a *listeners) catchUp(t *testing.T) {
	t.Helper()
	took := within(t, startPatience, "every listener has the map", func() bool {
		want := a.shop.now(t)
		for _, l := range a.each {
			if !l.is(want) {
				return false
			}
		}
		return true
	})
	figure(t, "all %d listeners had the map %s after the last change", len(a.each), took)
}

// listener is one of them.
type listener struct {
	url string
	all *listeners

	mu      sync.Mutex
	version string
	seats   []byte
}

func (l *listener) is(want seatMap) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.version == want.Version && string(l.seats) == want.Seats
}

// until listens until done says so. It returns what ends the listening.
func (l *listener) until(t *testing.T, done func() bool) (leave func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var listening sync.WaitGroup
	listening.Go(func() { l.run(ctx) })
	leave = sync.OnceFunc(func() {
		cancel()
		listening.Wait()
	})
	t.Cleanup(leave)
	within(t, startPatience, "the listener has the map", done)
	return leave
}

func (l *listener) run(ctx context.Context) {
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for ctx.Err() == nil {
		l.once(ctx)
		l.all.ended.Add(1)
		select {
		case <-again.C:
		case <-ctx.Done():
		}
	}
}

// once listens to one stream to its end.
func (l *listener) once(ctx context.Context) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, l.url, nil)
	if err != nil {
		return
	}
	if l.version != "" {
		r.Header.Set("Last-Event-ID", l.version)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Do(r)
	if err != nil {
		return
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		_, _ = io.Copy(io.Discard, answer.Body)
		return
	}
	l.hear(answer.Body)
}

func (l *listener) hear(stream io.Reader) {
	lines := bufio.NewScanner(stream)
	event := ""
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), ": ")
		switch name {
		case "event":
			event = value
		case "data":
			l.note(event, []byte(value))
		}
	}
}

func (l *listener) note(event string, data []byte) {
	var told struct {
		Version string   `json:"version"`
		Seats   string   `json:"seats"`
		Changes [][2]any `json:"changes"`
	}
	if err := json.Unmarshal(data, &told); err != nil {
		return // cut off in the middle
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if event == "snapshot" {
		l.all.whole.Add(1)
		l.seats = []byte(told.Seats)
	}
	for _, c := range told.Changes {
		l.all.changes.Add(1)
		l.seats[int(c[0].(float64))] = c[1].(string)[0]
	}
	l.version = told.Version
}
