package e2e

import (
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/testserver"
)

// cutMost is how long replicas may be cut off before one takes over: sentinels
// take none that has been behind for ten seconds.
const cutMost = 5 * time.Second

// losesSales kills the primary when its replicas do not have the last sales, and
// has customers try to buy those seats again at once. find names both.
func (x *troubled) losesSales(
	t *testing.T, find func() (*testserver.Server, []*testserver.Server), g *testserver.RedisGroup, primary func() *testserver.Server,
) {
	t.Helper()
	old, replicas := find()
	var lost []order
	for tries := 0; ; tries++ {
		require.Less(t, tries, 10, "the machine is too slow to sell anything")
		cut := time.Now()
		for _, s := range replicas {
			g.CutOff(old, s)
		}
		lost = x.sellMore(t)
		if time.Since(cut) < cutMost {
			break
		}
		for _, s := range replicas {
			g.Reconcile(s)
			within(t, startPatience, "the replica is in step", func() bool { return g.InStep(s) })
		}
	}
	before := x.now(t)
	old.Kill()
	hunted := x.hunt(t, lost)
	x.goesOn(t, "kill -9 with replicas that are behind", promoted(t, old, primary))
	within(t, startPatience, "what was lost is of another epoch", func() bool { return epoch(x.now(t)) != epoch(before) })
	hunted()
	for _, s := range replicas {
		g.Reconcile(s)
	}
	old.Restart()
}

// sellMore sells some seats, all at once, and returns their orders.
func (x *troubled) sellMore(t *testing.T) []order {
	t.Helper()
	c := x.customer(t)
	orders := make([]order, salesBetween)
	answers := make([]answer, salesBetween)
	atOnce(salesBetween, func(i int) {
		for n := 0; ; n++ { // until one is free
			a := c.orderSeats(x.event.ID, x.guids[len(x.guids)-1-i-n*salesBetween])
			if answers[i] = a; !a.refused(http.StatusConflict, "seats_taken") && !a.unavailable() {
				return
			}
		}
	})
	for i, a := range answers {
		orders[i] = read[order](t, a, http.StatusCreated)
	}
	atOnce(salesBetween, func(i int) { answers[i] = c.send(paid(t, orders[i])) })
	for i, a := range answers {
		requireStatus(t, a, http.StatusOK)
		x.sale.sold(c, orders[i].ID)
	}
	return orders
}

// hunt has customers buy sold seats again and again until the returned function
// is called. That one requires that they could not.
func (x *troubled) hunt(t *testing.T, sold []order) (end func()) {
	t.Helper()
	c := x.customer(t)
	done := make(chan struct{})
	var hunters sync.WaitGroup
	var got atomic.Int64
	for i, o := range sold {
		at := *c
		at.url = x.instances[i%len(x.instances)].url
		hunters.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				switch a := at.orderSeats(x.event.ID, o.Seats...); {
				case a.is(http.StatusCreated):
					got.Add(1)
					x.sale.pay(t, &at, a)
				case !a.unavailable() && !a.is(http.StatusConflict):
					x.sale.note(a)
				}
			}
		})
	}
	return sync.OnceFunc(func() {
		close(done)
		hunters.Wait()
		require.Zero(t, got.Load(), "sold seats were ordered once more")
	})
}

// epoch is the part of a version that names a life of the map.
func epoch(m seatMap) string { return m.Version[:strings.LastIndex(m.Version, "-")] }
