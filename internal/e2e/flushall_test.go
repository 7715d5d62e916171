package e2e

import (
	"context"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"seathold/internal/testserver"
)

const (
	rebuiltWithin = 2 * time.Second // after all of Redis is lost
	saleSeats     = 600
	saleCustomers = 12
	saleFlushes   = 3
	salesBetween  = 10 // at least, from one loss to the next
)

// TestFlushAllDuringASale loses all of Redis while customers hold and pay.
func TestFlushAllDuringASale(t *testing.T) {
	redisAddr := testserver.RedisOwn(t).Addr
	servers := realServers(redisAddr, testserver.Mongo(t))
	s := openShopOn(t, realWorld, newService(t, seathold, servers, quick()), saleSeats)
	db := redis.NewClient(&redis.Options{Addr: redisAddr})
	t.Cleanup(func() { require.NoError(t, db.Close()) })

	sale := startSale(t, s)
	for range saleFlushes {
		before := sale.paid.Load()
		within(t, startPatience, "some seats are sold", func() bool { return sale.paid.Load() >= before+salesBetween })
		lost := time.Now()
		require.NoError(t, db.FlushAll(context.Background()).Err())
		took := within(t, slack*rebuiltWithin, "the event is rebuilt", func() bool {
			return s.nobody().seats(s.event.ID).is(http.StatusOK) && sale.heldSince(lost)
		})
		figure(t, "rebuilt %s after FLUSHALL, with %d payments made before", took, sale.paid.Load())
	}
	sale.finish(t)
}

// sale is many customers who hold and pay until it is told to end.
type sale struct {
	shop   *shop
	ending chan struct{}
	all    sync.WaitGroup
	paid   atomic.Int64 // payments that the service has confirmed
	held   atomic.Int64 // when a hold was last granted, in ns since 1970

	mu     sync.Mutex
	orders []soldOrder
	faults []answer // answers that no client should get
}

// soldOrder is an order whose payment the service has confirmed.
type soldOrder struct {
	by *client
	id string
}

func startSale(t *testing.T, s *shop) *sale {
	t.Helper()
	return startSaleAt(t, s, []*shop{s})
}

// startSaleAt has the customers call one instance each.
func startSaleAt(t *testing.T, s *shop, instances []*shop) *sale {
	t.Helper()
	sale := &sale{shop: s, ending: make(chan struct{})}
	people := make([]*client, saleCustomers)
	for i := range people {
		people[i] = s.customer(t)
		people[i].url = instances[i%len(instances)].url
	}
	for i, c := range people {
		random := rand.New(rand.NewPCG(uint64(i), 7))
		sale.all.Go(func() { sale.run(t, c, random) })
	}
	t.Cleanup(sale.end)
	return sale
}

func (s *sale) run(t *testing.T, c *client, random *rand.Rand) {
	for {
		select {
		case <-s.ending:
			return
		default:
			s.buy(t, c, random)
		}
	}
}

// buy wants up to three neighbours in one part of the house, so that customers
// come into each other's way.
func (s *sale) buy(t *testing.T, c *client, random *rand.Rand) {
	first, n := random.IntN(len(s.shop.guids)-2), 1+random.IntN(3)
	a := c.orderSeats(s.shop.event.ID, s.shop.guids[first:first+n]...)
	switch {
	case a.refused(http.StatusConflict, "seats_taken"):
		return
	case a.unavailable():
		time.Sleep(10 * time.Millisecond) // as a client that was asked to wait, only shorter
		return
	case !a.is(http.StatusCreated):
		s.note(a)
		return
	}
	s.held.Store(a.asked.UnixNano())
	s.pay(t, c, a)
}

// pay pays the order that was answered.
func (s *sale) pay(t *testing.T, c *client, a answer) {
	o := read[order](t, a, http.StatusCreated)
	for w := paid(t, o); ; {
		a = c.send(w)
		if a.done() {
			s.sold(c, o.ID)
			return
		}
		if !a.is(http.StatusServiceUnavailable) {
			s.note(a)
			return
		}
	}
}

func (s *sale) sold(c *client, id string) {
	s.paid.Add(1)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.orders = append(s.orders, soldOrder{c, id})
}

func (s *sale) note(a answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, a)
}

// heldSince reports whether a hold was granted that was asked for after t.
func (s *sale) heldSince(t time.Time) bool { return s.held.Load() > t.UnixNano() }

func (s *sale) end() {
	select {
	case <-s.ending:
	default:
		close(s.ending)
	}
	s.all.Wait()
}

// finish ends the sale and requires that every payment bought its seats or has
// gone back, and that no seat was sold twice.
func (s *sale) finish(t *testing.T) {
	t.Helper()
	s.end()
	require.Empty(t, s.faults)
	isPaid := map[string]bool{}
	for _, o := range s.shop.requireSoldOnce(t) {
		isPaid[o.ID] = true
	}
	refunds := 0
	for _, sold := range s.orders {
		if isPaid[sold.id] {
			continue
		}
		o := s.shop.requireRefunded(t, sold.by, sold.id)
		require.Equal(t, "seats_taken", o.Reason)
		refunds++
	}
	figure(t, "%d orders paid, %d payments refunded because someone else had the seats", len(isPaid), refunds)
}
