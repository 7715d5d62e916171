package worker

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

var quiet = slog.New(slog.DiscardHandler)

func TestRoundRunsEveryIntervalAndWhenWoken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		wake := make(chan struct{})
		var rounds atomic.Int64
		r := Round{Name: "x", Interval: time.Second, Wake: wake, Log: quiet, Once: func(context.Context) error {
			rounds.Add(1)
			return errors.New("a fault does not end the rounds")
		}}
		go r.Run(ctx)
		synctest.Wait()
		require.EqualValues(t, 1, rounds.Load(), "the first round is at once")
		time.Sleep(2*time.Second + time.Millisecond)
		synctest.Wait()
		require.EqualValues(t, 3, rounds.Load())
		wake <- struct{}{}
		synctest.Wait()
		require.EqualValues(t, 4, rounds.Load())
		cancel()
	})
}

func newLoader(load func(context.Context, string) error) (*Loader, chan string) {
	requests := make(chan string)
	return &Loader{
		requests: requests, load: load, log: quiet,
		slots: make(chan struct{}, loadsAtOnce), again: map[string]bool{},
	}, requests
}

func TestLoaderTriesUntilItSucceeds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var tries atomic.Int64
		l, requests := newLoader(func(context.Context, string) error {
			if tries.Add(1) < 5 {
				return booking.ErrLoadBusy
			}
			return nil
		})
		go l.Run(ctx)
		requests <- "e"
		time.Sleep(time.Minute)
		synctest.Wait()
		require.EqualValues(t, 5, tries.Load())
		require.Empty(t, l.again, "a served event is forgotten")
		cancel()
	})
}

func TestLoaderGivesUpOnAnEventThatIsNone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var tries atomic.Int64
		l, requests := newLoader(func(context.Context, string) error {
			tries.Add(1)
			return booking.Errorf(booking.CodeNotFound, "none")
		})
		go l.Run(ctx)
		requests <- "e"
		time.Sleep(time.Minute)
		require.EqualValues(t, 1, tries.Load())
		cancel()
	})
}

// A request that comes while the event is being loaded may be about something
// that the running load read too early: the event is loaded once more.
func TestLoaderLoadsAgainWhenAskedMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var loads atomic.Int64
		finish := make(chan struct{})
		l, requests := newLoader(func(context.Context, string) error {
			loads.Add(1)
			<-finish
			return nil
		})
		go l.Run(ctx)
		for range 4 {
			requests <- "e"
		}
		synctest.Wait()
		require.EqualValues(t, 1, loads.Load(), "one event is loaded by one at a time")
		close(finish)
		synctest.Wait()
		require.EqualValues(t, 2, loads.Load(), "three more requests are one more load")
		cancel()
	})
}

func TestLoaderBoundsLoadsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var mu sync.Mutex
		now, most := 0, 0
		l, requests := newLoader(func(context.Context, string) error {
			mu.Lock()
			now++
			most = max(most, now)
			mu.Unlock()
			time.Sleep(time.Second)
			mu.Lock()
			now--
			mu.Unlock()
			return nil
		})
		go l.Run(ctx)
		for _, id := range []string{"a", "b", "c", "d", "e"} {
			requests <- id
		}
		time.Sleep(time.Minute)
		mu.Lock()
		defer mu.Unlock()
		require.Equal(t, loadsAtOnce, most)
		cancel()
	})
}

func TestRoundMayBeginLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var rounds atomic.Int64
		r := Round{Name: "x", Interval: time.Second, Later: true, Log: quiet, Once: func(context.Context) error {
			rounds.Add(1)
			return nil
		}}
		go r.Run(ctx)
		time.Sleep(time.Second - time.Millisecond)
		synctest.Wait()
		require.Zero(t, rounds.Load())
		time.Sleep(time.Second)
		synctest.Wait()
		require.EqualValues(t, 1, rounds.Load())
		cancel()
	})
}
