package worker

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/boltstore"
	"seathold/internal/booking"
)

// cutOff is a store that an instance may lose.
type cutOff struct {
	booking.Records
	away atomic.Bool
}

func (c *cutOff) fault() error {
	if c.away.Load() {
		return booking.Unavailable("the order store", errors.New("the connection was cut"))
	}
	return nil
}

func (c *cutOff) Record(ctx context.Context, kind booking.RecordKind, id string) (booking.Record, error) {
	if err := c.fault(); err != nil {
		return booking.Record{}, err
	}
	return c.Records.Record(ctx, kind, id)
}

func (c *cutOff) ReplaceRecord(ctx context.Context, kind booking.RecordKind, r booking.Record) error {
	if err := c.fault(); err != nil {
		return err
	}
	return c.Records.ReplaceRecord(ctx, kind, r)
}

// crew is three instances that want to do the same work.
type crew struct {
	t       *testing.T
	members []*member
	all     sync.WaitGroup
	mu      sync.Mutex
	atWork  map[string]bool
}

type member struct {
	name  string
	store *cutOff
	stop  context.CancelFunc
}

func newCrew(t *testing.T, names ...string) *crew {
	store, err := boltstore.Open(filepath.Join(t.TempDir(), "test.db"), boltstore.NoSync())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close(context.Background())) })
	c := &crew{t: t, atWork: map[string]bool{}}
	for _, name := range names {
		ctx, stop := context.WithCancel(t.Context())
		m := &member{name: name, store: &cutOff{Records: store}, stop: stop}
		c.members = append(c.members, m)
		l := &Lease{Records: m.store, Name: "work", Holder: name, Log: quiet}
		c.all.Go(func() { l.Run(ctx, func(ctx context.Context) { c.work(ctx, name) }) })
		synctest.Wait() // they come one after the other
	}
	return c
}

func (c *crew) work(ctx context.Context, name string) {
	c.set(name, true)
	<-ctx.Done()
	c.set(name, false)
}

func (c *crew) set(name string, working bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if working {
		require.Empty(c.t, c.atWork, "%s begins while another works", name)
		c.atWork[name] = true
		return
	}
	delete(c.atWork, name)
}

// worker is who works now, "" for nobody.
func (c *crew) worker() string {
	synctest.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	for name := range c.atWork {
		return name
	}
	return ""
}

func (c *crew) end() {
	for _, m := range c.members {
		m.stop()
	}
	c.all.Wait()
	require.Empty(c.t, c.worker())
}

func TestOneOfThreeWorks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrew(t, "a", "b", "c")
		for range 100 {
			require.Equal(t, "a", c.worker())
			time.Sleep(time.Second)
		}
		c.end()
	})
}

func TestWhoStopsLetsOthersGoOnAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrew(t, "a", "b", "c")
		c.members[0].stop()
		time.Sleep(leaseTTL/3 + time.Millisecond)
		require.Contains(t, []string{"b", "c"}, c.worker())
		c.end()
	})
}

// Who is cut off cannot know whether another has taken over: it stops before
// anyone does.
func TestWhoIsCutOffStopsBeforeAnotherBegins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrew(t, "a", "b", "c")
		time.Sleep(time.Minute)
		c.members[0].store.away.Store(true)
		var stopped, taken time.Duration
		start := time.Now()
		for taken == 0 {
			time.Sleep(50 * time.Millisecond)
			switch c.worker() {
			case "":
				if stopped == 0 {
					stopped = time.Since(start)
				}
			case "b", "c":
				taken = time.Since(start)
			}
			require.Less(t, time.Since(start), time.Minute, "nobody takes over")
		}
		require.Positive(t, stopped, "it worked until another began")
		require.Less(t, taken, 2*leaseTTL)
		c.members[0].store.away.Store(false)
		time.Sleep(time.Minute)
		require.NotEqual(t, "a", c.worker(), "the lease stays where it is")
		c.end()
	})
}

// A store that is away for a moment ends nobody's work.
func TestAShortOutageChangesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrew(t, "a", "b")
		time.Sleep(leaseTTL)
		for _, m := range c.members {
			m.store.away.Store(true)
		}
		time.Sleep(leaseTTL / 3)
		for _, m := range c.members {
			m.store.away.Store(false)
		}
		for range 100 {
			require.Equal(t, "a", c.worker())
			time.Sleep(100 * time.Millisecond)
		}
		c.end()
	})
}
