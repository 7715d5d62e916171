package e2e

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"seathold/internal/testserver"
)

// TestPagesOutliveTheService: the service dies and comes back, and then Redis
// does, while a page is open. It says so, goes on by itself, and what it shows is
// true again.
func TestPagesOutliveTheService(t *testing.T) {
	t.Parallel()
	redis := testserver.RedisOwn(t)
	s := openShopOn(t, realWorld, newService(t, seathold, quick(), settings{
		"SEATHOLD_REDIS_URL": "redis://" + redis.Addr, "SEATHOLD_PAYMENT_PROVIDER": "sandbox",
		"SEATHOLD_JWT_SECRET": "end-to-end tests sign tokens with this",
	}), 60)
	o := &boxOffice{s, openBrowser(t)}
	ada, bob := o.customer(t), o.customer(t)
	p := o.visitorAs(t, ada, s, desktop)
	p.allow("GET /*: net::ERR_*", "POST /*: net::ERR_*", "GET /*: 503", "POST /*: 503", "GET /v1/events/*/holds/*: 404")

	p.chooses(s, "A2", "A3")
	p.click("button", "Hold these 2")
	p.awaitHeld("A2", "A3")
	p.chooses(s, "A5")
	s.kill(t)
	p.awaitSaid("The connection is lost; the hall may be out of date. It comes back by itself.")
	p.basket().awaitText("The connection is lost")
	p.awaitShown("mine", "A2", "A3")
	checkAccessible(t, p, "customer-not-live")
	p.click("button", "Hold this seat")
	p.awaitSaid("No answer came. Nothing is lost*It is tried again by itself.")
	checkAsShown(t, p, "customer-waiting")

	s.start(t)
	s.held(t, bob, "A7", "B1")
	p.awaitSaid("The hall is up to date again.")
	p.awaitHeld("A5")
	require.Equal(t, 1, p.timesSaid("No answer came.*"), "once, however often it was tried")
	p.awaitMap(s)
	p.awaitShown("held", "A7", "B1")
	p.awaitShown("mine", "A2", "A3", "A5")
	require.Len(t, read[list[hold]](t, ada.holds(s.event.ID), http.StatusOK).Items, 2)

	losesRedis(t, p, s, redis, ada, bob)
}

// losesRedis: what was sold stays so, what was only held is told to be lost.
func losesRedis(t *testing.T, p *tab, s *shop, redis *testserver.Server, ada, bob *client) {
	t.Helper()
	s.bought(t, bob, "B3")
	p.awaitShown("sold", "B3")
	p.chooses(s, "B5")
	redis.Kill()
	within(t, startPatience, "holds are refused", func() bool { return bob.hold(s.event.ID, "A9").is(http.StatusServiceUnavailable) })
	p.click("button", "Hold this seat")
	p.awaitSaid("The service is busy. It is tried again by itself.")
	redis.Restart()
	p.awaitHeld("B5") // by itself
	p.awaitSaid(stalls("A2", "A3", "A5") + " are no longer held for you: the service had to start anew.")
	p.basket().awaitText("no longer held for you") // and is not hidden by the good news
	p.awaitGone("region", "Held: "+stalls("A2", "A3"))
	p.awaitGone("region", "Held: "+stalls("A5"))
	p.awaitMap(s)
	p.awaitShown("sold", "B3")
	p.awaitShown("free", "A2", "A3", "A7", "B1")
	require.Len(t, read[list[hold]](t, ada.holds(s.event.ID), http.StatusOK).Items, 1)
}
