package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
	"seathold/internal/httpapi"
	"seathold/internal/redisstore"
	"seathold/internal/seatmap"
	"seathold/internal/testserver"
)

const (
	audience      = 2000
	streamSeats   = 18_714
	streamRate    = 200 // changes a second
	streamChanges = 10 * streamRate
	naiveChanges  = streamRate // it takes much longer than the second that this is
)

// What it costs the service to tell each of many listeners of each change,
// beside a loop that encodes every change for every listener. The listeners are
// another process, so that only the telling counts.
func TestFiguresOfAStream(t *testing.T) {
	needBench(t)
	heading(fmt.Sprintf("%d listeners of one event with %d seats, %d changes a second", audience, streamSeats, streamRate))
	s := newStage(t)
	figure("memory of the process before", fmt.Sprintf("%.0f MB", residentMB(t, os.Getpid())), "")
	ours := s.measure(s.api(), "/v1/events/"+s.event.ID+"/stream", streamChanges)
	figure("memory of the process, with its listeners", fmt.Sprintf("%.0f MB", ours.memory), "under 200 MB")
	figure("CPU a second of the sale, of one core", fmt.Sprintf("%.0f %%", 100*ours.cpu.Seconds()/ours.took.Seconds()), "")
	naive := s.measure(&encodingEach{store: s.store, event: s.event}, "/", naiveChanges)
	figure("CPU a change that a listener was told", fmt.Sprintf("%.2f µs", ours.each()), "")
	figure("the same where each is encoded for each listener", fmt.Sprintf("%.2f µs", naive.each()), "")
	figure("the latter to the former", fmt.Sprintf("%.1f×", naive.each()/ours.each()), "at least 4×")
}

// stage is an event whose seats are taken one after the other.
type stage struct {
	*bed
	raw  []byte
	next int // seat
}

func newStage(t *testing.T) *stage {
	s := &stage{bed: newBed(t, testserver.RedisOwn(t).Addr, streamSeats)}
	raw, err := booking.GeneratePlan("arena", streamSeats)
	require.NoError(t, err)
	s.raw = raw
	s.empty()
	return s
}

// onlyEvent is the store of one event.
type onlyEvent struct {
	booking.Events
	event booking.Event
	raw   []byte
}

func (e onlyEvent) Event(context.Context, string) (*booking.Event, error) {
	found := e.event
	found.Plan = nil
	return &found, nil
}

func (e onlyEvent) Plan(context.Context, string) ([]byte, error) { return e.raw, nil }

func (s *stage) api() http.Handler {
	log := slog.New(slog.DiscardHandler)
	hub := seatmap.New(seatmap.Config{Holds: s.store, Changes: s.store, Log: log})
	s.t.Cleanup(hub.Close)
	service := booking.NewService(booking.Ports{
		Events: onlyEvent{event: *s.event, raw: s.raw}, Holds: hub.Watch(s.store), Live: hub,
		Metrics: booking.NoMetrics{}, Log: log, NewID: uuid.NewString,
	}, booking.Limits{})
	return httpapi.New(httpapi.Config{Booking: service, Streams: hub, Log: log, NewID: uuid.NewString})
}

// told is what was measured.
type told struct {
	cpu     time.Duration
	took    time.Duration
	memory  float64 // MB
	changes int     // told to any listener
}

// each is the CPU of one change to one listener, in µs.
func (m told) each() float64 { return float64(m.cpu.Nanoseconds()) / 1000 / float64(m.changes) }

// measure has the audience listen to h while so many seats are taken, until
// everyone was told of all of them.
func (s *stage) measure(h http.Handler, path string, changes int) told {
	server := httptest.NewServer(h)
	defer server.Close()
	crowd := startCrowd(s.t, server.Listener.Addr().String(), path)
	defer crowd.leave()
	begin, cpu := time.Now(), cpuTime(s.t)
	s.take(changes)
	for crowd.told() < audience*changes {
		time.Sleep(50 * time.Millisecond) // what is measured goes on by itself
	}
	return told{cpuTime(s.t) - cpu, time.Since(begin), residentMB(s.t, os.Getpid()), audience * changes}
}

// take takes seats at the rate.
func (s *stage) take(n int) {
	tick := time.NewTicker(time.Second / streamRate)
	defer tick.Stop()
	for range n {
		<-tick.C
		_, _, err := s.store.Hold(s.t.Context(), s.event, booking.HoldRequest{
			HoldID: uuid.NewString(), CustomerID: uuid.NewString(), Seats: []int{s.next}, TTL: time.Hour, MaxSeats: 10,
			ClosesAt: time.Now().Add(time.Hour),
		})
		require.NoError(s.t, err)
		s.next++
	}
}

func cpuTime(t *testing.T) time.Duration {
	var used syscall.Rusage
	require.NoError(t, syscall.Getrusage(syscall.RUSAGE_SELF, &used))
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// encodingEach is the loop to compare with: one reader too, but every listener
// encodes and sends every change by itself.
type encodingEach struct {
	store *redisstore.Store
	event *booking.Event

	once      sync.Once
	mu        sync.Mutex
	listeners []chan booking.SeatChange
}

func (e *encodingEach) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	mine := make(chan booking.SeatChange, 2*naiveChanges)
	e.mu.Lock()
	e.listeners = append(e.listeners, mine)
	e.mu.Unlock()
	e.once.Do(func() { go e.read(r.Context()) }) // while the first of them stays
	w.Header().Set("Content-Type", "text/event-stream")
	conn := http.NewResponseController(w)
	_, _ = w.Write([]byte(":\n\n"))
	_ = conn.Flush()
	for {
		select {
		case c := <-mine:
			if e.send(w, c) != nil || conn.Flush() != nil {
				return
			}
		case <-r.Context().Done():
			return
		}
	}
}

func (e *encodingEach) send(w http.ResponseWriter, c booking.SeatChange) error {
	changes := make([][2]any, len(c.Seats))
	for i, seat := range c.Seats {
		changes[i] = [2]any{seat, string(rune(c.Status))}
	}
	version := fmt.Sprintf("epoch-%d", c.Number)
	data, err := json.Marshal(map[string]any{"version": version, "changes": changes})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "id: %s\nevent: change\ndata: %s\n\n", version, data)
	return err
}

func (e *encodingEach) read(ctx context.Context) {
	m, err := e.store.SeatMap(ctx, e.event, "")
	version, _ := booking.ParseMapVersion(m.Version)
	for err == nil {
		// Where it takes too long, since the machine is busy, it is asked again.
		changes, _, _ := e.store.SeatChanges(ctx, e.event.ID, version, 400*time.Millisecond)
		err = ctx.Err()
		e.mu.Lock()
		for _, c := range changes {
			version.Number = c.Number
			for _, l := range e.listeners {
				l <- c
			}
		}
		e.mu.Unlock()
	}
}
