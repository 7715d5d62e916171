package e2e

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"seathold/internal/testserver"
)

// TestOrderStoreAway kills the MongoDB server: a payment is not confirmed, the
// provider repeats it, and then it is. Holds do not need that server.
func TestOrderStoreAway(t *testing.T) {
	t.Parallel()
	mongo, uri := testserver.MongoOwn(t)
	servers := realServers(testserver.Redis(t), uri)
	s := openShopOn(t, realWorld, newService(t, seathold, servers, quick()), 40)
	one, other := s.customer(t), s.customer(t)
	o := s.ordered(t, one, s.guids[:2]...)

	mongo.Kill()
	w := paid(t, o)
	refused := one.send(w)
	requireProblem(t, refused, http.StatusServiceUnavailable, "unavailable")
	require.NotEmpty(t, refused.header.Get("Retry-After"))
	figure(t, "a webhook is refused after %s while the order store is away", refused.answered.Sub(refused.asked))
	s.held(t, other, s.guids[2])
	requireProblem(t, other.hold(s.event.ID, s.guids[0]), http.StatusConflict, "seats_taken")
	requireNotReady(t, s, "orders")

	mongo.Restart()
	back := time.Now()
	requireStatus(t, patiently(t, func() answer { return one.send(w) }), http.StatusOK)
	figure(t, "paid %s after the order store was back", time.Since(back))
	require.Len(t, s.requireOrder(t, one, o.ID, "paid").Payments, 1)
	require.Equal(t, "ssh", s.shows(t, s.guids[:3]...))
	requireReadyAgain(t, s)
}

// requireNotReady requires that /readyz names the dependency that is away.
func requireNotReady(t *testing.T, s *shop, dependency string) {
	t.Helper()
	a := s.nobody().get("/readyz")
	health := read[struct{ Checks map[string]string }](t, a, http.StatusServiceUnavailable)
	require.Len(t, health.Checks, 2)
	for name, said := range health.Checks {
		require.Equal(t, name != dependency, said == "ok", "%s: %s", name, said)
	}
	requireStatus(t, s.nobody().get("/livez"), http.StatusOK)
}

func requireReadyAgain(t *testing.T, s *shop) {
	t.Helper()
	within(t, startPatience, "the service is ready", func() bool { return s.nobody().get("/readyz").is(http.StatusOK) })
}

// TestHoldStoreAway kills Redis: no holds, but a payment completes. Redis comes
// back empty, and the event is rebuilt from its orders.
func TestHoldStoreAway(t *testing.T) {
	t.Parallel()
	redis := testserver.RedisOwn(t)
	servers := realServers(redis.Addr, testserver.Mongo(t))
	s := openShopOn(t, realWorld, newService(t, seathold, servers, quick()), 40)
	one, other := s.customer(t), s.customer(t)
	before, during, pending := s.guids[:1], s.guids[1:2], s.guids[2:3]
	s.bought(t, one, before...)
	paidMeanwhile, unpaid := s.ordered(t, one, during...), s.ordered(t, one, pending...)
	lost := s.held(t, other, s.guids[3])

	redis.Kill()
	refused := other.hold(s.event.ID, s.guids[4])
	requireProblem(t, refused, http.StatusServiceUnavailable, "unavailable")
	require.NotEmpty(t, refused.header.Get("Retry-After"))
	figure(t, "a hold is refused after %s while the hold store is away", refused.answered.Sub(refused.asked))
	confirmed := one.send(paid(t, paidMeanwhile))
	requireStatus(t, confirmed, http.StatusOK)
	figure(t, "a payment is confirmed after %s while the hold store is away", confirmed.answered.Sub(confirmed.asked))
	s.requireOrder(t, one, paidMeanwhile.ID, "paid")
	requireNotReady(t, s, "holds")

	redis.Restart()
	took := within(t, slack*rebuiltWithin, "the event is rebuilt", func() bool {
		return s.nobody().seats(s.event.ID).is(http.StatusOK)
	})
	figure(t, "rebuilt %s after Redis was back, empty", took)
	require.Equal(t, "ssh..", s.shows(t, s.guids[:5]...))
	requireReadyAgain(t, s)
	requireProblem(t, other.hold(s.event.ID, during...), http.StatusConflict, "seats_taken")
	requireProblem(t, other.getHold(s.event.ID, lost.ID), http.StatusNotFound, "not_found")
	s.held(t, other, s.guids[3])
	requireStatus(t, one.send(paid(t, unpaid)), http.StatusOK)
	s.requireOrder(t, one, unpaid.ID, "paid")
	require.Len(t, s.requireSoldOnce(t), 3)
}

// TestStartsWithoutTheHoldStore: payments must be confirmed even while Redis
// is away, so the service starts without it.
func TestStartsWithoutTheHoldStore(t *testing.T) {
	t.Parallel()
	redis := testserver.RedisOwn(t)
	servers := realServers(redis.Addr, testserver.Mongo(t))
	s := openShopOn(t, realWorld, newService(t, seathold, servers, quick()), 40)
	one := s.customer(t)
	o := s.ordered(t, one, s.guids[0])
	redis.Kill()
	s.kill(t)
	s.start(t)
	requireStatus(t, one.send(paid(t, o)), http.StatusOK)
	s.requireOrder(t, one, o.ID, "paid")
	redis.Restart()
	require.Equal(t, "s.", s.shows(t, s.guids[:2]...))
}
