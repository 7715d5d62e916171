package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// boxOffice is a service whose pages customers have open, all in one browser.
type boxOffice struct {
	*shop
	browser *browser
}

func openBoxOffice(t *testing.T) *boxOffice {
	t.Helper()
	return &boxOffice{openShop(t, embeddedWorld, seathold, 20), openBrowser(t)}
}

// sells puts one more event on sale: a theatre of so many seats, which are held
// for so many seconds, 0 for as long as is usual.
func (o *boxOffice) sells(t *testing.T, name string, seats, ttl int) *shop {
	t.Helper()
	one := *o.shop
	one.event, one.guids = o.organizer.createEvent(t, name, theatre(t, seats))
	if ttl > 0 {
		requireStatus(t, o.organizer.call(http.MethodPatch, eventPath(one.event.ID), map[string]any{"hold_ttl_seconds": ttl}), http.StatusOK)
	}
	return &one
}

// visitor is a person whose pages' announcements are noted.
func (o *boxOffice) visitor(t *testing.T, l look) *tab {
	t.Helper()
	p := o.browser.visitor(t, o.url, l)
	p.listenToReader()
	return p
}

// visitorAs is a new customer, signed in, with the event's page open.
func (o *boxOffice) visitorAs(t *testing.T, c *client, s *shop, l look) *tab {
	t.Helper()
	p := o.visitor(t, l)
	p.open("/")
	p.click("button", "Sign in")
	p.fillInAccount(c)
	p.openSale(s)
	return p
}

// fillInAccount signs in by the dialog that is open.
func (p *tab) fillInAccount(c *client) {
	p.t.Helper()
	dialog := p.in("dialog", "Your account")
	dialog.fill("E-mail", c.account.Email)
	dialog.fill("Password", password)
	dialog.click("button", "Sign in")
	p.await("button", "Sign out")
}

// signUp makes an account by the dialog that is open.
func (p *tab) signUp(name, email string) {
	p.t.Helper()
	dialog := p.in("dialog", "Your account")
	dialog.click("tab", "Create account")
	dialog.fill("Your name", name)
	dialog.fill("E-mail", email)
	dialog.fill("Password", password)
	dialog.click("button", "Create account")
	p.await("button", "Sign out")
}

// openSale opens an event's page and returns when its hall shows who has what.
func (p *tab) openSale(s *shop) {
	p.t.Helper()
	p.open("/events/" + s.event.ID)
	p.await("heading", s.event.Name)
	p.awaitMap(s)
}

// basket is the part of the page with the customer's seats.
func (p *tab) basket() *tab { return p.in("complementary", "Your seats") }

// spot is where the picture shows a seat.
type spot struct {
	X, Y   float64 // in the window
	R      float64
	Moving bool // the picture
	Free   bool // nothing is in front of it there
}

// seatAt returns where the picture shows a seat, once that stands still and can
// be pressed there.
func (p *tab) seatAt(i int) (at point) {
	p.t.Helper()
	last := spot{}
	p.until(fmt.Sprintf("await that seat %d can be pressed in the picture", i), func() string {
		now := askHall[spot](p, fmt.Sprintf(`(() => {
			if (!hall) return {moving: true};
			const {canvas} = hall.picture;
			const {x: left, y: top} = canvas.getBoundingClientRect();
			const {x, y, r} = hall.placeOf(%d);
			return {x: left + x, y: top + y, r, moving: hall.camera.moving, free: document.elementFromPoint(left + x, top + y) === canvas};
		})()`, i))
		switch {
		case now.Moving || now != last:
			last = now
			return "the picture moves"
		case !now.Free:
			return fmt.Sprintf("something is in front of %.0f, %.0f, or it is out of the window", now.X, now.Y)
		}
		return ""
	})
	return point{last.X, last.Y}
}

// pressSeat presses a seat of the picture.
func (p *tab) pressSeat(s *shop, guid string) {
	p.t.Helper()
	p.clickAt(p.seatAt(s.index(p.t, guid)))
}

// awaitShown returns once the picture shows seats so.
func (p *tab) awaitShown(state string, guids ...string) {
	p.t.Helper()
	for _, guid := range guids {
		p.awaitSeat(guid, state)
	}
}

// awaitMap returns once the picture shows all seats as the API has them at this
// moment; one's own are held there, or free.
func (p *tab) awaitMap(s *shop) {
	p.t.Helper()
	letters := map[string]string{"free": ".", "held": "h", "sold": "s", "blocked": "x", "mine": "h", "chosen": "."}
	p.until("await the true map", func() string {
		var shown strings.Builder
		for _, state := range askHall[[]string](p, "hall ? Array.from({length: hall.plan.count}, (_, i) => hall.state(i)) : []") {
			shown.WriteString(letters[state])
		}
		if want := s.mapOf(p.t, s.event.ID); shown.String() != want {
			return fmt.Sprintf("it shows %s\n%s is true", shown.String(), want)
		}
		return ""
	})
}

// chooses presses free seats of the picture and requires that they are chosen.
func (p *tab) chooses(s *shop, guids ...string) {
	p.t.Helper()
	for _, guid := range guids {
		p.pressSeat(s, guid)
		p.awaitShown("chosen", guid)
	}
}

// stalls names seats of the first section as the pages do: "Stalls, row A, seats
// 2 and 3" for A2 and A3.
func stalls(guids ...string) string {
	numbers := make([]string, len(guids))
	for i, guid := range guids {
		numbers[i] = guid[1:]
	}
	if len(guids) == 1 {
		return fmt.Sprintf("Stalls, row %s, seat %s", guids[0][:1], numbers[0])
	}
	last := len(numbers) - 1
	return fmt.Sprintf("Stalls, row %s, seats %s and %s", guids[0][:1], strings.Join(numbers[:last], ", "), numbers[last])
}

// awaitHeld returns once the basket has a hold of these seats.
func (p *tab) awaitHeld(guids ...string) {
	p.t.Helper()
	p.await("region", "Held: "+stalls(guids...))
}

// paysBy goes through the provider's page, from the sale's button to the ticket.
func (p *tab) paysBy(press func(role, name string)) {
	p.t.Helper()
	press("button", "Pay €*")
	p.await("heading", "*")
	p.awaitPath("/sandbox/*")
	press("button", "Pay *")
	p.await("heading", "Payment successful")
	press("link", "Back to your order")
	p.awaitPath("/orders/*")
	p.await("heading", "Your tickets")
}

// requireBought requires that the seats are sold, and that the order is the only
// one of the customer's and has them.
func (s *shop) requireBought(t *testing.T, c *client, guids ...string) order {
	t.Helper()
	s.requireSeats(t, "sold", guids...)
	orders := read[list[order]](t, c.get("/v1/orders"), http.StatusOK).Items
	require.Len(t, orders, 1)
	require.Equal(t, "paid", orders[0].Status)
	require.Equal(t, guids, orders[0].Seats)
	require.Len(t, orders[0].Payments, 1)
	return orders[0]
}
