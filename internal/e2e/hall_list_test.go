package e2e

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// listKeepsTaken is the guard that keeps a seat listed that is taken while only
// free ones are.
const listKeepsTaken = "useMemo(() => new Set(), [filter.onlyFree, filter.category])"

// TestTheHallAsAList: sections, rows and seats in words.
func TestTheHallAsAList(t *testing.T) {
	t.Parallel()
	s := openShop(t, embeddedWorld, seathold, 300)
	b := openBrowser(t)
	sold := s.guids[2]
	s.bought(t, s.customer(t), sold)

	t.Run("rows and seats", func(t *testing.T) {
		p := b.visitor(t, s.url, desktop)
		openList(p, s)
		require.Zero(t, evaluate[int](p, "document.querySelectorAll('.seat').length"), "closed sections have no seats in the page")
		p.click("button", "Stalls, 215 of 216 free")
		row := p.in("toolbar", "row A")
		row.await("button", "seat 3, €45, sold")
		row.click("button", "seat 2, €45, free")
		row.awaitState("button", "seat 2, €45, chosen", "pressed")
		p.press("ArrowLeft")
		p.awaitFocus("button", "seat 1, €45, free")
		p.press("ArrowDown", "End")
		p.awaitFocus("button", "seat *, €45, free")
		p.press("Tab")
		p.press("Home")
		p.awaitFocus("button", "seat 1, €45, free")
		checkAccessible(t, p, "hall-list")
		p.reload()
		p.await("button", "Stalls, *")
		p.awaitState("button", "List", "pressed")
	})
	for _, test := range []struct {
		name         string
		guard, focus string
	}{
		{"the focus stays when its seat is taken", "", `button "seat 1, €45, held by someone"`},
		{"control: without the guard it is lost", listKeepsTaken, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := b.visitor(t, s.url, desktop)
			if test.guard != "" {
				p.serveChanged("hall/list.js", test.guard, "new Set()")
			}
			openList(p, s)
			p.click("checkbox", "Only free seats")
			p.click("button", "Stalls, *")
			row := p.in("toolbar", "row B")
			row.await("button", "seat 1, €45, free")
			p.run("document.querySelector('[role=toolbar][aria-label=\"row B\"] .seat').focus()")
			p.awaitFocus("button", "seat 1, €45, free")
			someone := s.customer(t)
			s.held(t, someone, "B1")
			p.await("button", "Stalls, 214 of 216 free")
			if test.focus == "" {
				require.NotContains(t, p.focused(), "seat")
			} else {
				p.awaitFocus("button", "seat 1, €45, held by someone")
			}
			s.releaseAll(t, someone)
			p.await("button", "Stalls, 215 of 216 free")
		})
	}
}

// openList opens an event's page, and of its hall the list.
func openList(p *tab, s *shop) {
	p.t.Helper()
	p.openHall(s.event.ID)
	p.click("button", "List")
	p.await("button", "Stalls, *")
}

// TestWhatIsSaidReachesADialog: a modal dialog silences all that is outside, so
// what is said moves into it.
func TestWhatIsSaidReachesADialog(t *testing.T) {
	t.Parallel()
	s := openShop(t, embeddedWorld, seathold, 20)
	b := openBrowser(t)
	const host = "[...document.querySelectorAll('dialog:modal')].at(-1) ?? document.body"
	for _, test := range []struct{ name, now string }{
		{"it moves into the dialog and back", ""},
		{"control: what stays outside is not heard", "document.body"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := b.visitor(t, s.url, desktop)
			if test.now != "" {
				p.serveChanged("hall/announce.js", host, test.now)
			}
			p.openHall(s.event.ID)
			p.click("button", "Sign in")
			p.await("dialog", "Your account")
			p.say("Half a minute left.")
			if test.now != "" {
				require.Zero(t, p.count("StaticText", "Half a minute left."))
				return
			}
			p.in("dialog", "Your account").await("StaticText", "Half a minute left.")
			p.press("Escape")
			p.awaitGone("dialog", "*")
			p.say("The time is over.")
			p.await("StaticText", "The time is over.")
			require.Zero(t, p.count("StaticText", "Half a minute left."), "what was read is not read again")
		})
	}
}

// say has the page say something aloud, and returns once it stands in the page.
func (p *tab) say(text string) {
	p.t.Helper()
	askModule[bool](p, "hall/announce.js", "({announce}) => { announce('"+text+"'); return true; }")
	p.until("await that it is said", func() string {
		if !evaluate[bool](p, "[...document.querySelectorAll('[aria-live]')].some(r => r.textContent.includes('"+text+"'))") {
			return "it is not"
		}
		return ""
	})
}
