package e2e

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestCrashWhileItIsTold kills the service on the way from an order to the
// organizer's own system. What was claimed by one that died is sent after a
// minute: so each test has a service for itself, and they wait together.
func TestCrashWhileItIsTold(t *testing.T) {
	inBothWorldsAtOnce(t, func(t *testing.T, w world) {
		all := make([]*crashed, len(noticeCrashes))
		for i, c := range noticeCrashes {
			s := openShop(t, w, crashingSeathold, 20, loopback)
			all[i] = &crashed{shop: s, t: t, one: s.customer(t), other: s.customer(t), seats: s.guids[:c.seats]}
			all[i].hook = newHook(t, s.organizer, "order.paid")
			all[i].crash(c)
		}
		for i, c := range noticeCrashes {
			t.Run(c.step, func(t *testing.T) {
				all[i].t = t
				all[i].end(c)
			})
		}
	})
}

// toldWithin is how late a webhook may be that a crash kept back.
const toldWithin = 60*time.Second + refundedWithin

var noticeCrashes = []crashTest{
	noticeCrash("notices.relayed", 1, 2), // whether it was on its way by then is chance
	noticeCrash("delivery.claimed", 1, 1),
	noticeCrash("delivery.sent", 2, 2),
}

// noticeCrash requires that the webhook arrives that often, always under the
// same id, and is delivered in the end.
func noticeCrash(step string, least, most int) crashTest {
	return crashTest{
		step: step, seats: 2, worker: true, before: (*crashed).makeOrder, reach: (*crashed).pay,
		after: func(c *crashed) {
			within(c.t, toldWithin, "the webhook is delivered", func() bool {
				all := c.hook.deliveries(c.t, c.organizer)
				return len(all) == 1 && all[0].Status == "delivered"
			})
			c.requireOneOrder("paid")
			delivered := c.hook.deliveries(c.t, c.organizer)[0]
			require.Equal(c.t, "order.paid", delivered.Type)
			require.Equal(c.t, []string{delivered.ID}, c.hook.idsOf(c.t, c.order.ID))
			arrived := c.hook.of(c.t, c.order.ID)
			require.GreaterOrEqual(c.t, len(arrived), least)
			require.LessOrEqual(c.t, len(arrived), most)
			bodies := slices.CompactFunc(arrived, func(a, b told) bool { return string(a.body) == string(b.body) })
			require.Len(c.t, bodies, 1, "a repeat says the same")
		},
	}
}
