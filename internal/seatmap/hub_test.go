package seatmap

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
	"seathold/internal/testserver"
)

func TestListenersHearWhatHappens(t *testing.T) {
	onEachServer(t, func(t *testing.T, w *world) {
		w.Take("customer-1", 1, 2)
		one := w.listen("", nil)
		require.Equal(t, 1, one.whole)
		w.catchUp(one)
		h := w.Take("customer-2", 3)
		w.TakeSold("customer-3", 4)
		_, _, err := w.Release(w.Ctx, w.Event, h.ID, "customer-2", nil)
		require.NoError(t, err)
		require.NoError(t, w.Block(w.Ctx, w.Event, "block-1", "organizer", []int{9}))
		w.catchUp(one)
		require.Equal(t, ".hh.s....x", string(one.seats[:10]))
		require.Equal(t, 1, one.whole, "nothing came as a whole again")
	})
}

// TestAMapInMemoryAsksTheStoreNothing counts readings of the whole map.
func TestAMapInMemoryAsksTheStoreNothing(t *testing.T) {
	w := newWorld(t, miniredis.RunT(t).Addr())
	w.follow()
	var m booking.SeatMap
	require.Eventually(t, func() (ok bool) { m, ok = w.hub.LiveMap(w.Event, ""); return ok }, patience, time.Millisecond)
	require.Len(t, m.Seats, 200)
	for range 1000 {
		w.hub.LiveMap(w.Event, "")
	}
	require.EqualValues(t, 1, w.maps.read.Load())
	require.Eventually(t, func() bool {
		same, ok := w.hub.LiveMap(w.Event, m.Version)
		return ok && same.Version == m.Version && same.Seats == nil
	}, patience, time.Millisecond)
}

// TestAMapThatWasGivenOutStaysAsItWas: memory goes on, what was answered does not.
func TestAMapThatWasGivenOutStaysAsItWas(t *testing.T) {
	w := newWorld(t, miniredis.RunT(t).Addr())
	w.follow()
	var m booking.SeatMap
	require.Eventually(t, func() (ok bool) { m, ok = w.hub.LiveMap(w.Event, ""); return ok }, patience, time.Millisecond)
	one := w.listen("", nil)
	w.Take("customer-1", 5)
	w.catchUp(one)
	require.Equal(t, byte('.'), m.Seats[5])
}

func TestWhoeverChangesTheMapSeesItAtOnce(t *testing.T) {
	onEachServer(t, func(t *testing.T, w *world) {
		w.follow()
		for i := range 100 { // the most that a customer may have here
			w.Take("customer-1", i)
			require.Equal(t, byte('h'), w.look().Seats[i], i)
		}
	})
}

// heldBack is a log that tells nothing until it is let go.
type heldBack struct {
	booking.SeatLog
	asked chan struct{}
	free  chan struct{}
}

func (l *heldBack) SeatChanges(
	ctx context.Context, event string, after booking.MapVersion, wait time.Duration,
) ([]booking.SeatChange, bool, error) {
	select {
	case l.asked <- struct{}{}:
	default:
	}
	select {
	case <-l.free:
		return l.SeatLog.SeatChanges(ctx, event, after, wait)
	case <-ctx.Done():
		return nil, false, ctx.Err()
	}
}

// TestMemoryThatIsBehindIsNotShown: the log is held back. What this instance
// changed makes memory not current; the control changes it past the hub.
func TestMemoryThatIsBehindIsNotShown(t *testing.T) {
	log := &heldBack{asked: make(chan struct{}, 1), free: make(chan struct{})}
	w := newWorld(t, miniredis.RunT(t).Addr(), func(c *Config) { log.SeatLog, c.Changes = c.Changes, log })
	f := w.follow()
	<-log.asked
	past := *w.Show
	past.Holds = w.store
	past.Take("customer-1", 1)
	m, ok := f.current("")
	if ok { // else the machine took more than a second for this
		require.Equal(t, byte('.'), m.Seats[1], "control: memory does not know")
	}
	w.Take("customer-1", 2)
	_, ok = f.current("")
	require.False(t, ok)
	require.Equal(t, "hh", string(w.look().Seats[1:3]))
	close(log.free)
	require.Eventually(t, func() bool {
		m, ok := f.current("")
		return ok && string(m.Seats[1:3]) == "hh"
	}, patience, time.Millisecond)
}

// TestMemoryIsNotShownForLongWithoutTheStore: the reader hears nothing.
func TestMemoryIsNotShownForLongWithoutTheStore(t *testing.T) {
	server := miniredis.RunT(t)
	w := newWorld(t, server.Addr())
	w.follow()
	server.Close()
	require.Eventually(t, func() bool {
		_, ok := w.hub.LiveMap(w.Event, "")
		return !ok
	}, patience, time.Millisecond)
}

func TestAnEventHasOneReaderWhoeverManyLook(t *testing.T) {
	server := testserver.RedisOwn(t)
	w := newWorld(t, server.Addr, func(c *Config) { c.Keep = time.Millisecond })
	db := redis.NewClient(&redis.Options{Addr: server.Addr})
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	readers := func() int {
		list, err := db.ClientList(w.Ctx).Result()
		require.NoError(t, err)
		return strings.Count(list, " cmd=xread ")
	}
	var ears []*ear
	for range 200 {
		ears = append(ears, w.listen("", nil))
		w.hub.LiveMap(w.Event, "")
	}
	require.Eventually(t, func() bool { return readers() == 1 }, patience, time.Millisecond)
	for i := range 50 {
		w.Take("customer-1", i)
		require.LessOrEqual(t, readers(), 1)
	}
	for _, e := range ears {
		w.catchUp(e)
		e.from.Close()
	}
	require.Eventually(t, func() bool { return w.hub.known(w.Event.ID) == nil && readers() == 0 }, patience, time.Millisecond)
	w.catchUp(w.listen("", nil)) // and begins again
}

