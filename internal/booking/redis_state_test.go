package booking_test

import (
	"strings"
	"time"

	"github.com/stretchr/testify/require"
)

// await polls the hold store's clock until the time is over.
func (w *world) await(deadline time.Time) {
	w.t.Helper()
	for {
		now, err := w.holds.Now(w.ctx)
		require.NoError(w.t, err)
		if !now.Before(deadline) {
			return
		}
		require.Less(w.t, deadline.Sub(now), 10*time.Second, "that is no deadline to wait for")
		time.Sleep(time.Millisecond)
	}
}

// flush loses everything that Redis has of the event, at once.
func (w *world) flush() {
	w.t.Helper()
	require.NoError(w.t, w.redis.Del(w.ctx, w.keys()...).Err())
}

// snapshot copies what Redis has of the event and returns what brings Redis
// back to it, as a failover to a replica that was behind would.
func (w *world) snapshot() (restore func()) {
	w.t.Helper()
	kept := map[string]string{} // a copy's key by the original's
	for _, key := range w.keys() {
		kept[key] = "copy-" + newID() + key
		require.NoError(w.t, w.redis.Copy(w.ctx, key, kept[key], 0, true).Err())
	}
	return func() {
		w.t.Helper()
		for _, key := range w.keys() {
			require.NoError(w.t, w.redis.Del(w.ctx, key).Err())
		}
		for key, from := range kept {
			require.NoError(w.t, w.redis.Copy(w.ctx, from, key, 0, true).Err())
		}
	}
}

func (w *world) keys() []string {
	w.t.Helper()
	keys, err := w.redis.Keys(w.ctx, "seathold:{"+w.event.ID+"}:*").Result()
	require.NoError(w.t, err)
	return keys
}

// otherServer makes the event one that was loaded on another server.
func (w *world) otherServer() {
	w.t.Helper()
	holds := "seathold:{" + w.event.ID + "}:holds"
	known, err := w.redis.HExists(w.ctx, holds, "m:run").Result()
	require.NoError(w.t, err)
	require.True(w.t, known, "where the server's id is kept")
	require.NoError(w.t, w.redis.HSet(w.ctx, holds, "m:run", "another-server").Err())
}

func (w *world) version() string {
	w.t.Helper()
	m, err := w.holds.SeatMap(w.ctx, w.event, "")
	require.NoError(w.t, err)
	return m.Version
}

// epochOf is the part of a version that names a life of the map.
func epochOf(version string) string { return version[:strings.LastIndex(version, "-")] }

func (w *world) load() {
	w.t.Helper()
	require.NoError(w.t, w.service.Load(w.ctx, w.event.ID))
}

// loadAsked reports whether the service asked for the event to be loaded.
func (w *world) loadAsked() bool {
	select {
	case id := <-w.service.LoadRequests():
		require.Equal(w.t, w.event.ID, id)
		return true
	default:
		return false
	}
}
