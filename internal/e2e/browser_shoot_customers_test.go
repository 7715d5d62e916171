package e2e

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"seathold/internal/booking"
)

// shootCustomers takes the pictures of what customers see, in a week with a play
// and a concert of which much is sold.
func shootCustomers(t *testing.T, b *browser) {
	o := &boxOffice{openShop(t, embeddedWorld, plainSeathold, 20, settings{"SEATHOLD_MAX_SEATS_PER_HOLD": "200"}), b}
	requireStatus(t, o.organizer.call(http.MethodPatch, eventPath(o.event.ID), map[string]any{"name": "Matinée for schools"}), http.StatusOK)
	arena, err := booking.GeneratePlan("arena", 18714)
	require.NoError(t, err)
	concert := o.stages(t, "Northern Lights: The Last Concert", "2027-06-12T20:00:00Z", arena, 9500)
	play := o.stages(t, "A Midsummer Night's Dream", "2027-05-01T19:30:00Z", theatre(t, 420), 6500)
	guests := o.customer(t)
	for i := 40; i+7 < len(play.guids); i += 11 {
		play.bought(t, guests, play.guids[i:i+2+i%5]...)
	}
	for i := 0; i+180 < len(concert.guids); i += 240 {
		concert.bought(t, guests, concert.guids[i:i+60+i*7%120]...)
	}
	play.held(t, o.customer(t), "B9", "B10")
	requireStatus(t, o.organizer.block(play.event.ID, "A1", "A2"), http.StatusCreated)

	p := o.visitor(t, desktop)
	p.open("/")
	p.await("link", play.event.Name)
	shoot(t, p, "events")
	p.openSale(play)
	p.chooses(play, "B4", "B5", "B6")
	shoot(t, p, "hall")
	p.click("button", "Hold these 3")
	p.signUp("Ada Lovelace", "ada@shop.example")
	p.awaitHeld("B4", "B5", "B6")
	p.click("button", "Dismiss")
	p.hover(point{1100, 600})
	shoot(t, p, "held")
	p.click("button", "List")
	p.click("button", "Stalls, *")
	p.await("toolbar", "row A")
	shoot(t, p, "list")
	p.click("button", "Map")
	p.paysBy(p.click)
	p.in("region", "Tickets").awaitText("B 4 €65")
	shoot(t, p, "tickets")

	p.openSale(concert)
	shoot(t, p, "arena")
	p.pressSeat(concert, concert.guids[len(concert.guids)/3])
	p.seatAt(len(concert.guids) / 3) // once it is there
	shoot(t, p, "arena-near")
}

// stages puts an event on sale whose categories cost a quarter less each.
func (o *boxOffice) stages(t *testing.T, name, starts string, plan []byte, dearest int64) *shop {
	t.Helper()
	parsed, err := booking.ParsePlan(plan)
	require.NoError(t, err)
	prices := map[string]money{}
	for _, c := range parsed.Categories {
		prices[c.Name] = money{Amount: dearest, Currency: "EUR"}
		dearest = dearest * 3 / 4 / 100 * 100
	}
	one := *o.shop
	one.event = read[event](t, o.organizer.post("/v1/events", map[string]any{
		"name": name, "starts_at": starts, "plan": json.RawMessage(plan), "prices": prices, "max_seats_per_customer": 20_000,
	}), http.StatusCreated)
	one.guids = guidsOf(parsed)
	return &one
}
