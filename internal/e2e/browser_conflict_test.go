package e2e

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestTwoCustomersWantOneSeat: one gets it; the other sees at the seat itself and
// reads that it is gone, and keeps the rest of the choice.
func TestTwoCustomersWantOneSeat(t *testing.T) {
	t.Parallel()
	o := openBoxOffice(t)
	t.Run("at the same moment", func(t *testing.T) { fightForASeat(t, o) })
	t.Run("one before the other has asked", func(t *testing.T) { loseAChosenSeat(t, o) })
	t.Run("one in the list", func(t *testing.T) { loseASeatOfTheList(t, o) })
}

// fightForASeat has both requests under way before the service sees any: what is
// told live is too late for either.
func fightForASeat(t *testing.T, o *boxOffice) {
	s := o.sells(t, "Wanted by two", 60, 0)
	people := []*client{o.customer(t), o.customer(t)}
	others := []string{"A3", "A5"} // what each wants beside A4
	var pages []*tab
	var wires []*wire
	for i, c := range people {
		p := o.visitorAs(t, c, s, desktop)
		p.chooses(s, "A4", others[i])
		w := p.holdUp(http.MethodPost, "/v1/events/*/holds")
		p.watchForConflicts(s, "A4")
		p.click("button", "Hold these 2")
		pages, wires = append(pages, p), append(wires, w)
	}
	asked := []string{}
	for _, w := range wires {
		asked = append(asked, w.await().Request.Method) // both wait here
	}
	require.Len(t, asked, 2)
	for _, p := range pages {
		p.allow("POST /v1/events/*/holds: 409")
	}
	for _, w := range wires {
		w.open()
	}

	winner := 0
	s.awaitHolder(t, people, func(i int) { winner = i })
	loser := 1 - winner
	pages[winner].awaitShown("mine", "A4", others[winner])
	pages[winner].await("button", "Pay €90")

	p := pages[loser]
	p.awaitSaid(stalls("A4") + " was taken by someone else. " + stalls(others[loser]) + " is still chosen.")
	p.awaitShown("held", "A4")
	p.awaitShown("chosen", others[loser])
	p.awaitConflict()
	require.False(t, pages[winner].hasShownConflict(), "and only where it was refused")
	require.Empty(t, read[list[hold]](t, people[loser].holds(s.event.ID), http.StatusOK).Items, "nothing was held by halves")
	checkAccessible(t, p, "customer-conflict")

	p.click("button", "Hold this seat")
	p.awaitHeld(others[loser])
	p.awaitMap(s)
}

// awaitHolder returns once one of two people has a hold, and tells which.
func (s *shop) awaitHolder(t *testing.T, people []*client, is func(i int)) {
	t.Helper()
	within(t, pagePatience, "one of them has the seat", func() bool {
		for i, c := range people {
			if len(read[list[hold]](t, c.holds(s.event.ID), http.StatusOK).Items) > 0 {
				is(i)
				return true
			}
		}
		return false
	})
}

// watchForConflicts notes whether the picture marks a seat as refused: whether
// it gets the colour of that. It fades after some seconds, so each frame is
// looked at.
func (p *tab) watchForConflicts(s *shop, guid string) {
	p.t.Helper()
	askHall[bool](p, fmt.Sprintf(`(() => {
		globalThis.conflictShown = false;
		const {ratio, palette} = hall.picture.look;
		const colour = new OffscreenCanvas(1, 1).getContext('2d');
		colour.fillStyle = palette.warn;
		colour.fillRect(0, 0, 1, 1);
		const pixel = (ctx, x, y) => ctx.getImageData(x, y, 1, 1).data.join();
		const look = () => {
			const {x, y, r} = hall.placeOf(%d);
			globalThis.conflictShown = pixel(hall.picture.ctx, Math.round((x + 0.6 * r) * ratio), Math.round(y * ratio)) === pixel(colour, 0, 0);
			if (!globalThis.conflictShown) requestAnimationFrame(look);
		};
		look();
		return true;
	})()`, s.index(p.t, guid)))
}

func (p *tab) hasShownConflict() bool {
	p.t.Helper()
	return evaluate[bool](p, "conflictShown")
}

// awaitConflict returns once the picture has marked the seat. The words may be
// there some frames before.
func (p *tab) awaitConflict() {
	p.t.Helper()
	p.until("await that the seat itself was marked in the picture", func() string {
		if p.hasShownConflict() {
			return ""
		}
		return "it is not"
	})
}

func loseAChosenSeat(t *testing.T, o *boxOffice) {
	s := o.sells(t, "Taken meanwhile", 60, 0)
	bob := o.customer(t)
	p := o.visitor(t, desktop) // nobody is signed in: looking takes no account
	p.openSale(s)
	p.chooses(s, "A2", "A3", "A4")
	p.watchForConflicts(s, "A3")
	s.held(t, bob, "A3", "B1")
	p.awaitSaid(stalls("A3") + " was taken by someone else. " + stalls("A2", "A4") + " are still chosen.")
	p.basket().awaitText(stalls("A3") + " was taken by someone else.")
	p.awaitShown("held", "A3", "B1")
	p.awaitShown("chosen", "A2", "A4")
	p.awaitConflict()
	p.await("button", "Hold these 2")
	p.await("gridcell", "Stalls, row A, seat 3, €45, held by someone")

	p.pressSeat(s, "A3")
	p.awaitSaid(stalls("A3") + " is held by someone.")
	p.pressSeat(s, "A2") // and back
	p.awaitShown("free", "A2")
	p.click("button", "Do not choose "+stalls("A4"))
	p.awaitShown("free", "A4")
	p.basket().awaitText("Press the seats that you would like")
}

func loseASeatOfTheList(t *testing.T, o *boxOffice) {
	s := o.sells(t, "Taken from the list", 60, 0)
	bob := o.customer(t)
	p := o.visitor(t, phone)
	p.open("/events/" + s.event.ID)
	p.click("button", "List")
	row := p.in("toolbar", "row A")
	row.click("button", "seat 2, €45, free")
	row.click("button", "seat 3, €45, free")
	row.await("button", "seat 3, €45, chosen")
	s.held(t, bob, "A3")
	row.await("button", "seat 3, €45, held by someone")
	row.await("button", "seat 2, €45, chosen")
	p.awaitSaid(stalls("A3") + " was taken by someone else. " + stalls("A2") + " is still chosen.")
	p.await("button", "1 seat chosen")
	checkAsShown(t, p, "customer-list-phone")
}
