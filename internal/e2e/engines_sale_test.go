package e2e

import (
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/testserver"
)

const (
	enginesSeats    = 6000 // more than are sold meanwhile
	enginesAudience = 20   // listeners of each instance
	windowShoppers  = 3    // who hold and give back
	// goesOnWithin is how long after a promotion seats are held again: so much
	// is aimed at. Beyond goesOnMost a test fails, for the machine may stall.
	goesOnWithin, goesOnMost = 5 * time.Second, 30 * time.Second
	promotedWithin           = time.Minute
)

// troubled is a sale on a Redis that gets into trouble: customers who pay, others
// who only hold, and listeners at every instance.
type troubled struct {
	*shop
	instances []*shop
	sale      *sale
	audience  []*listeners
	shopping  sync.WaitGroup
	ending    chan struct{}
	asked     atomic.Int64 // holds asked for by those who only hold
	given     atomic.Int64 // holds given back
}

// openTroubled starts a sale on so many instances.
func openTroubled(t *testing.T, instances int, given ...settings) *troubled {
	t.Helper()
	first := openShopOn(t, realWorld, newService(t, seathold, append(given, quick())...), enginesSeats)
	x := &troubled{shop: first, instances: []*shop{first}, ending: make(chan struct{})}
	for range instances - 1 {
		other := newService(t, seathold, append(given, quick(), settings{"SEATHOLD_PUBLIC_URL": first.url})...)
		other.start(t)
		beside := *first
		beside.service = other
		x.instances = append(x.instances, &beside)
	}
	for _, s := range x.instances {
		x.audience = append(x.audience, listenAll(t, s, enginesAudience))
	}
	x.sale = startSaleAt(t, first, x.instances)
	for i := range windowShoppers {
		c := first.customer(t)
		c.url = x.instances[i%instances].url
		random := rand.New(rand.NewPCG(uint64(i), 11))
		x.shopping.Go(func() { x.lookAround(c, random) })
	}
	t.Cleanup(x.end)
	x.sellSome(t)
	return x
}

// lookAround holds seats, has them for longer, and gives them back.
func (x *troubled) lookAround(c *client, random *rand.Rand) {
	for !x.isEnding() {
		first := random.IntN(len(x.guids) - 2)
		a := c.withKey(newRequestID()).hold(x.event.ID, x.guids[first:first+2]...)
		at := a.header.Get("Location")
		x.asked.Add(1)
		switch {
		case a.is(http.StatusCreated):
		case a.unavailable():
			time.Sleep(10 * time.Millisecond) // as a client that was asked to wait, only shorter
			continue
		case a.refused(http.StatusConflict, "seats_taken"):
			continue
		default:
			x.sale.note(a)
			return
		}
		for _, call := range []func() answer{
			func() answer { return c.post(at+"/extend", nil) },
			func() answer { return c.delete(at) },
		} {
			// A hold of the last moments may be lost with the server that had it.
			if a := call(); !a.done() && !a.unavailable() && !a.is(http.StatusNotFound) && !a.is(http.StatusGone) {
				x.sale.note(a)
				return
			}
		}
		x.given.Add(1)
	}
}

func (x *troubled) isEnding() bool {
	select {
	case <-x.ending:
		return true
	default:
		return false
	}
}

func (x *troubled) end() {
	if !x.isEnding() {
		close(x.ending)
	}
	x.shopping.Wait()
}

// sellSome returns when some more seats have been sold, and held and given back.
func (x *troubled) sellSome(t *testing.T) {
	t.Helper()
	paid, given := x.sale.paid.Load(), x.given.Load()
	within(t, startPatience, "the sale goes on", func() bool {
		return x.sale.paid.Load() >= paid+salesBetween && x.given.Load() >= given+salesBetween
	})
}

// goesOn requires that seats are held again, and says how long it took from the
// promotion, which is a moment at the latest.
func (x *troubled) goesOn(t *testing.T, what string, promoted time.Time) {
	t.Helper()
	within(t, goesOnMost, "the sale goes on after "+what, func() bool { return x.sale.heldSince(promoted) })
	took := time.Since(promoted).Round(time.Millisecond)
	figure(t, "%s: a hold asked for after the promotion was there %s after it; aim within %s", what, took, goesOnWithin)
	x.sellSome(t)
}

// finish ends the sale and audits it: no seat twice, each payment paid or gone
// back, and everyone sees the true map.
func (x *troubled) finish(t *testing.T) {
	t.Helper()
	x.end()
	x.sale.end()
	for _, s := range x.instances {
		within(t, startPatience, "the map is true", func() bool { return s.isTrue(t) })
	}
	x.sale.finish(t)
	for _, l := range x.audience {
		l.catchUp(t)
	}
	for _, s := range x.instances[1:] {
		require.Equal(t, x.now(t).Seats, s.now(t).Seats)
	}
	figure(t, "%d holds were given back", x.given.Load())
}

// isTrue reports whether the map shows as sold what has been bought, and nothing
// else.
func (s *shop) isTrue(t *testing.T) bool {
	t.Helper()
	sold := map[string]bool{}
	for _, o := range s.allOrders(t, "status=paid") {
		for _, guid := range o.Seats {
			sold[guid] = true
		}
	}
	shown := s.now(t).Seats
	for i, guid := range s.guids {
		if sold[guid] != (shown[i] == 's') {
			return false
		}
	}
	return true
}

// promoted returns when another server is the primary, and the moment before
// that was seen.
func promoted(t *testing.T, old *testserver.Server, primary func() *testserver.Server) time.Time {
	t.Helper()
	var before time.Time
	took := within(t, promotedWithin, "another server is promoted", func() bool {
		now := time.Now()
		is := primary()
		if before = now; is == nil || is == old {
			return false
		}
		return true
	})
	figure(t, "another server was promoted after %s", took.Round(time.Millisecond))
	return before
}