// TestWhoComesBackMissesNothing resumes; as the control the frames are lost.
func TestWhoComesBackMissesNothing(t *testing.T) {
	onEachServer(t, func(t *testing.T, w *world) {
		w.Take("customer-1", 0)
		f := w.follow()
		one := w.listen("", nil)
		w.catchUp(one)
		one.from.Close()
		for i := range 50 {
			w.Take("customer-1", 1+i)
		}
		other := w.listen("", nil)
		w.catchUp(other) // so all of it is in frames
		again := w.listen(one.version, one.seats)
		w.catchUp(again)
		require.Zero(t, again.whole)

		f.mu.Lock()
		f.sent.forget(f.version)
		f.mu.Unlock()
		again = w.listen(one.version, one.seats)
		w.catchUp(again)
		require.Equal(t, 1, again.whole)

		for _, unknown := range []string{"", "x", "other-3", one.version + "0000000", "-1", "é\n"} {
			again = w.listen(unknown, nil)
			require.Equal(t, 1, again.whole, unknown)
			w.catchUp(again)
		}
	})
}

func TestASlowListenerIsCutAndOthersGoOn(t *testing.T) {
	w := newWorld(t, miniredis.RunT(t).Addr())
	slow, quick := w.listen("", nil), w.listen("", nil)
	for i := range queued + 10 {
		w.Take("customer-1", i)
		w.catchUp(quick) // a frame each
	}
	require.Eventually(t, slow.cut.Load, patience, time.Millisecond)
	require.False(t, quick.cut.Load())
	for slow.next() {
		require.Equal(t, byte('h'), slow.seats[0], "what it was sent before is whole")
	}
}

func TestAllLostAndLoadedAgainIsASnapshot(t *testing.T) {
	onEachServer(t, func(t *testing.T, w *world) {
		w.Take("customer-1", 1)
		one := w.listen("", nil)
		w.catchUp(one)
		lose(t, w)
		w.Load()
		w.Take("customer-2", 2)
		w.catchUp(one)
		require.Equal(t, 2, one.whole)
		require.Equal(t, "..h", string(one.seats[:3]))
	})
}

// lose takes away what the store has of the event, as FLUSHALL does, but for
// the events of other tests.
func lose(t *testing.T, w *world) {
	t.Helper()
	db := redis.NewClient(&redis.Options{Addr: w.addr})
	defer func() { require.NoError(t, db.Close()) }()
	keys, err := db.Keys(w.Ctx, "seathold:{"+w.Event.ID+"}:*").Result()
	require.NoError(t, err)
	require.NoError(t, db.Del(w.Ctx, keys...).Err())
}

func TestALogThatBreaksOffIsReadAnew(t *testing.T) {
	broken := errors.New("broken")
	log := &breaking{fault: make(chan error, 1)}
	w := newWorld(t, miniredis.RunT(t).Addr(), func(c *Config) { log.SeatLog, c.Changes = c.Changes, log })
	one := w.listen("", nil)
	for i, fault := range []error{broken, booking.ErrVersionGone, booking.ErrNotLoaded} {
		log.fault <- fault
		w.Take("customer-1", i)
		w.catchUp(one)
	}
}

// breaking is a log that fails when it is told to.
type breaking struct {
	booking.SeatLog
	fault chan error
}

func (l *breaking) SeatChanges(
	ctx context.Context, event string, after booking.MapVersion, wait time.Duration,
) ([]booking.SeatChange, bool, error) {
	select {
	case err := <-l.fault:
		return nil, false, err
	default:
		return l.SeatLog.SeatChanges(ctx, event, after, wait)
	}
}

func TestTheNumberOfListenersIsLimited(t *testing.T) {
	w := newWorld(t, miniredis.RunT(t).Addr(), func(c *Config) { c.Listeners, c.PerAddress = 5, 2 })
	listen := func(address string) (booking.SeatListener, error) {
		l, err := w.hub.Listen(w.Ctx, w.Event, "", address, func() {})
		if err == nil {
			t.Cleanup(l.Close)
		}
		return l, err
	}
	refused := func(address, why string) {
		t.Helper()
		_, err := listen(address)
		var e *booking.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, booking.CodeUnavailable, e.Code)
		require.Equal(t, retryAfter, e.RetryAfter)
		require.Contains(t, e.Detail, why)
	}
	first, err := listen("a")
	require.NoError(t, err)
	_, err = listen("a")
	require.NoError(t, err)
	refused("a", "this address")
	for range 3 { // who is not counted by address
		_, err = listen("")
		require.NoError(t, err)
	}
	refused("b", "too many listen")
	first.Close()
	first.Close() // counts once
	again, err := listen("a")
	require.NoError(t, err)
	refused("", "too many listen")

	w.hub.EndListeners()
	_, more := <-again.Frames()
	require.False(t, more)
	refused("c", "the service ends")
}

func TestAnEventTooManyIsNotFollowed(t *testing.T) {
	w := newWorld(t, miniredis.RunT(t).Addr(), func(c *Config) { c.Events = 1 })
	w.follow()
	other := *w.Event
	other.ID = "another"
	_, ok := w.hub.LiveMap(&other, "")
	require.False(t, ok)
	_, err := w.hub.Listen(w.Ctx, &other, "", "", func() {})
	require.Equal(t, booking.CodeUnavailable, booking.CodeOf(err))
	require.Zero(t, w.hub.listeners)
}
