package e2e

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// shootOrganizers takes the pictures of what organizers see, while a play sells.
func shootOrganizers(t *testing.T, b *browser) {
	t.Helper()
	s := openShop(t, embeddedWorld, plainSeathold, 420, settings{"SEATHOLD_MAX_SEATS_PER_HOLD": "200"})
	requireStatus(t, s.organizer.call(http.MethodPatch, eventPath(s.event.ID), map[string]any{"name": "A Midsummer Night’s Dream"}), http.StatusOK)
	requireStatus(t, s.organizer.block(s.event.ID, s.guids[:4]...), http.StatusCreated)
	p := b.visitor(t, s.url, desktop)
	p.actAs(s.organizer)
	p.open("/organizer/events/" + s.event.ID)
	p.await("image", "From *")
	sold := 0
	for i := 30; i+9 < len(s.guids); i += 13 {
		c := s.customer(t)
		n := 2 + i%5
		s.bought(t, c, s.guids[i:i+n]...)
		sold += n
		if i%3 == 0 {
			s.held(t, c, s.guids[i+n:i+n+2]...)
		}
		p.awaitText(fmt.Sprintf("Sold %d ", sold)) // each is a step of the chart
	}
	p.await("image", fmt.Sprintf("*Now %d sold*", sold))
	shoot(t, p, "organizer-sale")
	p.clickSeat(s.guids[30])
	p.await("button", "Show the order")
	shootTab(t, p, "organizer-seats")
	p.click("tab", "Orders")
	p.await("button", "Cancel and pay back…*")
	shootTab(t, p, "organizer-orders")
	p.open("/organizer")
	p.awaitText(fmt.Sprintf("Sold %d", sold))
	shoot(t, p, "organizer-events")
}

// shootTab is shoot with the event's tabs at the top of the window.
func shootTab(t *testing.T, p *tab, name string) {
	t.Helper()
	p.inEachLook(allLooks, func(l look) {
		p.run("document.querySelector('[role=tablist]').scrollIntoView()")
		p.awaitFrames()
		require.NoError(t, p.picture(name+"-"+l.name+".png"))
	})
}
