package seatmap

import (
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
	"seathold/internal/booking/bookingtest"
	"seathold/internal/redisstore"
	"seathold/internal/testserver"
)

// patience is for what comes at once and has no deadline.
const patience = 20 * time.Second

// onEachServer runs a test with the embedded server and with a real one.
func onEachServer(t *testing.T, test func(t *testing.T, w *world)) {
	t.Run("miniredis", func(t *testing.T) { test(t, newWorld(t, miniredis.RunT(t).Addr())) })
	t.Run("redis", func(t *testing.T) { test(t, newWorld(t, testserver.Redis(t))) })
}

// world is an event in a store, and a hub on it. What the show does goes
// through the hub's holds, as in the service.
type world struct {
	*bookingtest.Show
	t     *testing.T
	addr  string
	store *redisstore.Store
	hub   *Hub
	maps  *countedHolds
}

// countedHolds counts how often a map is read as a whole.
type countedHolds struct {
	booking.Holds
	read atomic.Int64
}

func (h *countedHolds) SeatMap(ctx context.Context, e *booking.Event, known string) (booking.SeatMap, error) {
	h.read.Add(1)
	return h.Holds.SeatMap(ctx, e, known)
}

func openStore(t *testing.T, addr string) *redisstore.Store {
	t.Helper()
	store, err := redisstore.Open(redisstore.Options{Addrs: []string{addr}}, func() string { return uuid.Must(uuid.NewV7()).String() })
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	return store
}

func newWorld(t *testing.T, addr string, change ...func(*Config)) *world {
	t.Helper()
	w := &world{t: t, addr: addr, store: openStore(t, addr)}
	w.maps = &countedHolds{Holds: w.store}
	c := Config{Holds: w.maps, Changes: w.store, Log: slog.New(slog.DiscardHandler), Gap: time.Millisecond}
	for _, f := range change {
		f(&c)
	}
	w.hub = New(c)
	t.Cleanup(w.hub.Close)
	w.Show = bookingtest.NewShow(t, w.hub.Watch(w.store), 200)
	return w
}

// follow returns once memory has the map.
func (w *world) follow() *feed {
	w.t.Helper()
	f := w.hub.feedOf(w.Event)
	require.NotNil(w.t, f)
	select {
	case <-f.tried:
	case <-time.After(patience):
		require.Fail(w.t, "the map is not read")
	}
	return f
}

// look returns the map as the service answers it.
func (w *world) look() booking.SeatMap {
	w.t.Helper()
	if m, ok := w.hub.LiveMap(w.Event, ""); ok {
		return m
	}
	m, err := w.store.SeatMap(w.Ctx, w.Event, "")
	require.NoError(w.t, err)
	return m
}

// ear is a listener with what it knows of the map.
type ear struct {
	t       *testing.T
	from    booking.SeatListener
	version string
	seats   []byte
	whole   int // snapshots that came
	cut     atomic.Bool
}

// listen adds a listener who knows a version, and the seats as of it.
func (w *world) listen(after string, seats []byte) *ear {
	w.t.Helper()
	e := &ear{t: w.t, version: after, seats: append([]byte(nil), seats...)}
	var err error
	e.from, err = w.hub.Listen(w.Ctx, w.Event, after, "", func() { e.cut.Store(true) })
	require.NoError(w.t, err)
	w.t.Cleanup(e.from.Close)
	e.hear(e.from.Begin())
	return e
}

// hear takes in frames as they go over the wire.
func (e *ear) hear(wire []byte) {
	e.t.Helper()
	for _, text := range strings.Split(string(wire), "\n\n") {
		if text == "" {
			continue
		}
		lines := strings.Split(text, "\n")
		require.Len(e.t, lines, 3, text)
		var data struct {
			Version, Seats string
			Changes        [][2]any
		}
		require.NoError(e.t, json.Unmarshal([]byte(strings.TrimPrefix(lines[2], "data: ")), &data), text)
		require.Equal(e.t, "id: "+data.Version, lines[0])
		if lines[1] == "event: snapshot" {
			e.seats, e.whole = []byte(data.Seats), e.whole+1
		} else {
			require.Equal(e.t, "event: change", lines[1])
		}
		for _, c := range data.Changes {
			e.seats[int(c[0].(float64))] = c[1].(string)[0]
		}
		e.version = data.Version
	}
}

// next takes in the next frame; false: there are no more.
func (e *ear) next() bool {
	e.t.Helper()
	select {
	case frame, more := <-e.from.Frames():
		e.hear(frame)
		return more
	case <-time.After(patience):
		require.Fail(e.t, "no frame comes")
		return false
	}
}

// catchUp takes in frames until the map is as the store has it.
func (w *world) catchUp(e *ear) {
	w.t.Helper()
	m, err := w.store.SeatMap(w.Ctx, w.Event, "")
	require.NoError(w.t, err)
	for e.version != m.Version {
		require.True(w.t, e.next(), "the listener is cut")
	}
	require.Equal(w.t, string(m.Seats), string(e.seats))
}
